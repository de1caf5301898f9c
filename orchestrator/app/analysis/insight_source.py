"""Opens what is kept of scored conversations: the workflows where both are configured, else a folder here."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.workflows import DeferredWorkflows
from orchestrator.core.conversations.insight_answers import StoredInsights
from orchestrator.core.conversations.insight_rows import NoResultError, insight_row
from orchestrator.core.conversations.insights import (
    Group,
    InsightQuery,
    Insights,
    InsightStore,
    Merged,
    read_insight_query,
)
from orchestrator.core.errors import InputError, QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.report import Json

if TYPE_CHECKING:
    from orchestrator.settings import Settings

FOLDER = "insights"
ROWS_AT_ONCE = 20_000
WORKFLOWS = ("store_insights", "read_insights")
_MOST_PROBLEMS = 20

__all__ = [
    "Stored",
    "asked_again",
    "held_insights",
    "import_results",
    "insight_store",
    "open_insights",
    "place_of",
    "store_results",
]


def place_of(settings: "Settings") -> str:
    """Where insights are kept, in words."""
    return "the workflows store_insights and read_insights" if by_workflow(settings) else str(_folder(settings))


def by_workflow(settings: "Settings") -> bool:
    """Whether insights are behind workflows: both are configured."""
    return all(name in settings.workflows for name in WORKFLOWS)


def insight_store(settings: "Settings", workflows: DeferredWorkflows) -> InsightStore:
    """The store."""
    if by_workflow(settings):
        from plugins.insights.workflows import WorkflowInsights  # noqa: PLC0415  # opened where it is asked

        return WorkflowInsights(workflows)
    from plugins.insights.parquet import ParquetInsights  # noqa: PLC0415  # with DuckDB

    return ParquetInsights(_folder(settings))


def open_insights(settings: "Settings", workflows: DeferredWorkflows) -> Insights:
    """Answers from the store."""
    return StoredInsights(insight_store(settings, workflows))


def asked_again(parameters: Sequence[QueryParameter]) -> InsightQuery:
    """The question that evidence was recorded for; QueryError where it is none."""
    try:
        return read_insight_query(next((item.value for item in parameters if item.name == "question"), None))
    except ValueError as error:
        raise QueryError(f"the recorded question cannot be read: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of results that were stored.

    Attributes:
        problems: Of those left out, the first with their place: `line 3: it has no id`.
    """

    merged: Merged
    left_out: int
    problems: tuple[str, ...]
    place: str

    def document(self) -> Json:
        """As JSON."""
        counts = self.merged._asdict()
        return {**counts, "left_out": self.left_out, "problems": list(self.problems), "place": self.place}


async def store_results(settings: "Settings", results: Iterable[Mapping[str, object] | str]) -> Stored:
    """Keep results of the scorer, documents or JSON texts, some ten thousand at once; bad ones are left out.

    Raises `StoreError` where they cannot be stored; those before stay stored, and storing them again is harmless.
    """
    problems: list[str] = []
    left_out = 0

    def note(problem: str) -> None:
        nonlocal left_out
        left_out += 1
        if len(problems) < _MOST_PROBLEMS:
            problems.append(problem)

    merged, rows = Merged(), _rows(results, note)
    async with DeferredWorkflows(settings) as workflows:
        store = insight_store(settings, workflows)
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            merged = merged.plus(await store.merge(chunk))
    return Stored(merged=merged, left_out=left_out, problems=tuple(problems), place=place_of(settings))


async def import_results(settings: "Settings", path: Path) -> Stored:
    """Keep the results of a JSONL file, such as `analyze --out` writes."""
    try:
        with path.open(encoding="utf-8") as lines:
            return await store_results(settings, lines)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{str(path)!r} cannot be read: {error}; name a JSONL file of `switchboard analyze`") from None


async def held_insights(settings: "Settings") -> Json:
    """What the store holds."""
    async with DeferredWorkflows(settings) as workflows:
        store = insight_store(settings, workflows)
        names, extent = await store.names(), await store.extent()
    listed: dict[str, Json] = {}
    for one in names:
        if one.group is not Group.NONE:
            listed.setdefault(one.group.value, {})[one.value] = one.conversations
    return {
        "place": place_of(settings),
        "conversations": sum(one.conversations for one in names if one.group is Group.NONE),
        "first": extent.start or None,
        "last": extent.end or None,
        "names": listed,
    }


def _rows(results: Iterable[Mapping[str, object] | str], note: Callable[[str], None]) -> Iterator[Mapping[str, object]]:
    for number, result in enumerate(results, start=1):
        if isinstance(result, str) and not result.strip():
            continue
        try:
            document = json.loads(result) if isinstance(result, str) else result
            if not isinstance(document, Mapping):
                raise NoResultError("it is no JSON object")  # noqa: TRY301  # one place tells what is left out
            yield insight_row(document)
        except (NoResultError, ValueError, RecursionError) as error:
            note(f"line {number}: {error}")


def _folder(settings: "Settings") -> Path:
    return settings.insights or settings.state / FOLDER
