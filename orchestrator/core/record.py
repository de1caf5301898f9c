"""The record as a port: what is known of incidents and actions, asked and answered as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType, Table, iso_utc

NO_RECORD = "there is no record to ask: the state store could not be opened"


class RecordView(StrEnum):
    """What of the record is asked for."""

    INCIDENTS = "incidents"
    TIMELINE = "timeline"
    ACTIONS = "actions"
    SUMMARY = "summary"
    SIMILAR = "similar"


class RecordState(StrEnum):
    """Which incidents or actions: those that are not over, those that wait for a person, or all."""

    OPEN = "open"
    WAITING = "waiting"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """A question to the record.

    Attributes:
        incident: Only this incident, `INC-3`; TIMELINE, SUMMARY and SIMILAR need one.
        about: Only actions that are called so or act upon it: a word, or an id such as `A-3`.
        since: Only what happened from then on.
    """

    view: RecordView
    incident: str = ""
    state: RecordState = RecordState.ALL
    about: str = ""
    since: datetime | None = None

    def text(self) -> str:
        """In words, as evidence shows it."""
        parts = [self.view.value]
        parts += [self.state.value] if self.state is not RecordState.ALL else []
        parts += [f"of {self.incident}"] if self.incident else []
        parts += [f"about {self.about!r}"] if self.about else []
        parts += [f"since {iso_utc(self.since)}"] if self.since else []
        return " ".join(parts)

    def parameters(self) -> tuple[QueryParameter, ...]:
        """What `read_record_query` builds it from."""
        given = [("view", self.view.value), ("incident", self.incident), ("state", self.state.value)]
        given += [("about", self.about)]
        found = [QueryParameter(name, ColumnType.STRING, value) for name, value in given]
        found += [QueryParameter("since", ColumnType.DATETIME, self.since)] if self.since else []
        return tuple(found)


def read_record_query(parameters: Sequence[QueryParameter]) -> RecordQuery:
    """The question that `parameters` wrote."""
    values: Mapping[str, object] = {item.name: item.value for item in parameters}
    since = values.get("since")
    return RecordQuery(
        view=RecordView(str(values["view"])),
        incident=str(values.get("incident") or ""),
        state=RecordState(str(values.get("state") or RecordState.ALL.value)),
        about=str(values.get("about") or ""),
        since=since if isinstance(since, datetime) else None,
    )


class Record(Protocol):
    """What the state store holds, read-only."""

    async def look_up(self, query: RecordQuery) -> Table:
        """The answer, in the columns of `RECORD_COLUMNS`, `n` counting the rows from 1.

        Raises:
            QueryError: There is no such incident, and the nearest are named; or the store cannot be read.
        """
        ...


# `source` is a receipt's id, `text` the sentence that code made of the row, `key` what a row is known by (an id, a
# section), `who` who did it or sees to it.
RECORD_COLUMNS = (
    Column("n", ColumnType.LONG),
    Column("source", ColumnType.STRING),
    Column("key", ColumnType.STRING),
    Column("state", ColumnType.STRING),
    Column("at", ColumnType.DATETIME),
    Column("who", ColumnType.STRING),
    Column("text", ColumnType.STRING),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One row of an answer."""

    source: str
    key: str
    text: str
    state: str = ""
    at: datetime | None = None
    who: str = ""


def record_table(rows: Sequence[RecordRow]) -> Table:
    """An answer as a table."""
    return Table(
        RECORD_COLUMNS,
        tuple(
            (number, row.source, row.key, row.state, row.at, row.who, row.text)
            for number, row in enumerate(rows, start=1)
        ),
    )
