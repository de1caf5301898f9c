"""Finds the orders, the way to pay and the address that words mean."""

from collections.abc import Callable
from dataclasses import replace

from agents.shipment.requests.cursor import Scene
from agents.shipment.requests.memory import Memory
from agents.shipment.requests.phrases import Method, OrderPhrase, Place, Verb
from agents.shipment.requests.verdicts import Impossible, Unclear
from orchestrator.core.orders.order import Customer, Order, OrderStatus, PaymentKind, PaymentMethod
from orchestrator.core.shipping.address import Address

_SWAPPED = (OrderStatus.PENDING, OrderStatus.DELIVERED)

LEGAL: dict[Verb, tuple[str, ...]] = {
    Verb.RETURN: (OrderStatus.DELIVERED,),
    Verb.EXCHANGE: _SWAPPED,
    Verb.CHANGE: _SWAPPED,
    Verb.CANCEL: (OrderStatus.PENDING,),
    Verb.READDRESS: (OrderStatus.PENDING, OrderStatus.ITEMS_MODIFIED),
    Verb.REPAY: (OrderStatus.PENDING,),
    Verb.TRACK: tuple(OrderStatus),
    Verb.SHIP: (OrderStatus.PENDING, OrderStatus.ITEMS_MODIFIED),
    Verb.VOID: (OrderStatus.PENDING, OrderStatus.ITEMS_MODIFIED, OrderStatus.PROCESSED),
    Verb.LOST: (OrderStatus.PROCESSED, OrderStatus.DELIVERED),
    Verb.DAMAGED: (OrderStatus.DELIVERED,),
    Verb.NEVER: (),
    Verb.CROSS: (),
}


def find_orders(phrase: OrderPhrase, scene: Scene, memory: Memory) -> tuple[Order, ...]:
    """Every order that the phrase may mean; Unclear where it names one that is not the customer's."""
    if phrase.ids:
        known = {one.id: one for one in scene.orders}
        for order_id in phrase.ids:
            if order_id not in known:
                raise Unclear("order", f"{order_id} is no order of the customer")
        return tuple(known[one] for one in dict.fromkeys(phrase.ids))
    found = tuple(one for one in _nearby(phrase, scene, memory) if _matches(phrase, one))
    fresh = tuple(one for one in found if one.is_pending)
    return _recent(phrase, fresh if "fresh" in phrase.hints and fresh else found)


def _nearby(phrase: OrderPhrase, scene: Scene, memory: Memory) -> tuple[Order, ...]:
    """The orders among which `the same` and `the other` choose."""
    if "same" in phrase.hints and memory.orders:
        return memory.orders
    if "other" in phrase.hints and memory.orders:
        return tuple(one for one in scene.orders if one not in memory.orders)
    return scene.orders


def _matches(phrase: OrderPhrase, order: Order) -> bool:
    return (
        (not phrase.place or phrase.place in {order.address.city.lower(), order.address.state_code})
        and (not phrase.product_ids or any(item.product_id in phrase.product_ids for item in order.items))
        and all(any(item.product_id in ids for item in order.items) for ids in phrase.beside)
        and ("pending" not in phrase.hints or order.is_pending)
        and ("delivered" not in phrase.hints or order.status == OrderStatus.DELIVERED)
    )


def _recent(phrase: OrderPhrase, orders: tuple[Order, ...]) -> tuple[Order, ...]:
    """The newest, where the shop says when orders were placed; all of them where it does not."""
    if "recent" not in phrase.hints or not orders or not all(one.placed_at for one in orders):
        return orders
    newest = max(one.placed_at for one in orders if one.placed_at)
    return tuple(one for one in orders if one.placed_at == newest)


def one_order(phrase: OrderPhrase, verb: Verb, scene: Scene, memory: Memory) -> tuple[Order, ...]:
    """The order, or each of the orders, that an act is on; Impossible where its state forbids it."""
    found = find_orders(phrase, scene, memory)
    legal = tuple(one for one in found if one.status in LEGAL[verb])
    if "wrong" in phrase.hints:
        legal = tuple(one for one in legal if memory.address is not None and one.address.place != memory.address.place)
    if phrase.ids and len(legal) < len(found):
        raise Impossible(f"order {found[0].id} is {found[0].status}")
    if phrase.count is not None and phrase.count != len(legal):
        raise Unclear("order", f"{len(legal)} orders may be meant by {phrase.count}")
    if phrase.is_every or phrase.count is not None:
        if not legal:
            raise Impossible(f"no order is {' or '.join(LEGAL[verb])}")
        return legal
    if len(found) == 1 and not legal:
        raise Impossible(f"order {found[0].id} is {found[0].status}")
    if not phrase.ids and len(legal) != 1:
        choices = tuple(one.id for one in legal)
        raise Unclear(
            "order", f"{len(legal)} orders may be meant", question="Which order do you mean?", choices=choices
        )
    return legal


def usable_method(
    method: Method | None, order: Order, customer: Customer, *, is_allowed: Callable[[PaymentMethod], bool]
) -> PaymentMethod:
    """The first of a way to pay and its alternatives that is on file and allowed; Unclear where none is."""
    while True:
        try:
            found = find_method(method, order, customer)
        except Unclear:
            if method is None or method.otherwise is None:
                raise
        else:
            if is_allowed(found):
                return found
            if method is None or method.otherwise is None:
                raise Unclear("payment", f"{found.id} cannot be used for order {order.id}")
        method = method.otherwise


def find_method(method: Method | None, order: Order, customer: Customer) -> PaymentMethod:
    """The customer's way to pay that is meant, the order's own where none is said; Unclear where it is not one."""
    own = {one.id: one for one in customer.payment_methods}
    original = own.get(order.paid_by)
    if method is None or method.is_original:
        if original is None:
            raise Unclear("payment", f"order {order.id} was paid by {order.paid_by}, which is not on file")
        return original
    fitting = [one for one in own.values() if _fits(method, one)]
    if original is not None and original in fitting and len(fitting) > 1:
        return original
    if len(fitting) != 1:
        choices = tuple(one.id for one in fitting)
        raise Unclear(
            "payment", f"{len(fitting)} payment methods may be meant", question="Which payment method?", choices=choices
        )
    return fitting[0]


def _fits(method: Method, known: PaymentMethod) -> bool:
    if method.id:
        return known.id == method.id
    return (
        known.kind == PaymentKind(method.kind)
        and (not method.brand or known.brand.lower() == method.brand)
        and (not method.last_four or known.last_four == method.last_four)
    )


def find_place(place: Place, scene: Scene, memory: Memory) -> Address:
    """The address that is meant; Unclear where the customer's data do not show exactly one."""
    if place.address is not None:
        return place.address
    if place.kin:
        place = replace(place, city=memory.kin.get(place.kin, "nowhere"))
    if place.is_stated:
        if memory.address is None:
            raise Unclear("address", "the right address is not stated", question="Which address is right?")
        return memory.address
    found: set[Address]
    if place.order is not None:
        found = {one.address.place for one in find_orders(place.order, scene, memory)}
    elif place.is_default:
        found = {scene.customer.address.place}
    else:
        found = {scene.customer.address.place, *(one.address.place for one in scene.orders)}
    if place.city:
        found = {one for one in found if place.city in {one.city.lower(), one.state_code}}
    if len(found) != 1:
        raise Unclear("address", f"{len(found)} addresses may be meant", choices=tuple(sorted(map(str, found))))
    return found.pop()
