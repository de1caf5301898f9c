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
}


def read_passive(cursor: Cursor, said: Mood | None) -> Act | None:
    """`you want the lamp to be replaced by a black one`."""
    if said is not None:
        return None
    start = cursor.position
    if cursor.said("acting_refund_it") and (cursor.is_done or cursor.at().text in {",", "and", "because", "since"}):
        return Act(verb=Verb.RETURN, parts=(Part((Thing(is_pronoun=True),)),))
    cursor.position = start
    if cursor.said("acting_refund"):
        things = read_things(cursor)
        return Act(verb=Verb.RETURN, parts=(Part(things),)) if things else None
    return _passive_of(cursor) if cursor.said("acting_passive") else None


def _passive_of(cursor: Cursor) -> Act | None:
    """`the lamp to be replaced by a black one`, after `you want`."""
    start = cursor.position
    things = read_things(cursor)
    if not things:
        cursor.position = start
        return _order_passive(cursor)
    to_be = cursor.phrase("to be", "be") or cursor.word("in")
    verb = _PARTICIPLES.get(cursor.at().text)
    if verb is None:
        wish = read_wish(cursor, products_of(cursor, things)) if to_be else None
        return None if wish is None else Act(verb=Verb.CHANGE, parts=(Part(things, wish),))
    cursor.position += 1
    if verb not in {Verb.CHANGE, Verb.EXCHANGE}:
        return Act(verb=verb, parts=(Part(things),))
    wish = read_target(cursor, products_of(cursor, things))
    return None if wish is None else Act(verb=verb, parts=(Part(things, wish),))


def _order_passive(cursor: Cursor) -> Act | None:
    """`your orders to be sent to 2 Main Street, ...`, `your order cancelled`."""
    order = read_order(cursor)
    if order is None:
        return None
    cursor.phrase("to be", "be")
    if cursor.word("cancelled", "canceled"):
        return Act(verb=Verb.CANCEL, orders=(order,))
    if (
        cursor.word("sent", "shipped", "delivered", "redirected")
        and cursor.word("to")
        and (place := read_place(cursor))
    ):
        return Act(verb=Verb.READDRESS, orders=(order,), place=place)
    return None
