"""Search over guides alone: a folder of them, a corpus of one JSON document per line, or the search service."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agents.triage.matching import GuideMatcher
from orchestrator.app.azure import Azure
from orchestrator.app.guide_folders import read_guides
from orchestrator.app.search_source import open_index
from orchestrator.core.ports import Index
from orchestrator.settings import Settings
from orchestrator.surfaces.application import GuideHits
from playbooks.corpus import load_corpus
from playbooks.services import Services
from plugins.search.sqlite import SqliteIndex


async def search_guides(
    queries: Sequence[tuple[str, str]], *, source: Path | None, top: int, settings: Settings
) -> AsyncIterator[GuideHits]:
    """An answer per query, in order; queries are (id, text). A corpus that is named is searched by itself."""
    async with _open(source, settings) as index:
        matcher = GuideMatcher(index, Services())
        for query_id, text in queries:
            match = await matcher.match(text, top=top)
            yield GuideHits(
                id=query_id,
                hits=tuple((item[0], item[2]) for item in match.nearest),
                abstained=match.guide_id is None,
            )


@asynccontextmanager
async def _open(source: Path | None, settings: Settings) -> AsyncIterator[Index]:
    if source is not None and source.suffix == ".jsonl":
        async with SqliteIndex.open(":memory:") as index:
            await index.write(load_corpus(source))
            yield index
        return
    async with Azure(settings) as azure, open_index(settings, azure, read_guides(source)) as found:
        yield found
