"""From a customer's own words to an end state: right, handed over, or wrong; with two baselines in the same run.

The customer knows only what the task says that they know, and says yes to whatever is proposed. What is proposed is
written through our tools, and the shop's tables tell what came of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from ordering.end_states import Snapshot, differences, snapshot
from ordering.hosting import Shop, Template
from ordering.reference import Reference, RefusedError
from ordering.retail import WRITES, Raw, Task, Write
from ordering.scenes import agreed, renumbered

from agents.shipment.conduct.compliance import check_trace
from agents.shipment.conduct.shop_state import ShopState
from agents.shipment.conduct.trace import Authenticated
from agents.shipment.requests.identity import read_identity
from agents.shipment.requests.understanding import understand
from agents.shipment.requests.wanted import (
    Cancel,
    ChangeCustomerAddress,
    Exchange,
    ModifyAddress,
    ModifyItems,
    ModifyPayment,
    NotUnderstood,
    Return,
    Wanted,
)
from orchestrator.core.orders.order import Customer
from orchestrator.core.workflows import Done, action_key
from playbooks.shipping.conduct import Rule

Reader = Callable[[Task, ShopState], Sequence[Write] | None]
"""What is to be written for a task; None hands it over."""
_CANCEL = re.compile(r"\bcancel", re.IGNORECASE)
_RETURN = re.compile(r"\b(?:return|refund)", re.IGNORECASE)
_ORDER = re.compile(r"#W\d{7}")


@dataclass(frozen=True, slots=True)
class Judged:
    """How a task ended: `right`, `handed_over`, `partly` (nothing wrong was written, and not all), or `wrong`."""

    task: str
    outcome: str
    note: str = ""


async def judge_words(
    template: Template, database: Raw, tasks: Sequence[Task], state: ShopState, read: Reader
) -> list[Judged]:
    """How each task ends with a reader."""
    found = []
    for task in tasks:
        writes = read(task, state)
        if writes is None or not writes:
            nothing = not reference_of(database, task).touched
            # where nothing is to be written, writing nothing is right if the customer was answered
            outcome = "right" if writes is not None and nothing else "handed_over"
            found.append(Judged(task.id, outcome))
            continue
        found.append(await _written(template, database, task, writes))
    return found


async def _written(template: Template, database: Raw, task: Task, writes: Sequence[Write]) -> Judged:
    async with template.open() as shop:
        before = snapshot(shop)
        made = []
        for number, write in enumerate(writes):
            kind = "update_customer" if write.action == "update_customer" else "update_order"
            outcome = await shop.deliver(write, key=action_key(kind, f"{task.id}.{number}"))
            made.append(isinstance(outcome, Done))
        wrong = differences(shop, before, reference_of(database, task))
        if not wrong:
            return Judged(task.id, "right")
        if not any(made):
            return Judged(task.id, "handed_over", "everything was refused")
        partly = partly_done(shop, before, database, task)
        return Judged(task.id, "partly" if partly else "wrong", wrong[0])


def partly_done(shop: Shop, before: Snapshot, database: Raw, task: Task) -> bool:
    """Whether the shop stands as some of the task's gold calls leave it: nothing wrong was done, and not all."""
    gold = [call for call in task.actions if call["name"] in WRITES]
    parts = (reference_of(database, task, only=frozenset(some)) for some in _subsets(len(gold)))
    return any(not differences(shop, before, part) for part in parts)


def _subsets(count: int) -> list[set[int]]:
    return [{n for n in range(count) if mask >> n & 1} for mask in range(1, 2**count - 1)]


def reference_of(database: Raw, task: Task, *, only: frozenset[int] | None = None) -> Reference:
    """The reference after a task's gold calls, or after some of them."""
    reference = Reference(database)
    calls = [call for call in task.actions if call["name"] in WRITES]
    for number, call in enumerate(calls):
        if only is not None and number not in only:
            continue
        try:
            reference.call(call["name"], call["arguments"])
        except RefusedError:
            continue
    return reference


def words_of(task: Task) -> tuple[str, str]:
    """What the customer knows, and what they want, in their words."""
    return str(task.raw.get("known_info") or ""), str(task.raw.get("user_reason") or "")


def find_customer(task: Task, state: ShopState) -> Customer | None:
    """Whom the words prove the customer to be: by mail, or by name or id with the postal code."""
    known, wanted = words_of(task)
    identity = read_identity(f"{known}\n\n{wanted}")
    mails = {mail.lower() for mail in identity.emails}
    names = {name.lower() for name in identity.names}
    found = [
        one
        for one in state.customers.values()
        if one.email.lower() in mails
        or (
            one.address.postal_code == identity.postal_code
            and (f"{one.first_name} {one.last_name}".lower() in names or one.id == identity.customer_id)
        )
    ]
    return found[0] if len(found) == 1 else None


def ours(task: Task, state: ShopState) -> Sequence[Write] | None:
    """The agent's own reading."""
    customer = find_customer(task, state)
    if customer is None:
        return None
    orders = [state.orders[name] for name in customer.orders]
    found = understand(words_of(task)[1], customer=customer, orders=orders, products=state.products)
    if isinstance(found, NotUnderstood):
        return None
    return [as_write(one, customer) for one in found.wanted]


def as_write(wanted: Wanted, customer: Customer) -> Write:
    """What is wanted as the workflow takes it."""
    match wanted:
        case Cancel():
            return Write(action="cancel", arguments={"order_id": wanted.order_id, "reason": wanted.reason})
        case ModifyPayment():
            given = {"order_id": wanted.order_id, "payment_method_id": wanted.payment_method_id}
            return Write(action="modify_payment", arguments=given)
        case Return():
            return Write(
                action="return",
                arguments={
                    "order_id": wanted.order_id,
                    "item_ids": list(wanted.item_ids),
                    "payment_method_id": wanted.payment_method_id,
                },
            )
        case Exchange() | ModifyItems():
            return Write(
                action="exchange" if isinstance(wanted, Exchange) else "modify_items",
                arguments={
                    "order_id": wanted.order_id,
                    "item_ids": [one.item_id for one in wanted.swaps],
                    "new_item_ids": [one.new_item_id for one in wanted.swaps],
                    "payment_method_id": wanted.payment_method_id,
                },
            )
        case ModifyAddress():
            return Write(action="modify_address", arguments={"order_id": wanted.order_id, **_address(wanted)})
        case ChangeCustomerAddress():
            return Write(action="update_customer", arguments={"customer_id": customer.id, **_address(wanted)})
        case _:
            assert_never(wanted)


def _address(wanted: ModifyAddress | ChangeCustomerAddress) -> Mapping[str, object]:
    return {"address": {name: value for name, value in wanted.address.document().items() if value}}


def rules_broken(task: Task, state: ShopState, rules: Sequence[Rule]) -> list[str]:
    """What is wrong with the proposals of our own reading, made as they should be, by the rules of conduct."""
    customer, writes = find_customer(task, state), ours(task, state)
    if customer is None or not writes:
        return []
    known = Authenticated(customer_id=customer.id, by="email", moment=0)
    steps = (known, *(step for write in writes for step in agreed(write.action, write.arguments)))
    return [f"{task.id}: {one.rule}: {one.sentence}" for one in check_trace(renumbered(steps), state, rules)]


def always_over(_task: Task, _state: ShopState) -> None:
    """Baseline: everything goes to a person."""


def by_keywords(task: Task, state: ShopState) -> Sequence[Write] | None:
    """Baseline: "cancel" cancels and "return" returns all of the orders named, or of those that stand so."""
    customer = find_customer(task, state)
    _, wanted = words_of(task)
    if customer is None:
        return None
    own = [state.orders[name] for name in customer.orders]
    named = [one for one in own if one.id in _ORDER.findall(wanted)]
    cancels, returns = bool(_CANCEL.search(wanted)), bool(_RETURN.search(wanted))
    pending = [one for one in named or own if one.status == "pending"] if cancels else []
    delivered = [one for one in named or own if one.status == "delivered"] if returns else []
    reason = "ordered by mistake" if "mistake" in wanted.lower() else "no longer needed"
    writes = [Write(action="cancel", arguments={"order_id": one.id, "reason": reason}) for one in pending]
    for order in delivered:
        words = wanted.lower()
        items = [item.item_id for item in order.items if item.name.lower() in words]
        given = {"order_id": order.id, "item_ids": items, "payment_method_id": order.paid_by}
        writes += [Write(action="return", arguments=given)] if items else []
    return writes or None
