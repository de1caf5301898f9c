"""Reads how a sentence points at orders and at places."""

from dataclasses import replace

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import OrderPhrase
from agents.shipment.requests.tokens import digits, joined_form

ORDER_WORDS = ("order", "orders", "purchase", "purchases")

_COUNTS = {"2", "3", "4", "5"}
ORDER_HINTS = {
    "pending": "pending",
    "unshipped": "pending",
    "processing": "pending",
    "delivered": "delivered",
    "received": "delivered",
    "recent": "recent",
    "latest": "recent",
    "last": "recent",
    "newest": "recent",
    "other": "other",
    "another": "other",
    "different": "other",
    "same": "same",
    "whole": "same",
    "entire": "same",
    "complete": "",
    "full": "",
    "new": "",
    "old": "",
    "existing": "",
    "wrong": "",
    "single": "",
    "current": "",
    "most": "",
    "recently": "recent",
    "ordered": "",
    "purchased": "",
    "placed": "recent",
    "upcoming": "pending",
}


def order_ids(text: str, cursor: Cursor) -> tuple[str, ...]:
    """The customer's orders of that number, written with or without `#` and `W`; the number itself if there is none."""
    wanted = text.upper().lstrip("#").lstrip("W")
    found = tuple(one.id for one in cursor.scene.orders if one.id.upper().lstrip("#").lstrip("W") == wanted)
    return found or (text,)


def read_order(cursor: Cursor) -> OrderPhrase | None:
    """An order or orders, from their determiner on; None, with the cursor unmoved, where none is pointed at."""
    start = cursor.position
    every = bool(cursor.word("all", "every", "each", "both"))
    cursor.word("of")
    definite = cursor.word(*cursor.known("pointing_determiners")) in {"the", "this", "that"}
    number = digits(cursor.at().text)
    count = int(number) if number in _COUNTS and cursor.at(1).kind == "word" else None
    cursor.position += count is not None
    hints: set[str] = set()
    names: frozenset[str] = frozenset()
    place = ""
    while True:
        text = cursor.at().text
        if text in ORDER_HINTS:
            hints.add(ORDER_HINTS[text])
            cursor.position += 1
        elif text == "possible" and cursor.at(1).text in ORDER_WORDS:
            cursor.position += 1
        elif (found := place_at(cursor)) and not place:
            place = found
        elif not names and (product := cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)):
            cursor.position, names = product
        else:
            break
    if cursor.at().kind == "order":
        ids = order_ids(cursor.at().text, cursor)
        cursor.position += 1
        return OrderPhrase(ids=ids, hints=frozenset(hints - {""}))
    word = cursor.word(*ORDER_WORDS)
    if not word:
        cursor.position = start
        return None if names else _holding(cursor)
    cursor.word("number", "id", "no")
    ids = _numbers(cursor)
    if definite and not (ids or place or names or every or hints):
        hints.add("same")
    phrase = OrderPhrase(
        ids=ids,
        hints=frozenset(hints - {""}),
        place=place,
        product_ids=names,
        count=count,
        is_plural=word in {"orders", "purchases"},
        is_every=every or (word in {"orders", "purchases"} and not hints - {""}),
    )
    return _with_afterwards(cursor, phrase)


def _holding(cursor: Cursor) -> OrderPhrase | None:
    """`the one with the lamp`, where an order is meant."""
    start = cursor.position
    if cursor.phrase("the one", "the other one", "another one", "one"):
        is_other = cursor.at(-2).text in {"other", "another"}
        phrase = _with_afterwards(cursor, OrderPhrase(hints=frozenset({"other"} if is_other else ())))
        if phrase.product_ids:
            return phrase
    cursor.position = start
    return None


def read_orders(cursor: Cursor) -> tuple[OrderPhrase, ...]:
    """Orders joined by commas and `and`."""
    orders: list[OrderPhrase] = []
    while True:
        start = cursor.position
        if orders and not (cursor.word(",") or cursor.at().text in {"and", "&"}):
            break
        cursor.word("and", "&")
        order = read_order(cursor)
        if order is None:
            cursor.position = start
            break
        orders.append(also_holding(cursor, order))
    return tuple(orders)


def also_holding(cursor: Cursor, order: OrderPhrase) -> OrderPhrase:
    """`, the chair and the keyboard`, after `the order with the boots`: all that it holds."""
    while order.product_ids:
        start = cursor.position
        cursor.word(",")
        cursor.word("and")
        cursor.word("the", "a", "an", "your")
        product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
        if (
            cursor.position == start
            or product is None
            or cursor.sentence.text(product[0], product[0] + 1) in ORDER_WORDS
        ):
            cursor.position = start
            break
        cursor.position = product[0]
        order = replace(order, beside=(*order.beside, product[1]))
    return order


def _numbers(cursor: Cursor) -> tuple[str, ...]:
    ids: tuple[str, ...] = ()
    while cursor.at().kind == "order" or (cursor.at().kind == "number" and len(cursor.at().text) == 7):  # noqa: PLR2004
        ids = (*ids, *order_ids(cursor.at().text, cursor))
        cursor.position += 1
        if cursor.at().text in {"and", ","} and cursor.at(1).kind == "order":
            cursor.position += 1
    return ids


def _with_afterwards(cursor: Cursor, phrase: OrderPhrase) -> OrderPhrase:
    """The phrase with what follows the word: `you just placed`, `sent to Texas`, `with the lamp`."""
    hints, place, names = set(phrase.hints), phrase.place, phrase.product_ids
    while True:
        start = cursor.position
        cursor.word("that", "which")
        if cursor.phrase("you"):
            adverbs(cursor, hints)
            got = cursor.word("received", "got", "placed", "made", "ordered", "bought", "purchased")
            if got:
                hints |= {"delivered"} if got in {"received", "got"} else set()
                continue
        cursor.position = start
        cursor.word("that", "which")
        cursor.word("was", "is", "were")
        if cursor.word("sent", "shipped", "delivered", "going", "shipping"):
            cursor.word("to")
            cursor.word("your")
            start_of_place = cursor.position
            found = place_at(cursor) or _somebodys(cursor)
            if not found:
                cursor.position = start_of_place
            if found:
                place = found
                cursor.phrase("by accident", "by mistake", "accidentally")
                continue
        cursor.position = start
        if state := cursor.said("restricting_state") or cursor.said("restricting_state_2"):
            hints.add("pending" if "pending" in state or " not " in state or "processed" in state else "delivered")
            continue
        if cursor.said("pointing_with_afterwards"):
            cursor.word("2", "two", "3", "three", "both")
            product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
            if product:
                cursor.position, ids = product
                names |= ids
                cursor.phrase("in it", "inside")
                continue
        cursor.position = start
        return replace(phrase, hints=frozenset(hints - {""}), place=place, product_ids=names)


def _somebodys(cursor: Cursor) -> str:
    """Takes `son's address in Boston`; the place."""
    if cursor.at(1).text in {"address", "home", "house", "place"}:
        cursor.position += 1
    cursor.word("address", "home", "house", "place")
    return place_at(cursor) if cursor.word("in") else ""


def adverbs(cursor: Cursor, hints: set[str]) -> None:
    """Takes `just`, `recently`, ...; what is just bought is fresh: pending rather than not."""
    while word := cursor.word("just", "recently", "already", "have", "had", "most", "also", "previously"):
        hints |= {"fresh"} if word == "just" and cursor.at().text not in {"received", "got"} else set()


def _skip_state(cursor: Cursor) -> None:
    """Takes a state's code in capitals after its city."""
    token = cursor.at()
    code = cursor.sentence.source[token.start : token.end]
    if code in cursor.scene.words.states and token.kind == "word":
        cursor.position += 1


def place_at(cursor: Cursor) -> str:
    """Takes the name of a city or state of the customer's own data, or of the words; its city or state code."""
    words = cursor.scene.words
    known = {joined_form(city.split()): city for city in words.cities.values()}
    addresses = [cursor.scene.customer.address, *(order.address for order in cursor.scene.orders)]
    known |= {joined_form(one.city.lower().split()): one.city.lower() for one in addresses}
    known |= {
        joined_form(name.split()): code for code, name in words.states.items() if joined_form(name.split()) not in known
    }
    known |= {joined_form([name]): city for name, city in words.cities.items()}
    for length in (3, 2, 1):
        form = joined_form([cursor.at(ahead).text for ahead in range(length)])
        if form and form in known and cursor.at(length - 1).kind != "end":
            cursor.position += length
            _skip_state(cursor)
            return known[form]
    return ""
