"""Tests of finding the country that a text names, and of what is known of countries."""

import pytest

from agents.shipment.addresses.countries import country_name, find_countries, known_countries
from agents.shipment.addresses.postcodes import written_postcode
from agents.shipment.addresses.regions import rules_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US", ("US",)), ("u.s.a.", ("US",)), ("USA", ("US",)), ("DEU", ("DE",)), ("Deutschland", ("DE",)),
        ("Allemagne", ("DE",)), ("Alemania", ("DE",)), ("ドイツ", ("DE",)), ("Österreich", ("AT",)),
        ("Osterreich", ("AT",)),
        ("UK", ("GB",)), ("Scotland", ("GB",)), ("Holland", ("NL",)), ("Côte d'Ivoire", ("CI",)),
        ("Korea", ("KR", "KP")),
        ("Congo", ("CG", "CD")), ("Virgin Islands", ("VG", "VI")), ("Narnia", ()), ("", ()), ("!!!", ()), ("ZZ", ()),
    ],
)  # fmt: skip
def test_countries_are_found_by_code_and_name(text: str, expected: tuple[str, ...]):
    """Codes of two and three letters and names in many languages; a name that two share gives both."""
    assert find_countries(text) == expected


def test_every_country_has_rules_and_a_name():
    """The data of every country is readable, and its example postcodes are its own."""
    assert len(known_countries()) > 240
    for code in sorted(known_countries()):
        rules = rules_of(code)
        assert country_name(code)
        assert [one for one in rules.examples if written_postcode(one, rules) is None] == []


def test_unknown_country_is_refused():
    """Rules of what is no country are not made up."""
    with pytest.raises(ValueError, match="'QQ' is no country"):
        rules_of("QQ")
