"""Reads conditions: not available, not possible, not shipped yet, or that the agent asks to confirm."""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.shipment.requests.cursor import Cursor

_CONFIRM = (
    "if the agent asks for confirmation again", "if the agent asks for final confirmation", "if the agent asks for confirmation",
    "when the agent asks for final confirmation", "when the agent asks for confirmation", "when the agent asks for confirmation again",
    "if the agent asks you to confirm again", "if the agent asks you to confirm", "when the agent asks you to confirm",
    "if asked for confirmation", "when asked for confirmation", "when asked to confirm", "if asked to confirm",
    "if the agent asks for your confirmation", "once the agent asks for confirmation", "before you confirm",
)  # fmt: skip
_REASON = (
    "if the agent asks for the cancellation reason", "if the agent asks for a cancellation reason", "if the agent asks for the reason",
    "if the agent asks for a reason", "if the agent asks why", "if asked for the reason", "if asked for a reason", "if asked why",
    "if asked about the reason", "if the agent asks you for the reason", "when asked for the reason", "if asked for the cancellation reason",
    "if the agent asks for cancellation reason", "when asked why", "when asked for a reason", "if the agent asks about the reason",
)  # fmt: skip
_UNSHIPPED = (
    "if it has not been shipped yet", "if it is not shipped yet", "if it has not shipped yet", "if it has not been shipped",
    "if it is not yet shipped", "if it is still pending", "if the order has not been shipped yet", "if it is pending",
    "if the order is still pending", "if they have not shipped yet", "if the order has not shipped yet",
)  # fmt: skip
_GUARD = (
    "if this would require cancelling the entire order tell the agent not to do it",
    "if this would require cancelling the entire order do not do it",
    "if that would require cancelling the entire order do not do it",
    "if this would require cancelling the whole order do not do it",
    "if that means cancelling the whole order do not do it",
    "if that means cancelling the entire order do not do it",
    "if this requires cancelling the entire order do not do it",
    "if this is only possible by cancelling the entire order do not do it",
)  # fmt: skip
_NEGATIVE = frozenset({"denied", "denies", "refuses", "fails", "cannot","not", "no", "none", "unavailable", "impossible", "unable", "out"})
_SAID = frozenset({
    "says", "tells", "denied", "denies", "refuses", "fails", "doable", "allowed", "original", "method", "permitted", "unsuccessful", "exchangeable",
    "if", "that", "this", "it", "the", "exact", "exactly", "item", "items", "one", "ones", "is", "are", "not", "no", "none", "there",
    "available", "possible", "stock", "in", "any", "more", "anymore", "longer", "can", "you", "agent", "do", "does", "be", "just", "or",
    "out", "of", "such", "option", "options", "a", "an", "which", "unavailable", "impossible", "and", ",", "with", "unable", "to", "done",
    "only", "either", "both", "these", "those", "your", "exists", "exist", "currently", "so", "have", "has", "for", "color", "size",
    "version", "inside", "order", "from", "exists", "by", "done", "they", "all", "work", "at", "helped", "help", "possibility", "refund", "gift", "card", "paypal", "credit", "split", "payment", "whole", "entire", "still", "cheaper", "unfortunately",
    "then", "what", "as", "described", "same", "them", "will", "yet", "combination", "want", "their", "like", "carried",
})  # fmt: skip
_VERBS = frozenset(
    {
        "return",
        "exchange",
        "change",
        "modify",
        "cancel",
        "swap",
        "replace",
        "modified",
        "exchanged",
        "changed",
        "returned",
        "cancelled",
        "canceled",
        "switch",
    }
)
_GIVEN = (
    "if and only if the agent gives you", "if and only if the agent offers", "if the agent gives you", "if the agent offers you",
    "if the agent offers", "if the agent provides", "if the agent provides you",
)  # fmt: skip
_ONLY = ("only", "you only want to", "you want to only", "you would only", "you change your mind and only want to")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: its kind, and for `confirm` whether what was asked before still holds."""

    kind: str
    is_only: bool = False
    drops_all: bool = False


def read_condition(cursor: Cursor) -> Iterator[Condition]:
    """The readings of a condition that starts here; the cursor stands after each while it is tried."""
    start = cursor.position
    cursor.word("but", "and")
    head = cursor.position
    if cursor.at().text not in {"if", "when", "once", "otherwise", "before", "you"}:
        cursor.position = start
        return
    if cursor.phrase(*sorted(_CONFIRM, key=len, reverse=True)):
        yield _confirmed(cursor)
    elif cursor.phrase(*sorted(_REASON, key=len, reverse=True)):
        cursor.skip(
            {
                ",",
                "you",
                "say",
                "tell",
                "them",
                "that",
                "answer",
                "would",
                "will",
                "it",
                "is",
                "the",
                "agent",
                "reason",
                "because",
            }
        )
        yield Condition("reason")
    elif cursor.phrase(*sorted(_UNSHIPPED, key=len, reverse=True)):
        yield Condition("unshipped")
    elif _guarded(cursor):
        yield Condition("guard")
    elif cursor.word("otherwise"):
        yield Condition("impossible")
    elif _only_one(cursor):
        yield Condition("one")
    elif _several(cursor):
        yield Condition("several")
    elif cursor.at().text == "if":
        for end in _negatives(cursor):
            cursor.position = end
            yield Condition("impossible")
            cursor.position = head
    cursor.position = start


def _confirmed(cursor: Cursor) -> Condition:
    """What the customer does instead of confirming, as far as it is no request by itself."""
    cursor.word(",")
    cursor.phrase("you then")
    if cursor.phrase(
        "do not say yes immediately", "do not say yes", "do not confirm yet", "do not confirm immediately", "say no"
    ):
        cursor.word(",")
        cursor.word("because", "since", "as")
    if cursor.phrase(
        "you add another request and",
        "add another request and",
        "you change your mind and",
        "you have another request and",
    ):
        return Condition("confirm")
    drops = bool(cursor.phrase(
        "do not exchange anything", "do not return anything", "do not do anything", "do not change anything", "do not modify anything",
        "do not cancel anything", "you do not want to exchange anything", "you do not want to return anything",
    ))  # fmt: skip
    if drops:
        cursor.word(",")
        return Condition("confirm", drops_all=True)
    start = cursor.position
    only = bool(cursor.phrase(*sorted(_ONLY, key=len, reverse=True)))
    if only and cursor.at().text not in _VERBS:
        cursor.position, only = start, False
    return Condition("confirm", is_only=only)


def _guarded(cursor: Cursor) -> bool:
    """`if this would require cancelling the entire order, do not do it`."""
    cursor.word(",")
    words = [token.text for token in cursor.sentence.tokens[cursor.position :]]
    kept = [word for word in words if word not in {",", ")", "("}]
    for phrase in _GUARD:
        parts = phrase.split(" ")
        if kept[: len(parts)] == parts:
            taken = 0
            while taken < len(parts):
                taken += cursor.at().text not in {",", ")", "("}
                cursor.position += 1
            return True
    return False


def _only_one(cursor: Cursor) -> bool:
    """`If and only if you can only do one of the two things,`."""
    start = cursor.position
    cursor.phrase("if and only if", "if")
    if cursor.phrase("you can only do one", "only one can be done", "you can only choose one", "only one of them is possible", "only one is possible", "you have to choose one", "you can only have one", "you can do only one"):
        cursor.phrase("of the 2 things", "of the two things", "of them", "of the two", "of these", "of these two things", "thing", "of both")
        return True
    cursor.position = start
    return False


def _several(cursor: Cursor) -> bool:
    """`if multiple colors are available,`."""
    start = cursor.position
    if cursor.phrase(*_GIVEN) and cursor.word("several", "multiple", "many", "different"):
        cursor.word("options", "choices", "versions")
        cursor.word("for")
        cursor.word("the")
        cursor.word("new")
        product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
        cursor.position = product[0] if product else cursor.position
        return True
    cursor.position = start
    if (
        cursor.word("if")
        and (cursor.phrase("there are", "there is") or True)
        and (cursor.word("multiple", "several", "many", "different") or cursor.phrase("more than 1", "more than one"))
    ):
        option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, cursor.topic)
        if option is not None:
            cursor.position = option[0]
        elif not cursor.word("options", "items", "versions", "ones", "option", "one", "choices", "choice", "available"):
            cursor.position = start
            return False
        cursor.word("are")
        cursor.word("available")
        return True
    cursor.position = start
    return False


def _negatives(cursor: Cursor) -> Iterator[int]:
    """Where a condition that something is not to be had may end: at each of its commas, while its words are known."""
    start = position = cursor.position
    negative = False
    catalogue = cursor.scene.catalogue
    while position < len(cursor.sentence):
        text = cursor.sentence.tokens[position].text
        if text == "," and negative:
            yield position + 1
        if negative and text in {"you", "cancel", "return", "then", "please"} and position > start + 1:
            yield position
        negative = negative or text in _NEGATIVE
        product = catalogue.product_at(cursor.sentence, position)
        value = next(catalogue.values_at(cursor.sentence, position, cursor.topic), None)
        option = catalogue.option_at(cursor.sentence, position, cursor.topic)
        ends = [one[0] for one in (product, value, option) if one]
        if product and product[1]:
            cursor.topic = product[1]
        if ends:
            position = max(ends)
        elif text in _SAID or text in _VERBS:
            position += 1
        else:
            return
