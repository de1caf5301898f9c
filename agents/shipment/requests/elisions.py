"""Reads requests whose verb stands in the clause before, or nowhere."""

from dataclasses import replace

from agents.shipment.requests.acting import read_verb
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import Act, Mood, Part, Verb
from agents.shipment.requests.pointing import read_thing, read_things
from agents.shipment.requests.readdressing import read_readdressing
from agents.shipment.requests.swapping import products_of
from agents.shipment.requests.wishing import read_target, read_wish


def read_elided(cursor: Cursor, mood: Mood | None) -> Act | None:
    """`the watch for a silver one`, after a clause whose verb still holds."""
    start = cursor.position
    if (act := _for_each(cursor)) is not None:
        return act
    cursor.position = start
    if mood is not None and (act := read_readdressing(cursor)) is not None:
        return replace(act, mood=mood, span=cursor.span(start), text=cursor.sentence.text(start, cursor.position))
    cursor.position = start
    things = read_things(cursor, takes_with=False) if mood is not None else ()
    wish = read_target(cursor, products_of(cursor, things)) if things and not things[0].is_pronoun else None
    if wish is None or mood is None:
        cursor.position = start
        return None
    act = Act(verb=Verb.CHANGE, mood=mood, parts=(Part(things, wish),))
    return replace(act, span=cursor.span(start), text=cursor.sentence.text(start, cursor.position))


def _restated(cursor: Cursor, ids: frozenset[str]) -> None:
    """Takes `to exchange the lamp to`, which says again what it is that shall become another."""
    start = cursor.position
    if cursor.word("to") and read_verb(cursor) in {Verb.EXCHANGE, Verb.CHANGE}:
        thing = read_thing(cursor, takes_with=False)
        if thing is not None and thing.product_ids & ids and cursor.word("to", "for", "into", "with"):
            return
    cursor.position = start


def _for_each(cursor: Cursor) -> Act | None:
    """`for the lamp, you want a silver one`."""
    start = cursor.position
    if not cursor.word("for", "as"):
        return None
    cursor.phrase("for")
    things = read_things(cursor, takes_with=False)
    cursor.word(",")
    if not things or not cursor.said("acting_for_each"):
        return None
    ids = products_of(cursor, things)
    if not cursor.said("acting_for_each_to"):
        _restated(cursor, ids)
    wish = read_wish(cursor, ids)
    if wish is None or wish.other_product:
        return None
    act = Act(verb=Verb.CHANGE, parts=(Part(things, wish),))
    return replace(act, span=cursor.span(start), text=cursor.sentence.text(start, cursor.position))
