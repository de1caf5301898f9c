"""Traces of correct service, made of a task's gold actions: the proposal and the yes stand before each write.

The source lists only what counts for its score, so that some tasks have no look-up of the customer or of an order; a
correct agent makes them, and they are put where they belong.
"""

from collections.abc import Collection, Iterator
from itertools import count

from ordering.retail import WRITES, Raw, Task, Write, write_of

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

_READS = {
    "get_order_details": (Subject.ORDER, "order_id"),
    "get_product_details": (Subject.PRODUCT, "product_id"),
    "get_user_details": (Subject.CUSTOMER, "user_id"),
}


def gold_trace(task: Task, state: ShopState, *, refused: Collection[int] = ()) -> tuple[Step, ...]:
    """The trace of a task.

    Args:
        task: The task.
        state: The shop as it is before.
        refused: Which of its calls, from 0, the shop does not follow: they change nothing and are no writes.
    """
    moments = count(1)
    customer = _customer_of(task, state)
    steps: list[Step] = [
        Said(by="customer", text="Hello, I need help with an order.", moment=next(moments)),
        Said(by="agent", text="I can help. Which mail address is the order under?", moment=next(moments)),
        Said(by="customer", text=state.customers[customer].email, moment=next(moments)),
        Authenticated(customer_id=customer, by=_proof(task), moment=next(moments)),
    ]
    read: set[str] = set()
    for number, call in enumerate(task.actions):
        if call["name"] in _READS:
            what, name = _READS[call["name"]]
            steps.append(Read(what=what, id=call["arguments"][name], moment=next(moments)))
            read.add(call["arguments"][name])
        elif call["name"] == "transfer_to_human_agents":
            summary = call["arguments"]["summary"]
            steps.append(HandedOver(summary=summary, wanted=summary, moment=next(moments)))
        elif call["name"] in WRITES and number not in refused:
            write = write_of(call)
            order = text(write.arguments, "order_id")
            if order and order not in read:
                steps.append(Read(what=Subject.ORDER, id=order, moment=next(moments)))
                read.add(order)
            steps += _written(write, moments)
    said = Said(by="agent", text=_closing(steps, state), moment=next(moments))
    return (*steps, said)


def _written(write: Write, moments: Iterator[int]) -> Iterator[Step]:
    mark = identity(write.action, write.arguments)
    yield Proposed(action=write.action, arguments=write.arguments, fingerprint=mark, moment=next(moments))
    yield Said(by="customer", text="Yes, please do that.", answer=Answer.YES, moment=next(moments))
    yield Wrote(action=write.action, arguments=write.arguments, moment=next(moments))


def _customer_of(task: Task, state: ShopState) -> str:
    """Who asks: as the calls find them, else the owner of what is changed."""
    for call in task.actions:
        given = call["arguments"]
        found = _found(call, state)
        if found or "user_id" in given:
            return found or str(given["user_id"])
    orders = [call["arguments"]["order_id"] for call in task.actions if "order_id" in call["arguments"]]
    return state.orders[orders[0]].customer_id


def _found(call: Raw, state: ShopState) -> str:
    given = call["arguments"]
    for customer in state.customers.values():
        by_mail = customer.email == given.get("email")
        name = (given.get("first_name"), given.get("last_name"), given.get("zip"))
        if by_mail or name == (customer.first_name, customer.last_name, customer.address.postal_code):
            return customer.id
    return ""


def _proof(task: Task) -> str:
    by_name = any(call["name"] == "find_user_id_by_name_zip" for call in task.actions)
    return "name_and_postal_code" if by_name else "email"


def _closing(steps: list[Step], state: ShopState) -> str:
    """What was read is told: the status and the total of the last order, its parcels."""
    customer = next(step.customer_id for step in steps if isinstance(step, Authenticated))
    own = {order.id for order in state.orders.values() if order.customer_id == customer}
    orders = [step.id for step in steps if isinstance(step, Read) and step.id in own]
    changed = {text(step.arguments, "order_id") for step in steps if isinstance(step, Wrote)}
    plain = [name for name in orders if name not in changed]
    if not plain:
        return "Thank you, that is all done. Can I help with anything else?"
    order = state.orders[plain[-1]]
    parcels = [number for one in order.fulfillments for number in one.tracking_numbers]
    sent = f" It went with the tracking number {parcels[0]}." if parcels else ""
    return f"Your order {order.id} is {order.status}; its total is ${order.total:,.2f}.{sent} Anything else?"
