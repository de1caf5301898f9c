"""Reads requests in the passive: what is to be returned, replaced, sent."""

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.phrases import Act, Mood, Part, Thing, Verb
from agents.shipment.requests.placing import read_place
from agents.shipment.requests.pointing import read_things
from agents.shipment.requests.swapping import products_of
from agents.shipment.requests.wishing import read_target, read_wish

_PARTICIPLES = {
    "returned": Verb.RETURN,
    "refunded": Verb.RETURN,
    "exchanged": Verb.EXCHANGE,
    "swapped": Verb.EXCHANGE,
    "replaced": Verb.EXCHANGE,
    "changed": Verb.CHANGE,
    "modified": Verb.CHANGE,
    "switched": Verb.CHANGE,
    "updated": Verb.CHANGE,
    "cancelled": Verb.CANCEL,
    "canceled": Verb.CANCEL,
    "removed": Verb.CANCEL,
}


def read_passive(cursor: Cursor, said: Mood | None) -> Act | None:
    """`you want the lamp to be replaced by a black one`."""
    if said is not None:
        return _seen(cursor) if said is Mood.WANT else None
    start = cursor.position
    if (act := read_required(cursor)) is not None:
        return act
    cursor.position = start
    if cursor.said("acting_refund_it") and (cursor.is_done or cursor.at().text in {",", "and", "because", "since"}):
        return Act(verb=Verb.RETURN, parts=(Part((Thing(is_pronoun=True),)),))
    cursor.position = start
    if cursor.said("acting_refund"):
        things = read_things(cursor)
        return Act(verb=Verb.RETURN, parts=(Part(things),)) if things else None
    return _passive_of(cursor) if cursor.said_also("acting_passive") else None


def _seen(cursor: Cursor) -> Act | None:
    """`have it exchanged for a black one`, after `you would like to`."""
    start = cursor.position
    act = _passive_of(cursor) if cursor.word("have", "get", "see") else None
    cursor.position = start if act is None else cursor.position
    return act


def read_wondered(cursor: Cursor) -> Act | None:
    """`see whether they can be changed to black`: only asked for."""
    start = cursor.position
    if cursor.said_also("acting_whether") and (things := read_things(cursor)) and cursor.said("acting_can_be"):
        act = _become(cursor, things) if cursor.at().text in _PARTICIPLES else None
        if act is not None:
            return act
    cursor.position = start
    if cursor.said_also("acting_whether") and cursor.phrase("they can be", "they could be", "it can be"):
        act = _become(cursor, (Thing(is_pronoun=True),)) if cursor.at().text in _PARTICIPLES else None
        if act is not None:
            return act
    cursor.position = start
    return None


def read_required(cursor: Cursor) -> Act | None:
    """`the helmet in your pending order should be white`."""
    start = cursor.position
    things = read_things(cursor, takes_with=False)
    if not things:
        cursor.position = start
        return _order_passive(cursor, is_required=True)
    if things[0].is_pronoun or not any(thing.product_ids for thing in things):
        return None
    if not cursor.said("acting_required"):
        return None
    return _become(cursor, things)


def _become(cursor: Cursor, things: tuple[Thing, ...]) -> Act | None:
    """What things shall be, after `should be` or the like."""
    verb = _PARTICIPLES.get(cursor.at().text)
    ids = products_of(cursor, things)
    if verb is None:
        wish = read_wish(cursor, ids)
        return None if wish is None or wish.other_product else Act(verb=Verb.CHANGE, parts=(Part(things, wish),))
    cursor.position += 1
    if verb not in {Verb.CHANGE, Verb.EXCHANGE}:
        return Act(verb=verb, parts=(Part(things),))
    wish = read_target(cursor, ids)
    return None if wish is None else Act(verb=verb, parts=(Part(things, wish),))


def _passive_of(cursor: Cursor) -> Act | None:
    """`the lamp to be replaced by a black one`, after `you want`."""
    start = cursor.position
    things = read_things(cursor)
    if things and cursor.at().text not in _PARTICIPLES and cursor.at().text not in {"to", "be"}:
        cursor.position = start
        things = read_things(cursor, takes_with=False)
    if not things or not (things[0].product_ids or things[0].item_id or things[0].is_pronoun or things[0].is_every):
        cursor.position = start
        return _order_passive(cursor)
    to_be = cursor.said("acting_to_be")
    if not to_be and cursor.at().text not in _PARTICIPLES:
        return None
    is_plain = not to_be.startswith(("to ", "be")) and cursor.at().text not in _PARTICIPLES
    if is_plain and (len(things) > 1 or things[0].count == 1 or things[0].is_pronoun):
        return None
    return _become(cursor, things)


def _order_passive(cursor: Cursor, *, is_required: bool = False) -> Act | None:
    """`your orders to be sent to 2 Main Street, ...`, `your order cancelled`."""
    order = read_order(cursor)
    if order is None:
        return None
    leads = ("should be", "must be", "should go", "must go", "has to be", "needs to be", "have to be", "need to be")
    if not cursor.phrase(*leads if is_required else ("to be", "be", "to go")) and is_required:
        return None
    cursor.position -= cursor.at(-1).text == "go"  # it says where to, as `sent` does
    if cursor.word("cancelled", "canceled"):
        return Act(verb=Verb.CANCEL, orders=(order,))
    if (
        cursor.word("sent", "shipped", "delivered", "redirected", "go", "rerouted")
        and cursor.word("to")
        and (place := read_place(cursor))
    ):
        return Act(verb=Verb.READDRESS, orders=(order,), place=place)
    return None
