"""Reads by what the customer wants to pay, or where a refund is to go."""

from collections.abc import Mapping
from dataclasses import replace

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import Method, Paying

_DETERMINERS = ("the", "your", "a", "an", "any", "same")
_ORIGINAL = (
    "original payment method", "original method of payment", "original form of payment", "original payment", "original method",
    "original card", "original credit card", "payment method used for the order", "payment method you used", "same payment method",
    "original payment methods", "original payment source",
)  # fmt: skip
_BY = (
    "using", "via", "through", "by", "with", "paying with", "pay with", "pay by", "pay via", "and use", "use", "and using", "and pay with",
    "and pay by", "and pay using", "and pay via", "and refund to", "and refund it to", "and refund them to", "refund to", "refunded to",
    "and have it refunded to", "and get the refund to", "and get refunded to", "and get a refund to", "and get the refund on",
    "and want the refund to", "and want the refund on", "and receive the refund to", "and receive the refund on", "for a refund to",
    "with the refund to", "with refund to", "and be refunded to", "and get refunded via", "and get refunded with", "with payment by",
    "and get the refund via", "and get the refund back to", "and put the refund on", "and refund via", "and refund through",
    "and receive the refund via", "and refund the amount to", "and refund the money to", "and refund the difference to",
    "and pay the difference with", "and charge", "and pay the price difference with", "and the refund should go to",
)  # fmt: skip
_ABOUT = frozenset({
    "for", "any", "the", "a", "of", "price", "difference", "differences", "additional", "extra", "possible", "payment", "payments",
    "refund", "refunds", "charge", "charges", "to", "pay", "cover", "and", "or", "cost", "costs", "account", "this", "it", "back",
    "amount", "money", "as", "method", "potential", "in", "on", "full", "necessary", "if",
}) - {"if", "and"}  # fmt: skip
_MONEY = frozenset({
    "payment", "payments", "refund", "refunds", "pay", "paying", "paid", "use", "using", "charge", "charges", "difference",
    "differences", "prefer", "refunded", "charged",
})  # fmt: skip
_SAID = frozenset({
    "you", "want", "would", "like", "prefer", "to", "use", "using", "be", "the", "your", "for", "any", "all", "of", "price", "difference",
    "differences", "additional", "extra", "possible", "payment", "payments", "refund", "refunds", "refunded", "charge", "charges",
    "charged", "pay", "paying", "paid", "cover", "or", "on", "in", "with", "via", "through", "by", "default", "it", "should", "is",
    "account", "a", "get", "receive", "go", "back", "method", "amount", "money", "as", "this", "wish", "need", "please", "have",
    "costs", "cost", "potential", "issued", "processed", "made", "put", "credited", "into", "from", "exchange", "return", "modification",
})  # fmt: skip


def read_method(cursor: Cursor) -> Method | None:
    """A way to pay, from its determiner on; None, with the cursor unmoved, where none is named."""
    start = cursor.position
    cursor.skip(_DETERMINERS)
    words = cursor.scene.words
    found: Method | None = None
    if cursor.at().kind == "id" and any(one.id == cursor.at().text for one in cursor.scene.customer.payment_methods):
        cursor.position += 1
        return Method(id=cursor.at(-1).text)
    if cursor.phrase(*_ORIGINAL) or (cursor.at(-1).text == "same" and cursor.phrase("payment method", "method")):
        found = Method(is_original=True)
    else:
        brand = _named(cursor, words.brands)
        kind = _named(cursor, words.payments)
        if brand or kind:
            found = Method(kind=kind or "credit_card", brand=brand)
    if found is None:
        cursor.position = start
        return None
    if cursor.phrase("ending in", "ending with", "that ends in"):
        if cursor.at().kind != "number" or len(cursor.at().text) != 4:  # noqa: PLR2004  # the last four digits
            cursor.position = start
            return None
        found = replace(found, last_four=cursor.at().text)
        cursor.position += 1
    cursor.word("account", "card", "balance")
    return found


def _named(cursor: Cursor, known: Mapping[str, tuple[str, ...]]) -> str:
    phrases = sorted(((phrase, name) for name, said in known.items() for phrase in said), key=lambda one: -len(one[0]))
    return next((name for phrase, name in phrases if cursor.phrase(phrase)), "")


def read_by(cursor: Cursor) -> Method | None:
    """`using PayPal`, `and refund to the gift card`, with what it is for; None, unmoved, where nothing of it follows."""
    start = cursor.position
    cursor.word(",")
    if not cursor.phrase(*sorted(_BY, key=len, reverse=True)):
        cursor.position = start
        return None
    method = read_method(cursor)
    if method is None:
        cursor.position = start
        return None
    skip_purpose(cursor)
    return method


def skip_purpose(cursor: Cursor) -> None:
    """Takes `for any price difference` and the like."""
    start = cursor.position
    if cursor.at().text in {"for", "to", "as"}:
        cursor.skip(_ABOUT)
        if not cursor.is_done and cursor.at().text not in {",", "and", "but", "(", ")", "because", "since", "if"}:
            cursor.position = start


def read_paying_if(cursor: Cursor) -> Paying | None:
    """`a gift card for the difference instead of the original payment method, if possible`."""
    start = cursor.position
    cursor.phrase("ask the agent for getting", "ask the agent for", "ask for", "ask to use", "you would like", "you want", "you prefer", "ask for getting", "you would prefer", "you want to use", "you want to get the refund on", "you want the refund on", "you want the refund to go to")
    first = read_method(cursor)
    if first is not None:
        skip_purpose(cursor)
        cursor.skip(_ABOUT)
        if cursor.phrase("instead of", "rather than") and (second := read_method(cursor)):
            cursor.word(",")
            if cursor.phrase("if possible", "if it is possible", "if that is possible"):
                return Paying(method=replace(first, otherwise=second))
    cursor.position = start
    return None


def read_paying(cursor: Cursor) -> Paying | None:
    """A clause that says by what to pay and nothing else; None, unmoved, where the clause says anything more."""
    start = cursor.position
    pending = bool(
        cursor.phrase(
            "for the pending order modification", "for the pending order", "for the modification", "for pending orders"
        )
    )
    if pending:
        cursor.word(",")
    methods: list[Method] = []
    money = False
    while not cursor.is_done and cursor.at().text not in {",", "and", "but", ")"}:
        method = read_method(cursor)
        if method is not None:
            methods.append(method)
        elif cursor.at().text in _SAID:
            money = money or cursor.at().text in _MONEY
            cursor.position += 1
        else:
            break
    at_end = cursor.is_done or cursor.at().text in {",", "and", "but", ")"}
    if len(set(methods)) != 1 or not money or not at_end:
        cursor.position = start
        return None
    return Paying(method=methods[0], is_pending_only=pending)
