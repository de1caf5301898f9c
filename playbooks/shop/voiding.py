"""Takes a shipment back before its carrier has it, and tells what became of a key that bought or took back."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from orchestrator.core.orders.order import OrderStatus
from orchestrator.core.report import Json
from orchestrator.core.shipping.shipment import RefundStatus, TrackingEvent, TrackingStatus
from orchestrator.core.table import iso_utc
from orchestrator.core.workflows import Effects, NotPossibleError
from playbooks.shop.buying import BOUGHT, bought_answer
from playbooks.shop.carriers import code_of
from playbooks.shop.following import is_with_carrier
from playbooks.shop.orders import find_order_id, read_order, save_order
from playbooks.shop.products import reserve, take_stock
from playbooks.shop.shipments import (
    Sent,
    add_event,
    mark_voided,
    prepare_carriers,
    sent_by_number,
    sent_by_void_key,
)
from playbooks.shop.tables import prepare
from playbooks.shop.tariff import Tariff
from playbooks.shop.tariff_reading import shipped_tariff

VOIDED = "void_shipment"
"""The kind of the host's records."""


async def void_shipment(body: Mapping[str, object], *, key: str, effects: Effects) -> Json:
    """Take a shipment back once for a key; what its workflow answers, `NotPossibleError` where it cannot be."""
    tariff, now = shipped_tariff(), effects.now()
    await effects.change(VOIDED, lambda connection: void(connection, body, key=key, tariff=tariff, now=now), key=key)
    return await effects.look(lambda connection: voided_answer(connection, key))


async def find_shipment(key: str, *, effects: Effects) -> Json:
    """What became of a key, as a lookup answers: `result` is what the workflow of the key answered."""
    # the runs first: one that ends between the two questions has its record by the second
    at_work = [await effects.state_of(workflow, key=key) == "running" for workflow in (BOUGHT, VOIDED)]
    if await effects.find(BOUGHT, key=key) is not None:
        return {"state": "done", "result": await effects.look(lambda connection: bought_answer(connection, key))}
    if await effects.find(VOIDED, key=key) is not None:
        return {"state": "done", "result": await effects.look(lambda connection: voided_answer(connection, key))}
    return {"state": "running" if any(at_work) else "absent", "result": None}


def void(
    connection: sqlite3.Connection, body: Mapping[str, object], *, key: str, tariff: Tariff, now: datetime
) -> Json:
    """Check and take back within the caller's transaction; the record of it."""
    prepare(connection)
    prepare_carriers(connection)
    sent = _sent(connection, body)
    if is_with_carrier(connection, sent, tariff=tariff, now=now):
        raise NotPossibleError("AlreadyPickedUp", f"{sent.carrier} has fetched {sent.number}: its label is used.")
    if now > sent.void_by:
        raise NotPossibleError(
            "VoidDeadlinePassed", f"{sent.number} could be given back until {iso_utc(sent.void_by)}."
        )
    mark_voided(connection, sent, key=key, at=now)
    _note_voided(connection, sent, reason=str(body.get("reason", "")), now=now)
    if sent.pieces:
        _bring_back(connection, sent)
    return {"key": key, "shipment": sent.number, "order_id": sent.order_id}


def voided_answer(connection: sqlite3.Connection, key: str) -> Json:
    """What the workflow answers for a key that took something back: the same for ever."""
    sent = sent_by_void_key(connection, key)
    assert sent is not None
    assert sent.voided_at is not None
    return {
        "key": key,
        "order_id": sent.order_id,
        "tracking_number": sent.tracking_numbers[0],
        "refund_status": RefundStatus.SUBMITTED.value,
        "voided_at": iso_utc(sent.voided_at),
    }


def _sent(connection: sqlite3.Connection, body: Mapping[str, object]) -> Sent:
    number, order_id = str(body["tracking_number"]), find_order_id(connection, str(body["order_id"]))
    sent = sent_by_number(connection, number)
    if sent is None or sent.order_id != order_id:
        raise NotPossibleError("ShipmentNotFound", f"Order {body['order_id']!r} has no shipment {number!r}.")
    if sent.voided_at is not None:
        raise NotPossibleError("ShipmentNotFound", f"{sent.number} was given back at {iso_utc(sent.voided_at)}.")
    return sent


def _note_voided(connection: sqlite3.Connection, sent: Sent, *, reason: str, now: datetime) -> None:
    event = TrackingEvent(
        carrier_code=code_of(sent.carrier, "voided"),
        status=TrackingStatus.CANCELLED,
        occurred_at=now,
        location=sent.ship_from.city,
        description=f"Label given back: {reason}" if reason else "Label given back",
    )
    for number in sent.tracking_numbers:
        add_event(connection, number, event)


def _bring_back(connection: sqlite3.Connection, sent: Sent) -> None:
    """Put the pieces back, on the shelf and for the order; it is what it was where nothing else of it has left."""
    take_stock(connection, {item_id: -count for item_id, count in sent.pieces.items()})
    reserve(connection, sent.order_id, sent.reserved)
    order = read_order(connection, sent.order_id)
    if order is None:
        return
    left = tuple(one for one in order.fulfillments if one.shipment != sent.number)
    as_before = not left and order.status == OrderStatus.PROCESSED
    save_order(connection, replace(order, fulfillments=left, status=sent.status_before if as_before else order.status))
