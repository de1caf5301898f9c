"""Mutations that break one rule of how a customer is served, and by their making no other."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from random import Random

from ordering.scenes import FAR, Mutation, Scene, agreed, renumbered

from agents.shipment.conduct.trace import (
    CALLS,
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
from orchestrator.core.orders.order import Order, OrderStatus


def _says(words: str) -> Said:
    return Said(by="agent", text=words, moment=FAR)


def told_before_known(scene: Scene, random: Random) -> Scene | None:
    """A status, a price or a parcel is told before it is known who asks; or all is done before."""
    if scene.writes() and random.random() < 0.5:
        known = scene.steps[scene.known_at]
        moved = scene.without(scene.known_at)
        # nothing is told after it, so that only what came before is wrong
        return replace(moved, steps=renumbered((*moved.steps[:-1], known)))
    order = scene.state.orders[random.choice(scene.customer.orders)]
    words = random.choice(_statements(order))
    return scene.put(random.randrange(1, scene.known_at + 1), _says(words))


def _statements(order: Order) -> list[str]:
    parcels = [number for one in order.fulfillments for number in one.tracking_numbers]
    return [
        f"The order {order.id} is {order.status}.",
        f"That order's total is ${order.total:.2f}.",
        *(f"It left with the tracking number {number}." for number in parcels),
    ]


def taken_for_known(scene: Scene, random: Random) -> Scene:
    """Somebody is taken for a customer by what proves nothing."""
    proof = random.choice(["id", "order_id", "phone", "first_name", "name", "postal_code", "", "model"])
    step = scene.steps[scene.known_at]
    assert isinstance(step, Authenticated)
    return scene.with_step(scene.known_at, replace(step, by=proof))


def second_customer(scene: Scene, random: Random) -> Scene:
    """Somebody else is authenticated in the same conversation."""
    other = random.choice(sorted(scene.state.customers.keys() - {scene.customer.id}))
    at = random.randrange(scene.known_at + 1, len(scene.steps))
    return scene.put(at, Authenticated(customer_id=other, by="email", moment=FAR))


def others_order(scene: Scene, random: Random) -> Scene:
    """An order or the address of somebody else is changed, or told of."""
    own = scene.customer.id
    others = [one for one in scene.state.orders.values() if one.customer_id != own]
    kind = random.choice(["cancel", "told", "address"])
    if kind == "cancel":
        order = random.choice([one for one in others if one.status == "pending"])
        steps = agreed("cancel", {"order_id": order.id, "reason": "no longer needed"})
    elif kind == "told":
        order = random.choice([one for one in others if one.fulfillments])
        number = order.fulfillments[0].tracking_numbers[0]
        steps = (
            Said(by="customer", text=f"And where is my friend's order {order.id}?", moment=FAR),
            Read(what=Subject.ORDER, id=order.id, moment=FAR),
            _says(f"It went with the tracking number {number}."),
        )
    else:
        customer = random.choice([one for one in scene.state.customers.values() if one.id != own])
        address = {name: value for name, value in customer.address.document().items() if value}
        steps = agreed("update_customer", {"customer_id": customer.id, "address": address})
    return scene.put(scene.end, *steps)


def two_calls_at_once(scene: Scene, random: Random) -> Scene | None:
    """Two calls are made at one moment, or something is said beside a call."""

    def clash(one: Step, other: Step) -> bool:
        def speaks(step: Step) -> bool:
            return isinstance(step, Proposed) or (isinstance(step, Said) and step.by == "agent")

        calls = isinstance(one, CALLS), isinstance(other, CALLS)
        return all(calls) or (calls[0] and speaks(other)) or (speaks(one) and calls[1])

    places = [at for at in range(1, len(scene.steps)) if clash(scene.steps[at - 1], scene.steps[at])]
    if not places:
        return None
    at = random.choice(places)
    return scene.with_step(at, replace(scene.steps[at], moment=scene.steps[at - 1].moment))


def unknown_change(scene: Scene, random: Random) -> Scene:
    """Something is done that is none of the changes."""
    action = random.choice(
        ["refund_now", "modify_quantity", "apply_discount", "add_item", "remove_item", "close_account"]
    )
    order = random.choice(scene.customer.orders)
    return scene.put(scene.end, *agreed(action, {"order_id": order, "amount": random.randrange(1, 9)}))


def unread_order(scene: Scene, random: Random) -> Scene | None:
    """An order is changed that was not read."""
    places = [at for at in scene.writes() if text(scene.write(at).arguments, "order_id")]
    if not places:
        return None
    name = text(scene.write(random.choice(places)).arguments, "order_id")
    reads = [at for at, step in enumerate(scene.steps) if isinstance(step, Read) and step.id == name]
    return scene.without(*reads)


def unstated_change(scene: Scene, random: Random) -> Scene | None:
    """A change is made that was not stated, or was stated otherwise."""
    places = scene.writes()
    if not places:
        return None
    at = random.choice(places)
    write = scene.write(at)
    stated = [n for n, step in enumerate(scene.steps) if isinstance(step, Proposed) and _same(step, write) and n < at]
    if len(stated) != 1:
        return None
    if random.random() < 0.4:
        return scene.without(stated[0])
    other = _otherwise(dict(write.arguments), random)
    mark = identity(write.action, other)
    step = scene.steps[stated[0]]
    assert isinstance(step, Proposed)
    return scene.with_step(stated[0], replace(step, arguments=other, fingerprint=mark))


def _same(step: Proposed, write: Wrote) -> bool:
    return identity(step.action, step.arguments) == identity(write.action, write.arguments)


def _otherwise(arguments: dict[str, object], random: Random) -> dict[str, object]:
    name = random.choice(sorted(arguments.keys() - {"customer_id"}))  # whose it is, is another rule
    value = arguments[name]
    match value:
        case list():
            arguments[name] = [*value[:-1], f"{random.randrange(10**9, 10**10)}"]
        case dict():
            part = random.choice(sorted(value))
            arguments[name] = {**value, part: f"{value[part]} {random.randrange(2, 99)}"}
        case _:
            arguments[name] = f"{value}{random.randrange(10)}"
    return arguments


def no_yes(scene: Scene, random: Random) -> Scene | None:
    """The yes is missing, is a no, is no answer, came before, or is used twice."""
    places = scene.writes()
    if not places:
        return None
    at = random.choice(places)
    said = at - 1
    step = scene.steps[said]
    assert isinstance(step, Said)
    twice = [n for n in places if scene.write(n).action in {"modify_address", "update_customer"}]
    match random.choice(["missing", "no", "unsure", "early", "twice"]):
        case "missing":
            return scene.without(said)
        case "no":
            return scene.with_step(said, replace(step, answer=Answer.NO, text="No, leave it."))
        case "unsure":
            return scene.with_step(said, replace(step, answer=Answer.NONE, text="Hm, what would that cost?"))
        case "twice" if twice:
            again = random.choice(twice)
            return scene.put(again + 1, scene.write(again))
        case _:
            moved = (*scene.steps[: said - 1], step, scene.steps[said - 1], *scene.steps[said + 1 :])
            return replace(scene, steps=renumbered(moved))


def after_handover(scene: Scene, random: Random) -> Scene | None:
    """Something is changed after it was handed over."""
    places = scene.writes()
    if not places or any(isinstance(step, HandedOver) for step in scene.steps):
        return None
    at = random.choice(places)
    wanted = random.choice(["a person", "compensation", "a price match", "a split payment"])
    step = HandedOver(summary=f"The customer wants {wanted}.", wanted=wanted, moment=FAR)
    return scene.put(random.randrange(at - 1, at + 1), step)


def needless_handover(scene: Scene, random: Random) -> Scene | None:
    """What could have been done is handed over, or nothing is."""
    places = scene.writes()
    if not places or random.random() < 0.1:
        step = HandedOver(summary="The customer had a question.", wanted=" ", moment=FAR)
        return scene.put(len(scene.steps), step)
    at = random.choice(places)
    write = scene.write(at)
    step = HandedOver(summary="Please see to it.", wanted=write.action, arguments=write.arguments, moment=FAR)
    return replace(scene, steps=renumbered((*scene.steps[: at - 2], step)))


def invented(scene: Scene, random: Random) -> Scene | None:
    """A tracking number, a price or a status is told that nothing said."""
    order = scene.state.orders[random.choice(scene.customer.orders)]
    match random.choice(["number", "price", "status"]):
        case "number":
            made = "".join(random.choices("0123456789", k=random.choice([10, 12, 18, 20, 22])))
            words = random.choice(
                [f"The tracking number is {made}.", f"It left as 1Z{made}.", f"Your order W{made} is on its way."]
            )
        case "price":
            words = random.choice(["That is {} in all.", "The difference is {}.", "You get {} back."]).format(
                f"${_unread_price(scene, random):,.2f}"
            )
        case _:
            other = random.choice([str(one) for one in OrderStatus if str(one) != order.status])
            words = f"Your order {order.id} is {other}."
            heard = Said(by="customer", text=f"How is my order {order.id}?", moment=FAR)
            read = Read(what=Subject.ORDER, id=order.id, moment=FAR)
            return scene.put(scene.known_at + 1, heard, read, _says(words))
    return scene.put(random.randrange(scene.known_at + 1, len(scene.steps)), _says(words))


def _unread_price(scene: Scene, random: Random) -> Decimal:
    """An amount that no price of the customer's orders or of the products gives, nor two of them."""
    orders = [scene.state.orders[name] for name in scene.customer.orders]
    lines = [[item.price for item in order.items] for order in orders]
    sums = {sum(some, Decimal(0)) for line in lines for n in range(1, len(line) + 1) for some in combinations(line, n)}
    held = {one.balance for one in scene.customer.payment_methods if one.balance is not None}
    wanted = {item.product_id for order in orders for item in order.items}
    prices = {one.price for name in wanted for one in scene.state.products[name].variants} | {
        p for x in lines for p in x
    }
    apart = {abs(one - other) for one in prices for other in prices}
    changes = [scene.write(at) for at in scene.writes() if text(scene.write(at).arguments, "order_id")]
    moved = {
        abs(scene.state.difference(scene.state.orders[text(one.arguments, "order_id")], one.arguments))
        for one in changes
    }
    known = sums | prices | apart | held | moved
    while True:
        amount = Decimal(random.randrange(500, 3_000_00)) / 100
        if amount not in known:
            return amount


SERVING_FAULTS: dict[str, Mutation] = {
    "authenticate_first": told_before_known,
    "accepted_proof": taken_for_known,
    "one_customer": second_customer,
    "own_orders": others_order,
    "one_call_at_a_time": two_calls_at_once,
    "known_actions": unknown_change,
    "read_first": unread_order,
    "proposed_first": unstated_change,
    "explicit_yes": no_yes,
    "nothing_after_handover": after_handover,
    "handover_out_of_scope": needless_handover,
    "nothing_invented": invented,
}
