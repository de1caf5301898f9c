"""Reads requests on parcels: to send, follow or stop them, or to report them lost or damaged."""

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.phrases import Act, OrderPhrase, Part, Verb
from agents.shipment.requests.placing import read_place
from agents.shipment.requests.pointing import read_things


def read_sending(cursor: Cursor) -> Act | None:
    """A request on a parcel, from its verb on; None, with the cursor unmoved, where it is none."""
    start = cursor.position
    for read in (_tracked, _voided, _shipped, _reported):
        found = read(cursor)
        if found is not None:
            return found
        cursor.position = start
    return None


def _parcel(cursor: Cursor) -> OrderPhrase | None:
    """`the package for order 1`, `order 1`, `your package`."""
    start = cursor.position
    cursor.word("the", "your", "my")
    if cursor.said("sending_parcel"):
        if cursor.word("for", "of", "with", "from") and (order := read_order(cursor)):
            return order
        return OrderPhrase(hints=frozenset({"same"}))
    cursor.position = start
    return read_order(cursor)


def _tracked(cursor: Cursor) -> Act | None:
    if not cursor.said("sending_track"):
        return None
    cursor.phrase("tracking number", "parcel number", "the tracking number", "parcel", "package")
    token = cursor.at()
    if token.kind == "code" or (token.kind == "number" and len(token.text) >= 10):  # noqa: PLR2004  # no shorter ones are in use
        cursor.position += 1
        return Act(verb=Verb.TRACK, number=token.raw.upper())
    order = _parcel(cursor)
    return None if order is None else Act(verb=Verb.TRACK, orders=(order,))


def _voided(cursor: Cursor) -> Act | None:
    if not (cursor.word("cancel", "stop", "void") and cursor.word("the", "your")):
        return None
    if not (cursor.said("sending_shipment") and cursor.word("of", "for")):
        return None
    order = read_order(cursor)
    return None if order is None else Act(verb=Verb.VOID, orders=(order,))


def _shipped(cursor: Cursor) -> Act | None:
    if not cursor.said("sending_ship"):
        return None
    order = read_order(cursor)
    if order is None:
        return None
    if cursor.word("to"):
        place = read_place(cursor)
        return None if place is None else Act(verb=Verb.READDRESS, orders=(order,), place=place)
    manner: tuple[str, ...] = ()
    while said := cursor.said("sending_manner"):
        manner = (*manner, said)
        cursor.word("and", ",")
    return Act(verb=Verb.SHIP, orders=(order,), manner=manner)


def _reported(cursor: Cursor) -> Act | None:
    if not cursor.word("report"):
        return None
    cursor.word("that")
    start = cursor.position
    order = _parcel(cursor)
    if order is not None and cursor.said("sending_lost"):
        return Act(verb=Verb.LOST, orders=(order,))
    if order is not None and cursor.said("sending_damaged"):
        return Act(verb=Verb.DAMAGED, orders=(order,))
    cursor.position = start
    things = read_things(cursor)
    return Act(verb=Verb.DAMAGED, parts=(Part(things),)) if things and cursor.said("sending_damaged") else None
