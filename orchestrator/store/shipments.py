"""Shipments as rows: a record per buying action, written again from the actions and from what the carriers told.

One transaction alone among those of shipments reads all that a record follows from and writes it, so that it may be
asked for any number of times, in any order, by any process: the record says what the store holds at the end.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from orchestrator.core.actions.attachments import Attachment
from orchestrator.core.errors import StoreError
from orchestrator.core.shipping.following import of_parcels, plain_number
from orchestrator.core.shipping.shipment import TrackingEvent
from orchestrator.core.shipping.standing import CREATE, VOID, VoidDays
from orchestrator.store.actions import keep_file, load_action
from orchestrator.store.actions import number_of as action_number
from orchestrator.store.database import Database, Value
from orchestrator.store.documents import stamp
from orchestrator.store.shipment_record import (
    ALONE,
    FILE,
    PERSON,
    add_events,
    add_numbers,
    other_label,
    read_file,
    record_action,
    write_record,
)
from orchestrator.store.shipment_rows import (
    COLUMNS,
    EXCEPTION,
    LATE,
    Recorded,
    conditions,
    no_shipment,
    number_in,
    number_of,
    read_row,
)

_BEHIND = (
    "SELECT a.number FROM actions a LEFT JOIN shipment_actions s ON s.action = a.number "
    "WHERE a.workflow IN (?, ?) AND (s.version IS NULL OR s.version < a.version) ORDER BY a.number LIMIT ?"
)
_DUE = "SELECT number FROM shipments WHERE due_at <= ? ORDER BY due_at, number LIMIT ?"
_TAKE_DUE = f"UPDATE shipments SET due_at = ? WHERE number IN ({_DUE}) RETURNING {COLUMNS}"  # noqa: S608  # ours
_WATCHED = (
    "late_from <= ? OR is_exception = 1 OR late_item IS NOT NULL OR exception_item IS NOT NULL ORDER BY number LIMIT ?"
)


class StoredShipments:
    """The shipments of a state store; every method may raise `StoreError`, and `InputError` for an unknown id.

    Args:
        database: The store.
        void_days: For how many days carriers take labels back.
    """

    def __init__(self, database: Database, *, void_days: VoidDays = lambda _carrier: None) -> None:
        self._database = database
        self._void_days = void_days

    def behind(self, *, limit: int = 1_000) -> tuple[str, ...]:
        """The buying and voiding actions of which something happened that is in no record yet, oldest first."""
        return tuple(f"A-{number}" for (number,) in self._database.read(_BEHIND, CREATE, VOID, limit))

    def refresh(self, action_id: str, *, now: datetime) -> Recorded | None:
        """Write the record of the shipment that an action makes or ends, as all stands now; None where there is none.

        A buying action gets its record and number here, whatever became of it.
        """
        with self._database.transaction(alone=ALONE) as connection:
            return record_action(connection, action_id, now=now, void_days=self._void_days)

    def tell(self, shipment_id: str, events: Sequence[TrackingEvent], *, parcel: str, now: datetime) -> Recorded:
        """Take in what a carrier told, each thing once, and write the record anew.

        `parcel` is the tracking number of those events that name none.
        """
        number = number_of(shipment_id)
        with self._database.transaction(alone=ALONE) as connection:
            found = connection.execute("SELECT given FROM shipment_numbers WHERE shipment = ? ORDER BY seq", number)
            told = of_parcels(events, [str(given) for (given,) in found], parcel=parcel)
            add_events(connection, number, told, now=now)
            return write_record(connection, number, now=now, void_days=self._void_days)

    def give_numbers(self, shipment_id: str, numbers: Sequence[str], *, now: datetime) -> Recorded:
        """Take down tracking numbers that a person found at the carrier."""
        number = number_of(shipment_id)
        with self._database.transaction(alone=ALONE) as connection:
            add_numbers(connection, number, numbers, source=PERSON)
            return write_record(connection, number, now=now, void_days=self._void_days)

    def keep_label(self, shipment_id: str, file: Attachment, *, now: datetime) -> Recorded:
        """Store a label that came after the answer; StoreError where there is another one already."""
        number = number_of(shipment_id)
        with self._database.transaction(alone=ALONE) as connection:
            found = connection.execute("SELECT action, label FROM shipments WHERE number = ?", number)
            if not found:
                raise no_shipment(number)
            action, label = found[0]
            if label is not None and label != file.sha256:
                raise other_label(number, str(label), file.sha256)
            keep_file(connection, load_action(connection, cast("int", action)), file, now)
            connection.execute("UPDATE shipments SET label = ? WHERE number = ?", file.sha256, number)
            return write_record(connection, number, now=now, void_days=self._void_days)

    def label(self, shipment_id: str) -> Attachment | None:
        """The label with its bytes as they came; None where there is none, or a purge took it."""
        number = number_of(shipment_id)
        found = self._database.read("SELECT action, label FROM shipments WHERE number = ?", number)
        if not found:
            raise no_shipment(number)
        action, sha256 = found[0]
        rows = self._database.read(FILE, cast("int", action), str(sha256)) if sha256 is not None else []
        file = read_file(rows[0]) if rows else None
        if file is None or not file.content:
            return None
        if not file.is_whole():
            raise StoreError(f"the label of S-{number} is damaged in the store; restore the store from a copy")
        return file

    def find(self, shipment_id: str) -> Recorded:
        """A shipment by its id, `S-1`."""
        number = number_of(shipment_id)
        rows = self._read("number = ?", number)
        if not rows:
            raise no_shipment(number)
        return rows[0]

    def of_action(self, action_id: str) -> Recorded | None:
        """The shipment that an action makes or ends."""
        where = "number IN (SELECT shipment FROM shipment_actions WHERE action = ?)"
        return next(iter(self._read(where, action_number(action_id))), None)

    def named(self, text: str) -> tuple[Recorded, ...]:
        """The shipments that an id, a tracking number or an order names, the newest first."""
        number = number_in(text)
        if number is not None and (rows := self._read("number = ?", number)):
            return rows
        numbers = "number IN (SELECT shipment FROM shipment_numbers WHERE number = ?) ORDER BY number DESC"
        if tracked := self._read(numbers, plain_number(text)):
            return tracked
        return self._read("order_id IN (?, ?) ORDER BY number DESC", *_order_ids(text))

    def listed(
        self, *, now: datetime, states: Sequence[str] = (), order_id: str | None = None, limit: int = 100
    ) -> tuple[Recorded, ...]:
        """Shipments in any of those states (a stage, a status, `late` or `exception`), the newest first."""
        where, values = conditions(states, now)
        if order_id is not None:
            where, values = f"{where} AND order_id IN (?, ?)", (*values, *_order_ids(order_id))
        return self._read(f"{where} ORDER BY number DESC LIMIT ?", *values, limit)

    def take_due(self, *, now: datetime, until: datetime, limit: int) -> tuple[Recorded, ...]:
        """The shipments that the carrier is to be asked about now; for one asker, they count as asked until then."""
        with self._database.transaction(alone=ALONE) as connection:
            rows = connection.execute(_TAKE_DUE, stamp(until), stamp(now), limit)
        return tuple(sorted(map(read_row, rows), key=lambda one: one.number))

    def postpone(self, shipment_id: str, *, until: datetime) -> None:
        """Ask the carrier then, where it is to be asked at all."""
        with self._database.transaction(alone=ALONE) as connection:
            connection.execute(
                "UPDATE shipments SET due_at = ? WHERE number = ? AND due_at IS NOT NULL",
                *(stamp(until), number_of(shipment_id)),
            )

    def watched(self, *, now: datetime, limit: int = 10_000) -> tuple[Recorded, ...]:
        """Those that a person must see to, or had to: late ones, exceptions, and those with an item of either."""
        return self._read(_WATCHED, stamp(now), limit)

    def name_item(self, shipment_id: str, kind: str, item: str | None) -> None:
        """Write down which handoff item is about its being `late`, or an `exception`; None for none any more."""
        column = {LATE: "late_item", EXCEPTION: "exception_item"}[kind]
        with self._database.transaction(alone=ALONE) as connection:
            sql = f"UPDATE shipments SET {column} = ? WHERE number = ?"  # noqa: S608  # ours
            connection.execute(sql, item, number_of(shipment_id))

    def _read(self, where: str, *values: Value) -> tuple[Recorded, ...]:
        sql = f"SELECT {COLUMNS} FROM shipments WHERE {where}"  # noqa: S608  # ours
        return tuple(read_row(row) for row in self._database.read(sql, *values))


def _order_ids(text: str) -> tuple[str, str]:
    """An order's id with and without its leading `#`."""
    plain = text.strip().removeprefix("#")
    return plain, f"#{plain}"
