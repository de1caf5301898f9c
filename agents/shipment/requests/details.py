"""Reads answers to questions that the agent may ask: a value, a way to pay, which item."""

from collections.abc import Callable, Mapping

from agents.shipment.requests.conditioning import as_preference
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.paying import read_method
from agents.shipment.requests.phrases import More, Paying, Statement, Which, Wish
from agents.shipment.requests.wishing import read_wish


def _by(cursor: Cursor) -> list[Statement] | None:
    method = read_method(cursor)
    cursor.phrase(
        "is fine",
        "is okay",
        "is ok",
        "will do",
        "would be fine",
        "works",
        "is what you want to use",
        "should be used",
        "is to be used",
    )
    return None if method is None else [Paying(method=method)]


def _which(cursor: Cursor) -> list[Statement] | None:
    """`vacuum cleaner, mention the robotic one`."""
    product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
    if product is None:
        return None
    cursor.position, ids = product
    cursor.word(",")
    if not cursor.said("conditions_which_said"):
        return None
    wish = read_wish(cursor, ids)
    return [Which(product_ids=ids, pairs=wish.pairs)] if wish is not None and wish == Wish(pairs=wish.pairs) else None


def _detail(cursor: Cursor) -> list[Statement] | None:
    """`leather`, as the answer to a question that may be asked: it decides where there is a choice."""
    cursor.said("stating_wish_leads")
    wish = read_wish(cursor, cursor.topic)
    return None if wish is None else [as_preference(More(wish=wish, product_ids=cursor.topic))]


ANSWERS: Mapping[str, Callable[[Cursor], list[Statement] | None]] = {
    "detail": _detail,
    "payment": _by,
    "which": _which,
}
