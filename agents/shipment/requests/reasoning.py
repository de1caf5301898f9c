"""Reads why something is wanted, and what it is for."""

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.joints import SEPARATORS, Follows
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.phrases import Statement, Story
from agents.shipment.requests.pointing import read_things

_NO_PURPOSE = frozenset({"if", "unless", "only", "except", "instead", "otherwise"})


def read_purpose(cursor: Cursor, follows: Follows) -> list[Statement] | None:
    """`so that you do not have to change it every time`: what it is for, to the sentence's end."""
    start = cursor.position
    said = cursor.said("telling_purpose") or (cursor.at(-1).text == "so" and cursor.word("that"))
    while said and not (cursor.is_done or (cursor.at().text in SEPARATORS and follows(cursor))):
        named = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
        if cursor.at().text in _NO_PURPOSE or cursor.at().kind in {"order", "literal"} or named:
            break
        cursor.position += 1
    if said and (cursor.is_done or cursor.at().text in SEPARATORS):
        return []
    cursor.position = start
    return None


def said_reason(cursor: Cursor, *, between: frozenset[str] | None = None) -> str:
    """The policy's reason whose words stand in the clause from here, and the cursor after them; empty where none does.

    `between` are the words that may stand before them; None allows any before what says it by itself, and only those of
    the order before a bare `by mistake`.
    """
    for ahead in range(7):
        reason = _reason_at(cursor, ahead)
        if reason:
            return reason
        text = cursor.at(ahead).text
        if text in {"", ",", "and", "but"} or (between is not None and text not in between):
            return ""
    return ""


def _reason_at(cursor: Cursor, ahead: int) -> str:
    here = cursor.position + ahead
    passed = {token.text for token in cursor.sentence.tokens[cursor.position : here]}
    for reason, phrases in cursor.scene.words.reasons.items():
        for phrase in sorted(phrases, key=len, reverse=True):
            end = here + len(phrase.split(" "))
            is_bare = phrase.split(" ")[0] in {"by", "accidentally", "mistakenly"}
            if cursor.sentence.text(here, end) != phrase or cursor.sentence.text(end, end + 1) == "to":
                continue
            if is_bare and not passed <= cursor.known("telling_before_reason"):
                continue
            cursor.position = end
            cursor.said("telling_reason_ends")
            return reason
    return ""


def read_unneeded(cursor: Cursor) -> list[Statement]:
    """The order or the items of `you no longer need the lamp any more`."""
    start = cursor.position
    if not cursor.word("in", "from"):
        cursor.position = start
    order = read_order(cursor)
    things = () if order is not None else read_things(cursor)
    if order is None and not any(thing.product_ids for thing in things):
        return []
    cursor.said("telling_reason_ends")
    return [Story(orders=(order,) if order else (), things=things)]
