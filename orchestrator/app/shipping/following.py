"""Asks carriers where parcels are, takes in what they push, and tells persons of what is late or in trouble."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from orchestrator.app.shipping.recording import open_shipments
from orchestrator.core.documents import optional_time
from orchestrator.core.errors import QueryError, SwitchboardError
from orchestrator.core.handoffs import Resolved
from orchestrator.core.shipping.following import plain_number
from orchestrator.core.shipping.parking import CONCERNS, Concern, concern_of, gone
from orchestrator.core.shipping.reading import read_tracking_event
from orchestrator.store.handoffs import StoredHandoffs
from orchestrator.store.shipments import StoredShipments

if TYPE_CHECKING:
    from orchestrator.core.ports import WorkflowReads
    from orchestrator.core.shipping.shipment import TrackingEvent
    from orchestrator.store.database import Database
    from orchestrator.store.shipment_rows import Recorded
    from playbooks.shipping.carrier_events.payload import Notice

WORKFLOW = "track_shipment"
PROGRAM = "switchboard"
LEASE = timedelta(minutes=10)
"""For how long one asker has a shipment; after that another may ask, such as when the first was killed."""
AT_ONCE = 4
MOST = 100
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking about a shipment.

    Attributes:
        new: How many events were not known before.
        troubles: What could not be found out or read, in sentences.
    """

    record: "Recorded"
    new: int
    troubles: tuple[str, ...] = ()


async def ask_carrier(
    shipments: StoredShipments, reads: "WorkflowReads", record: "Recorded", *, now: datetime
) -> Asked:
    """Ask about each parcel of a shipment, and write down what is new; one that nobody tells of holds up no other."""
    troubles: list[str] = []
    after = record
    for number in record.tracking_numbers:
        try:
            answer = await reads.read_now(WORKFLOW, {"tracking_number": number, "carrier": record.carrier})
        except QueryError as error:
            troubles.append(f"{number}: {error.message}")
            continue
        if answer.get("found") is not True:
            troubles.append(f"{number}: {record.carrier} does not know it yet")
        events, unread = _read(answer, number)
        troubles += unread
        after = await asyncio.to_thread(shipments.tell, record.id, events, parcel=number, now=now)
    return Asked(record=after, new=_count(after) - _count(record), troubles=tuple(troubles))


def take_pushed(shipments: StoredShipments, notice: "Notice", *, now: datetime) -> Asked | None:
    """Write down what a carrier pushed about a number; None where no shipment has it."""
    number = notice.tracking_number
    found = next((one for one in shipments.named(number) if number_of(one, number) is not None), None)
    if found is None:
        return None
    events = [replace(event, source="push", tracking_number=number) for event in notice.events]
    after = shipments.tell(found.id, _expected(events, notice.estimated_at), parcel=number, now=now)
    return Asked(record=after, new=_count(after) - _count(found))


def number_of(record: "Recorded", number: str) -> str | None:
    """The tracking number as the record writes it; None where it has no such number."""
    wanted = plain_number(number)
    return next((one for one in record.tracking_numbers if plain_number(one) == wanted), None)


async def follow_due(shipments: StoredShipments, reads: "WorkflowReads", *, now: datetime) -> tuple[Asked, ...]:
    """Ask about all that are due; one whose carrier does not answer is asked about again after the lease."""
    due = await asyncio.to_thread(shipments.take_due, now=now, until=now + LEASE, limit=MOST)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(record: "Recorded") -> Asked | None:
        async with gate:
            try:
                return await ask_carrier(shipments, reads, record, now=now)
            except SwitchboardError as error:  # one shipment's trouble holds up no other
                _log.error("shipment not followed", shipment=record.id, reason=error.message)
                return None

    asked = [found for found in await asyncio.gather(*map(one, due)) if found is not None]
    for found in asked:
        _log.info("shipment followed", shipment=found.record.id, status=found.record.status, new=found.new)
        for trouble in found.troubles:
            _log.warning("shipment not told", shipment=found.record.id, reason=trouble)
    return tuple(asked)


def watch(database: "Database", now: datetime) -> None:
    """Give to a person each shipment that is late or in trouble, once, and take it back once it is not."""
    shipments, handoffs = open_shipments(database), StoredHandoffs(database)
    for record in shipments.watched(now=now):
        for concern in CONCERNS:
            _see_to(shipments, handoffs, record, concern, now)


def _see_to(
    shipments: StoredShipments, handoffs: StoredHandoffs, record: "Recorded", concern: Concern, now: datetime
) -> None:
    """Everything here may be done twice: an item has one cause, and a resolved one stays so."""
    known = record.late_item if concern == "late" else record.exception_item
    parked = concern_of(record.body, concern, at=now)
    item = handoffs.park(parked).id if parked is not None else None
    if item == known:
        return
    if known is not None:
        handoffs.change(known, Resolved(who=PROGRAM, at=now, note=gone(record.body, concern)))
    shipments.name_item(record.id, concern, item)


def _read(answer: Mapping[str, object], number: str) -> tuple[list["TrackingEvent"], list[str]]:
    """The events of an answer, with what is said of all of them at its top, and which could not be read."""
    events: list[TrackingEvent] = []
    unread: list[str] = []
    listed = answer.get("events")
    for document in listed if isinstance(listed, list) else []:
        try:
            events.append(read_tracking_event(document))
        except ValueError as error:
            unread.append(f"{number}: an event of the carrier cannot be read: {error}")
    try:
        estimated = optional_time(answer.get("estimated_at"), "estimated_at")
    except ValueError as error:
        return events, [*unread, f"{number}: {error}"]
    return _expected(events, estimated), unread


def _expected(events: list["TrackingEvent"], estimated: datetime | None) -> list["TrackingEvent"]:
    """The newest event tells when the parcel is expected, where the answer says so and the event does not."""
    newest = max(events, key=lambda event: event.occurred_at, default=None)
    if newest is None or estimated is None or newest.estimated_at is not None:
        return events
    told = replace(newest, estimated_at=estimated)
    return [told if event is newest else event for event in events]


def _count(record: "Recorded") -> int:
    events = record.body.get("events")
    return len(events) if isinstance(events, list) else 0
