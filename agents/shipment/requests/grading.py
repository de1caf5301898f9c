"""Reads that an article shall be more, less, most or least of something."""

from dataclasses import replace

from agents.shipment.requests.comparing import measured
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import Wish


def read_step(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`bigger`, `one size smaller`, `less bright`."""
    by_one = bool(cursor.word("slightly")) or bool(cursor.phrase("one size", "a size", "1 size"))
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
    word = cursor.word(
        "more", "higher", "greater", "bigger", "larger", "longer", "less", "lower", "fewer", "smaller", "shorter"
    )
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids) if word else None
    if option is None or len(option[1]) != 1:
        cursor.position = start
        return None
    cursor.position, names = option
    return tuple(names), word in {"more", "higher", "greater", "bigger", "larger", "longer"}


def read_extreme(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish | None:
    """`cheapest`, `the maximum zoom`, `least pieces`, `easiest level`."""
    opened = bool(cursor.word("("))
    before = cursor.position
    options = _extreme_of(cursor, ids)
    if options is None:
        cursor.position = before
        options = measured(cursor, ids, cursor.scene.words.superlatives)
    if options is None:
        return None
    cursor.word("price", "level", "one", "version", "option")
    cursor.phrase(
        "available", "possible", "there is", "you have in stock", "in stock", "that is available", "you can get"
    )
    wish = replace(wish, extremes=tuple(dict.fromkeys((*wish.extremes, options))))
    if not opened:
        return wish
    cursor.word(",")
    more = wish if cursor.at().text == ")" else read_extreme(cursor, ids, wish)
    return more if more is not None and cursor.word(")") else None


def _extreme_of(cursor: Cursor, ids: frozenset[str]) -> tuple[tuple[str, ...], bool] | None:
    word = cursor.word(
        "maximum",
        "max",
        "highest",
        "most",
        "greatest",
        "largest",
        "biggest",
        "longest",
        "tallest",
        "widest",
        "minimum",
        "lowest",
        "least",
        "fewest",
        "smallest",
        "shortest",
        "min",
    )
    if not word:
        return None
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    if option is None or len(option[1]) != 1:
        return None
    cursor.position, names = option
    return tuple(names), word in {
        "maximum",
        "max",
        "highest",
        "most",
        "greatest",
        "largest",
        "biggest",
        "longest",
        "tallest",
        "widest",
    }
