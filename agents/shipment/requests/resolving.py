"""Holds what a sentence points at against the customer's orders: exactly what is meant, or why not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from agents.shipment.requests.cursor import Scene
from agents.shipment.requests.phrases import Method, OrderPhrase, Place, Thing, Verb
from agents.shipment.requests.verdicts import Impossible, Unclear
from orchestrator.core.orders.order import Customer, Order, OrderItem, OrderStatus, PaymentKind, PaymentMethod
from orchestrator.core.shipping.address import Address

_SWAPPED = (OrderStatus.PENDING, OrderStatus.DELIVERED)
_LEGAL: dict[Verb, tuple[str, ...]] = {
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


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order; lines are the same where their order's id and their place in it are."""

    order: Order = field(compare=False)
    index: int
    order_id: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "order_id", self.order.id)

    @property
    def item(self) -> OrderItem:
        """What stands in it."""
        return self.order.items[self.index]


@dataclass(slots=True)
class Memory:
    """What has been spoken of so far: the orders and lines that `the same`, `the other` and `it` mean."""

    orders: tuple[Order, ...] = ()
    lines: tuple[Line, ...] = ()
    things: tuple[Thing, ...] = ()
    address: Address | None = None
    has_items: bool = False
    """Whether single items were spoken of, so that `it` is no whole order."""
    named: tuple[Order, ...] = ()
    hints: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)


def orders_of(lines: Iterable[Line]) -> tuple[Order, ...]:
    """The orders of some lines, each once."""
    return tuple({line.order_id: line.order for line in lines}.values())


def legal_states(verb: Verb) -> tuple[str, ...]:
    """The states of an order in which the policy allows it."""
    return _LEGAL[verb]


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
    legal = tuple(one for one in found if one.status in _LEGAL[verb])
    if phrase.ids and len(legal) < len(found):
        raise Impossible(f"order {found[0].id} is {found[0].status}")
    if phrase.count is not None and phrase.count != len(legal):
        raise Unclear("order", f"{len(legal)} orders may be meant by {phrase.count}")
    if phrase.is_every or phrase.count is not None:
        if not legal:
            raise Impossible(f"no order is {' or '.join(_LEGAL[verb])}")
        return legal
    if len(found) == 1 and not legal:
        raise Impossible(f"order {found[0].id} is {found[0].status}")
    if not phrase.ids and len(legal) != 1:
        choices = tuple(one.id for one in legal)
        raise Unclear(
            "order", f"{len(legal)} orders may be meant", question="Which order do you mean?", choices=choices
        )
    return legal


def find_lines(thing: Thing, verb: Verb, scene: Scene, memory: Memory) -> tuple[Line, ...]:
    """Exactly the lines that a thing means; Unclear or Impossible where it is not exactly some."""
    memory.has_items = memory.has_items or bool(thing.product_ids or thing.item_id)
    if thing.is_pronoun:
        return _remembered(thing, verb, scene, memory)
    every = tuple(line for order in _orders(thing, scene, memory) for line in _lines(order))
    known = tuple(line for line in every if _is(thing, line))
    if not known:
        raise Unclear("items", f"no order holds {_named(thing, scene)}")
    legal = tuple(line for line in known if line.order.status in _LEGAL[verb])
    if not legal:
        raise Impossible(f"order {known[0].order.id} is {known[0].order.status}")
    meant = _narrowed(thing, legal, memory)
    if not meant:
        raise Unclear("items", f"no such item is {' and '.join(sorted(thing.hints))}")
    excluded = {line for one in thing.excluding for line in _excluded(one, meant, scene)}
    left = tuple(line for line in meant if line not in excluded)
    _check_one_order(thing, left, memory)
    return _counted(thing, _picked(thing, left, scene), scene)


def _check_one_order(thing: Thing, lines: Sequence[Line], memory: Memory) -> None:
    """A group `in your order` is of one order; `in your orders` may be of more."""
    if (
        thing.is_every
        and not thing.product_ids
        and thing.order is None
        and not thing.hints & {"ordered", "pending", "delivered"}
    ):
        if len({line.order_id for line in lines}) > 1 and not memory.orders:
            raise Unclear("order", "items of more than one order may be meant")
        return
    if thing.order is None or thing.order.is_plural or thing.order.is_every or len(thing.order.ids) > 1:
        return
    found = {line.order_id for line in lines}
    if len(found) > 1:
        raise Unclear(
            "order",
            f"{len(found)} orders may be meant",
            question="Which order do you mean?",
            choices=tuple(sorted(found)),
        )


def _picked(thing: Thing, lines: tuple[Line, ...], scene: Scene) -> tuple[Line, ...]:
    """The line that is most or least of what is compared; Unclear where that is not exactly one."""
    if thing.pick is None or not lines:
        return lines
    options, is_up, is_of_two = thing.pick
    if is_of_two and len(lines) != 2:  # noqa: PLR2004  # the cheaper one is one of two
        raise Unclear("items", f"{len(lines)} items are compared")
    measures = [_measure(line, options, scene) for line in lines]
    best = (max if is_up else min)(measures)
    if measures.count(best) != 1:
        raise Unclear("items", "the items that are compared are alike")
    return (lines[measures.index(best)],)


def _measure(line: Line, options: tuple[str, ...], scene: Scene) -> Decimal:
    if "price" in options:
        return line.item.price
    forms = scene.catalogue.options_of(line.item.product_id)
    option = next((one for one in options if one in forms.all), "")
    scale = forms.scale(option)
    value = line.item.options.get(option, "")
    if value not in scale:
        raise Unclear("items", f"{line.item.name} has no scale for {', '.join(options)}")
    return Decimal(scale.index(value))


def lines_of(order: Order) -> tuple[Line, ...]:
    """All lines of an order."""
    return tuple(_lines(order))


def _remembered(thing: Thing, verb: Verb, scene: Scene, memory: Memory) -> tuple[Line, ...]:
    if memory.things:
        found = [line for one in memory.things for line in find_lines(one, verb, scene, memory)]
        memory.lines, memory.things = tuple(found), ()
    if not (memory.lines or memory.has_items) and len(memory.orders) == 1:
        memory.lines = lines_of(memory.orders[0])
    legal = tuple(line for line in memory.lines if line.order.status in _LEGAL[verb])
    if not memory.lines:
        raise Unclear("items", "what `it` means is not said")
    if len(legal) != len(memory.lines):
        raise Impossible(f"order {memory.lines[0].order.id} is {memory.lines[0].order.status}")
    if thing.excluding:
        raise Unclear("items", "what is left out is not clear")
    return legal


def _orders(thing: Thing, scene: Scene, memory: Memory) -> tuple[Order, ...]:
    if thing.order is not None:
        return find_orders(thing.order, scene, memory)
    if (
        thing.is_every
        and not thing.product_ids
        and not thing.hints & {"pending", "delivered"}
        and memory.orders
        and not memory.named
    ):
        return memory.orders
    return memory.named or scene.orders


def _lines(order: Order) -> Iterable[Line]:
    return (Line(order, index) for index in range(len(order.items)))


def _is(thing: Thing, line: Line) -> bool:
    item = line.item
    if thing.item_id and thing.item_id not in {item.item_id, item.product_id}:
        return False
    if thing.product_ids and item.product_id not in thing.product_ids:
        return False
    if not all(any(item.options.get(option) == value for option, value in pairs) for pairs in thing.pairs):
        return False
    if thing.options is not None:
        own = {option.lower(): value.lower() for option, value in item.options.items()}
        if any(own.get(option) != value for option, value in thing.options.items()):
            return False
    if thing.beside is not None:
        return any(other.product_id in thing.beside.product_ids for other in line.order.items)
    return True


def _narrowed(thing: Thing, lines: Sequence[Line], memory: Memory) -> tuple[Line, ...]:
    """The lines that the hints leave: pending, delivered and other must hold; what is fresh is rather pending."""
    found = tuple(lines)
    hints = thing.hints | memory.hints.get(thing.product_ids, frozenset())
    for hint, holds in (
        ("pending", lambda line: line.order.is_pending),
        ("delivered", lambda line: line.order.status == OrderStatus.DELIVERED),
        ("other", lambda line: line not in memory.lines),
    ):
        if hint in hints:
            found = tuple(line for line in found if holds(line))
    fresh = tuple(line for line in found if line.order.is_pending)
    return fresh if "fresh" in hints and fresh else found


def _excluded(thing: Thing, lines: Sequence[Line], scene: Scene) -> tuple[Line, ...]:
    found = tuple(line for line in lines if _is(thing, line))
    if not found:
        raise Unclear("items", f"{_named(thing, scene)} is to be left out, and is not among the items")
    return found


def _counted(thing: Thing, lines: tuple[Line, ...], scene: Scene) -> tuple[Line, ...]:
    """The lines, if they are as many as are said."""
    if not lines:
        raise Unclear("items", "nothing is left after what is left out")
    wanted = thing.count
    many = thing.is_every or (thing.is_plural and wanted is None and _is_singular_name(thing, scene))
    if many and wanted is None:
        return lines
    wanted = wanted or 1
    if len(lines) == wanted:
        return lines
    alike = {(line.order.id, line.item.item_id) for line in lines}
    if len(lines) > wanted and len(alike) == 1:
        return lines[:wanted]
    choices = tuple(f"{line.item.item_id} of {line.order.id}" for line in lines)
    raise Unclear(
        "items",
        f"{len(lines)} items may be meant by {_named(thing, scene)}",
        question="Which one do you mean?",
        choices=choices,
    )


def _is_singular_name(thing: Thing, scene: Scene) -> bool:
    """Whether the product's name is a singular: `boots` of Hiking Boots are one pair."""
    names = [scene.catalogue.products[one].name for one in thing.product_ids if one in scene.catalogue.products]
    return not any(name.lower().endswith("s") and not name.lower().endswith("ss") for name in names)


def _named(thing: Thing, scene: Scene) -> str:
    names = sorted({scene.catalogue.products[one].name for one in thing.product_ids if one in scene.catalogue.products})
    return thing.item_id or " or ".join(names) or "the items"


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
