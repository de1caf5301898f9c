"""Reads where an order is to go: an address written out, the default one, that of an order or of a city."""

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import place_at, read_order
from agents.shipment.requests.phrases import OrderPhrase, Place
from agents.shipment.requests.restricting import read_options
from orchestrator.core.shipping.address import read_address

_ADJECTIVES = {"home", "shipping", "other", "current", "delivery"}
_FIELDS = {
    "address1": "address_line1",
    "address2": "address_line2",
    "city": "city",
    "state": "state_code",
    "zip": "postal_code",
    "country": "country_code",
}
_UNITS = {"suite", "apartment", "apt", "unit", "floor", "room"}
_LONGEST = 24


def read_place(cursor: Cursor) -> Place | None:
    """A place, from its determiner on; None, with the cursor unmoved, where none is named."""
    start = cursor.position
    cursor.word("be")
    if cursor.said("placing_stated"):
        return Place(is_stated=True)
    if unit := _unit(cursor):
        return Place(unit=unit)
    found = (
        _literal(cursor)
        or _written(cursor)
        or _of_things(cursor)
        or _of_order(cursor)
        or _of_kin(cursor)
        or _pointed(cursor)
    )
    if found is None:
        cursor.position = start
    return found


def _unit(cursor: Cursor) -> str:
    """Takes `suite 641`: another unit of the same house; as written."""
    token, number = cursor.at(), cursor.at(1)
    after = cursor.at(2)
    if (
        token.text in _UNITS
        and number.kind == "number"
        and (after.kind == "end" or after.text in {"instead", ",", "and"})
    ):
        cursor.position += 2
        return cursor.sentence.source[token.start : number.end]
    return ""


def _literal(cursor: Cursor) -> Place | None:
    """`{'address1': '2 Main Street', 'city': ...}`, with `(same as order 1)` after it."""
    source = read_options(cursor, as_written=True)
    if source is None:
        return None
    given = {_FIELDS[name]: value for name, value in source.items() if name in _FIELDS}
    if not {"address_line1", "city", "postal_code"} <= set(given) or set(source) - set(_FIELDS) - {"order_id"}:
        return None
    country = given.get("country_code", "US").upper()
    given["country_code"] = {"USA": "US", "UNITED STATES": "US"}.get(country, country)
    start = cursor.position
    if not (cursor.word("(") and cursor.phrase("same as") and read_order(cursor) and cursor.word(")")):
        cursor.position = start
    return Place(address=read_address(given))


def _of_order(cursor: Cursor) -> Place | None:
    start = cursor.position
    cursor.word("be")
    cursor.word("the")
    cursor.word("same")
    cursor.word("address", "as", "one")
    if (
        cursor.at(-1).text in {"address", "one", "as"} and cursor.word("in", "of", "from", "as", "on", "used", "for")
    ) or cursor.at(-1).text == "as":
        cursor.word("in", "for", "on")
        order = read_order(cursor)
        if order is not None:
            return Place(order=order)
    cursor.position = start
    return None


def _of_things(cursor: Cursor) -> Place | None:
    """`the address where your lamp was sent`: that of the order which holds these items."""
    start = cursor.position
    cursor.word("the", "your")
    cursor.word("same")
    city = place_at(cursor)
    if cursor.word(*cursor.known("placing_nouns")):
        cursor.word(",")
        cursor.phrase("the one")
        if cursor.said("placing_where"):
            cursor.word("the", "your")
            names: frozenset[str] = frozenset()
            while product := cursor.scene.catalogue.product_at(cursor.sentence, cursor.position):
                cursor.position = product[0]
                names = names or product[1]
                if not cursor.word("and", ","):
                    break
                cursor.word("the", "your")
            if names and cursor.said("placing_sent"):
                return Place(order=OrderPhrase(product_ids=names, place=city))
    cursor.position = start
    return None


def _of_kin(cursor: Cursor) -> Place | None:
    """`your daughter's address`."""
    start = cursor.position
    if cursor.word("your") and cursor.at().raw.replace("\u2019", "'").endswith("'s") and cursor.at(1).text == "address":
        cursor.position += 2
        return Place(kin=cursor.at(-2).text)
    cursor.position = start
    return None


def _qualities(cursor: Cursor) -> tuple[bool, str]:
    """Whether an address is the default one, and its city, before the noun."""
    default, city = False, ""
    while True:
        if cursor.word("default", "profile", "user", "primary", "main", "usual"):
            default = True
        elif cursor.at().text in _ADJECTIVES and cursor.at(1).text in cursor.known("placing_nouns"):
            cursor.position += 1
        elif not city and (found := place_at(cursor)):
            city = found
        else:
            break
    return default, city


def _pointed(cursor: Cursor) -> Place | None:
    """`your default Chicago home`, `your NYC address`."""
    if not cursor.word("your", "the"):
        return None
    if (
        cursor.at(1).text == "address"
        and cursor.at().raw.endswith("s")
        and "'" in cursor.at().raw.replace("\u2019", "'")
    ):
        cursor.position += 2
        return Place(kin=cursor.at(-2).text)
    default, city = _qualities(cursor)
    noun = cursor.word(*cursor.known("placing_nouns"))
    if not noun:
        return None
    start = cursor.position
    if not (not city and cursor.word("in") and (city := place_at(cursor))):
        cursor.position = start
    cursor.said("placing_pointed")
    if not (default or city):
        return None
    order = None
    start = cursor.position
    if cursor.word("in", "from", "of") and (phrase := read_order(cursor)):
        order = phrase
    else:
        cursor.position = start
    return Place(is_default=default, city=city, order=order)


def _written(cursor: Cursor) -> Place | None:
    """`12 Main Street, Suite 3, Denver, CO, 80203`, as far as its postal code."""
    if cursor.at().kind != "number":
        return None
    from agents.shipment.addresses.reading import parse_address  # noqa: PLC0415  # reads rules of countries

    start = cursor.at().start
    for length in range(_LONGEST, 3, -1):
        token, after = cursor.at(length - 1), cursor.at(length)
        if token.kind == "end" or not (
            after.kind == "end"
            or after.text in {",", "and", "(", ")", "but", ";", "because", "since", "as", "so", "due", "if"}
        ):
            continue
        address = parse_address(cursor.sentence.source[start : token.end], "US")
        if address is not None:
            cursor.position += length
            return Place(address=address)
    return None
