"""Settles whether a parked shipment was bought, or given back: by reading, else by what a person saw."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from orchestrator.app.identity import this_user
from orchestrator.app.shipping.opening import Shipping
from orchestrator.app.shipping.outcome import concluded
from orchestrator.core.actions.attachments import CONTENT, Attachment, attachment_of
from orchestrator.core.actions.commands import Attest
from orchestrator.core.actions.state import ACTED, UNSETTLED, Action
from orchestrator.core.errors import InputError
from orchestrator.core.report import Json
from orchestrator.core.shipping.stage import ShipmentStage
from orchestrator.core.shipping.standing import CREATE
from orchestrator.core.workflows import Done
from orchestrator.store.shipment_rows import Recorded
from orchestrator.surfaces.shipping_application import Found

_WORDS = {True: "shipped", False: "not shipped"}


async def resolve(
    shipping: Shipping,
    shipment_id: str,
    *,
    found: Found,
    numbers: Sequence[str],
    note: str,
    now: datetime | None = None,
) -> Json:
    """Settle it, and say so; what a read of the target tells counts more than what the person says.

    Args:
        shipping: What is open.
        shipment_id: `S-1`, ...
        found: Whether there is a shipment at the carrier that counts.
        numbers: Its tracking numbers, as the person read them there.
        note: How the person found out.
        now: The time of the person's word.
    """
    moment = now or datetime.now(UTC)
    record = await asyncio.to_thread(shipping.shipments.find, shipment_id)
    if numbers and found != "shipped":
        raise InputError("a tracking number belongs to a shipment that was found: give --found shipped, or no number")
    if record.stage is not ShipmentStage.PARKED:
        return await _nothing_open(shipping, record, numbers, moment)
    action = await shipping.acting.settle(_open_action(record))
    by_reading = action.stage not in UNSETTLED
    if not by_reading:
        done = (found == "shipped") is (action.request.workflow == CREATE)
        attest = Attest(by=this_user(), done=done, note=note)
        handled = await asyncio.to_thread(shipping.actions.handle, action.id, attest, now=moment)
        if handled.declined is not None:
            return concluded(record, "refused", handled.declined, now=moment)
        action = handled.action
    await asyncio.to_thread(shipping.acting.take_over, action)
    after = await asyncio.to_thread(shipping.desk.take, action, at=moment) or record
    after = await _completed(shipping, after, numbers, moment)
    return concluded(after, "done", _told(after, action, by_reading=by_reading), now=moment)


async def fetch_label(shipping: Shipping, record: Recorded, *, now: datetime) -> Attachment | None:
    """The label of a shipment that a person attested, read where its key is known; it buys nothing."""
    action = await shipping.acting.find(record.action)
    reading = await shipping.workflows.read(action.key, name=action.request.workflow, sent_at=action.requested_at)
    answer = reading.body if isinstance(reading, Done) else None
    label = answer.get("label") if isinstance(answer, Mapping) else None
    if not isinstance(label, Mapping) or not isinstance(label.get(CONTENT), str):
        return None
    file = attachment_of(label)
    await asyncio.to_thread(shipping.shipments.keep_label, record.id, file, now=now)
    return file


def _open_action(record: Recorded) -> str:
    """The action that nobody knows the outcome of: the void, where there is one, else the buying."""
    void = record.body.get("voided_by")
    return str(void) if void else record.action


async def _nothing_open(shipping: Shipping, record: Recorded, numbers: Sequence[str], now: datetime) -> Json:
    """It is settled: numbers are still taken where it has none."""
    if record.stage is ShipmentStage.BOUGHT and numbers and not record.tracking_numbers:
        after = await _completed(shipping, record, numbers, now)
        return concluded(after, "done", f"{record.id} has its tracking numbers", now=now)
    return concluded(record, "refused", f"{record.id} is {record.stage.value}: there is nothing to resolve", now=now)


async def _completed(shipping: Shipping, record: Recorded, numbers: Sequence[str], now: datetime) -> Recorded:
    """With the numbers that the person found, where the carrier's answer holds none, and with its label."""
    if record.stage is not ShipmentStage.BOUGHT:
        return record
    if numbers and not record.tracking_numbers:
        record = await asyncio.to_thread(shipping.shipments.give_numbers, record.id, numbers, now=now)
    if record.body.get("label") is None:
        await fetch_label(shipping, record, now=now)
    return await asyncio.to_thread(shipping.shipments.find, record.id)


def _told(record: Recorded, action: Action, *, by_reading: bool) -> str:
    """What is settled, and by whom."""
    acted = action.stage in ACTED
    shipped = acted if action.request.workflow == CREATE else not acted
    source = "its target was read" if by_reading else f"by the word of {this_user()}"
    return f"{record.id} is settled, {source}: {_WORDS[shipped]}"
