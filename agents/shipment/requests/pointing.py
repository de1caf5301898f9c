"""Reads how a sentence points at orders and at items."""

from dataclasses import replace

from agents.shipment.requests.comparing import measured_options
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import ORDER_HINTS, ORDER_WORDS, read_order, read_orders
from agents.shipment.requests.phrases import OrderPhrase, Pair, Thing
from agents.shipment.requests.restricting import restricted
from agents.shipment.requests.tokens import digits, singular

_ALL = ("all", "every", "each", "both")

_THING_HINTS = {name: hint for name, hint in ORDER_HINTS.items() if hint in {"pending", "delivered", "other", ""}}

PRONOUNS = frozenset({"it", "yours", "them", "both", "this", "that", "these", "those"})

_NUMBERS = ("2", "3", "4", "5", "6")


def read_thing(cursor: Cursor, *, takes_with: bool = True) -> Thing | None:
    """One item or a group of items, from its determiner to what restricts it; None, unmoved, if none."""
    start = cursor.position
    thing = (
        _most(cursor)
        or _rest(cursor)
        or _both(cursor)
        or _everything(cursor)
        or _numbered(cursor)
        or _named(cursor)
        or _valued(cursor)
        or _pronoun(cursor)
    )
    if thing is None:
        cursor.position = start
        return None
    thing = restricted(cursor, thing, takes_with=takes_with)
    before = cursor.position
    if cursor.at(1).text in {"except", "excluding"}:
        cursor.word(",")
    if cursor.said("pointing_except"):
        excluded = read_things(cursor, takes_with=takes_with)
        if (not excluded and cursor.at(-1).text != "but") or any(one.order for one in excluded[:-1]):
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
    cursor.word("just", "only")
    lead, order = _announced(cursor)
    things = _joined(cursor, takes_with=takes_with)
    if lead and not things:
        cursor.position = start
        return ()
    return things if order is None else tuple(one if one.order else replace(one, order=order) for one in things)


def _announced(cursor: Cursor) -> tuple[bool, OrderPhrase | None]:
    """`the following items from order 1:`; whether it stands there, and the order."""
    start = cursor.position
    cursor.word("the", "these", "some", "your", "an", "a", "one")
    cursor.word("following", "2", "two", "3", "three", "some", "4", "four", "several")
    if cursor.word("items", "things", "products", "item", "thing"):
        order = None
        cursor.phrase("you just received", "you received", "you have received", "you got", "that you received")
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
        if thing is None or (things and (thing.is_pronoun or _is_subject(cursor))):
            cursor.position = start
            break
        things.append(thing)
    return tuple(things)


def _is_subject(cursor: Cursor) -> bool:
    """Whether `the black one` is what the next clause speaks of: `and the black one is slow`."""
    return cursor.at(-1).text == "one" and cursor.at().text in {
        "is",
        "are",
        "was",
        "were",
        "has",
        "does",
        "did",
        "broke",
    }


def joint(cursor: Cursor) -> bool:
    """Takes a comma, an `and`, or both, and an `also` after them."""
    taken = bool(cursor.word(",", ";"))
    taken = bool(cursor.word("and", "&", "plus")) or cursor.phrase("as well as") != "" or taken
    if taken:
        cursor.word("also", "then")
    return taken


def _both(cursor: Cursor) -> Thing | None:
    """`both items from the order sent to Texas`."""
    start = cursor.position
    if cursor.phrase("both items", "both of the items", "both things", "both products", "both articles"):
        if cursor.at().text in {"in", "from", "of"} and cursor.at(1).text != "them":
            return Thing(is_every=True, count=2)
        cursor.position = start
    return None


def _rest(cursor: Cursor) -> Thing | None:
    return Thing(is_every=True, hints=frozenset({"rest"})) if cursor.said("pointing_rest") else None


def _everything(cursor: Cursor) -> Thing | None:
    start = cursor.position
    if cursor.word("everything"):
        ordered = cursor.phrase("you ordered", "you bought", "ordered", "you have ordered", "you have bought")
        return Thing(is_every=True, hints=frozenset({"ordered"} if ordered else ()))
    every = cursor.word("all") or cursor.phrase("each of", "every")
    cursor.word("of")
    determiner = cursor.word("the", "your", "these", "those")
    other = cursor.word("other", "remaining")
    hint = cursor.word("pending", "delivered", "received")
    nouns = ("items", "things", "products", "stuff", "articles", *(("item",) if every == "every" else ()))
    if (every or (determiner and not hint)) and cursor.word(*nouns):
        if other:
            cursor.position = start
            return None
        ordered = cursor.said("pointing_everything")
        hints = {"ordered" if ordered else "", "delivered" if hint == "received" else hint} - {""}
        return Thing(is_every=True, hints=frozenset(hints))
    if every and (it := cursor.word("it", "them")):
        return Thing(is_pronoun=True, is_every=it == "it")
    cursor.position = start
    if determiner and not every:
        cursor.word("the", "your")
    hint = cursor.at().text
    if hint in {"pending", "delivered"} and cursor.phrase(
        f"{hint} order item", f"{hint} order items", f"{hint} item", f"{hint} items"
    ):
        return Thing(hints=frozenset({hint}), is_every=cursor.at(-1).text == "items")
    cursor.position = start
    return None


def _most(cursor: Cursor) -> Thing | None:
    """`the most expensive item`."""
    start = cursor.position
    cursor.word("the", "your")
    measure = cursor.scene.words.superlatives.get(_comparison(cursor))
    if measure and "price" in measure.options and cursor.word("item", "product", "article"):
        return Thing(is_every=True, pick=(("price",), measure.is_up, False))
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
        if said := cursor.said("pointing_pronoun"):
            return Thing(is_pronoun=True, count=1 if said.endswith(("item", "one")) else None)
        cursor.position += 1
        return Thing(is_pronoun=True)
    if said := cursor.said("pointing_pronoun_2"):
        return Thing(is_pronoun=True, count=1 if said.endswith(("item", "product")) else None)
    return None


def _named(cursor: Cursor) -> Thing | None:
    start = cursor.position
    every = cursor.word(*_ALL)
    cursor.word("of")
    determiner = cursor.word(*cursor.known("pointing_determiners")) or cursor.word("you")
    own = read_orders(cursor)[:1] if cursor.at().kind == "order" and not determiner else ()
    compared = _comparison(cursor)
    number = digits(cursor.at().text)
    count = int(number) if number in _NUMBERS and cursor.at(1).text != "piece" else None
    cursor.position += count is not None
    for lead in range(7):
        found = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position + lead)
        if not found:
            continue
        end, ids = found
        if cursor.sentence.text(end, end + 1) in ORDER_WORDS and cursor.sentence.text(end + 1, end + 2) not in {
            "item",
            "items",
        }:
            break
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
                order=own[0] if own else None,
            )
    cursor.position = start
    return None


def _valued(cursor: Cursor) -> Thing | None:
    """`the black one`, `one of them`: of the products that are spoken of."""
    start = cursor.position
    if cursor.phrase("one of them", "one of these", "one of those", "one of the two"):
        return Thing(is_pronoun=True, count=1)
    pairs: list[frozenset[Pair]] = []
    if cursor.topic and cursor.word("the", "your", "that", "this"):
        while value := next(cursor.scene.catalogue.values_at(cursor.sentence, cursor.position, cursor.topic), None):
            cursor.position, found = value
            pairs.append(found)
            cursor.word(",")
        hint = "" if pairs else cursor.word("delivered", "pending", "received")
        if (pairs or hint) and cursor.word("one"):
            hints = {"delivered" if hint == "received" else hint} - {""}
            return Thing(product_ids=cursor.topic, pairs=tuple(pairs), count=1, hints=frozenset(hints))
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
