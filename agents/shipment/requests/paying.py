"""Reads by what the customer wants to pay, or where a refund is to go."""

from collections.abc import Mapping
from dataclasses import replace

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import Method, Paying

_DETERMINERS = ("the", "your", "a", "an", "any", "same")


def read_method(cursor: Cursor) -> Method | None:
    """A way to pay, from its determiner on; None, with the cursor unmoved, where none is named."""
    start = cursor.position
    cursor.skip(_DETERMINERS)
    words = cursor.scene.words
    found: Method | None = None
    if cursor.at().kind == "id" and any(one.id == cursor.at().text for one in cursor.scene.customer.payment_methods):
        cursor.position += 1
        return Method(id=cursor.at(-1).text)
    if cursor.said("paying_original") or (cursor.at(-1).text == "same" and cursor.phrase("payment method", "method")):
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
    """`using PayPal`, `and refund to the gift card`, with what it is for; None, unmoved, where none follows."""
    start = cursor.position
    cursor.word(",")
    if not cursor.said("paying_by"):
        cursor.position = start
        return None
    method = read_method(cursor)
    if method is None:
        cursor.position = start
        return None
    _replaced(cursor)
    skip_purpose(cursor)
    return method


def skip_purpose(cursor: Cursor) -> None:
    """Takes `for any price difference` and the like."""
    start = cursor.position
    if cursor.at().text in {"for", "to", "as"}:
        cursor.skip(cursor.known("paying_about"))
        if not cursor.is_done and cursor.at().text not in {",", "and", "but", "(", ")", "because", "since", "if"}:
            cursor.position = start


def read_paying_if(cursor: Cursor) -> Paying | None:
    """`a gift card for the difference instead of the original payment method, if possible`."""
    start = cursor.position
    cursor.said("paying_read_paying_if")
    first = read_method(cursor)
    if first is not None:
        skip_purpose(cursor)
        cursor.skip(cursor.known("paying_about"))
        if cursor.phrase("instead of", "rather than") and (second := read_method(cursor)):
            cursor.word(",")
            if cursor.phrase("if possible", "if it is possible", "if that is possible"):
                return Paying(method=replace(first, otherwise=second))
    cursor.position = start
    return None


def read_paying(cursor: Cursor) -> Paying | None:
    """A clause that says by what to pay and nothing else; None, unmoved, where the clause says anything more."""
    start = cursor.position
    cursor.said("paying_ensured")
    pending = bool(cursor.said("paying_read_paying"))
    if pending:
        cursor.word(",")
    by_method = cursor.at().text in {"via", "using", "by", "with", "to", "on", "onto"}
    methods: list[Method] = []
    money = False
    while not cursor.is_done:
        method = read_method(cursor)
        if method is not None:
            methods.append(method)
            _replaced(cursor)
        elif _aside(cursor):
            continue
        elif cursor.at().text in cursor.known("paying_said"):
            money = money or cursor.at().text in cursor.known("paying_money")
            cursor.position += 1
        else:
            break
    optional = "possible" in cursor.said("paying_if_any")
    at_end = cursor.is_done or cursor.at().text in {",", "and", "but", ")"}
    if len(set(methods)) != 1 or not (money or by_method) or not at_end:
        cursor.position = start
        return None
    method = replace(methods[0], otherwise=Method(is_original=True)) if optional else methods[0]
    return Paying(method=method, is_pending_only=pending)


def _replaced(cursor: Cursor) -> None:
    """Takes `instead of the gift card`: the way to pay that is not wanted."""
    start = cursor.position
    if cursor.at(1).text in {"not", "instead", "rather"}:
        cursor.word(",")
    if not (cursor.phrase("instead of", "rather than", "and not", "not") and read_method(cursor)):
        cursor.position = start


def _aside(cursor: Cursor) -> bool:
    """Takes `, if there is one,` within a clause."""
    start = cursor.position
    opened = bool(cursor.word(","))
    said = cursor.said("paying_if_any")
    if said and "possible" not in said and (cursor.word(",") or not opened) and not cursor.is_done:
        return True
    cursor.position = start
    return False


def names_way(cursor: Cursor) -> bool:
    """Whether `to PayPal`, `with your gift card` or the like stands here: in a story or a question it may be a wish."""
    if cursor.at().text not in {"to", "on", "onto", "via", "using", "with", "by", "through", "into"}:
        return False
    probe = Cursor(cursor.sentence, cursor.scene, start=cursor.position + 1)
    return read_method(probe) is not None
