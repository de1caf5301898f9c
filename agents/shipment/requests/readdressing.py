"""Reads requests for another address: of orders, of the customer, or of both."""

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.phrases import Act, OrderPhrase, Place, Verb
from agents.shipment.requests.placing import read_place
from agents.shipment.requests.pointing import joint

_SAME = OrderPhrase(hints=frozenset({"same"}))
_PROFILE = {"default", "user", "profile", "account", "home"}


def read_correction(cursor: Cursor) -> Act | None:
    """`correct all order addresses and your user address`: to the address that the customer states."""
    start = cursor.position
    cursor.word("potentially", "possibly", "maybe")
    if not cursor.word("correct", "fix", "update", "change"):
        return None
    orders: tuple[OrderPhrase, ...] = ()
    profile = False
    while True:
        before = cursor.position
        if (orders or profile) and not joint(cursor):
            break
        every = bool(cursor.word("all", "both"))
        cursor.word("of")
        cursor.word("the", "your")
        if every and cursor.said("acting_corrected"):
            orders = (*orders, OrderPhrase(is_every=True, hints=frozenset({"pending"})))
        elif not every and cursor.said("acting_corrected_2"):
            profile = True
        else:
            cursor.position = before
            break
    if cursor.at(0).text in {"to", "with"} or not (orders or profile):
        cursor.position = start
        return None
    return Act(verb=Verb.READDRESS, orders=orders, place=Place(is_stated=True), is_profile=profile)


def read_readdressing(cursor: Cursor) -> Act | None:
    """`the address of order 1 to 2 Main Street ...`, `your LA order to your NYC address`."""
    start = cursor.position
    owned = cursor.word("the", "your", "its", "their") == "your"
    of_order = read_order(cursor) if cursor.at().kind == "order" else None
    noun = cursor.said("acting_address")
    if not noun and of_order is None:
        cursor.position = start
        of_order = read_order(cursor)
        noun, owned = (cursor.said("acting_address"), False) if of_order else ("", owned)
    if noun:
        if noun.startswith("wrong"):
            of_order = OrderPhrase(hints=frozenset({"pending", "wrong"}))
        orders, profile = ((of_order,), False) if of_order else _addressed(cursor, noun)
        owned = owned and not any(order != _SAME for order in orders)
        orders, profile = _also_addressed(cursor, orders, is_profile=profile, is_before=True)
        if cursor.word("to", "with", "into") and (place := read_place(cursor)):
            orders, profile = _also_addressed(cursor, orders, is_profile=profile, is_before=False)
            if noun == "address" and owned and not profile:
                orders, profile = _for_whom(cursor)
                if not (orders or profile):
                    cursor.position = start
                    return None
            return Act(verb=Verb.READDRESS, orders=orders, place=place, is_profile=profile)
        bare = noun == "address" and owned and not profile
        if (orders or profile) and not bare and (cursor.is_done or cursor.at().text in {",", "because", "since"}):
            return Act(verb=Verb.READDRESS, orders=orders, place=Place(is_stated=True), is_profile=profile)
        cursor.position = start
        return None
    cursor.position = start
    order = _SAME if cursor.word("it") else read_order(cursor)
    if order is not None and cursor.said("acting_readdressed"):
        place = read_place(cursor)
        if place is not None:
            return Act(verb=Verb.READDRESS, orders=(order,), place=place)
    cursor.position = start
    return None


def _also_addressed(
    cursor: Cursor, orders: tuple[OrderPhrase, ...], *, is_profile: bool, is_before: bool
) -> tuple[tuple[OrderPhrase, ...], bool]:
    """`and also the address of order 1`, `and your default address too`: more of whose address it is.

    `is_before` is the place where they shall be; after it, an address with a place of its own is another request.
    """
    while True:
        start = cursor.position
        noun = ""
        if joint(cursor):
            cursor.word("the", "your")
            noun = cursor.said("acting_address")
        more, also = _addressed(cursor, noun) if noun else ((), False)
        has_place = cursor.at().text in {"to", "with"}
        if not (more or also) or (has_place and not is_before):
            cursor.position = start
            return orders, is_profile
        cursor.word("too", "also")
        orders, is_profile = (*orders, *more), is_profile or also


def _for_whom(cursor: Cursor) -> tuple[tuple[OrderPhrase, ...], bool]:
    """`for the pending order and your profile`: whose address `your address` is."""
    if not cursor.word("for", "in", "on"):
        return (), False
    orders: tuple[OrderPhrase, ...] = ()
    profile = False
    while True:
        start = cursor.position
        cursor.word(",")
        cursor.word("and", "also")
        cursor.word("both")
        if cursor.phrase("your profile", "your account", "your user profile", "your user account"):
            profile = True
        elif (order := read_order(cursor)) is not None:
            orders = (*orders, order)
        else:
            cursor.position = start
            return orders, profile


def _addressed(cursor: Cursor, noun: str) -> tuple[tuple[OrderPhrase, ...], bool]:
    """Whose address it is: orders, and whether the customer's own."""
    if noun.endswith("order addresses"):
        return (OrderPhrase(is_every=True, hints=frozenset({"pending"})),), False
    profile = bool(_PROFILE & set(noun.split(" ")))
    start = cursor.position
    if not cursor.word("of", "for", "on", "in"):
        return (() if profile else (_SAME,)), profile
    if cursor.phrase("your account", "your profile", "your user profile"):
        return (), True
    order = read_order(cursor) or (_SAME if cursor.word("it") else None)
    if order is None:
        cursor.position = start
        return (), profile
    return (order,), profile
