"""Rows of shipments: what a record is read into, what is written of it, and how records are chosen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from orchestrator.core.errors import InputError
from orchestrator.core.report import Json
from orchestrator.core.shipping.following import next_poll
from orchestrator.core.shipping.stage import ShipmentStage
from orchestrator.core.shipping.standing import Standing
from orchestrator.store.database import Row, Value
from orchestrator.store.documents import from_stamp, from_text, stamp, to_text

LATE, EXCEPTION = "late", "exception"
COLUMNS = (
    "number, action, order_id, carrier, stage, status, late_from, late_item, exception_item, manifest, updated_at, body"
)
_ID = re.compile(r"S-?([1-9][0-9]{0,8})", re.IGNORECASE)
_STAGES = frozenset(stage.value for stage in ShipmentStage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A shipment's record as it is stored.

    Attributes:
        body: `Standing.document()` of when it was written.
        late_item: The handoff item of its lateness, while it is late.
        exception_item: That of its exception.
        manifest: The number of the manifest that it is on.
    """

    number: int
    action: str
    order_id: str
    carrier: str
    stage: ShipmentStage
    status: str
    body: Json
    updated_at: datetime
    late_from: datetime | None = None
    late_item: str | None = None
    exception_item: str | None = None
    manifest: int | None = None

    @property
    def id(self) -> str:
        """`S-1`, ..."""
        return f"S-{self.number}"

    @property
    def tracking_numbers(self) -> tuple[str, ...]:
        """As the carrier wrote them."""
        found = self.body.get("tracking_numbers")
        return tuple(map(str, found)) if isinstance(found, list) else ()

    @property
    def is_exception(self) -> bool:
        """Whether the carrier met with something that somebody must see to."""
        return self.body.get("is_exception") is True

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been delivered by now, and is not."""
        return self.late_from is not None and now >= self.late_from

    def document(self, *, now: datetime) -> Json:
        """As JSON, as it is at that time."""
        return {
            **self.body,
            "is_late": self.is_late(now),
            "manifest": f"M-{self.manifest}" if self.manifest is not None else None,
            "updated_at": stamp(self.updated_at),
        }


def number_in(shipment_id: str) -> int | None:
    """The number in `S-7`; None where it is none."""
    found = _ID.fullmatch(shipment_id.strip())
    return int(found[1]) if found else None


def number_of(shipment_id: str) -> int:
    """The same; InputError where it is none."""
    number = number_in(shipment_id)
    if number is None:
        raise InputError(f"{shipment_id!r} is no shipment: its id is like S-7; `switchboard shipments list` shows them")
    return number


def no_shipment(number: int) -> InputError:
    """There is none of that number."""
    return InputError(f"there is no shipment S-{number}; `switchboard shipments list` shows those that there are")


def read_row(row: Row) -> Recorded:
    """The record of a row of `COLUMNS`."""
    number, action, order_id, carrier, stage, status, late_from, late_item, exception_item, manifest, at, body = row
    return Recorded(
        number=cast("int", number),
        action=f"A-{action}",
        order_id=str(order_id),
        carrier=str(carrier),
        stage=ShipmentStage(str(stage)),
        status=str(status),
        late_from=from_stamp(late_from) if late_from is not None else None,
        late_item=str(late_item) if late_item is not None else None,
        exception_item=str(exception_item) if exception_item is not None else None,
        manifest=cast("int", manifest) if manifest is not None else None,
        updated_at=from_stamp(at),
        body=from_text(body, what=f"the shipment S-{number}"),
    )


WRITTEN = (
    *("order_id", "carrier", "stage", "status", "is_open", "is_exception", "late_from", "bought_on", "label"),
    *("due_at", "updated_at", "body"),
)


def written(standing: Standing, *, now: datetime) -> tuple[Value, ...]:
    """The values of `WRITTEN`."""
    shipment = standing.shipment
    bought_at = shipment.created_at if standing.is_bought else None
    due = _due(standing, now) if standing.is_followed else None
    return (
        shipment.order_id,
        shipment.carrier,
        standing.stage.value,
        shipment.status.value,
        # one that nobody asks about any more may be purged, though nobody saw it arrive
        int(standing.is_open and (due is not None or standing.stage is not ShipmentStage.BOUGHT)),
        int(standing.is_exception),
        stamp(standing.late_from) if standing.late_from else None,
        bought_at.astimezone(UTC).date().isoformat() if bought_at else None,
        shipment.label.sha256 if shipment.label else None,
        stamp(due) if due else None,
        stamp(now),
        to_text(standing.document()),
    )


def _due(standing: Standing, now: datetime) -> datetime | None:
    shipment = standing.shipment
    told_at = max((event.occurred_at for event in shipment.events), default=None)
    since = shipment.created_at or now
    return next_poll(shipment.status, substatus=shipment.substatus, now=now, told_at=told_at, since=since)


def conditions(states: Sequence[str], now: datetime) -> tuple[str, tuple[Value, ...]]:
    """What is true of rows in any of those states: a stage, a status, `late` or `exception`; of all for no state."""
    parts: list[str] = []
    values: list[Value] = []
    for state in states:
        if state == LATE:
            parts.append("late_from <= ?")
            values.append(stamp(now))
        elif state == EXCEPTION:
            parts.append("is_exception = 1")
        elif state in _STAGES:  # `cancelled` is a stage of what was never bought, and a status of what was given back
            parts.append("(stage = ? OR status = ?)" if state == ShipmentStage.CANCELLED.value else "stage = ?")
            values += [state, state] if state == ShipmentStage.CANCELLED.value else [state]
        else:  # where a parcel is, of those that were bought: one that waits for a yes is pending in another sense
            parts.append("(stage = 'bought' AND status = ?)")
            values.append(state)
    return f"({' OR '.join(parts)})" if parts else "1 = 1", tuple(values)
