"""Holds what a sentence points at against the customer's orders: exactly what is meant, or why not."""

from collections.abc import Sequence
from decimal import Decimal

from agents.shipment.requests.cursor import Scene
from agents.shipment.requests.finding import LEGAL, find_orders
from agents.shipment.requests.memory import Line, Memory, all_lines, lines_of
from agents.shipment.requests.phrases import Thing, Verb
from agents.shipment.requests.verdicts import Impossible, Unclear
from orchestrator.core.orders.order import Order, OrderStatus


def legal_states(verb: Verb) -> tuple[str, ...]:
    """The states of an order in which the policy allows it."""
    return LEGAL[verb]


def find_lines(thing: Thing, verb: Verb, scene: Scene, memory: Memory) -> tuple[Line, ...]:
    """Exactly the lines that a thing means; Unclear or Impossible where it is not exactly some."""
    memory.has_items = memory.has_items or bool(thing.product_ids or thing.item_id)
    if thing.is_pronoun:
        return _remembered(thing, verb, scene, memory)
    every = tuple(line for order in _orders(thing, scene, memory) for line in all_lines(order))
    known = tuple(line for line in every if matches(thing, line))
    if not known:
        raise Unclear("items", f"no order holds {_named(thing, scene)}")
    legal = tuple(line for line in known if line.order.status in LEGAL[verb])
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


def _remembered(thing: Thing, verb: Verb, scene: Scene, memory: Memory) -> tuple[Line, ...]:
    if memory.things:
        found = [line for one in memory.things for line in find_lines(one, verb, scene, memory)]
        memory.lines, memory.things = tuple(found), ()
    if not (memory.lines or memory.has_items) and len(memory.orders) == 1:
        memory.lines = lines_of(memory.orders[0])
    legal = tuple(line for line in memory.lines if line.order.status in LEGAL[verb])
    if not memory.lines:
        raise Unclear("items", "what `it` means is not said")
    if len(legal) != len(memory.lines):
        raise Impossible(f"order {memory.lines[0].order.id} is {memory.lines[0].order.status}")
    if thing.excluding:
        raise Unclear("items", "what is left out is not clear")
    if thing.count is not None and len(legal) > thing.count:
        return _counted(thing, legal, scene)
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


def matches(thing: Thing, line: Line) -> bool:
    """Whether a line is of that product, with those values, beside that item."""
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
    found = tuple(line for line in lines if matches(thing, line))
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
