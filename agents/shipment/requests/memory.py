"""What has been spoken of so far, and the lines of orders that it is about."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.shipment.requests.phrases import Thing
from orchestrator.core.orders.order import Order, OrderItem
from orchestrator.core.shipping.address import Address


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
    kin: dict[str, str] = field(default_factory=dict)
    hints: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)


def orders_of(lines: Iterable[Line]) -> tuple[Order, ...]:
    """The orders of some lines, each once."""
    return tuple({line.order_id: line.order for line in lines}.values())


def lines_of(order: Order) -> tuple[Line, ...]:
    """All lines of an order."""
    return tuple(all_lines(order))


def all_lines(order: Order) -> Iterable[Line]:
    """The lines of an order, one after another."""
    return (Line(order, index) for index in range(len(order.items)))
