"""Search over guides alone: a folder of them, or a corpus of one JSON document per line."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from agents.triage.matching import GuideMatcher
from orchestrator.app.assembly import fill_index, read_guides
from orchestrator.surfaces.application import GuideHits
from playbooks.corpus import load_corpus
from playbooks.services import Services
from plugins.search.sqlite import SqliteIndex


async def search_guides(
    queries: Sequence[tuple[str, str]], *, source: Path | None, top: int
) -> AsyncIterator[GuideHits]:
    """An answer per query, in order; queries are (id, text)."""
    async with SqliteIndex.open(":memory:") as index:
        if source is not None and source.suffix == ".jsonl":
            await index.write(load_corpus(source))
        else:
            await fill_index(index, read_guides(source))
        matcher = GuideMatcher(index, Services())
        for query_id, text in queries:
            match = await matcher.match(text, top=top)
            yield GuideHits(
                id=query_id,
                hits=tuple((item[0], item[2]) for item in match.nearest),
                abstained=match.guide_id is None,
            )
