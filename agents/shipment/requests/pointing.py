"""Reads how a sentence points at orders and at items."""

import ast
from collections.abc import Mapping
from dataclasses import replace

from agents.shipment.requests.comparing import measured_options
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import OrderPhrase, Pair, Thing
from agents.shipment.requests.tokens import digits, joined_form, singular

_ALL = ("all", "every", "each", "both")
_ORDER_WORDS = ("order", "orders", "purchase", "purchases")
_HINTS = {
    "pending": "pending",
    "unshipped": "pending",
    "processing": "pending",
    "delivered": "delivered",
    "received": "delivered",
    "recent": "recent",
    "latest": "recent",
    "last": "recent",
    "newest": "recent",
    "other": "other",
    "another": "other",
    "different": "other",
    "same": "same",
    "whole": "same",
    "entire": "same",
    "complete": "",
    "full": "",
    "new": "",
    "old": "",
    "existing": "",
    "wrong": "",
    "single": "",
    "current": "",
    "most": "",
    "recently": "recent",
    "ordered": "",
    "purchased": "",
    "placed": "recent",
    "upcoming": "pending",
}
_THING_HINTS = {name: hint for name, hint in _HINTS.items() if hint in {"pending", "delivered", "other", ""}}
_GOT = {
    "received": "delivered",
    "got": "delivered",
    "ordered": "",
    "bought": "",
    "purchased": "",
    "placed": "",
}
PRONOUNS = frozenset({"it", "them", "both", "this", "that", "these", "those"})
_NUMBERS = ("2", "3", "4", "5", "6")


def order_ids(text: str, cursor: Cursor) -> tuple[str, ...]:
    """The customer's orders of that number, written with or without `#` and `W`; the number itself if there is none."""
    wanted = text.upper().lstrip("#").lstrip("W")
    found = tuple(one.id for one in cursor.scene.orders if one.id.upper().lstrip("#").lstrip("W") == wanted)
    return found or (text,)


def read_order(cursor: Cursor) -> OrderPhrase | None:
    """An order or orders, from their determiner on; None, with the cursor unmoved, where none is pointed at."""
    start = cursor.position
    every = bool(cursor.word("all", "every", "each", "both"))
    cursor.word("of")
    definite = cursor.word(*cursor.known("pointing_determiners")) in {"the", "this", "that"}
    hints: set[str] = set()
    names: frozenset[str] = frozenset()
    place = ""
    while True:
        text = cursor.at().text
        if text in _HINTS:
            hints.add(_HINTS[text])
            cursor.position += 1
        elif text == "possible" and cursor.at(1).text in _ORDER_WORDS:
            cursor.position += 1
        elif (found := place_at(cursor)) and not place:
            place = found
        elif not names and (product := cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)):
            cursor.position, names = product
        else:
            break
    if cursor.at().kind == "order":
        ids = order_ids(cursor.at().text, cursor)
        cursor.position += 1
        return OrderPhrase(ids=ids, hints=frozenset(hints - {""}))
    word = cursor.word(*_ORDER_WORDS)
    if not word:
        cursor.position = start
        return None
    cursor.word("number", "id", "no")
    ids = _numbers(cursor)
    if definite and not (ids or place or names or every or hints):
        hints.add("same")
    phrase = OrderPhrase(
        ids=ids,
        hints=frozenset(hints - {""}),
        place=place,
        product_ids=names,
        is_plural=word in {"orders", "purchases"},
        is_every=every or (word in {"orders", "purchases"} and not hints - {""}),
    )
    return _with_afterwards(cursor, phrase)


def _numbers(cursor: Cursor) -> tuple[str, ...]:
    ids: tuple[str, ...] = ()
    while cursor.at().kind == "order" or (cursor.at().kind == "number" and len(cursor.at().text) == 7):  # noqa: PLR2004
        ids = (*ids, *order_ids(cursor.at().text, cursor))
        cursor.position += 1
        if cursor.at().text in {"and", ","} and cursor.at(1).kind == "order":
            cursor.position += 1
    return ids


def _with_afterwards(cursor: Cursor, phrase: OrderPhrase) -> OrderPhrase:
    """The phrase with what follows the word: `you just placed`, `sent to Texas`, `with the lamp`."""
    hints, place, names = set(phrase.hints), phrase.place, phrase.product_ids
    while True:
        start = cursor.position
        cursor.word("that", "which")
        if cursor.phrase("you"):
            _adverbs(cursor, hints)
            got = cursor.word("received", "got", "placed", "made", "ordered", "bought", "purchased")
            if got:
                hints |= {"delivered"} if got in {"received", "got"} else set()
                continue
        cursor.position = start
        cursor.word("that", "which")
        cursor.word("was", "is", "were")
        if cursor.word("sent", "shipped", "delivered", "going", "shipping"):
            cursor.word("to")
            cursor.word("your")
            found = place_at(cursor)
            if found:
                place = found
                cursor.phrase("by accident", "by mistake", "accidentally")
                continue
        cursor.position = start
        if cursor.said("pointing_with_afterwards"):
            product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
            if product:
                cursor.position, ids = product
                names |= ids
                continue
        cursor.position = start
        return replace(phrase, hints=frozenset(hints - {""}), place=place, product_ids=names)


def _adverbs(cursor: Cursor, hints: set[str]) -> None:
    while word := cursor.word("just", "recently", "already", "have", "had", "most", "also", "previously"):
        hints |= {"pending"} if word == "just" and cursor.at().text not in {"received", "got"} else set()


def place_at(cursor: Cursor) -> str:
    """Takes the name of a city or state of the customer's own data, or of the words; its city or state code."""
    words = cursor.scene.words
    known = {joined_form(city.split()): city for city in words.cities.values()}
    addresses = [cursor.scene.customer.address, *(order.address for order in cursor.scene.orders)]
    known |= {joined_form(one.city.lower().split()): one.city.lower() for one in addresses}
    known |= {
        joined_form(name.split()): code for code, name in words.states.items() if joined_form(name.split()) not in known
    }
    known |= {joined_form([name]): city for name, city in words.cities.items()}
    for length in (3, 2, 1):
        form = joined_form([cursor.at(ahead).text for ahead in range(length)])
        if form and form in known and cursor.at(length - 1).kind != "end":
            cursor.position += length
            return known[form]
    return ""


def read_thing(cursor: Cursor, *, takes_with: bool = True) -> Thing | None:
    """One item or a group of items, from its determiner to what restricts it; None, unmoved, if none."""
    start = cursor.position
    thing = _everything(cursor) or _numbered(cursor) or _named(cursor) or _pronoun(cursor)
    if thing is None:
        cursor.position = start
        return None
    thing = _restricted(cursor, thing, takes_with=takes_with)
    before = cursor.position
    if cursor.said("pointing_except"):
        excluded = read_things(cursor, takes_with=takes_with)
        if not excluded and cursor.at(-1).text != "but":
            cursor.position = start
            return None
        cursor.position = cursor.position if excluded else before
        thing = replace(thing, excluding=excluded)
        if excluded and thing.order is None and excluded[-1].order is not None:
            thing = replace(thing, order=excluded[-1].order)
    if thing.product_ids:
        cursor.topic = thing.product_ids
    return replace(thing, span=cursor.span(start))


def read_things(cursor: Cursor, *, takes_with: bool = True) -> tuple[Thing, ...]:
    """Items joined by commas and `and`; `two items from order 1: the lamp and the tent` says where all of them are."""
    start = cursor.position
    lead, order = _announced(cursor)
    things = _joined(cursor, takes_with=takes_with)
    if lead and not things:
        cursor.position = start
        return ()
    return things if order is None else tuple(one if one.order else replace(one, order=order) for one in things)


def _announced(cursor: Cursor) -> tuple[bool, OrderPhrase | None]:
    """`the following items from order 1:`; whether it stands there, and the order."""
    start = cursor.position
    cursor.word("the", "these", "some", "your")
    cursor.word("following", "2", "two", "3", "three", "some", "4", "four", "several")
    if cursor.word("items", "things", "products"):
        order = None
        if cursor.word("from", "in", "of"):
            order = read_order(cursor)
        if cursor.word(":"):
            return True, order
    cursor.position = start
    return False, None


def _joined(cursor: Cursor, *, takes_with: bool) -> tuple[Thing, ...]:
    things: list[Thing] = []
    while True:
        start = cursor.position
        if things and not joint(cursor):
            break
        thing = read_thing(cursor, takes_with=takes_with)
        if thing is None or (things and thing.is_pronoun):
            cursor.position = start
            break
        things.append(thing)
    return tuple(things)


def joint(cursor: Cursor) -> bool:
    """Takes a comma, an `and`, or both, and an `also` after them."""
    taken = bool(cursor.word(",", ";"))
    taken = bool(cursor.word("and", "&", "plus")) or cursor.phrase("as well as") != "" or taken
    if taken:
        cursor.word("also", "then")
    return taken


def _everything(cursor: Cursor) -> Thing | None:
    start = cursor.position
    if cursor.word("everything"):
        ordered = cursor.phrase("you ordered", "you bought", "ordered", "you have ordered", "you have bought")
        return Thing(is_every=True, hints=frozenset({"ordered"} if ordered else ()))
    every = cursor.word("all") or cursor.phrase("each of", "every")
    cursor.word("of")
    determiner = cursor.word("the", "your", "these", "those")
    other = cursor.word("other", "remaining")
    if (every or determiner) and cursor.word(
        "items", "things", "products", "stuff", "articles", *(("item",) if every == "every" else ())
    ):
        if other:
            cursor.position = start
            return None
        ordered = cursor.said("pointing_everything")
        return Thing(is_every=True, hints=frozenset({"ordered"} if ordered else ()))
    if every and cursor.word("it", "them"):
        return Thing(is_every=True)
    cursor.position = start
    if determiner and not every:
        cursor.word("the", "your")
    hint = cursor.at().text if cursor.at().text in {"pending", "delivered"} else ""
    if hint and cursor.phrase(f"{hint} order item", f"{hint} order items", f"{hint} item", f"{hint} items"):
        return Thing(hints=frozenset({hint}), is_every=cursor.at(-1).text == "items")
    cursor.position = start
    return None


def _numbered(cursor: Cursor) -> Thing | None:
    start = cursor.position
    cursor.word("the", "your")
    cursor.said("pointing_numbered")
    token = cursor.at()
    if token.kind == "number" and len(token.text) == 10:  # noqa: PLR2004  # item ids have ten digits
        cursor.position += 1
        return Thing(item_id=token.text)
    cursor.position = start
    return None


def _pronoun(cursor: Cursor) -> Thing | None:
    if cursor.at().text in PRONOUNS:
        if cursor.said("pointing_pronoun"):
            return Thing(is_pronoun=True)
        cursor.position += 1
        return Thing(is_pronoun=True)
    if cursor.said("pointing_pronoun_2"):
        return Thing(is_pronoun=True)
    return None


def _named(cursor: Cursor) -> Thing | None:
    start = cursor.position
    every = cursor.word(*_ALL)
    cursor.word("of")
    determiner = cursor.word(*cursor.known("pointing_determiners")) or cursor.word("you")
    compared = _comparison(cursor)
    number = digits(cursor.at().text)
    count = int(number) if number in _NUMBERS and cursor.at(1).text != "piece" else None
    cursor.position += count is not None
    for lead in range(7):
        found = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position + lead)
        if not found:
            continue
        end, ids = found
        read = _adjectives(cursor, ids, until=cursor.position + lead)
        if read is not None:
            hints, pairs = read
            noun = cursor.sentence.tokens[end - 1].text
            pick = _pick(compared, ids, cursor)
            if compared and pick is None:
                break
            cursor.position = end
            plural = singular(noun) != noun and compared == ""
            if every == "both":
                count, every = (2 if plural else None), ""
            return Thing(
                product_ids=ids,
                pairs=pairs,
                count=count or (1 if determiner in {"a", "an", "one"} else None),
                is_every=bool(every),
                is_plural=plural,
                hints=hints,
                pick=pick,
            )
    cursor.position = start
    return None


def _comparison(cursor: Cursor) -> str:
    """Takes `cheaper of the two` and the like before a product's name; the comparative or superlative."""
    words = cursor.scene.words
    known = {**words.comparatives, **words.superlatives}
    said = cursor.phrase(*sorted(known, key=len, reverse=True))
    if said:
        before = cursor.position
        if not (cursor.phrase("of the", "of your", "of")):
            cursor.position = before
    return said


def _pick(said: str, ids: frozenset[str], cursor: Cursor) -> tuple[tuple[str, ...], bool, bool] | None:
    """Of what the comparative speaks for these products, whether more is meant, and whether it is one of two."""
    words = cursor.scene.words
    measure = words.comparatives.get(said) or words.superlatives.get(said)
    if measure is None:
        return None
    if "price" in measure.options:
        return ("price",), measure.is_up, said in words.comparatives
    found = measured_options(cursor, ids, measure)
    return None if found is None else (found, measure.is_up, said in words.comparatives)


def _adjectives(
    cursor: Cursor, ids: frozenset[str], *, until: int
) -> tuple[frozenset[str], tuple[frozenset[Pair], ...]] | None:
    """What stands before a product's name: hints and values of it; None where anything else does."""
    hints: set[str] = set()
    pairs: list[frozenset[Pair]] = []
    position = cursor.position
    while position < until:
        text = cursor.sentence.tokens[position].text
        value = next(
            (one for one in cursor.scene.catalogue.values_at(cursor.sentence, position, ids) if one[0] <= until), None
        )
        if value:
            position, found = value
            pairs.append(found)
        elif text in _THING_HINTS:
            hints.add(_THING_HINTS[text])
            position += 1
        elif text in {",", "and", "sized", "recently", "size", "color"}:
            position += 1
        else:
            return None
    return frozenset(hints - {""}), tuple(pairs)


def _restricted(cursor: Cursor, thing: Thing, *, takes_with: bool) -> Thing:
    """The thing with all that follows and restricts it."""
    while True:
        start = cursor.position
        for read in (_literal, _got, _in_order, _with_values if takes_with else _values):
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


def read_options(cursor: Cursor) -> Mapping[str, str] | None:
    """Options written as an object: `{'color': 'red'}`."""
    token = cursor.at()
    if token.kind != "literal":
        return None
    try:
        found = ast.literal_eval(token.raw)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    if not isinstance(found, dict):
        return None
    cursor.position += 1
    return {str(name): str(value) for name, value in found.items()}


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
    _adverbs(cursor, hints)
    got = cursor.word(*_GOT)
    if not got:
        cursor.position = start
        return None
    hints |= {_GOT[got]} - {""}
    if got in {"received", "got"}:
        hints.discard("pending")
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
        cursor.word("capacity", "size", "color", "material")
    return replace(thing, pairs=(*thing.pairs, *pairs)) if pairs else None
