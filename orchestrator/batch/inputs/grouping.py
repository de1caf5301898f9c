"""Brings rows of messages together by conversation, in tables on disk, whatever their order and number."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from orchestrator.batch.inputs.columns import TURN, WHOLE
from orchestrator.batch.inputs.files import InputFile
from orchestrator.batch.inputs.source import Limits
from orchestrator.batch.inputs.tables import Row, read_rows

_AT_ONCE = 5_000
_TABLES = """
CREATE TABLE names (id TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID;
CREATE TABLE conversations (number INTEGER PRIMARY KEY, file INTEGER, line INTEGER, fields BLOB, problem TEXT);
CREATE TABLE turns (number INTEGER, place INTEGER, at REAL, turn BLOB, PRIMARY KEY (number, place)) WITHOUT ROWID;
"""
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
_WHOLE = tuple(name for name in WHOLE if name != "id")


@dataclass(slots=True)
class _Conversation:
    """What its rows so far say of it; `file` and `line` are those of the first."""

    number: int
    file: int
    line: int
    fields: dict[str, object] = field(default_factory=dict)
    problem: str = ""


class Grouping:
    """Fills the tables of an empty database.

    `conversations` has the conversations by number, in the order of their first rows, with their fields as JSON, or
    none and a problem; `turns` has theirs as JSON, in the order of the rows.
    """

    def __init__(self, database: sqlite3.Connection, limits: Limits, watch: Callable[[], None]) -> None:
        self._database = database
        self._limits = limits
        self._watch = watch
        self._last = 0
        self._rows = 0
        self._id: str | None = None
        self._current: _Conversation | None = None
        self._turns: list[tuple[int, int, float | None, bytes]] = []

    def fill(self, files: Sequence[InputFile], given: Mapping[str, str]) -> None:
        """Put the rows of the files into the tables."""
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        for number, file in enumerate(files):
            for row in read_rows(file, given, longest=self._limits.longest):
                self._add(row, number)
        self._leave()
        self._put()
        self._database.execute("COMMIT")

    def _add(self, row: Row, file: int) -> None:
        name = _text(row.fields.get("id"))
        if not name.strip():
            self._leave()
            self._last += 1
            self._id, self._current = None, _Conversation(self._last, file, row.line)
            self._current.problem = row.problem or "the row has no id: every message needs that of its conversation"
            return
        if name != self._id:
            self._leave()
            self._id, self._current = name, self._enter(name, file, row.line)
        current = self._current
        if current is None:
            return
        for field_name in _WHOLE:
            value = row.fields.get(field_name)
            if value is not None and value != "":
                current.fields.setdefault(field_name, value)
        if row.problem and not current.problem:
            current.problem = f"line {row.line}: {row.problem}"
        self._rows += 1
        self._turns.append((current.number, self._rows, _seconds(row.fields.get("at")), _turn(row)))
        if len(self._turns) >= _AT_ONCE:
            self._put()
            self._watch()

    def _enter(self, name: str, file: int, line: int) -> _Conversation:
        key = name.encode("utf-8", "surrogateescape")
        number = self._database.execute("SELECT number FROM names WHERE id = ?", (key,)).fetchone()
        if number is None:
            self._last += 1
            self._database.execute("INSERT INTO names VALUES (?, ?)", (key, self._last))
            return _Conversation(self._last, file, line, {"id": name})
        asked = "SELECT number, file, line, fields, problem FROM conversations WHERE number = ?"
        found = self._database.execute(asked, number).fetchone()
        fields = json.loads(found[3].decode("utf-8", "surrogateescape"))
        return _Conversation(found[0], found[1], found[2], fields, found[4])

    def _leave(self) -> None:
        one = self._current
        if one is not None:
            written = _encoded(one.fields) if one.fields else None
            values = (one.number, one.file, one.line, written, one.problem)
            self._database.execute("INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?, ?)", values)

    def _put(self) -> None:
        self._database.executemany("INSERT INTO turns VALUES (?, ?, ?, ?)", self._turns)
        self._turns.clear()


def _turn(row: Row) -> bytes:
    found = {name: value for name in TURN if (value := row.fields.get(name)) is not None and value != ""}
    found.setdefault("text", "")
    return _encoded(found)


def _encoded(document: Mapping[str, object]) -> bytes:
    # bytes that were no UTF-8 are halves of surrogate pairs here, and go as they came
    try:
        return _ENCODE(document).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # other halves, of a JSON text
        return json.dumps(document, default=str).encode()


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _seconds(value: object) -> float | None:
    """A time as seconds, to sort by; None where it is none, which the scorer's process tells."""
    try:
        if isinstance(value, str) and not value.isdigit():
            found = datetime.fromisoformat(value.strip())
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        return float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None
