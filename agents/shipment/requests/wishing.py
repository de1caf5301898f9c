"""Reads which article is wanted in place of another: values, comparisons, what stays, what may differ."""

from dataclasses import replace

from agents.shipment.requests.comparing import measured
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import Pair, Thing, Wish
from agents.shipment.requests.pointing import read_options, read_thing

_TARGET = ("to", "for", "with", "into", "to be", "by")
_SAME = ("same", "exact same", "exactly the same", "very same", "identical")


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
        if text in cursor.known("wishing_placeholders") or _own_name(cursor, ids):
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


def _own_name(cursor: Cursor, ids: frozenset[str]) -> bool:
    product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
    if product and product[1] & ids:
        cursor.position = product[0]
        return True
    return False


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
        _article,
        _options,
        _like,
        _same,
        _free,
        _preference,
        _instead,
        _keeping,
        _step,
        _extreme,
        _value,
        _other_product,
    ):
        start = cursor.position
        found = read(cursor, ids, wish)
        if found is not None:
            return found
        cursor.position = start
    return None


def _idle(cursor: Cursor, _ids: frozenset[str], wish: Wish) -> Wish | None:
    """Words that describe every article of the product."""
    return (
        wish if cursor.phrase("from the same product line", "of the same product line", "from the same line") else None
    )


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


def _like(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`the same as the other one that I ordered`, `the other bottle you just placed with 1000ml`."""
    start = cursor.position
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


def _same(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`the same size and material`, `everything else the same`, `the same one`."""
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
        if cursor.word("one", "item", "product", "type", "version", "kind", "model") or _own_name(cursor, ids)
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


def _free(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`any color`, `do not care about waterproof or not`, `the color does not matter`."""
    start = cursor.position
    cursor.word("the", "a")
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
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
    cursor.phrase("or not")
    return replace(wish, free=wish.free | names)


def _preference(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
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


def _instead(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`instead of the red one`, `rather than wireless`."""
    if not cursor.said("wishing_instead"):
        return None
    cursor.word("the", "a")
    pairs = read_value(cursor, ids)
    cursor.word("one")
    return None if pairs is None else replace(wish, barred=(*wish.barred, pairs))


def _keeping(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
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


def _step(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`bigger`, `one size smaller`, `less bright`."""
    by_one = bool(cursor.phrase("one size", "a size", "1 size"))
    options = _more_of(cursor, ids) or measured(cursor, ids, cursor.scene.words.comparatives)
    if options is None:
        return None
    names, is_up = options
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    if option is not None and set(option[1]) & set(names):
        cursor.position = option[0]
    return replace(wish, steps=(*wish.steps, (names, is_up, by_one)))


def _more_of(cursor: Cursor, ids: frozenset[str]) -> tuple[tuple[str, ...], bool] | None:
    """`more storage`, `a higher resolution`, `less pieces`."""
    start = cursor.position
    word = cursor.word("more", "higher", "greater", "bigger", "larger", "longer", "less", "lower", "fewer", "smaller", "shorter")
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids) if word else None
    if option is None or len(option[1]) != 1:
        cursor.position = start
        return None
    cursor.position, names = option
    return tuple(names), word in {"more", "higher", "greater", "bigger", "larger", "longer"}


def _extreme(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`cheapest`, `the maximum zoom`, `least pieces`, `easiest level`."""
    opened = bool(cursor.word("("))
    options = measured(cursor, ids, cursor.scene.words.superlatives)
    if options is None:
        found = _extreme_of(cursor, ids)
        if found is None:
            return None
        options = found
    cursor.word("price", "level", "one", "version", "option")
    wish = replace(wish, extremes=tuple(dict.fromkeys((*wish.extremes, options))))
    if not opened:
        return wish
    cursor.word(",")
    more = wish if cursor.at().text == ")" else _extreme(cursor, ids, wish)
    return more if more is not None and cursor.word(")") else None


def _extreme_of(cursor: Cursor, ids: frozenset[str]) -> tuple[tuple[str, ...], bool] | None:
    word = cursor.word(
        "maximum",
        "max",
        "highest",
        "most",
        "greatest",
        "largest",
        "minimum",
        "lowest",
        "least",
        "fewest",
        "smallest",
        "min",
    )
    if not word:
        return None
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    if option is None or len(option[1]) != 1:
        return None
    cursor.position, names = option
    return tuple(names), word in {"maximum", "max", "highest", "most", "greatest", "largest"}


def _value(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    pairs = read_value(cursor, ids)
    return None if pairs is None else replace(wish, pairs=(*wish.pairs, pairs))


def read_value(cursor: Cursor, ids: frozenset[str]) -> frozenset[Pair] | None:
    """A value, with the name of its option before or after it where that stands there."""
    start = cursor.position
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    named: frozenset[str] = frozenset()
    direct = next(cursor.scene.catalogue.values_at(cursor.sentence, cursor.position, ids), None)
    if option is not None and (direct is None or direct[0] < option[0]):
        cursor.position, named = option
        cursor.word("of", "to", "is", "as", "in", ":", "being")
        cursor.word("a", "an", "the")
    for end, pairs in cursor.scene.catalogue.values_at(cursor.sentence, cursor.position, ids):
        kept = frozenset(pair for pair in pairs if not named or pair[0] in named)
        if not kept:
            continue
        cursor.position = end
        after = cursor.scene.catalogue.option_at(cursor.sentence, end, ids)
        if after and not named:
            narrowed = frozenset(pair for pair in kept if pair[0] in after[1])
            if narrowed:
                cursor.position, kept = after[0], narrowed
        elif not named and cursor.at().text in {"color", "size", "material", "type"} and len({o for o, _ in kept}) == 1:
            cursor.position += 1
        return kept
    cursor.position = start
    return None


def _other_product(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """Another product's name: the wish is understood, and no policy allows it."""
    cursor.word("a", "an", "the")
    if not wish.is_empty:
        return None
    product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
    if product is None or product[1] & ids or not ids:
        return None
    cursor.position = product[0]
    verbs = {word for said in cursor.scene.words.verbs.values() for phrase in said for word in phrase.split()}
    if verbs & set(cursor.rest().split(" ")):
        return None
    cursor.position = len(cursor.sentence)  # what else is said of it does not matter, as it cannot be had
    return replace(wish, other_product=product[1])
