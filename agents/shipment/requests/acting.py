"""Reads a request: its verb, what it is done to, what is wanted in its place, how it is paid."""

from dataclasses import replace
from decimal import Decimal

from agents.shipment.requests.chatting import skip_complaint
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import read_order, read_orders
from agents.shipment.requests.passives import read_passive, read_required, read_wondered
from agents.shipment.requests.paying import read_by, read_method, skip_purpose
from agents.shipment.requests.phrases import Act, Mood, OrderPhrase, Part, Thing, Verb
from agents.shipment.requests.pointing import joint, read_things
from agents.shipment.requests.readdressing import read_correction, read_readdressing
from agents.shipment.requests.sending import read_sending
from agents.shipment.requests.swapping import read_option_change, read_swap
from agents.shipment.requests.wishing import read_wish

_MOODS = {"want": Mood.WANT, "ask": Mood.WANT, "wonder": Mood.WONDER, "forbid": Mood.FORBID}

_PAYMENT = ("payment", "payment method", "method of payment", "payment option", "payment type", "form of payment")


def read_act(cursor: Cursor, mood: Mood | None = None) -> Act | None:
    """A request from its `you want to` on; `mood` is that of the clause before; None, unmoved, where there is none."""
    start = cursor.position
    if (wondered := read_wondered(cursor)) is not None:
        return replace(
            wondered,
            mood=Mood.WONDER,
            span=cursor.span(start),
            text=cursor.sentence.text(start, cursor.position),
        )
    said = read_mood(cursor)
    if said is None and mood is not None:
        cursor.word("to")
    cursor.skip(cursor.known("acting_adverbs"))
    act = (
        _sent_back(cursor)
        or read_sending(cursor)
        or _never(cursor)
        or _applied(cursor)
        or read_correction(cursor)
        or read_passive(cursor, said)
    )
    only = "only" in {token.text for token in cursor.sentence.tokens[start : cursor.position]} if act is None else False
    if act is None and (verb := read_verb(cursor)):
        act = _objects(cursor, verb)
    if act is None:
        cursor.position = start
        return None
    act = _manner(cursor, replace(act, is_only=only))
    if act.verb is Verb.RETURN and (cursor.at().text == "," or not _is_loose(act)):
        act = _complained(cursor, act)
    return replace(
        act, mood=said or mood or Mood.WANT, span=cursor.span(start), text=cursor.sentence.text(start, cursor.position)
    )


def _complained(cursor: Cursor, act: Act) -> Act:
    """The act past `, which is too heavy`, with the items that go on after it: `, and the tent, which leaks`."""
    while True:
        start = cursor.position
        skip_complaint(cursor)
        told = cursor.position
        more = read_things(cursor) if told > start and joint(cursor) else ()
        is_end = cursor.is_done or cursor.at().text in {",", ";"}
        if not (more and is_end and all(thing.product_ids for thing in more)):
            cursor.position = told
            return act
        act = replace(act, parts=(*act.parts, Part(more)))


def _is_loose(act: Act) -> bool:
    """Whether what is said after the items may say which of several are meant."""
    return any(thing.is_plural or thing.is_every for part in act.parts for thing in part.things)


def read_mood(cursor: Cursor) -> Mood | None:
    """`you want to`, `please`, `check if you can`, `do not`; None where the verb stands alone."""
    start = cursor.position
    best, mood = start, None
    for name, patterns in cursor.scene.words.leads.items():
        cursor.position = start
        if cursor.pattern(patterns) and cursor.position > best:
            best, mood = cursor.position, _MOODS[name]
    cursor.position = best
    return mood


def read_verb(cursor: Cursor) -> Verb | None:
    """Takes the longest verb of the words that follows."""
    said = [(phrase, name) for name, phrases in cursor.scene.words.verbs.items() for phrase in phrases]
    for phrase, name in sorted(said, key=lambda one: -len(one[0])):
        if cursor.phrase(phrase):
            return Verb(name)
    return None


def _sent_back(cursor: Cursor) -> Act | None:
    """`send the lamp back`."""
    start = cursor.position
    if cursor.word("send", "give", "bring", "ship") and (things := read_things(cursor)) and cursor.word("back"):
        return Act(verb=Verb.RETURN, parts=(Part(things),))
    cursor.position = start
    return None


def _never(cursor: Cursor) -> Act | None:
    if cursor.phrase(
        "refund each order to the other order payment method", "refund each order to the other payment method"
    ):
        return Act(verb=Verb.CROSS)
    return Act(verb=Verb.NEVER) if cursor.pattern(cursor.scene.words.never) else None


def _applied(cursor: Cursor) -> Act | None:
    """`apply the gift card to the order`, `pay for the order with PayPal`."""
    start = cursor.position
    if cursor.word("apply") and (method := read_method(cursor)) and cursor.word("to", "on", "towards"):
        order = read_order(cursor)
        if order is not None:
            return Act(verb=Verb.REPAY, orders=(order,), method=method)
    cursor.position = start
    if cursor.phrase("pay for") and (order := read_order(cursor)) and cursor.word("with", "using", "by", "via"):
        method = read_method(cursor)
        if method is not None:
            start = cursor.position
            if not (cursor.phrase("instead of", "rather than") and read_method(cursor)):
                cursor.position = start
            return Act(verb=Verb.REPAY, orders=(order,), method=method)
    cursor.position = start
    return None


def _repaid_order(cursor: Cursor) -> Act | None:
    """`your order so that it is paid with PayPal`."""
    start = cursor.position
    if (order := read_order(cursor)) is not None and cursor.said("acting_repaid") and (method := read_method(cursor)):
        start = cursor.position
        if not (cursor.phrase("instead of", "rather than", "and not", "not") and read_method(cursor)):
            cursor.position = start
        return Act(verb=Verb.REPAY, orders=(order,), method=method)
    cursor.position = start
    return None


def _objects(cursor: Cursor, verb: Verb) -> Act | None:
    match verb:
        case Verb.RETURN:
            return _returned(cursor)
        case Verb.CANCEL:
            return _cancelled(cursor)
        case _:
            return (
                read_readdressing(cursor)
                or _repaid(cursor)
                or _repaid_order(cursor)
                or _in_order(cursor)
                or read_option_change(cursor, verb)
                or read_swap(cursor, verb)
            )


def _returned(cursor: Cursor) -> Act | None:
    start = cursor.position
    things = read_things(cursor)
    orders = () if things else read_orders(cursor)
    method = read_by(cursor) if orders else None
    if len(orders) == 1 and cursor.word(":"):
        things = tuple(replace(one, order=one.order or orders[0]) for one in read_things(cursor))
        return Act(verb=Verb.RETURN, parts=(Part(things),), method=method) if things else None
    things = things or tuple(Thing(is_every=True, order=order) for order in orders)
    if not things and (cursor.is_done or cursor.at().text in {",", "and", "because", "since"}):
        things = (Thing(is_pronoun=True),)
    if not things:
        cursor.position = start
        return None
    act = Act(verb=Verb.RETURN, parts=(Part(things),), method=method)
    start = cursor.position
    cursor.word(",")
    if cursor.said("acting_returned"):
        ids = things[-1].product_ids
        wish = read_wish(cursor, ids) if ids else None
        if wish is not None and len(things) == 1:
            return Act(verb=Verb.CHANGE, parts=(Part(things, wish),))
    cursor.position = start
    return act


def _cancelled(cursor: Cursor) -> Act | None:
    orders = read_orders(cursor)
    if orders:
        return Act(verb=Verb.CANCEL, orders=orders)
    things = read_things(cursor)
    return Act(verb=Verb.CANCEL, parts=(Part(things),)) if things else None


def _repaid(cursor: Cursor) -> Act | None:
    """`the payment method of order 1 to PayPal`."""
    start = cursor.position
    cursor.word("the", "your")
    if cursor.phrase(*sorted(_PAYMENT, key=len, reverse=True)):
        order: OrderPhrase | None = OrderPhrase(hints=frozenset({"same"}))
        if cursor.word("of", "for", "on"):
            order = read_order(cursor)
        if order is not None and cursor.word("from"):
            read_method(cursor)
        if order is not None and cursor.word("to", "into"):
            method = read_method(cursor)
            if method is not None:
                return Act(verb=Verb.REPAY, orders=(order,), method=method)
    cursor.position = start
    return None


def _in_order(cursor: Cursor) -> Act | None:
    """`modify order 1 to change the lamp to a black one`."""
    start = cursor.position
    order = read_order(cursor)
    if order is not None and cursor.word("to", "by", "and", ":"):
        before = cursor.position
        act = _objects(cursor, verb) if (verb := read_verb(cursor)) else read_required(cursor)
        cursor.position = cursor.position if act is not None else before
        if act is not None and act.parts:
            parts = tuple(
                replace(
                    part, things=tuple(thing if thing.order else replace(thing, order=order) for thing in part.things)
                )
                for part in act.parts
            )
            return replace(act, parts=parts)
    cursor.position = start
    return None


def _budget(cursor: Cursor) -> Decimal | None:
    """`and bring the cost down to $900`."""
    start = cursor.position
    cursor.word("and", "to")
    if cursor.word("bring", "get", "reduce", "lower"):
        cursor.word("the", "it")
        cursor.word("cost", "total", "price", "sum")
        cursor.word("down")
        if cursor.word("to", "below", "under") and cursor.at().kind == "money":
            cursor.position += 1
            return Decimal(cursor.at(-1).text.lstrip("$").replace(",", ""))
    cursor.position = start
    return None


def _manner(cursor: Cursor, act: Act) -> Act:
    """The act with its way to pay, its order, its `if possible`."""
    while True:
        method = None if act.method else read_by(cursor)
        if method is not None:
            act = replace(act, method=method)
        elif act.budget is None and (budget := _budget(cursor)) is not None:
            act = replace(act, budget=budget)
        elif cursor.said("acting_how"):
            act = replace(
                act, is_optional=act.is_optional or (cursor.at(-1).text == "possible" and cursor.at(-2).text == "if")
            )
        elif act.verb is Verb.RETURN and cursor.phrase("for"):
            cursor.position -= 1
            before = cursor.position
            skip_purpose(cursor)
            if cursor.position == before:
                return act
        else:
            return act
