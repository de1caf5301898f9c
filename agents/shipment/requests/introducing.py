"""Reads who writes, and where relatives of theirs live."""

from agents.shipment.requests.catalogue import words_of
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.joints import SEPARATORS, Follows
from agents.shipment.requests.ordering import place_at
from agents.shipment.requests.phrases import Statement, Story
from agents.shipment.requests.placing import read_place
from agents.shipment.requests.tokens import Token


def read_kin(cursor: Cursor) -> list[Statement] | None:
    """`your daughter lives in Chicago`."""
    start = cursor.position
    if cursor.word("your") and cursor.at(1).text in {"lives", "is", "resides"}:
        kin = cursor.at().text
        cursor.position += 1
        if cursor.said("telling_lives") and (city := place_at(cursor)):
            return [Story(kin=(kin, city))]
    cursor.position = start
    return None


def read_who(cursor: Cursor, follows: Follows) -> list[Statement] | None:
    """`You are Ann Smith in zip code 12345`: nothing but the customer's own name, id, mail address and places."""
    start = cursor.position
    customer, words = cursor.scene.customer, cursor.scene.words
    if not cursor.said("telling_who"):
        return None
    own = {
        *words_of(f"{customer.first_name} {customer.last_name} {customer.email} {customer.id}"),
        *cursor.known("telling_who_said"),
    }
    for address in (customer.address, *(order.address for order in cursor.scene.orders)):
        own |= set(words_of(" ".join(address.lines())))
    own |= {word for code, name in words.states.items() for word in (code.lower(), *name.split(" "))}
    stated = None
    while not cursor.is_done and not (cursor.at().text in SEPARATORS and follows(cursor)):
        token = cursor.at()
        place = read_place(cursor) if token.kind == "number" else None
        if place is not None and place.address is not None:
            stated = place.address
        elif token.text in own or token.text == "," or token.kind in {"email", "id"} or _is_zip(token):
            cursor.position += 1
        else:
            cursor.position = start
            return None
    return [Story(address=stated)] if stated else []


def _is_zip(token: Token) -> bool:
    return token.kind == "number" and len(token.text) == 5  # noqa: PLR2004  # a ZIP code
