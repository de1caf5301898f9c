"""Shipments in the tables of the carriers, in the same file as the shop's: rows, their numbers, labels and events.

Nothing here commits: who calls has begun the transaction.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from orchestrator.core.documents import decimal_of, plain
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address, read_address
from orchestrator.core.shipping.reading import read_parcel, read_rate, read_tracking_event
from orchestrator.core.shipping.shipment import Parcel, Rate, TrackingEvent
from orchestrator.core.table import iso_utc
from playbooks.shop.tables import decoded, rows_of

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS shop_shipments (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, order_id TEXT NOT NULL, carrier TEXT NOT NULL,
        service TEXT NOT NULL, is_return INTEGER NOT NULL, test_mode INTEGER NOT NULL, created_at TEXT NOT NULL,
        voided_at TEXT, void_key TEXT, document TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX IF NOT EXISTS shop_shipments_key ON shop_shipments (key)",
    "CREATE INDEX IF NOT EXISTS shop_shipments_order ON shop_shipments (order_id)",
    """CREATE TABLE IF NOT EXISTS shop_tracking_numbers (
        serial INTEGER PRIMARY KEY AUTOINCREMENT, tracking_number TEXT UNIQUE, shipment INTEGER NOT NULL,
        parcel INTEGER NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS shop_tracking_numbers_shipment ON shop_tracking_numbers (shipment)",
    """CREATE TABLE IF NOT EXISTS shop_labels (
        shipment INTEGER PRIMARY KEY, media_type TEXT NOT NULL, content BLOB NOT NULL, sha256 TEXT NOT NULL,
        size INTEGER NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS shop_carrier_events (
        tracking_number TEXT NOT NULL, event TEXT NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS shop_carrier_events_number ON shop_carrier_events (tracking_number)",
)
_PREFIX = "SH-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A shipment as its carrier keeps it.

    Attributes:
        key: Under which it was bought.
        zone: The zone of the tariff between its ends.
        pieces: How many of each article left with it; none of a return.
        reserved: How many of each article had been set aside for its order.
        status_before: What the order's status was.
    """

    id: int = 0
    key: str
    order_id: str
    reference: str
    carrier: str
    service: str
    zone: str
    ship_from: Address
    ship_to: Address
    return_to: Address | None
    parcels: tuple[Parcel, ...]
    rate: Rate
    is_return: bool
    test_mode: bool
    signature: str
    insurance: Decimal | None
    created_at: datetime
    promised_at: datetime
    void_by: datetime
    status_before: str
    pieces: Mapping[str, int] = field(default_factory=dict)
    reserved: Mapping[str, int] = field(default_factory=dict)
    tracking_numbers: tuple[str, ...] = ()
    voided_at: datetime | None = None

    @property
    def number(self) -> str:
        """Its number, such as `SH-1`."""
        return f"{_PREFIX}{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLabel:
    """A label's bytes as they were made."""

    media_type: str
    content: bytes = field(repr=False)
    sha256: str
    size: int


_APART = ("id", "key", "order_id", "carrier", "service", "is_return", "test_mode", "created_at", "voided_at")
"""Fields that have columns of their own."""


def prepare_carriers(connection: sqlite3.Connection) -> None:
    """Make the tables where they are not there."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'shop_carrier_events_number'").fetchone():
        return
    for statement in _SCHEMA:
        connection.execute(statement)


def add_sent(connection: sqlite3.Connection, sent: Sent) -> int:
    """Write a new shipment; its id."""
    kept = {
        name: plain(getattr(sent, name))
        for name in Sent.__dataclass_fields__
        if name not in _APART and name != "tracking_numbers"
    }
    cursor = connection.execute(
        "INSERT INTO shop_shipments (key, order_id, carrier, service, is_return, test_mode, created_at, document) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(sent.key, sent.order_id, sent.carrier, sent.service, int(sent.is_return), int(sent.test_mode)),
            *(iso_utc(sent.created_at), json.dumps(kept, ensure_ascii=False)),
        ),
    )
    return int(cursor.lastrowid or 0)


def draw_serial(connection: sqlite3.Connection, *, shipment: int, parcel: int) -> int:
    """A serial number that no other parcel has or had."""
    cursor = connection.execute(
        "INSERT INTO shop_tracking_numbers (tracking_number, shipment, parcel) VALUES (NULL, ?, ?)", (shipment, parcel)
    )
    return int(cursor.lastrowid or 0)


def name_serial(connection: sqlite3.Connection, serial: int, tracking_number: str) -> None:
    """Give the parcel of a serial number its tracking number."""
    connection.execute(
        "UPDATE shop_tracking_numbers SET tracking_number = ? WHERE serial = ?", (tracking_number, serial)
    )


def sent_by_key(connection: sqlite3.Connection, key: str) -> Sent | None:
    """The shipment that a key bought."""
    return _one(connection, "key = ?", key)


def sent_by_void_key(connection: sqlite3.Connection, key: str) -> Sent | None:
    """The shipment that a key voided."""
    return _one(connection, "void_key = ?", key)


def sent_by_number(connection: sqlite3.Connection, tracking_number: str) -> Sent | None:
    """The shipment of a tracking number, spaces and small letters in it or not."""
    bare = "".join(tracking_number.split()).upper()
    return _one(connection, "id = (SELECT shipment FROM shop_tracking_numbers WHERE tracking_number = ?)", bare)


def sent_of_order(connection: sqlite3.Connection, order_id: str) -> tuple[Sent, ...]:
    """The shipments of an order, oldest first."""
    rows = rows_of(connection, "SELECT * FROM shop_shipments WHERE order_id = ? ORDER BY id", order_id)
    return tuple(_sent(connection, row) for row in rows)


def live_shipment(connection: sqlite3.Connection, order_id: str, *, is_return: bool) -> Sent | None:
    """The shipment that takes an order to its customer, or back to the shop: not given back, and no test."""
    live = (one for one in sent_of_order(connection, order_id) if not (one.voided_at or one.test_mode))
    return next((one for one in live if one.is_return is is_return), None)


def mark_voided(connection: sqlite3.Connection, sent: Sent, *, key: str, at: datetime) -> None:
    """Take a shipment back."""
    connection.execute(
        "UPDATE shop_shipments SET voided_at = ?, void_key = ? WHERE id = ?", (iso_utc(at), key, sent.id)
    )


def save_label(connection: sqlite3.Connection, shipment: int, label: StoredLabel) -> None:
    """Keep a label; there is one for a shipment, and it never changes."""
    connection.execute(
        "INSERT INTO shop_labels VALUES (?, ?, ?, ?, ?)",
        (shipment, label.media_type, label.content, label.sha256, label.size),
    )


def read_label(connection: sqlite3.Connection, shipment: int) -> StoredLabel | None:
    """The label of a shipment."""
    rows = rows_of(connection, "SELECT media_type, content, sha256, size FROM shop_labels WHERE shipment = ?", shipment)
    return StoredLabel(**rows[0]) if rows else None


def add_event(connection: sqlite3.Connection, tracking_number: str, event: TrackingEvent) -> None:
    """Note something that the carrier tells of a parcel."""
    connection.execute(
        "INSERT INTO shop_carrier_events VALUES (?, ?)",
        (tracking_number, json.dumps(event.document(), ensure_ascii=False)),
    )


def noted_events(connection: sqlite3.Connection, tracking_number: str) -> tuple[TrackingEvent, ...]:
    """What was noted of a parcel, in order."""
    rows = connection.execute(
        "SELECT event FROM shop_carrier_events WHERE tracking_number = ? ORDER BY rowid", (tracking_number,)
    )
    return tuple(read_tracking_event(json.loads(row[0])) for row in rows.fetchall())


def _one(connection: sqlite3.Connection, where: str, value: str) -> Sent | None:
    rows = rows_of(connection, f"SELECT * FROM shop_shipments WHERE {where}", value)  # noqa: S608  # fixed texts
    return _sent(connection, rows[0]) if rows else None


def _sent(connection: sqlite3.Connection, row: Mapping[str, object]) -> Sent:
    kept: Json = decoded(str(row["document"]))
    numbers = connection.execute(
        "SELECT tracking_number FROM shop_tracking_numbers WHERE shipment = ? ORDER BY parcel", (row["id"],)
    ).fetchall()
    return Sent(
        **{name: row[name] for name in ("id", "key", "order_id", "carrier", "service")},  # type: ignore[arg-type]  # columns of these types
        **{name: kept[name] for name in ("reference", "zone", "signature", "status_before", "pieces", "reserved")},  # type: ignore[arg-type]  # as written by add_sent
        **{name: datetime.fromisoformat(str(kept[name])) for name in ("promised_at", "void_by")},  # type: ignore[arg-type]  # times
        ship_from=read_address(kept["ship_from"]),
        ship_to=read_address(kept["ship_to"]),
        return_to=read_address(kept["return_to"]) if kept["return_to"] else None,
        parcels=tuple(read_parcel(one) for one in kept["parcels"]),  # type: ignore[attr-defined]  # a list
        rate=read_rate(kept["rate"]),
        insurance=None if kept["insurance"] is None else decimal_of(kept["insurance"], "insurance"),
        is_return=bool(row["is_return"]),
        test_mode=bool(row["test_mode"]),
        created_at=datetime.fromisoformat(str(row["created_at"])),
        voided_at=datetime.fromisoformat(str(row["voided_at"])) if row["voided_at"] else None,
        tracking_numbers=tuple(str(number[0]) for number in numbers),
    )
