"""Insights kept by the workflows `store_insights` and `read_insights`; implements the port `InsightStore`."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, assert_never

from orchestrator.core.conversations.documents import write_value
from orchestrator.core.conversations.insights import Example, Group, InsightQuery, Merged, Name, Span, Total
from orchestrator.core.errors import QueryError, StoreError
from orchestrator.core.workflows import Absent, Accepted, Done, Refused, Unknown, Workflows, action_key

STORE, READ = "store_insights", "read_insights"
ROWS_OF_CALL = 200
_EPOCHS = 3
"""How often rows whose outcome nobody knows are sent under a new key: a row that is there stays, so that it is safe."""


class WorkflowInsights:
    """Insights behind workflows.

    Args:
        workflows: Those of Azure, or of the host.
    """

    def __init__(self, workflows: Workflows) -> None:
        self._workflows = workflows

    async def merge(self, rows: Sequence[Mapping[str, object]]) -> Merged:
        """Add or replace rows, some hundred a call; see the port. What was stored before a failure stays stored."""
        merged, decision = Merged(), secrets.token_hex(8)
        for number, chunk in enumerate(_chunks(rows), start=1):
            merged = merged.plus(await self._store(chunk, subject=f"{decision}-{number}"))
        return merged

    async def totals(self, query: InsightQuery, span: Span, group: Group) -> tuple[Total, ...]:
        """The sums; see the port."""
        asked = {**_asked(query, span), "about": "totals", "group": group.value}
        return tuple(Total(**row) for row in await self._read(asked))

    async def examples(self, query: InsightQuery) -> tuple[Example, ...]:
        """Conversations; see the port."""
        more = {"about": "examples", "highest_first": query.highest_first, "limit": query.limit}
        return tuple(Example(**row) for row in await self._read({**_asked(query, query.span), **more}))

    async def names(self) -> tuple[Name, ...]:
        """What can be named; see the port."""
        rows = await self._read({"about": "names"})
        return tuple(Name(Group(row["group"]), row["value"], row["conversations"]) for row in rows)

    async def extent(self) -> Span:
        """From when to when; see the port."""
        (row,) = await self._read({"about": "extent"})
        return Span(start=row["first"], end=row["last"])

    async def _store(self, rows: Sequence[Mapping[str, object]], *, subject: str) -> Merged:
        """Store some rows.

        The key is of this decision to store and not of the rows: what was replaced meanwhile may be stored back.
        """
        reason = ""
        for epoch in range(1, _EPOCHS + 1):
            key = action_key(STORE, subject, epoch=epoch)
            outcome = await self._workflows.call(STORE, {"rows": list(rows)}, key=key)
            if isinstance(outcome, Unknown | Accepted):
                reading = await self._workflows.read(key, name=STORE)
                outcome = outcome if isinstance(reading, Absent) else reading
            match outcome:
                case Done(body={"new": int(new), "changed": int(changed), "same": int(same)}):
                    return Merged(new, changed, same)
                case Done():
                    return Merged(same=len(rows))  # the run history tells that it was done, not how many were new
                case Refused():
                    raise StoreError(f"{STORE} refused the rows: {outcome.message}", retryable=outcome.retryable)
                case Accepted():
                    reason = "it has not answered in time"
                case Unknown():
                    reason = outcome.reason
                case _:
                    assert_never(outcome)
        raise StoreError(f"nobody knows whether {STORE} stored the rows: {reason}; store them again", retryable=True)

    async def _read(self, question: Mapping[str, object]) -> list[dict[str, Any]]:
        if READ not in self._workflows.specs:
            raise QueryError(f"the workflow {READ!r} is not configured: add it to the settings")
        outcome = await self._workflows.call(READ, question, key=action_key(READ, "read"))
        match outcome:
            case Done(body={"rows": list(rows)}):
                return rows
            case Done():
                raise QueryError(f"{READ} answered {outcome.status} without rows")
            case Refused():
                raise QueryError(f"{READ} refused: {outcome.message}", retryable=outcome.retryable)
            case Accepted():
                raise QueryError(f"{READ} has not answered in time", retryable=True)
            case Unknown():
                raise QueryError(f"{READ} gave no answer: {outcome.reason}", retryable=True)
            case _:
                assert_never(outcome)


def _asked(query: InsightQuery, span: Span) -> dict[str, object]:
    narrowed = write_value(query.filter)
    assert isinstance(narrowed, dict)
    return {"measure": query.measure.value, "start": span.start, "end": span.end, **narrowed}


def _chunks(rows: Sequence[Mapping[str, object]]) -> Iterator[Sequence[Mapping[str, object]]]:
    for start in range(0, len(rows), ROWS_OF_CALL):
        yield rows[start : start + ROWS_OF_CALL]
