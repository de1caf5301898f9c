"""Reads where an order is to go: an address written out, the default one, that of an order or of a city."""

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import Place
from agents.shipment.requests.pointing import place_at, read_order
from orchestrator.core.shipping.address import Address

_NOUNS = ("address", "home", "house", "home address", "one", "place", "residence", "shipping address")
_LONGEST = 24


def read_place(cursor: Cursor) -> Place | None:
    """A place, from its determiner on; None, with the cursor unmoved, where none is named."""
    start = cursor.position
    found = _written(cursor) or _of_order(cursor) or _pointed(cursor)
    if found is None:
        cursor.position = start
    return found


def _of_order(cursor: Cursor) -> Place | None:
    start = cursor.position
    cursor.word("be")
    cursor.word("the")
    cursor.word("same")
    cursor.word("address", "as", "one")
    if (
        cursor.at(-1).text in {"address", "one", "as"}
        and cursor.word("in", "of", "from", "as", "on", "used", "for")
        or cursor.at(-1).text == "as"
    ):
        cursor.word("in", "for", "on")
        order = read_order(cursor)
        if order is not None:
            return Place(order=order)
    cursor.position = start
    return None


def _pointed(cursor: Cursor) -> Place | None:
    """`your default Chicago home`, `your NYC address`."""
    if not cursor.word("your", "the"):
        return None
    default, city = False, ""
    while True:
        if cursor.word("default", "profile", "user", "primary", "main", "usual"):
            default = True
        elif cursor.word("home", "shipping", "other", "current") and cursor.at().text in {*_NOUNS, "address"}:
            continue
        elif not city and (found := place_at(cursor)):
            city = found
        else:
            break
    noun = cursor.word(*_NOUNS)
    if not noun or not (default or city):
        return None
    cursor.phrase("in your profile", "on file", "in your account", "in your user profile")
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
    for length in range(4, _LONGEST):
        token = cursor.at(length)
        if token.kind == "end":
            return None
        if token.kind == "number" and len(token.text) == 5 and token.text.isdigit():  # noqa: PLR2004  # a ZIP code
            tokens = cursor.sentence.tokens[cursor.position : cursor.position + length + 1]
            address = us_address([(one.text, one.kind) for one in tokens], cursor)
            if address is None:
                return None
            cursor.position += length + 1
            cursor.word(",")
            cursor.word("usa", "us")
            return Place(address=address)
    return None


def us_address(tokens: list[tuple[str, str]], cursor: Cursor) -> Address | None:
    """An address of the form number street, [unit,] city, state[, country] ZIP; None for any other."""
    words = [text for text, _ in tokens]
    parts = [part.strip() for part in " ".join(words[:-1]).split(",") if part.strip()]
    parts = [part for part in parts if part not in {"usa", "us", "united states"}]
    states = {name: code for code, name in cursor.scene.words.states.items()} | {
        code.lower(): code for code in cursor.scene.words.states
    }
    state = states.get(parts[-1], "") if parts else ""
    if not state and parts:
        head, _, tail = parts[-1].rpartition(" ")
        parts, state = [*parts[:-1], head, tail], states.get(tail, "")
    if not state or not 3 <= len(parts) <= 4:  # noqa: PLR2004  # street, [unit,] city, state
        return None
    titled = [part.title() for part in parts]
    return Address(
        address_line1=titled[0], address_line2=titled[1] if len(parts) == 4 else "", city=titled[-2], state_code=state,  # noqa: PLR2004
        postal_code=words[-1], country_code="US",
    )  # fmt: skip
