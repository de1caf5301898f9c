"""Tests of reading an address from one line."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.shipment.addresses.reading import parse_address
from agents.shipment.addresses.regions import rules_of
from orchestrator.core.shipping.address import Address

RETAIL = Path(__file__).parents[5] / "shared/data/orders/retail_db.json"


def read(line: str, country: str = "US") -> tuple[str, str, str, str, str, str] | None:
    """The parts of what was read."""
    found = parse_address(line, country)
    if found is None:
        return None
    return (
        found.address_line1,
        found.address_line2,
        found.city,
        found.state_code,
        found.postal_code,
        found.country_code,
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("101 Highway, New York, 10001", ("101 Highway", "", "New York", "NY", "10001", "US")),
        ("445 Maple Drive, Suite 394, Fort Worth, Texas, 76165",
         ("445 Maple Drive", "Suite 394", "Fort Worth", "TX", "76165", "US")),
        ("445 Maple Drive Suite 394 Fort Worth TX 76165",
         ("445 Maple Drive", "Suite 394", "Fort Worth", "TX", "76165", "US")),
        ("12 Elm St Fort Worth TX 76165", ("12 Elm St", "", "Fort Worth", "TX", "76165", "US")),
        ("555 5th Ave, Apt 4B, New York NY 10017", ("555 5th Ave", "Apt 4B", "New York", "NY", "10017", "US")),
        ("123 Main St # 4, Reno, NV 89501", ("123 Main St", "# 4", "Reno", "NV", "89501", "US")),
        ("1600 Pennsylvania Ave NW, Washington DC 20500",
         ("1600 Pennsylvania Ave NW", "", "Washington", "DC", "20500", "US")),
        ("PO Box 12, Austin TX 78701", ("PO Box 12", "", "Austin", "TX", "78701", "US")),
        ("100 Main St, Atlanta, Georgia", ("100 Main St", "", "Atlanta", "GA", "", "US")),
        ("100 Main St\nAtlanta, GA 30301 USA.", ("100 Main St", "", "Atlanta", "GA", "30301", "US")),
        ("592 Elm Avenue, San Jose, California 95125-1234",
         ("592 Elm Avenue", "", "San Jose", "CA", "95125-1234", "US")),
        ("Hauptstraße 5, 10115 Berlin, Germany", ("Hauptstraße 5", "", "Berlin", "", "10115", "DE")),
        ("12 rue de la Paix, 75002 Paris, France", ("12 rue de la Paix", "", "Paris", "", "75002", "FR")),
        ("Damrak 1, 1012 LG Amsterdam, Netherlands", ("Damrak 1", "", "Amsterdam", "", "1012 LG", "NL")),
        ("10 Downing Street, London, SW1A 2AA, UK", ("10 Downing Street", "", "London", "", "SW1A 2AA", "GB")),
        ("Flat 2, 10 High Street, Headington, Oxford, OX3 7AA, England",
         ("10 High Street", "Flat 2, Headington", "Oxford", "", "OX3 7AA", "GB")),
        ("111 Wellington St, Ottawa, Ontario, K1A 0A9, Canada",
         ("111 Wellington St", "", "Ottawa", "ON", "K1A 0A9", "CA")),
        ("Via Roma 1, 00184 Roma (RM), Italia", ("Via Roma 1", "", "Roma", "RM", "00184", "IT")),
        ("Calle Mayor 5, 28013 Madrid, España", ("Calle Mayor 5", "", "Madrid", "", "28013", "ES")),
        ("One Microsoft Way, Redmond, WA 98052", ("One Microsoft Way", "", "Redmond", "WA", "98052", "US")),
        ("PSC 3 Box 12, APO, AE 09012", ("PSC 3 Box 12", "", "APO", "AE", "09012", "US")),
        ("Unit 5, 1 Macquarie St, Sydney NSW 2000, Australia",
         ("1 Macquarie St", "Unit 5", "Sydney", "NSW", "2000", "AU")),
    ],
)  # fmt: skip
def test_one_line_is_read(line: str, expected: tuple[str, ...]):
    """What people write in one line becomes fields; the country may stand at the end."""
    assert read(line) == expected


@pytest.mark.parametrize(
    ("line", "country", "expected"),
    [
        ("Unter den Linden 77, D-10117 Berlin", "DE", ("Unter den Linden 77", "", "Berlin", "", "10117", "DE")),
        ("10 Downing Street, London SW1A 2AA", "GB", ("10 Downing Street", "", "London", "", "SW1A 2AA", "GB")),
        ("111 Wellington St, Ottawa, ON K1A 0A9", "CA", ("111 Wellington St", "", "Ottawa", "ON", "K1A 0A9", "CA")),
        ("5/12 George Street, Sydney NSW 2000", "AU", ("5/12 George Street", "", "Sydney", "NSW", "2000", "AU")),
    ],
)
def test_default_country_counts(line: str, country: str, expected: tuple[str, ...]):
    """Where no country stands there, it is the one at home."""
    assert read(line, country) == expected


@pytest.mark.parametrize(
    "line",
    [
        "", "   ", "Apt 5", "to my new house", "445 Maple Drive, Suite 394", "123 Elm Street, NY",
        "101 Highway, Texas 76165", "101 Highway, Narnia", "1 Long Road, Springfield", "I want 2 shirts, red, TX 77001",
        "I live at 5 Elm Street, Houston, TX 77001", "2 of my items were broken, please, TX 77001",
        "Hauptstraße 5, 10115 Berlin", "1; DROP TABLE x, Dallas, TX 75001", "5 Kurfürstendamm, Berlin, Germany",
        "7 A St, B Ville, C Town, Dallas, TX 75001", "1 Park Ave Village Way Dallas TX 75001",
        "5 Elm St, Reno, NV 89501" * 20,
    ],
)  # fmt: skip
def test_what_is_not_sure_is_not_read(line: str):
    """Half an address, a sentence, or more parts than are understood: nothing is read."""
    assert read(line) is None


@given(line=st.text(max_size=300), country=st.sampled_from(["US", "DE", "GB", "FR", "NL", "CA", "AU", "JP", "", "XX"]))
def test_any_text_is_read_or_not(line: str, country: str):
    """No text makes it fail."""
    found = parse_address(line, country)
    assert found is None or isinstance(found, Address)


@pytest.mark.skipif(not RETAIL.is_file(), reason=f"{RETAIL} is missing: the sample shop's addresses are not here")
def test_addresses_of_the_sample_shop_are_read_back():
    """Written in one line in four ways, each is read as it was, or not at all where Washington's ZIP is Virginia's."""
    database = json.loads(RETAIL.read_text(encoding="utf-8"))
    names = {region.code: region.name for region in rules_of("US").regions}
    unread, wrong = 0, []
    for user in database["users"].values():
        line1, line2, city, _, state, postcode = (user["address"][name] for name in _PARTS)
        for line in (
            f"{line1}, {line2}, {city}, {state} {postcode}",
            f"{line1}, {line2}, {city}, {names[state]}, {postcode}, USA",
            f"{line1} {line2} {city} {state} {postcode}",
            f"{line1} {line2}, {city}, {postcode}",
        ):
            found = read(line)
            unread += found is None
            if found not in (None, (line1, line2, city, state, postcode, "US")):
                wrong.append((line, found))
    assert wrong == []
    assert unread == sum(
        user["address"]["city"] == "Washington" and re.match("201", user["address"]["zip"]) is not None
        for user in database["users"].values()
    )


_PARTS = ("address1", "address2", "city", "country", "state", "zip")
