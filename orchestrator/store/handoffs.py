"""Handoff items as rows: one item per cause, whoever parks it and however often; its changes in order."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from orchestrator.core.errors import StoreError
from orchestrator.core.handoffs import (
    Change,
    Claimed,
    Fact,
    Item,
    ItemKind,
    ItemState,
    Parked,
    Priority,
    Refusal,
    Released,
    Resolved,
    change_document,
    changed,
)
from orchestrator.core.redaction import redact_value
from orchestrator.core.table import iso_utc
from orchestrator.store.database import Connection, Database, Row, next_number

ALONE = "handoffs"
_COLUMNS = "number, state, holder, reminded_at, body"
_URGENCY = tuple(Priority)
_ID = re.compile(r"(?:H-)?([1-9][0-9]{0,8})", re.IGNORECASE)


class StoredHandoffs:
    """The items of a state store; every method may raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def park(self, parked: Parked) -> Item:
        """The item of this cause, made where there is none yet."""
        with self._database.transaction(alone=ALONE) as connection:
            return park_within(connection, parked)

    def find(self, item_id: str) -> Item | None:
        """An item by its id, `H-3` or `3`."""
        number = number_of(item_id)
        if number is None:
            return None
        rows = self._database.read(f"SELECT {_COLUMNS} FROM handoffs WHERE number = ?", number)  # noqa: S608  # ours
        if not rows:
            return None
        return _item(rows[0], self._database.read(_CHANGES, number))

    def listed(self, *, states: Sequence[ItemState], limit: int) -> tuple[Item, ...]:
        """Items in those states, the most urgent first, of equals the one due first; without their changes."""
        marks = ", ".join("?" for _ in states)
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM handoffs WHERE state IN ({marks}) "  # noqa: S608  # question marks
            "ORDER BY urgency, due, number LIMIT ?",
            *(state.value for state in states),
            limit,
        )
        return tuple(_item(row, ()) for row in rows)

    def change(self, item_id: str, change: Change) -> Item | Refusal | None:
        """Make one change, alone; None where there is no such item."""
        number = number_of(item_id)
        if number is None:
            return None
        with self._database.transaction(alone=ALONE) as connection:
            found = connection.execute(f"SELECT {_COLUMNS} FROM handoffs WHERE number = ?", number)  # noqa: S608  # ours
            if not found:
                return None
            before = _item(found[0], connection.execute(_CHANGES, number))
            after = changed(before, change)
            if isinstance(after, Refusal) or after is before:
                return after
            _write(connection, after, change)
            return after

    def due_reminders(self, now: datetime, *, every: timedelta) -> tuple[Item, ...]:
        """The open items past due that were not reminded of within `every`; they count as reminded of now.

        Two who ask at once do not get the same item.
        """
        moment, before = _second(now), _second(now - every)
        with self._database.transaction(alone=ALONE) as connection:
            rows = connection.execute(
                "UPDATE handoffs SET reminded_at = ? WHERE state = ? AND due < ? "  # noqa: S608  # ours
                f"AND (reminded_at IS NULL OR reminded_at <= ?) RETURNING {_COLUMNS}",
                moment,
                ItemState.OPEN.value,
                moment,
                before,
            )
        return tuple(sorted((_item(row, ()) for row in rows), key=lambda item: (item.parked.due, item.number)))


def park_within(connection: Connection, parked: Parked) -> Item:
    """The same within a transaction that another part has open, so that a fact and its item are stored together."""
    found = _by_cause(connection, parked.cause)
    if found is not None:
        return found
    item = Item(number=next_number(connection, ALONE), parked=parked)
    made = connection.execute(
        "INSERT INTO handoffs (number, cause, state, urgency, due, body) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (cause) DO NOTHING RETURNING number",
        item.number,
        parked.cause,
        item.state.value,
        _URGENCY.index(parked.priority),
        _second(parked.due),
        json.dumps(redact_value(_parked_document(parked)), ensure_ascii=False),
    )
    # where another transaction was quicker, its item is there now, and a number is left out
    known = None if made else _by_cause(connection, parked.cause)
    return known or item


def _by_cause(connection: Connection, cause: str) -> Item | None:
    found = connection.execute(f"SELECT {_COLUMNS} FROM handoffs WHERE cause = ?", cause)  # noqa: S608  # ours
    return _item(found[0], connection.execute(_CHANGES, cast("int", found[0][0]))) if found else None


def number_of(item_id: str) -> int | None:
    """The number in an item's id; None where it is none."""
    found = _ID.fullmatch(item_id.strip())
    return int(found[1]) if found else None


_CHANGES = "SELECT kind, at, who, note FROM handoff_changes WHERE number = ? ORDER BY seq"


def _write(connection: Connection, item: Item, change: Change) -> None:
    document = change_document(change)
    connection.execute(
        "UPDATE handoffs SET state = ?, holder = ? WHERE number = ?", item.state.value, item.holder, item.number
    )
    connection.execute(
        "INSERT INTO handoff_changes (number, seq, kind, at, who, note) VALUES (?, ?, ?, ?, ?, ?)",
        item.number,
        len(item.changes),
        str(document["kind"]),
        str(document["at"]),
        change.who,
        str(redact_value(document["note"])),
    )


def _item(row: Row, changes: Sequence[Row]) -> Item:
    number, state, holder, reminded_at, body = row
    try:
        return Item(
            number=cast("int", number),
            parked=_parked(json.loads(str(body))),
            state=ItemState(str(state)),
            holder=str(holder) if holder is not None else None,
            changes=tuple(_change(*map(str, change)) for change in changes),
            reminded_at=datetime.fromisoformat(str(reminded_at)) if reminded_at is not None else None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the handoff item H-{number} is stored in a form that this program does not know") from error


def _change(kind: str, at: str, who: str, note: str) -> Change:
    moment = datetime.fromisoformat(at)
    match kind:
        case "claimed":
            return Claimed(who=who, at=moment)
        case "released":
            return Released(who=who, at=moment, note=note)
        case "resolved":
            return Resolved(who=who, at=moment, note=note)
        case _:
            raise ValueError(kind)


_TEXTS = ("cause", "title", "question", "service", "owner", "escalation", "run", "action", "incident")


def _parked_document(parked: Parked) -> dict[str, object]:
    return {
        "kind": parked.kind.value,
        "opened_at": iso_utc(parked.opened_at),
        "facts": [fact.document() for fact in parked.facts],
        **{name: getattr(parked, name) for name in _TEXTS},
    }


def _parked(document: dict[str, object]) -> Parked:
    facts = cast("list[dict[str, object]]", document["facts"])
    return Parked(
        kind=ItemKind(str(document["kind"])),
        opened_at=datetime.fromisoformat(str(document["opened_at"])),
        facts=tuple(
            Fact(
                text=str(fact["text"]),
                source=str(fact["source"]),
                evidence=tuple(map(str, cast("list[object]", fact["evidence"]))),
            )
            for fact in facts
        ),
        **{name: cast("str", document[name]) for name in _TEXTS},
    )


def _second(moment: datetime) -> str:
    """A time whose text sorts as it does: whole seconds."""
    return iso_utc(moment.replace(microsecond=0))
