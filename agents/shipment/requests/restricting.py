"""Reads what stands after an item and says which one it is: its order, its values, when it came."""

import ast
from collections.abc import Mapping
from dataclasses import replace

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import adverbs, read_order
from agents.shipment.requests.phrases import OrderPhrase, Pair, Thing
from agents.shipment.requests.valuing import read_value

_GOT = {
    "received": "delivered",
    "got": "delivered",
    "ordered": "",
    "bought": "",
    "purchased": "",
    "placed": "",
}


def restricted(cursor: Cursor, thing: Thing, *, takes_with: bool) -> Thing:
    """The thing with all that follows and restricts it."""
    while True:
        start = cursor.position
        for read in (_literal, _in_state, _got, _in_order, _with_values if takes_with else _values):
            cursor.position = start
            restricted = read(cursor, thing)
            if restricted is not None:
                thing = restricted
                break
        else:
            cursor.position = start
            return thing


def _literal(cursor: Cursor, thing: Thing) -> Thing | None:
    cursor.word("with", ":")
    options = read_options(cursor)
    return None if options is None else replace(thing, options=options)


def read_options(cursor: Cursor, *, as_written: bool = False) -> Mapping[str, str] | None:
    """Options written as an object: `{'color': 'red'}`."""
    token = cursor.at()
    if token.kind != "literal":
        return None
    try:
        found = ast.literal_eval(cursor.sentence.source[token.start : token.end] if as_written else token.raw)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    if not isinstance(found, dict):
        return None
    cursor.position += 1
    return {str(name): str(value) for name, value in found.items()}


def _in_state(cursor: Cursor, thing: Thing) -> Thing | None:
    """`, which is still pending,`."""
    opened = bool(cursor.word(",", "("))
    hint = "pending" if cursor.said("restricting_state") else "delivered" if cursor.said("restricting_state_2") else ""
    if not hint or not thing.product_ids or (opened and not (cursor.word(",", ")") or cursor.is_done)):
        return None
    return replace(thing, hints=thing.hints | {hint})


def _got(cursor: Cursor, thing: Thing) -> Thing | None:
    """`that you just received`, `you bought with the lamp`."""
    start = cursor.position
    cursor.word("that", "which")
    if not cursor.word("you"):
        cursor.position = start
        if thing.product_ids and cursor.word("received", "ordered"):
            return replace(thing, hints=thing.hints | ({"delivered"} if cursor.at(-1).text == "received" else set()))
        return None
    hints: set[str] = set()
    adverbs(cursor, hints)
    got = cursor.word(*_GOT)
    if not got:
        cursor.position = start
        return None
    cursor.said("restricting_when")
    hints |= {_GOT[got]} - {""}
    if got in {"received", "got"}:
        hints.discard("fresh")
    thing = replace(thing, hints=thing.hints | hints)
    if cursor.said("pointing_got"):
        product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
        if not product:
            cursor.position = start
            return None
        cursor.position, ids = product
        thing = replace(thing, beside=Thing(product_ids=ids))
    return thing


def _in_order(cursor: Cursor, thing: Thing) -> Thing | None:
    opened = bool(cursor.word("("))
    preposition = cursor.word("in", "from", "of", "inside", "on", "within", "for")
    if not preposition:
        return None
    if preposition != "for" and cursor.word("it"):
        phrase: OrderPhrase | None = OrderPhrase(hints=frozenset({"same"}))
    elif cursor.phrase("different orders", "separate orders", "two different orders"):
        phrase = OrderPhrase()
    else:
        phrase = read_order(cursor)
    if phrase is None or (opened and not cursor.word(")")):
        return None
    if preposition == "for" and not phrase.ids:
        return None
    return replace(thing, order=phrase)


def _values(cursor: Cursor, thing: Thing) -> Thing | None:
    return _described(cursor, thing, takes_with=False)


def _with_values(cursor: Cursor, thing: Thing) -> Thing | None:
    return _described(cursor, thing, takes_with=True)


def _described(cursor: Cursor, thing: Thing, *, takes_with: bool) -> Thing | None:
    """`with 500ml`, `that are small`: values after the name."""
    if not thing.product_ids:
        return None
    if cursor.word("("):
        return _listed(cursor, thing)
    if not (cursor.said("pointing_described") or (takes_with and cursor.word("with", "in"))):
        return None
    pairs: list[frozenset[Pair]] = []
    while True:
        start = cursor.position
        if pairs:
            cursor.word("and", ",")
        cursor.word("a", "size", "color")
        value = next(cursor.scene.catalogue.values_at(cursor.sentence, cursor.position, thing.product_ids), None)
        if value is None:
            cursor.position = start
            break
        cursor.position, found = value
        pairs.append(found)
        after = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, thing.product_ids)
        if after is not None and after[1] & {option for option, _ in found}:
            cursor.position = after[0]
        cursor.word("capacity", "size", "color", "material")
    return replace(thing, pairs=(*thing.pairs, *pairs)) if pairs else None


def _listed(cursor: Cursor, thing: Thing) -> Thing | None:
    """`(white, medium, USB)`: values in brackets, and nothing else in them."""
    pairs: list[frozenset[Pair]] = []
    while not cursor.word(")"):
        found = read_value(cursor, thing.product_ids)
        if found is None:
            return None
        pairs.append(found)
        cursor.word(",", "and", ";")
    return replace(thing, pairs=(*thing.pairs, *pairs)) if pairs else None
