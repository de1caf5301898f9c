"""Buys a shipment of an order from a sample carrier: order, stock, numbers and label change together or not at all."""

import base64
import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.core.orders.order import Fulfillment, Order, OrderStatus
from orchestrator.core.report import Json
from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus
from orchestrator.core.table import iso_utc
from orchestrator.core.workflows import Effects, NotPossibleError
from playbooks.shop.carriers import code_of, tracking_number
from playbooks.shop.labels.content import contents_of
from playbooks.shop.labels.making import make_label
from playbooks.shop.orders import read_order, save_order
from playbooks.shop.products import free_reservations, take_stock
from playbooks.shop.purchase import Priced, Purchase, check_order, check_stock, pieces_to_ship, priced, read_purchase
from playbooks.shop.shipments import (
    Sent,
    StoredLabel,
    add_event,
    add_sent,
    draw_serial,
    name_serial,
    prepare_carriers,
    read_label,
    save_label,
    sent_by_key,
)
from playbooks.shop.tables import prepare, rows_of
from playbooks.shop.tariff import Tariff
from playbooks.shop.tariff_reading import shipped_tariff

BOUGHT = "create_shipment"
"""The kind of the host's records."""


async def create_shipment(body: Mapping[str, object], *, key: str, effects: Effects) -> Json:
    """Buy a shipment once for a key; what its workflow answers, `NotPossibleError` where a condition does not hold."""
    purchase, tariff, now = read_purchase(body), shipped_tariff(), effects.now()
    await effects.change(BOUGHT, lambda connection: buy(connection, purchase, key=key, tariff=tariff, now=now), key=key)
    return await effects.look(lambda connection: bought_answer(connection, key))


def buy(connection: sqlite3.Connection, purchase: Purchase, *, key: str, tariff: Tariff, now: datetime) -> Json:
    """Check and buy within the caller's transaction; the record of it."""
    prepare(connection)
    prepare_carriers(connection)
    order = read_order(connection, purchase.order_id)
    if order is None:
        raise NotPossibleError("OrderNotFound", f"There is no order {purchase.order_id!r}.")
    check_order(connection, order, purchase)
    pieces = {} if purchase.is_return else pieces_to_ship(order, purchase)
    check_stock(connection, order, pieces)
    chosen = priced(tariff, purchase, order, now=now)
    sent = _sent(purchase, chosen, order, key=key, now=now)
    if not (purchase.is_return or purchase.test_mode):
        sent = replace(sent, pieces=pieces, reserved=_reserved(connection, order.id))
    sent = _numbered(connection, sent, chosen)
    save_label(connection, sent.id, _label(sent, purchase, chosen))
    if sent.pieces:
        _ship(connection, order, sent)
    return {"key": key, "shipment": sent.number, "order_id": order.id}


def bought_answer(connection: sqlite3.Connection, key: str) -> Json:
    """What the workflow answers for a key that bought something: the same for ever, label and all."""
    sent = sent_by_key(connection, key)
    label = read_label(connection, sent.id) if sent else None
    assert sent is not None
    assert label is not None
    return {
        "key": key,
        "number": sent.number,
        "order_id": sent.order_id,
        "carrier": sent.carrier,
        "service": sent.service,
        "tracking_numbers": list(sent.tracking_numbers),
        "rate": sent.rate.document(),
        "label": {
            "media_type": label.media_type,
            "content_base64": base64.b64encode(label.content).decode("ascii"),
            "sha256": label.sha256,
            "size": label.size,
        },
        "promised_at": iso_utc(sent.promised_at),
        "void_by": iso_utc(sent.void_by),
        "test_mode": sent.test_mode,
        "created_at": iso_utc(sent.created_at),
    }


def _sent(purchase: Purchase, chosen: Priced, order: Order, *, key: str, now: datetime) -> Sent:
    consignment = purchase.consignment
    assert chosen.rate.promised_at is not None
    return Sent(
        key=key,
        order_id=order.id,
        reference=purchase.reference or order.id,
        carrier=chosen.carrier.carrier,
        service=chosen.service.service,
        zone=chosen.zone,
        ship_from=consignment.ship_from,
        ship_to=consignment.ship_to,
        return_to=purchase.return_to,
        parcels=consignment.parcels,
        rate=chosen.rate,
        is_return=purchase.is_return,
        test_mode=purchase.test_mode,
        signature=consignment.signature,
        insurance=consignment.insurance,
        created_at=now,
        promised_at=chosen.rate.promised_at,
        void_by=now + timedelta(days=chosen.carrier.void_days),
        status_before=order.status,
    )


def _numbered(connection: sqlite3.Connection, sent: Sent, chosen: Priced) -> Sent:
    """The shipment as written, each parcel with its number, and announced to its carrier."""
    shipment, numbers = add_sent(connection, sent), []
    announced = TrackingEvent(
        carrier_code=code_of(sent.carrier, "announced"),
        status=TrackingStatus.PENDING,
        occurred_at=sent.created_at,
        location=sent.ship_from.city,
        description="Label made; the parcel is announced",
        estimated_at=sent.promised_at,
    )
    for parcel in range(len(sent.parcels)):
        serial = draw_serial(connection, shipment=shipment, parcel=parcel)
        number = tracking_number(chosen.service, serial)
        name_serial(connection, serial, number)
        add_event(connection, number, announced)
        numbers.append(number)
    return replace(sent, id=shipment, tracking_numbers=tuple(numbers))


def _label(sent: Sent, purchase: Purchase, chosen: Priced) -> StoredLabel:
    contents = contents_of(sent, carrier=chosen.carrier.name, service=chosen.service.name)
    media_type, content = make_label(contents, label_format=purchase.label_format)
    digest = hashlib.sha256(content).hexdigest()
    return StoredLabel(media_type=media_type, content=content, sha256=digest, size=len(content))


def _reserved(connection: sqlite3.Connection, order_id: str) -> Mapping[str, int]:
    rows = rows_of(connection, "SELECT item_id, quantity FROM shop_reservations WHERE order_id = ?", order_id)
    return {row["item_id"]: row["quantity"] for row in rows}


def _ship(connection: sqlite3.Connection, order: Order, sent: Sent) -> None:
    """Let the pieces leave: from the stock, and from what was set aside for the order."""
    left = tuple(item_id for item_id, count in sent.pieces.items() for _ in range(count))
    fulfillment = Fulfillment(tracking_numbers=sent.tracking_numbers, item_ids=left, shipment=sent.number)
    take_stock(connection, sent.pieces)
    free_reservations(connection, order.id)
    save_order(
        connection,
        replace(order, status=OrderStatus.PROCESSED, fulfillments=(*order.fulfillments, fulfillment)),
    )
