"""Recognises what kind of place an address is: a box, a parcel locker, a military post office, a territory."""

import re
from collections.abc import Iterator

from agents.shipment.addresses.result import Note
from orchestrator.core.shipping.address import Address

LONGEST_LINE = 35
"""Characters that UPS and FedEx print of a line of an address (FedEx Ship API, field streetLines; UPS, AddressLine)."""

# The English ones: https://pe.usps.com/text/pub28/28c2_037.htm; the others: what the posts of those countries print
_BOX = re.compile(
    r"\b(?:p\.?\s*o\.?\s*box|post\s?office\s+box|postal\s+box|g\.?p\.?o\.?\s+box|locked\s+bag|private\s+bag|"
    r"postfach|postbus|"
    r"bo[iî]te\s+postale|b\.?p\.?\s*\d+|c\.?p\.?\s+\d+|case\s+postale|casella\s+postale|apartado(?:\s+de\s+correos)?|apdo|"
    r"caixa\s+postal|skrytka\s+pocztowa|postboks|postlokero)\b",
    re.IGNORECASE,
)
_LOCKER = re.compile(r"\b(?:packstation|postfiliale|paketbox|paczkomat|parcel\s?locker)\b", re.IGNORECASE)
_MILITARY_STATES = frozenset({"AA", "AE", "AP"})
_MILITARY_CITIES = frozenset({"APO", "FPO", "DPO"})
_US_TERRITORIES = frozenset({"AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"})
_DANGLING_UNIT = re.compile(r"\b(?:apt|apartment|suite|ste|unit)\.?\s*#?\s*$", re.IGNORECASE)
_LINES = ("person_name", "company_name", "address_line1", "address_line2")


def is_military(address: Address) -> bool:
    """Whether it is a post office of the armed forces of the US (USPS Publication 28, section 238)."""
    city = address.city.upper().split(",")[0].split(" ")[0]
    return address.state_code.upper() in _MILITARY_STATES or city in _MILITARY_CITIES


def is_box(address: Address) -> bool:
    """Whether parcels go into a post office box."""
    return _BOX.search(address.address_line1) is not None or _BOX.search(address.address_line2) is not None


def notes_on(address: Address) -> Iterator[Note]:
    """What somebody who ships there should know; the address is cleaned and in order."""
    if is_box(address):
        yield Note(code="po_box", field="address_line1", text="a post office box: several carriers refuse it")
    if any(_LOCKER.search(line) for line in (address.address_line1, address.address_line2)):
        yield Note(code="parcel_locker", field="address_line1", text="a parcel locker: only its own carrier fills it")
    if address.country_code == "US" and is_military(address):
        yield Note(
            code="military", field="city", text="a military post office: only the US post delivers, with customs"
        )
    elif address.country_code == "US" and address.state_code in _US_TERRITORIES:
        yield Note(code="territory", field="state_code", text="outside the customs territory of some services")
    yield from _on_numbers(address)
    for name in _LINES:
        line = getattr(address, name)
        if len(line) > LONGEST_LINE:
            text = f"{len(line)} characters: labels of some carriers cut a line after {LONGEST_LINE}"
            yield Note(code="long_line", field=name, text=text)
    for name in (*_LINES, "city"):
        if any(sign.isalpha() and ord(sign) > _LATIN for sign in getattr(address, name)):
            yield Note(code="not_latin", field=name, text="not in Latin letters: most carriers' labels need them")


_LATIN = 0x24F


def _on_numbers(address: Address) -> Iterator[Note]:
    lines = f"{address.address_line1} {address.address_line2}"
    if address.address_line1 and not any(sign.isdigit() for sign in lines):
        yield Note(code="no_house_number", field="address_line1", text="no house number; none is added")
    for name in ("address_line1", "address_line2"):
        if _DANGLING_UNIT.search(getattr(address, name)):
            yield Note(code="unit_without_number", field=name, text="the unit's number is missing; none is added")
