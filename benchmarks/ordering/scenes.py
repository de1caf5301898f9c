"""A gold trace with the shop that it is in, and the small edits that mutations are made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from agents.shipment.conduct.shop_state import ShopState
from agents.shipment.conduct.trace import (
    Answer,
    Authenticated,
    HandedOver,
    Proposed,
    Read,
    Said,
    Step,
    Subject,
    Wrote,
    identity,
    text,
)
from orchestrator.core.orders.order import Customer, Order, OrderItem, PaymentKind, Variant

FAR = 10_000
"""Moments are numbered anew after an edit; this only keeps inserted ones apart."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A trace, and the shop before it."""

    steps: tuple[Step, ...]
    state: ShopState

    @property
    def customer(self) -> Customer:
        """Who is served."""
        return self.state.customers[self.steps[self.known_at].customer_id]  # type: ignore[union-attr]  # it is that step

    @property
    def known_at(self) -> int:
        """Where they were authenticated."""
        return next(at for at, step in enumerate(self.steps) if isinstance(step, Authenticated))

    @property
    def end(self) -> int:
        """Where something more can be done: before the last words, and before it is handed over."""
        over = (at for at, step in enumerate(self.steps) if isinstance(step, HandedOver))
        return next(over, len(self.steps) - 1)

    def writes(self, *actions: str) -> list[int]:
        """Where changes of those names are made; all where none is named."""
        return [
            at
            for at, step in enumerate(self.steps)
            if isinstance(step, Wrote) and (not actions or step.action in actions)
        ]

    def write(self, at: int) -> Wrote:
        """The change there."""
        step = self.steps[at]
        assert isinstance(step, Wrote)
        return step

    def order_at(self, at: int) -> Order:
        """The order of the change there, as it stands before it."""
        state = self.state
        for before in self.writes():
            if before < at:
                state = state.after(self.write(before).action, self.write(before).arguments)
        return state.orders[text(self.write(at).arguments, "order_id")]

    def untouched(self, *statuses: str) -> list[Order]:
        """The customer's orders that the trace changes nothing of, in those statuses."""
        changed = {text(self.write(at).arguments, "order_id") for at in self.writes()}
        own = (self.state.orders[name] for name in self.customer.orders)
        return [order for order in own if order.status in statuses and order.id not in changed]

    def put(self, at: int, *steps: Step) -> "Scene":
        """With steps before the one at that place."""
        return replace(self, steps=renumbered((*self.steps[:at], *steps, *self.steps[at:])))

    def without(self, *places: int) -> "Scene":
        """Without those steps."""
        return replace(self, steps=tuple(step for at, step in enumerate(self.steps) if at not in places))

    def with_step(self, at: int, step: Step) -> "Scene":
        """With another step at that place."""
        return replace(self, steps=(*self.steps[:at], step, *self.steps[at + 1 :]))

    def with_arguments(self, at: int, **given: object) -> "Scene":
        """With other arguments in a change and in all that was stated of it."""
        write = self.write(at)
        arguments = {**write.arguments, **given}
        old, new = identity(write.action, write.arguments), identity(write.action, arguments)
        steps = [
            replace(step, arguments=arguments, fingerprint=new)
            if isinstance(step, Proposed) and identity(step.action, step.arguments) == old
            else step
            for step in self.steps
        ]
        steps[at] = replace(write, arguments=arguments)
        return replace(self, steps=tuple(steps))


Mutation = Callable[[Scene, Random], Scene | None]
"""A scene with one thing changed; None where it cannot be done to this one."""


def renumbered(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Each step a moment of its own."""
    return tuple(replace(step, moment=number) for number, step in enumerate(steps, start=1))


def agreed(action: str, arguments: Mapping[str, object], *, read: bool = True) -> tuple[Step, ...]:
    """A change as it should be made: read, stated, agreed to, done."""
    order = text(arguments, "order_id")
    reads = (Read(what=Subject.ORDER, id=order, moment=FAR),) if read and order else ()
    mark = identity(action, arguments)
    return (
        *reads,
        Proposed(action=action, arguments=arguments, fingerprint=mark, moment=FAR),
        Said(by="customer", text="Yes.", answer=Answer.YES, moment=FAR),
        Wrote(action=action, arguments=arguments, moment=FAR),
    )


def variants_for(scene: Scene, item: OrderItem, *, available: bool) -> list[Variant]:
    """Other articles of an article's product."""
    product = scene.state.products[item.product_id]
    return [one for one in product.variants if one.available is available and one.item_id != item.item_id]


def plain_method(scene: Scene, order: Order) -> str | None:
    """A method of the customer that holds no balance, the one that the order was paid by first."""
    plain = [one.id for one in scene.customer.payment_methods if one.kind is not PaymentKind.GIFT_CARD]
    return order.paid_by if order.paid_by in plain else next(iter(plain), None)


def with_balance(scene: Scene, method_id: str, balance: Decimal) -> Scene:
    """With that much on one of the customer's gift cards."""
    methods = tuple(
        replace(one, balance=balance) if one.id == method_id else one for one in scene.customer.payment_methods
    )
    customer = replace(scene.customer, payment_methods=methods)
    state = replace(scene.state, customers={**scene.state.customers, customer.id: customer})
    return replace(scene, state=state)
