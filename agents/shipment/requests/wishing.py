"""Reads which article is wanted in place of another: values, comparisons, what stays, what may differ."""

from dataclasses import replace

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.grading import read_extreme, read_step
from agents.shipment.requests.keeping import read_free, read_kept, read_like, read_preference, read_same
from agents.shipment.requests.phrases import Pair, Wish
from agents.shipment.requests.restricting import read_options
from agents.shipment.requests.valuing import own_name, read_value

_TARGET = ("to", "for", "with", "into", "to be", "by")


def read_target(cursor: Cursor, ids: frozenset[str]) -> Wish | None:
    """`to a red one`, `for the same with clicky switches`; None, with the cursor unmoved, where none follows."""
    start = cursor.position
    if cursor.said("wishing_read_target"):
        pass
    elif not cursor.word(*_TARGET):
        return None
    wish = read_wish(cursor, ids)
    if wish is None:
        cursor.position = start
    return wish


def read_wish(cursor: Cursor, ids: frozenset[str], wish: Wish | None = None) -> Wish | None:
    """A description of an article of those products, as long as it goes; None, unmoved, where there is none."""
    start, found, end = cursor.position, wish or Wish(), cursor.position
    says_something = False
    while True:
        position = cursor.position
        more = _piece(cursor, ids, found)
        if more is not None:
            found, says_something, end = more, True, cursor.position
            continue
        cursor.position = position
        if _starts_another_thing(cursor, ids) or cursor.is_done:
            break
        text = cursor.at().text
        if text in cursor.known("wishing_placeholders") or own_name(cursor, ids):
            cursor.position = max(cursor.position, position + 1)
            if says_something:
                end = cursor.position
        elif text in cursor.known("wishing_glue"):
            cursor.position += 1
        else:
            break
    cursor.position = end
    if not says_something:
        cursor.position = start
        return None
    return found


def _starts_another_thing(cursor: Cursor, ids: frozenset[str]) -> bool:
    """Whether a conjunction is followed by another item's name before anything else: the wish ends there."""
    if cursor.at().text not in {",", "and", "("}:
        return False
    position = cursor.position + 1
    for ahead in range(8):
        if position + ahead >= len(cursor.sentence):
            return False
        if ahead and cursor.sentence.tokens[position + ahead].text in {",", "and", "to", "for", "with", "in"}:
            return False
        product = cursor.scene.catalogue.product_at(cursor.sentence, position + ahead)
        if product and not product[1] & ids:
            return not any(True for _ in cursor.scene.catalogue.values_at(cursor.sentence, position + ahead, ids))
        if product:
            return False
    return False


def _piece(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """One piece of a description, added to what is read; None where none starts here."""
    for read in (
        _idle,
        _no_dearer,
        _bracketed,
        _article,
        _options,
        read_like,
        read_same,
        read_free,
        read_preference,
        _instead,
        read_kept,
        read_step,
        read_extreme,
        _value,
        _other_product,
    ):
        start = cursor.position
        found = read(cursor, ids, wish)
        if found is not None:
            return found
        cursor.position = start
    return None


def _bracketed(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`(black, medium, USB)`: values in brackets, and nothing else in them."""
    if not cursor.word("("):
        return None
    pairs: list[frozenset[Pair]] = []
    while not cursor.word(")"):
        found = read_value(cursor, ids)
        if found is None:
            return None
        pairs.append(found)
        cursor.word(",", "and", ";")
    return replace(wish, pairs=(*wish.pairs, *pairs)) if pairs else None


def _no_dearer(cursor: Cursor, _ids: frozenset[str], wish: Wish) -> Wish | None:
    """`the price to be the same or lower`."""
    return replace(wish, is_no_dearer=True) if cursor.said("wishing_no_dearer") else None


def _idle(cursor: Cursor, _ids: frozenset[str], wish: Wish) -> Wish | None:
    """Words that describe every article of the product."""
    return wish if cursor.said("wishing_idle") else None


def _article(cursor: Cursor, _ids: frozenset[str], wish: Wish) -> Wish | None:
    cursor.word("the")
    cursor.said("wishing_article")
    token = cursor.at()
    if token.kind != "number" or len(token.text) != 10 or wish.item_id:  # noqa: PLR2004  # item ids have ten digits
        return None
    cursor.position += 1
    return replace(wish, item_id=token.text)


def _options(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    options = read_options(cursor)
    if options is None:
        return None
    pairs: list[frozenset[Pair]] = []
    for option, value in options.items():
        known = {
            (name, one)
            for product in ids
            for name, values in cursor.scene.catalogue.options_of(product).all.items()
            for one in values
            if name.lower() == option.lower() and one.lower() == value.lower()
        }
        if not known:
            return None
        pairs.append(frozenset(known))
    return replace(wish, pairs=(*wish.pairs, *pairs))


def _instead(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`instead of the red one`, `rather than wireless`."""
    if not cursor.said("wishing_instead"):
        return None
    cursor.word("the", "a")
    pairs = read_value(cursor, ids)
    barred: tuple[frozenset[Pair], ...] = ()
    while pairs is not None:
        barred = (*barred, pairs)
        pairs = read_value(cursor, ids)
    cursor.word("one", "ones")
    cursor.phrase(
        "you got",
        "you have",
        "you received",
        "you ordered",
        "you bought",
        "you have now",
        "that you got",
        "that you have",
        "that you ordered",
        "that you received",
    )
    return replace(wish, barred=(*wish.barred, *barred)) if barred else None


def _value(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    pairs = read_value(cursor, ids)
    return None if pairs is None else replace(wish, pairs=(*wish.pairs, pairs))


def _other_product(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """Another product's name: the wish is understood, and no policy allows it."""
    cursor.word("a", "an", "the")
    if not wish.is_empty:
        return None
    product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
    if product is None or product[1] & ids or not ids:
        return None
    cursor.position = product[0]
    verbs = [phrase for said in cursor.scene.words.verbs.values() for phrase in said]
    if any(f" {verb} " in f" {cursor.rest()} " for verb in verbs):
        return None
    cursor.position = len(cursor.sentence)  # what else is said of it does not matter, as it cannot be had
    return replace(wish, other_product=product[1])
