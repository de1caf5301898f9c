"""Reads what of an article stays as it is, what may differ, and what is preferred."""

from dataclasses import replace

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.phrases import Pair, Thing, Wish
from agents.shipment.requests.pointing import read_thing
from agents.shipment.requests.valuing import own_name, read_value

_SAME = ("same", "exact same", "exactly the same", "very same", "identical")


def read_like(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`the same as the other one that I ordered`, `the other bottle you just placed with 1000ml`."""
    start = cursor.position
    if cursor.said("keeping_type_in") and (order := read_order(cursor)) is not None:
        hints = order.hints & {"pending", "delivered", "other"} or {"other"}
        return replace(wish, like=Thing(product_ids=ids, hints=frozenset(hints)))
    cursor.position = start
    cursor.word("the")
    if cursor.word("same", "exact"):
        cursor.word("same")
        cursor.word("type", "kind", "one", "version", "item", "model")
        if cursor.word("as", "like"):
            cursor.word("the", "your")
            if cursor.said("wishing_like"):
                hint = "" if cursor.at(-1).text in {"have", "order"} else "delivered"
                other = {hint} - {""} or {"other"}
                return replace(wish, like=Thing(product_ids=ids, hints=frozenset(other)))
            thing = read_thing(cursor)
            return replace(wish, like=thing) if thing and thing.product_ids & ids else None
    cursor.position = start
    cursor.word("the", "your")
    if cursor.at().text == "other":
        thing = read_thing(cursor)
        if thing and thing.product_ids & ids:
            return replace(wish, like=thing)
    return None


def read_same(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`the same size and material`, `everything else the same`, `the same one`."""
    if cursor.said("keeping_unchanged"):
        return replace(wish, is_same=True)
    start = cursor.position
    cursor.word("ensure", "keep", "keeping", "with", "and", "but")
    if cursor.said("wishing_everything_else"):
        cursor.phrase("of the camera to be exchanged")
        cursor.word("are", "is", "being", "should", "to")
        cursor.word("be", "stay", "remain")
        if not cursor.said("wishing_same"):
            return None
        return _excepting(cursor, ids, replace(wish, is_same=True))
    cursor.position = start
    cursor.word("the", "of", "keep", "keeping", "with")
    cursor.word("the", "exact", "exactly")
    if not (cursor.word("same") or (cursor.at(-1).text == "exact" and cursor.word("same"))):
        return None
    options: set[str] = set()
    while True:
        start = cursor.position
        if options and not (cursor.word("and", ",", "&") or cursor.position == start):
            break
        cursor.word("and")
        cursor.word("same", "the")
        option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
        if option is None:
            cursor.position = start
            break
        cursor.position, names = option
        options |= names
    if options:
        return replace(wish, same=wish.same | options)
    return (
        replace(wish, is_same=True)
        if cursor.word("one", "item", "product", "type", "version", "kind", "model") or own_name(cursor, ids)
        else None
    )


def _excepting(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish:
    """`except for the zoom, which has to be maximized`."""
    start = cursor.position
    cursor.word(",")
    if not cursor.said("wishing_excepting"):
        cursor.position = start
        return wish
    cursor.word("the")
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    if option is None or len(option[1]) != 1:
        cursor.position = start
        return wish
    cursor.position, names = option
    before = cursor.position
    cursor.word("which", "that", ",")
    cursor.word("which", "that")
    if cursor.said("wishing_excepting_2") and cursor.at().text in {
        "maximized",
        "maximised",
        "minimized",
        "minimised",
    }:
        cursor.position += 1
        extreme = (tuple(names), cursor.at(-1).text.startswith("max"))
        return replace(wish, extremes=tuple(dict.fromkeys((*wish.extremes, extreme))))
    cursor.position = before
    return wish


def read_free(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`any color`, `do not care about waterproof or not`, `the color does not matter`."""
    start = cursor.position
    cursor.word("the", "a")
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    if option is not None and (stays := _staying(cursor, ids)):
        return replace(wish, same=wish.same | stays)
    if option is not None and len(option[1]) == 1:
        cursor.position = option[0]
        if cursor.said("wishing_free"):
            return replace(wish, free=wish.free | option[1])
    cursor.position = start
    if not cursor.said("wishing_free_2"):
        return None
    cursor.word("the")
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    if option is None or len(option[1]) != 1:
        return None
    cursor.position, names = option
    cursor.word("feature", "option", "part")
    cursor.phrase(
        "or not",
        "is different",
        "changes",
        "differs",
        "varies",
        "is not the same",
        "is another",
        "it is",
        "it has",
        "is fine",
        "is okay",
        "will do",
        "is acceptable",
        "would be fine",
        "works",
        "would do",
    )
    return replace(wish, free=wish.free | names)


def _staying(cursor: Cursor, ids: frozenset[str]) -> frozenset[str]:
    """The options of `length and material staying the same`; empty, with the cursor unmoved, where that is not said."""
    start = cursor.position
    found: frozenset[str] = frozenset()
    while option := cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids):
        cursor.position, names = option
        found |= names
        if cursor.said("wishing_stays"):
            return found
        cursor.word(",")
        cursor.word("and")
        cursor.word("the")
    cursor.position = start
    return frozenset()


def read_preference(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`(prefer battery > USB > AC)`, `preferably blue`."""
    opened = cursor.word("(")
    cursor.word("you")
    if not cursor.word("prefer", "preferring", "preferably"):
        return None
    ranked: list[frozenset[Pair]] = []
    while True:
        pairs = read_value(cursor, ids)
        if pairs is None:
            break
        ranked.append(pairs)
        if not (cursor.word(">") or cursor.phrase("then", "over", ", then")):
            break
    if not ranked or (opened and not cursor.word(")")) or (not opened and len(ranked) == 1 and cursor.at().text):
        return None
    options = {option for pairs in ranked for option, _ in pairs}
    return replace(wish, preferred=(*wish.preferred, tuple(ranked))) if len(options) == 1 else None


def read_kept(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`keeping the leather strap`."""
    if not cursor.word("keep", "keeping", "retaining", "want"):
        return None
    cursor.word("the", "your")
    cursor.word("same")
    pairs = read_value(cursor, ids)
    if pairs is not None:
        return replace(wish, pairs=(*wish.pairs, pairs))
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    if option is None:
        return None
    cursor.position, names = option
    return replace(wish, same=wish.same | names)
