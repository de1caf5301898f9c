"""An order whose parcels have all arrived is delivered: the carriers know it first, the shop takes it over."""

import sqlite3
from dataclasses import replace
from datetime import datetime

from orchestrator.core.orders.order import Order, OrderStatus
from orchestrator.core.shipping.shipment import TrackingStatus
from playbooks.shop.following import events_of
from playbooks.shop.orders import save_order
from playbooks.shop.shipments import Sent, prepare_carriers, sent_of_order
from playbooks.shop.tariff_reading import shipped_tariff


def taken_over(connection: sqlite3.Connection, order: Order, *, now: datetime) -> Order:
    """The order as it stands now: delivered and saved so, where all that left of it has arrived; else as it is."""
    if order.status != OrderStatus.PROCESSED:
        return order
    prepare_carriers(connection)
    outward = [
        sent
        for sent in sent_of_order(connection, order.id)
        if not sent.is_return and not sent.test_mode and sent.voided_at is None
    ]
    if not outward or not all(_has_arrived(connection, sent, now) for sent in outward):
        return order
    return save_order(connection, replace(order, status=OrderStatus.DELIVERED.value))


def _has_arrived(connection: sqlite3.Connection, sent: Sent, now: datetime) -> bool:
    """Whether the newest that the carrier tells of each parcel is that it was delivered."""
    tariff = shipped_tariff()
    newest = [
        max(events, key=lambda event: event.occurred_at, default=None)
        for number in sent.tracking_numbers
        for events in [events_of(connection, sent, number, tariff=tariff, now=now)]
    ]
    return bool(newest) and all(one is not None and one.status is TrackingStatus.DELIVERED for one in newest)
