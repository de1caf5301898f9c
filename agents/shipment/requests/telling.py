"""Reads what is told and asks for nothing: stories, reasons, who one is; with the orders and items that they name."""

from dataclasses import replace

from agents.shipment.requests.chatting import is_pleased, skip_complaint
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.joints import SEPARATORS, Follows
from agents.shipment.requests.ordering import also_holding, order_ids, read_order
from agents.shipment.requests.paying import names_way
from agents.shipment.requests.phrases import OrderPhrase, Reason, Statement, Story, Thing
from agents.shipment.requests.placing import read_place
from agents.shipment.requests.pointing import PRONOUNS, read_thing, read_things
from agents.shipment.requests.reasoning import read_unneeded, said_reason
from agents.shipment.requests.valuing import is_fact

REASON_STARTS = frozenset({"because", "since", "as", "due"})

_GOT = ("received", "bought", "ordered", "purchased", "placed", "got", "have", "made", "created")

_DONE = frozenset(
    {
        "returned",
        "refunded",
        "cancelled",
        "canceled",
        "exchanged",
        "swapped",
        "replaced",
        "changed",
        "modified",
        "switched",
        "updated",
        "removed",
        "always",
        "please",
        "items",
        "sends",
        "besides",
        "perhaps",
        "needed",
    }
)

_VERBS = frozenset({"is", "are", "was", "were", "does", "do", "did", "has", "have", "had", "came", "broke", "will"})

_PAST = frozenset({"ordered", "got", "received", "bought", "purchased", "wanted"})


def read_number(cursor: Cursor) -> list[Statement] | None:
    """`Your order number is 1234567`."""
    start = cursor.position
    named = (read_order(cursor) or _bare_order(cursor)) if cursor.said("telling_number") else None
    if named is not None and named.ids and (cursor.is_done or cursor.at().text in SEPARATORS):
        return [Story(orders=(named,))]
    cursor.position = start
    return None


def read_told(cursor: Cursor) -> list[Statement] | None:
    """`You received your order 1`, `you just bought a lamp with USB`: what later words may point to."""
    start = cursor.position
    if cursor.word("for", "in", "regarding", "about", "from", "on", "concerning"):
        named = read_order(cursor)
        if (
            named is not None
            and (named.ids or named.place or named.hints or named.product_ids)
            and (cursor.is_done or cursor.at().text in {",", ":"})
        ):
            return [Story(orders=(named,))]
        cursor.position = start
        return None
    cursor.word("you")
    just = False
    wrongly = ""
    while word := cursor.word("just", "recently", "had", "already", "also", "have", "accidentally", "mistakenly"):
        wrongly = wrongly or (word if word in {"accidentally", "mistakenly"} else "")
        if word == "have" and cursor.at().text in {"a", "an", "the", "your", "2", "two"}:
            cursor.position -= 1
            break
        just = just or word == "just"
    verb = cursor.word(*_GOT)
    if not verb:
        cursor.position = start
        return None
    hints = {"fresh"} if just and verb != "received" else {"delivered"} if verb == "received" else set[str]()
    order = read_order(cursor)
    if order is not None:
        order = also_holding(cursor, order)
        return [Story(orders=(replace(order, hints=order.hints | hints),)), *_by_mistake(cursor, wrongly=bool(wrongly))]
    things = read_things(cursor)
    if not things:
        cursor.position = start
        return None
    _for_whom(cursor)
    cursor.said("restricting_when")
    skip_complaint(cursor)
    is_new_home = bool(cursor.said("telling_new_home"))
    ids = frozenset(one for thing in things for one in thing.product_ids)
    return [
        Story(things=tuple(replace(one, hints=one.hints | hints) for one in things), is_new_home=is_new_home),
        *(replace(one, product_ids=ids) for one in _by_mistake(cursor, wrongly=bool(wrongly))),
    ]


def _for_whom(cursor: Cursor) -> None:
    """Takes `for your dad`, `as a gift`."""
    start = cursor.position
    if cursor.phrase("for your", "for a", "as a"):
        while not cursor.is_done and cursor.at().text not in SEPARATORS | cursor.scene.words.danger:
            cursor.position += 1
            if cursor.position - start > 5:  # noqa: PLR2004  # more words say more
                cursor.position = start
                return


def _by_mistake(cursor: Cursor, *, wrongly: bool) -> list[Reason]:
    if wrongly:
        return [Reason(reason="ordered by mistake")]
    reason = said_reason(cursor, between=frozenset())
    return [Reason(reason=reason)] if reason else []


def read_stated(cursor: Cursor) -> list[Statement] | None:
    """`Your new address is 2 Main Street, ...`, `you moved to 2 Main Street, ...`."""
    start = cursor.position
    if cursor.said("telling_stated"):
        place = read_place(cursor)
        if place is not None and place.address is not None:
            return [Story(address=place.address)]
    cursor.position = start
    return None


def read_given(cursor: Cursor) -> list[Statement] | None:
    """`When asked for the order id, provide 1234567`: the order that is meant."""
    start = cursor.position
    if cursor.word("when", "if") and cursor.said("telling_read_given"):
        cursor.word(",")
        if cursor.said("telling_read_given_2"):
            order = read_order(cursor) or _bare_order(cursor)
            cursor.word("first")
            if order is not None:
                return [Story(orders=(replace(order, is_tentative=True),))]
    cursor.position = start
    return None


def _bare_order(cursor: Cursor) -> OrderPhrase | None:
    token = cursor.at()
    if token.kind != "number" or len(token.text) != 7:  # noqa: PLR2004  # an order's number
        return None
    cursor.position += 1
    return OrderPhrase(ids=order_ids(token.text, cursor))


def read_because(cursor: Cursor, follows: Follows) -> list[Statement] | None:
    """`because it is too small`: words of any kind, but none that could be a wish or a condition."""
    if not cursor.pattern(cursor.scene.words.because):
        return None
    start = cursor.position
    reason = said_reason(cursor)
    if reason:
        told = read_unneeded(cursor)
        return [Reason(reason=reason), *told] if cursor.is_done or cursor.at().text in SEPARATORS else None
    return _run_on(cursor, start, follows)


def read_story(cursor: Cursor, follows: Follows) -> list[Statement] | None:
    """`The lamp you received does not work`, `you live alone`: a known beginning, then words of any kind but wishes."""
    start = cursor.position
    if not cursor.pattern(cursor.scene.words.story):
        things = read_things(cursor)
        if not things or not _is_verb(cursor.at().text):
            cursor.position = start
            return None
        cursor.position = start
    found = _run_on(cursor, start, follows)
    pleased = is_pleased({token.text for token in cursor.sentence.tokens[start : cursor.position]})
    return None if pleased else found


def _continues_list(cursor: Cursor, start: int, before: str) -> bool:
    """Whether an item just read goes on with a request before the story: `because it is too small, and the lamp`."""
    if before not in {",", "and", "plus", "also"}:
        return False
    if not (cursor.is_done or cursor.at().text in SEPARATORS or cursor.at().text in {"too", "as", "also"}):
        return False
    verbs = {phrase for phrases in cursor.scene.words.verbs.values() for phrase in phrases}
    return any(token.text in verbs for token in cursor.sentence.tokens[:start])


def _is_verb(word: str) -> bool:
    """Whether a word after an item says what it does or did: `leaks`, `arrived`, `is`."""
    if word in _DONE:
        return False
    return word in _VERBS or (len(word) > 3 and word.endswith(("s", "ed")) and not word.endswith("ss"))  # noqa: PLR2004  # shorter ones are other words


def _run_on(cursor: Cursor, start: int, follows: Follows) -> list[Statement] | None:
    """Words up to the next clause that asks for something; None where one of them may itself be a wish."""
    things: list[Thing] = []
    orders: list[OrderPhrase] = []
    is_past = bool(_PAST & {cursor.sentence.tokens[start].text, cursor.sentence.text(start + 1, start + 2)})
    while not cursor.is_done and not (cursor.position > start and cursor.at().text in SEPARATORS and follows(cursor)):
        token = cursor.at()
        before = cursor.at(-1).text
        if (
            token.kind in {"order", "literal"}
            or names_way(cursor)
            or (
                token.text in cursor.scene.words.danger
                and not (token.text == "change" and before == "a")
                and not (token.text == "any" and cursor.at(1).text in {"more", "longer"})
            )
        ):
            return None
        thing = read_thing(cursor) if token.text not in PRONOUNS else None
        order = read_order(cursor) if thing is None else None
        order = also_holding(cursor, order) if order is not None else None
        if thing is not None and _continues_list(cursor, start, before):
            return None
        if thing is not None:
            things.append(thing)
            continue
        if order is not None:
            orders.append(order)
            continue
        if (
            before != "too"
            and not is_past
            and next(cursor.scene.catalogue.values_at(cursor.sentence, cursor.position, cursor.topic), None)
            and not (before in {"is", "are", "was", "were"} and is_fact(cursor))
        ):
            return None
        cursor.position += 1
    if cursor.position == start:
        return None
    return [Story(orders=tuple(orders), things=tuple(things))] if things or orders else []


def read_mention(cursor: Cursor, follows: Follows) -> list[Statement] | None:
    """`Make sure you mention both things at the same time`: how to say it, with nothing new in it."""
    start = cursor.position
    cursor.said("telling_read_mention")
    verbs = ("mention", "say", "tell") if cursor.position > start else ("mention",)
    if not cursor.word(*verbs):
        cursor.position = start
        return None
    while not (cursor.is_done or (cursor.at().text in SEPARATORS and follows(cursor))):
        token = cursor.at()
        named = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
        if (
            token.text in cursor.known("telling_limits")
            or named
            or token.kind in {"order", "literal", "number", "money"}
        ):
            cursor.position = start
            return None
        cursor.position += 1
    return []
