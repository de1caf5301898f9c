"""Manifests as rows: each shipment is on one at most, and a manifest never changes."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from orchestrator.core.errors import InputError
from orchestrator.core.report import Json
from orchestrator.core.shipping.manifest import manifest_document
from orchestrator.core.table import iso_utc
from orchestrator.store.database import Connection, Database, Value, next_number
from orchestrator.store.documents import from_text, stamp, to_text
from orchestrator.store.shipment_record import ALONE
from orchestrator.store.shipment_rows import COLUMNS, Recorded, read_row

COUNTER = "manifests"
_ID = re.compile(r"M-?([1-9][0-9]{0,8})", re.IGNORECASE)
# bought, not picked up, on no manifest yet: what is to be handed over. A return is handed over by the customer.
_WAITING = (
    f"SELECT {COLUMNS} FROM shipments WHERE manifest IS NULL AND stage = 'bought' AND status = 'pending' "  # noqa: S608  # ours
    "AND bought_on <= ?"
)
_ADD = "INSERT INTO manifests (number, carrier, bought_on, made_at, made_by, body) VALUES (?, ?, ?, ?, ?, ?)"


class StoredManifests:
    """The manifests of a state store; every method may raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, *, day: date, carrier: str | None, by: str, now: datetime) -> tuple[Json, ...]:
        """A manifest for each carrier of what was bought until that day (UTC) and waits to be handed over."""
        with self._database.transaction(alone=ALONE) as connection:
            waiting = [record for record in _waiting(connection, day, carrier) if _is_handed_over(record)]
            carriers = sorted({record.carrier for record in waiting})
            return tuple(
                _add(connection, [one for one in waiting if one.carrier == name], name, day=day, by=by, now=now)
                for name in carriers
            )

    def find(self, manifest_id: str) -> Json:
        """A manifest by its id, `M-1`; InputError where there is none."""
        found = _ID.fullmatch(manifest_id.strip())
        rows = self._database.read("SELECT body FROM manifests WHERE number = ?", int(found[1])) if found else []
        if not rows:
            raise InputError(
                f"there is no manifest {manifest_id!r}: its id is like M-1; `switchboard shipments show S-1` names it"
            )
        return cast("Json", from_text(rows[0][0], what=f"the manifest {manifest_id}"))

    def of_day(self, *, day: date, carrier: str | None) -> tuple[Json, ...]:
        """The manifests that were made for that day, oldest first."""
        only, values = ("AND carrier = ? ", (carrier,)) if carrier is not None else ("", ())
        sql = f"SELECT number, body FROM manifests WHERE bought_on = ? {only}ORDER BY number"  # noqa: S608  # ours
        rows = self._database.read(sql, day.isoformat(), *values)
        return tuple(cast("Json", from_text(body, what=f"the manifest M-{number}")) for number, body in rows)


def _waiting(connection: Connection, day: date, carrier: str | None) -> Sequence[Recorded]:
    values: list[Value] = [day.isoformat()]
    only = ""
    if carrier is not None:
        only = " AND carrier = ?"
        values.append(carrier)
    return [read_row(row) for row in connection.execute(f"{_WAITING}{only} ORDER BY number", *values)]


def _is_handed_over(record: Recorded) -> bool:
    """Whether the shop hands it over: not what the customer sends back, nor a label that is worth nothing."""
    return record.body.get("is_return") is not True and record.body.get("test_mode") is not True


def _add(
    connection: Connection, shipments: Sequence[Recorded], carrier: str, *, day: date, by: str, now: datetime
) -> Json:
    number = next_number(connection, COUNTER)
    document = manifest_document(
        [record.body for record in shipments],
        number=number,
        carrier=carrier,
        bought_on=day.isoformat(),
        made_at=iso_utc(now),
        made_by=by,
    )
    connection.execute(_ADD, number, carrier, day.isoformat(), stamp(now), by, to_text(document))
    for record in shipments:
        connection.execute("UPDATE shipments SET manifest = ? WHERE number = ?", number, record.number)
    return document
