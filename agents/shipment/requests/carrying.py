"""Makes requests on parcels exact: which order, which parcel, which items."""

from collections.abc import Sequence

from agents.shipment.requests.cursor import Scene
from agents.shipment.requests.finding import one_order
from agents.shipment.requests.memory import Memory, orders_of
from agents.shipment.requests.phrases import Act, Verb
from agents.shipment.requests.resolving import find_lines
from agents.shipment.requests.verdicts import Unclear
from agents.shipment.requests.wanted import CancelShipment, ReportDamaged, ReportLost, Ship, Track, Wanted
from orchestrator.core.orders.order import Order


def carried(act: Act, scene: Scene, memory: Memory) -> Sequence[Wanted]:
    """What is wanted for each order of the act."""
    if act.number:
        return [Track(tracking_number=act.number)]
    if act.parts:
        return _damaged(act, scene, memory)
    orders = [order for phrase in act.orders for order in one_order(phrase, act.verb, scene, memory)]
    memory.orders = tuple(orders)
    return [_wanted(act, order) for order in orders]


def _wanted(act: Act, order: Order) -> Wanted:
    match act.verb:
        case Verb.TRACK:
            return Track(order_id=order.id)
        case Verb.SHIP:
            return Ship(order_id=order.id, wishes=act.manner)
        case Verb.VOID:
            return CancelShipment(order_id=order.id)
        case Verb.LOST:
            return ReportLost(order_id=order.id)
        case Verb.DAMAGED:
            return ReportDamaged(order_id=order.id)
        case _:
            raise Unclear("action", f"{act.verb} is not done to a parcel")


def _damaged(act: Act, scene: Scene, memory: Memory) -> Sequence[Wanted]:
    lines = [line for part in act.parts for thing in part.things for line in find_lines(thing, act.verb, scene, memory)]
    memory.lines = tuple(lines)
    return [
        ReportDamaged(
            order_id=order.id, item_ids=tuple(line.item.item_id for line in lines if line.order_id == order.id)
        )
        for order in orders_of(lines)
    ]
