"""What is known at one step of a trace: folded from the steps before it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from agents.shipment.conduct.said_facts import (
    Fact,
    facts_compared,
    facts_in,
    facts_read,
    order_facts,
    proposal_facts,
)
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
from orchestrator.core.orders.order import Order
from playbooks.shipping.conduct import Rule

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What holds before a step.

    Attributes:
        state: The shop, with all that was written.
        rules: All that the trace is held against.
        customer: Who was authenticated first; empty before.
        reads: What was read, as (what, id).
        proposed: Changes that were stated, by identity, with their fingerprint.
        open: Those of them that wait for an answer.
        agreed: How many times each may be done, by the customer's yes.
        written: How often an action was done to an order.
        facts: Numbers, prices and statuses that were read or follow from a proposal, by the customer whose they are;
            those of products are under the empty name.
        heard: Those that came from the customer.
        beside: The steps of the same moment.
    """

    state: ShopState
    rules: Sequence[Rule]
    customer: str = ""
    reads: frozenset[tuple[Subject, str]] = frozenset()
    proposed: Mapping[str, str] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    agreed: Counter[str] = field(default_factory=Counter)
    written: Counter[tuple[str, str]] = field(default_factory=Counter)
    handed_over: bool = False
    facts: Mapping[str, frozenset[Fact]] = field(default_factory=dict)
    heard: frozenset[Fact] = frozenset()
    beside: tuple[Step, ...] = ()

    @property
    def own(self) -> frozenset[Fact]:
        """The facts that this customer may be told."""
        return self.facts.get("", frozenset()) | self.facts.get(self.customer, frozenset()) | self.heard

    @property
    def foreign(self) -> frozenset[Fact]:
        """The facts that only somebody else may be told."""
        others = [found for owner, found in self.facts.items() if owner not in {"", self.customer}]
        return frozenset().union(*others) - self.own

    def at(self, step: Step) -> "Known":
        """The same for a step: beside it are only those of its moment."""
        return replace(self, beside=tuple(one for one in self.beside if one.moment == step.moment))

    def after(self, step: Step) -> "Known":
        """What is known once a step was made."""
        known = replace(self, beside=(*self.beside, step))
        match step:
            case Authenticated():
                return replace(known, customer=self.customer or step.customer_id)
            case Read():
                return _read(known, step)
            case Proposed():
                return _stated(known, step)
            case Said():
                return _heard(known, step) if step.by == "customer" else known
            case Wrote():
                return _done(known, step)
            case HandedOver():
                return replace(known, handed_over=True)
            case _:
                assert_never(step)


def _read(known: Known, step: Read) -> Known:
    known = replace(known, reads=known.reads | {(step.what, step.id)})
    owner = _whose(known, step)
    known = _with(known, owner, facts_read(step, known.state))
    for order in _all_read(known, Subject.ORDER, known.state.orders):
        for product in _all_read(known, Subject.PRODUCT, known.state.products):
            if step.id in {order.id, product.id}:
                known = _with(known, order.customer_id, facts_compared(order, product))
    return known


def _whose(known: Known, step: Read) -> str:
    """The customer that a read is about; nobody's is a product."""
    match step.what:
        case Subject.CUSTOMER:
            return step.id
        case Subject.ORDER:
            return _owner(known, step.id)
        case Subject.PRODUCT:
            return ""
        case Subject.SHIPMENT:
            return next((order.customer_id for order in known.state.orders.values() if _left_as(order, step.id)), "")
        case _:
            assert_never(step.what)


def _left_as(order: Order, number: str) -> bool:
    return any(number in one.tracking_numbers for one in order.fulfillments)


def _all_read(known: Known, what: Subject, among: Mapping[str, T]) -> list[T]:
    return [among[name] for kind, name in known.reads if kind is what and name in among]


def _owner(known: Known, order_id: str) -> str:
    order = known.state.orders.get(order_id)
    return order.customer_id if order else ""


def _with(known: Known, owner: str, facts: frozenset[Fact]) -> Known:
    return replace(known, facts={**known.facts, owner: known.facts.get(owner, frozenset()) | facts})


def _stated(known: Known, step: Proposed) -> Known:
    found = identity(step.action, step.arguments)
    known = _with(
        known, _owner(known, text(step.arguments, "order_id")), proposal_facts(step.action, step.arguments, known.state)
    )
    return replace(known, proposed={**known.proposed, found: step.fingerprint}, open=known.open | {found})


def _heard(known: Known, step: Said) -> Known:
    """A yes answers what is open, once; a no takes back what was agreed and not done yet, too."""
    known = replace(known, heard=known.heard | facts_in(step.text))
    if step.answer is Answer.NONE:
        return known
    meant = frozenset(one for one, mark in known.proposed.items() if not step.to or mark == step.to)
    agreed = Counter(known.agreed)
    if step.answer is Answer.YES:
        agreed.update(known.open & meant)
    else:
        agreed = Counter({one: count for one, count in agreed.items() if one not in meant})
    return replace(known, open=known.open - meant, agreed=agreed)


def _done(known: Known, step: Wrote) -> Known:
    agreed, written = Counter(known.agreed), Counter(known.written)
    agreed[identity(step.action, step.arguments)] -= 1
    name = text(step.arguments, "order_id")
    written[step.action, name] += 1
    state = known.state.after(step.action, step.arguments)
    order = state.orders.get(name)
    known = _with(known, order.customer_id, order_facts(order)) if order else known
    return replace(known, state=state, agreed=+agreed, written=written)
