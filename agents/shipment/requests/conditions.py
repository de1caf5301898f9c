"""Reads conditions: not available, not possible, not shipped yet, or that the agent asks to confirm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agents.shipment.requests.cursor import Cursor

_ONLY = ("only", "you only want to", "you want to only", "you would only", "you change your mind and only want to")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: its kind, and for `confirm` whether what was asked before still holds."""

    kind: str
    is_only: bool = False
    drops_all: bool = False
    product_ids: frozenset[str] = frozenset()


def read_condition(cursor: Cursor) -> Iterator[Condition]:
    """The readings of a condition that starts here; the cursor stands after each while it is tried."""
    start = cursor.position
    cursor.word("but", "and")
    if cursor.at().text in {"if", "in", "when", "once", "otherwise", "before"} or cursor.at().text == ",":
        known = _known(cursor)
        if known is not None:
            yield known
        elif cursor.at().text == "if" or cursor.phrase("in case"):
            yield from _negatives(cursor)
    cursor.position = start


def _known(cursor: Cursor) -> Condition | None:
    """A condition of known form, with the cursor after it."""
    if cursor.said("conditions_confirm"):
        return _confirmed(cursor)
    if cursor.said("conditions_reason"):
        cursor.skip(cursor.known("conditions_answer"))
        return Condition("reason")
    for kind, read in _FORMS:
        if read(cursor):
            return Condition(kind)
    if cursor.said("conditions_asked"):
        return Condition("asked")
    return None


def _detailed(cursor: Cursor) -> bool:
    """`if the agent asks about the material, you say`."""
    start = cursor.position
    if cursor.said("conditions_detail"):
        option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, cursor.topic)
        if option is not None:
            cursor.position = option[0]
            cursor.word(",")
            cursor.phrase("you say", "say", "tell them", "answer", "you answer", "you tell them")
            return True
    cursor.position = start
    return False


def _paid(cursor: Cursor) -> bool:
    """`if asked for the payment method, you say`."""
    if not cursor.said("conditions_payment"):
        return False
    cursor.word(",")
    cursor.said("conditions_payment_said")
    return True


def _confirmed(cursor: Cursor) -> Condition:
    """What the customer does instead of confirming, as far as it is no request by itself."""
    cursor.word(",")
    cursor.phrase("you then")
    if cursor.said("conditions_confirmed_yes"):
        return Condition("yes")
    if cursor.said("conditions_confirmed"):
        cursor.word(",")
        cursor.word("because", "since", "as")
    if cursor.said("conditions_confirmed_2"):
        return Condition("confirm")
    drops = bool(cursor.said("conditions_confirmed_3"))
    if drops:
        cursor.word(",")
        return Condition("confirm", drops_all=True)
    start = cursor.position
    only = bool(cursor.phrase(*sorted(_ONLY, key=len, reverse=True)))
    if only and cursor.at().text not in cursor.known("conditions_verbs"):
        cursor.position, only = start, False
    return Condition("confirm", is_only=only)


def _guarded(cursor: Cursor) -> bool:
    """`if this would require cancelling the entire order, do not do it`."""
    cursor.word(",")
    words = [token.text for token in cursor.sentence.tokens[cursor.position :]]
    kept = [word for word in words if word not in {",", ")", "("}]
    for parts in cursor.scene.words.phrases["conditions_guard"]:
        if tuple(kept[: len(parts)]) == parts:
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
    if cursor.said("conditions_only_one"):
        cursor.said("conditions_only_one_2")
        return True
    cursor.position = start
    return False


def _several(cursor: Cursor) -> bool:
    """`if multiple colors are available,`."""
    start = cursor.position
    if cursor.said("conditions_given") and cursor.word("several", "multiple", "many", "different"):
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
        before = cursor.position
        cursor.word("for")
        cursor.word("the", "your")
        product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
        cursor.position = product[0] if product else before
        return True
    cursor.position = start
    return False


def _negatives(cursor: Cursor) -> Iterator[Condition]:
    """A condition that something is not to be had, ended at each of its commas while its words are known."""
    start = position = cursor.position
    topic = cursor.topic
    negative, products = False, frozenset[str]()
    while position < len(cursor.sentence):
        text = cursor.sentence.tokens[position].text
        if negative and (text == "," or (text in {"you", "then", "please"} and position > start + 1)):
            cursor.position = position + (text == ",")
            yield Condition("impossible", product_ids=products)
            cursor.position = start
        negative = negative or text in cursor.known("conditions_negative")
        product = cursor.scene.catalogue.product_at(cursor.sentence, position)
        if product:
            products |= product[1]
            cursor.topic = product[1]
        end = _described(cursor, position)
        if end is None and text not in cursor.known("conditions_said") | cursor.known("conditions_verbs"):
            break
        position = end or position + 1
    cursor.topic = topic


def _described(cursor: Cursor, position: int) -> int | None:
    """The position after the longest name, value or option that starts there."""
    catalogue = cursor.scene.catalogue
    product = catalogue.product_at(cursor.sentence, position)
    value = next(catalogue.values_at(cursor.sentence, position, cursor.topic), None)
    option = catalogue.option_at(cursor.sentence, position, cursor.topic)
    return max((one[0] for one in (product, value, option) if one), default=None)


_FORMS: tuple[tuple[str, Callable[[Cursor], object]], ...] = (
    ("detail", _detailed),
    ("payment", _paid),
    ("which", lambda cursor: cursor.said("conditions_which")),
    ("unshipped", lambda cursor: cursor.said("conditions_unshipped")),
    ("guard", _guarded),
    ("impossible", lambda cursor: cursor.word("otherwise")),
    ("one", _only_one),
    ("several", _several),
)


def is_refused_so(cursor: Cursor) -> bool:
    """Takes `if black is not available` at the end of a sentence; whether it stood there."""
    start, topic = cursor.position, cursor.topic
    if cursor.at().text != "if":
        return False
    negative = False
    while not cursor.is_done:
        text = cursor.at().text
        negative = negative or text in cursor.known("conditions_negative")
        end = _described(cursor, cursor.position)
        if end is None and text not in cursor.known("conditions_said"):
            break
        cursor.position = end or cursor.position + 1
    cursor.topic = topic
    if cursor.is_done and negative:
        return True
    cursor.position = start
    return False
