"""Mutations that break one rule of what may be changed, and by their making no other."""

from decimal import Decimal
from random import Random

from ordering.scenes import Mutation, Scene, agreed, plain_method, variants_for, with_balance

from agents.shipment.conduct.trace import text, texts
from orchestrator.core.orders.order import Order, OrderItem, PaymentKind

PENDING, DELIVERED = "pending", "delivered"
_CLOSED = ("processed", "delivered", "cancelled")
_UNDELIVERED = ("pending", "processed", "cancelled")
_EXCHANGING = ("modify_items", "exchange")


def _exchange(scene: Scene, order: Order, random: Random) -> dict[str, object] | None:
    """Arguments that exchange one article for another that can be had, by a method that holds no balance."""
    item = random.choice(order.items)
    method, found = plain_method(scene, order), variants_for(scene, item, available=True)
    if method is None or not found:
        return None
    new = random.choice(found).item_id
    return {"order_id": order.id, "item_ids": [item.item_id], "new_item_ids": [new], "payment_method_id": method}


def _return(order: Order, random: Random) -> dict[str, object]:
    item = random.choice(order.items)
    return {"order_id": order.id, "item_ids": [item.item_id], "payment_method_id": order.paid_by}


def _at_end(scene: Scene, action: str, arguments: dict[str, object] | None) -> Scene | None:
    return None if arguments is None else scene.put(scene.end, *agreed(action, arguments))


def modified_again(scene: Scene, random: Random) -> Scene | None:
    """An order whose articles were modified is modified once more."""
    places = scene.writes("modify_items")
    if not places:
        return None
    at = random.choice(places)
    write = scene.write(at)
    order = scene.state.after(write.action, write.arguments).orders[text(write.arguments, "order_id")]
    return _at_end(scene, "modify_items", _exchange(scene, order, random))


def sent_back_again(scene: Scene, random: Random) -> Scene | None:
    """Of an order from which articles were returned or exchanged, some are once more."""
    places = scene.writes("return", "exchange")
    if not places:
        return None
    order = scene.state.orders[text(scene.write(random.choice(places)).arguments, "order_id")]
    if random.random() < 0.5:
        return _at_end(scene, "exchange", _exchange(scene, order, random))
    return _at_end(scene, "return", _return(order, random))


def changed_too_late(scene: Scene, random: Random) -> Scene | None:
    """An order that is not pending is cancelled or modified."""
    found = scene.untouched(*_CLOSED)
    modified = scene.writes("modify_items")
    if modified and random.random() < 0.5:
        name = text(scene.write(random.choice(modified)).arguments, "order_id")
        return _at_end(scene, "cancel", {"order_id": name, "reason": "ordered by mistake"})
    if not found:
        return None
    order = random.choice(found)
    match random.choice(["cancel", "modify_address", "modify_items", "modify_payment"]):
        case "cancel":
            return _at_end(scene, "cancel", {"order_id": order.id, "reason": "no longer needed"})
        case "modify_items":
            return _at_end(scene, "modify_items", _exchange(scene, order, random))
        case "modify_payment":
            plain = [one.id for one in scene.customer.payment_methods if one.kind is not PaymentKind.GIFT_CARD]
            others = [one for one in plain if one != order.paid_by]
            chosen = {"order_id": order.id, "payment_method_id": random.choice(others)} if others else None
            return _at_end(scene, "modify_payment", chosen)
        case _:
            address = {name: value for name, value in scene.customer.address.document().items() if value}
            return _at_end(scene, "modify_address", {"order_id": order.id, "address": address})


def sent_back_undelivered(scene: Scene, random: Random) -> Scene | None:
    """Articles of an order that was not delivered are returned or exchanged."""
    found = scene.untouched(*_UNDELIVERED)
    if not found:
        return None
    order = random.choice(found)
    if random.random() < 0.5:
        return _at_end(scene, "exchange", _exchange(scene, order, random))
    return _at_end(scene, "return", _return(order, random))


def strange_article(scene: Scene, random: Random) -> Scene | None:
    """An article is named that is not in the order, or more often than it is there."""
    places = scene.writes("modify_items", "return", "exchange")
    if not places:
        return None
    at = random.choice(places)
    write, order = scene.write(at), scene.order_at(at)
    old, new = list(texts(write.arguments, "item_ids")), list(texts(write.arguments, "new_item_ids"))
    there = {item.item_id for item in order.items}
    place = random.randrange(len(old))
    if random.random() < 0.5:
        ids = [item for product in scene.state.products.values() for item in (one.item_id for one in product.variants)]
        old[place] = random.choice([one for one in ids if one not in there])
    elif scene.customer.payment_methods and not _by_card(scene, write.arguments):
        count = sum(item.item_id == old[place] for item in order.items)
        old += [old[place]] * count
        new += [new[place]] * count if new else []
    else:
        return None
    given = {"item_ids": old, **({"new_item_ids": new} if new else {})}
    return None if _by_card(scene, write.arguments) else scene.with_arguments(at, **given)


def _by_card(scene: Scene, arguments: object) -> bool:
    assert isinstance(arguments, dict)
    return scene.state.is_gift_card(scene.customer.id, text(arguments, "payment_method_id"))


def _moves_card(scene: Scene, at: int) -> bool:
    """Whether a change takes from a gift card, or a cancellation gives back to one."""
    write = scene.write(at)
    back = write.action == "cancel" and scene.state.is_gift_card(scene.customer.id, scene.order_at(at).paid_by)
    return back or _by_card(scene, write.arguments)


def unpaired(scene: Scene, random: Random) -> Scene | None:
    """There are more or fewer new articles than old ones."""
    places = [at for at in scene.writes(*_EXCHANGING) if not _by_card(scene, scene.write(at).arguments)]
    if not places:
        return None
    at = random.choice(places)
    new = list(texts(scene.write(at).arguments, "new_item_ids"))
    if random.random() < 0.5:
        new.pop()
    else:
        new.append(random.choice(new))
    return scene.with_arguments(at, new_item_ids=new)


def _replaced(scene: Scene, random: Random, *, choose: str) -> Scene | None:
    """One new article is replaced by one of another product, by one that is gone, or by the old one itself."""
    places = [at for at in scene.writes(*_EXCHANGING) if not _by_card(scene, scene.write(at).arguments)]
    if not places:
        return None
    at = random.choice(places)
    arguments, order = scene.write(at).arguments, scene.order_at(at)
    old, new = texts(arguments, "item_ids"), list(texts(arguments, "new_item_ids"))
    place = random.randrange(len(new))
    item = next(one for one in order.items if one.item_id == old[place])
    found = _choices(scene, item, choose)
    if not found:
        return None
    new[place] = random.choice(found)
    return scene.with_arguments(at, new_item_ids=new)


def _choices(scene: Scene, item: OrderItem, choose: str) -> list[str]:
    match choose:
        case "other_product":
            products = [one for one in scene.state.products.values() if one.id != item.product_id]
            return [one.item_id for product in products for one in product.variants]
        case "gone":
            return [one.item_id for one in variants_for(scene, item, available=False)]
        case _:
            own = scene.state.products[item.product_id].variant(item.item_id)
            return [item.item_id] if own is not None and own.available else []


def other_product(scene: Scene, random: Random) -> Scene | None:
    """The new article is of another product."""
    return _replaced(scene, random, choose="other_product")


def gone_article(scene: Scene, random: Random) -> Scene | None:
    """The new article cannot be had."""
    return _replaced(scene, random, choose="gone")


def same_article(scene: Scene, random: Random) -> Scene | None:
    """The new article is the old one."""
    return _replaced(scene, random, choose="itself")


def other_reason(scene: Scene, random: Random) -> Scene | None:
    """An order is cancelled for a reason that is not accepted."""
    reasons = [
        "found it cheaper",
        "",
        "changed my mind",
        "No longer needed",
        "ordered by mistake ",
        "fraud",
        "too late",
    ]
    places = scene.writes("cancel")
    if places:
        return scene.with_arguments(random.choice(places), reason=random.choice(reasons))
    found = scene.untouched(PENDING)
    arguments = {"order_id": random.choice(found).id, "reason": random.choice(reasons)} if found else None
    return _at_end(scene, "cancel", arguments)


def others_method(scene: Scene, random: Random) -> Scene | None:
    """It is paid by, or given back to, a method that is not the customer's."""
    places = scene.writes("modify_items", "modify_payment", "return", "exchange")
    if not places:
        return None
    own = {one.id for one in scene.customer.payment_methods}
    others = [one.id for customer in scene.state.customers.values() for one in customer.payment_methods]
    wrong = random.choice([random.choice([one for one in others if one not in own]), "cash", "credit_card_0"])
    return scene.with_arguments(random.choice(places), payment_method_id=wrong)


def same_method(scene: Scene, random: Random) -> Scene | None:
    """The payment is moved to the method that it was made by."""
    found = [one for one in scene.untouched(PENDING) if one.paid_by]
    if not found:
        return None
    order = random.choice(found)
    if scene.state.is_gift_card(scene.customer.id, order.paid_by):
        scene = with_balance(scene, order.paid_by, order.total + random.randrange(1, 100))
    return _at_end(scene, "modify_payment", {"order_id": order.id, "payment_method_id": order.paid_by})


def refund_elsewhere(scene: Scene, random: Random) -> Scene | None:
    """A refund goes to another card or account of the customer."""
    found = []
    plain = [one.id for one in scene.customer.payment_methods if one.kind is not PaymentKind.GIFT_CARD]
    for at in scene.writes("return"):
        others = [one for one in plain if one != scene.order_at(at).paid_by]
        found += [scene.with_arguments(at, payment_method_id=one) for one in others]
    for order in scene.untouched(DELIVERED):
        others = [one for one in plain if one != order.paid_by]
        made = [_at_end(scene, "return", {**_return(order, random), "payment_method_id": one}) for one in others]
        found += [one for one in made if one is not None]
    return random.choice(found) if found else None


def empty_card(scene: Scene, random: Random) -> Scene | None:
    """A gift card that holds too little is to pay."""
    cards = [one.id for one in scene.customer.payment_methods if one.kind is PaymentKind.GIFT_CARD]
    pending, delivered = scene.untouched(PENDING), scene.untouched(DELIVERED)
    paying = any(_moves_card(scene, at) for at in scene.writes())
    if not cards or paying or not (pending or delivered):  # what the trace itself pays by card must stay payable
        return None
    card, order = random.choice(cards), random.choice([*pending, *delivered])
    if order.status == PENDING and order.paid_by != card and random.random() < 0.5:
        scene = _poorer(scene, card, order.total, random)
        return _at_end(scene, "modify_payment", {"order_id": order.id, "payment_method_id": card})
    item = random.choice(order.items)
    dearer = [one for one in variants_for(scene, item, available=True) if one.price > item.price]
    if not dearer:
        return None
    new = random.choice(dearer)
    scene = _poorer(scene, card, new.price - item.price, random)
    action = "modify_items" if order.status == PENDING else "exchange"
    arguments = {"order_id": order.id, "item_ids": [item.item_id], "new_item_ids": [new.item_id]}
    return _at_end(scene, action, {**arguments, "payment_method_id": card})


def _poorer(scene: Scene, card: str, needed: Decimal, random: Random) -> Scene:
    """A card with less than is needed."""
    cents = int(needed * 100)
    return with_balance(scene, card, Decimal(random.randrange(max(cents, 1))) / 100)


CHANGING_FAULTS: dict[str, Mutation] = {
    "modified_once": modified_again,
    "sent_back_once": sent_back_again,
    "pending_only": changed_too_late,
    "delivered_only": sent_back_undelivered,
    "items_of_the_order": strange_article,
    "one_new_for_each": unpaired,
    "same_product": other_product,
    "available_article": gone_article,
    "other_article": same_article,
    "accepted_reason": other_reason,
    "method_on_file": others_method,
    "other_method": same_method,
    "refund_destination": refund_elsewhere,
    "balance_covers": empty_card,
}
