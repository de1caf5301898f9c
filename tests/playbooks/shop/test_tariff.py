"""The tariff as data: what the shipped one covers, and what is wrong with another."""

import re
from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError, InputError, Place
from orchestrator.core.shipping.address import Address
from playbooks.shop.tariff_reading import load_tariff, read_tariff, shipped_tariff

STATES = re.findall(
    r"..",
    "ALAKAZARCACOCTDEFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJ"
    "NMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWYDCPRGUVIASMPAAAEAP",
)

SMALL = """
currency: USD
areas:
  - {area: here, country: US}
  - {area: there, country: "*"}
zones:
  - {zone: home, between: here, and: here}
holidays: ["2026-12-25"]
carriers:
  - carrier: cart
    name: Cart
    time_zone: America/Chicago
    cut_off: "15:00"
    pickup: "17:00"
    works: [mon, tue]
    void_days: 3
    max_parcels: 2
    services:
      - service: cart_slow
        name: Slow
        number: {form: ups, shipper: ABCDEF, service: "03"}
        deliver_by: "19:00"
        volumetric_divisor: 5000
        limits: {weight_g: 1000, length_mm: 100, girth_mm: 300}
        weights_g: [500, 1000]
        zones:
          home: {days: 2, prices: [1.5, 2]}
"""


def _at(country: str, region: str = "") -> Address:
    return Address(country_code=country, state_code=region)


def test_every_state_and_country_has_an_area() -> None:
    """A region that is none has none, because its price would be a guess."""
    tariff = shipped_tariff()
    assert [state for state in STATES if tariff.area_of(_at("US", state)) is None] == []
    assert tariff.area_of(_at("US", "XX")) is None
    assert tariff.area_of(_at("US", "California")) is None
    assert {code: tariff.area_of(_at(code)) for code in ("CA", "DE", "JP", "BR", "NO")} == {
        "CA": "canada",
        "DE": "europe",
        "JP": "pacific",
        "BR": "world",
        "NO": "europe",
    }


def test_zones_are_the_same_in_both_directions() -> None:
    """What goes out comes back at the price of the same zone, and every pair of states has one."""
    tariff = shipped_tariff()
    for first in STATES:
        for second in STATES:
            ends = _at("US", first), _at("US", second)
            assert tariff.zone_of(*ends) == tariff.zone_of(*reversed(ends)) is not None
    assert tariff.zone_of(_at("US", "OR"), _at("US", "NY")) == "far"
    assert tariff.zone_of(_at("DE"), _at("US", "NY")) == "europe"
    assert tariff.zone_of(_at("DE"), _at("FR")) is None


def test_services_have_their_own_names() -> None:
    """A service is found with its carrier only."""
    tariff = shipped_tariff()
    found = tariff.service("overland", "overland_ground")
    assert found is not None
    assert (found[0].name, found[1].name) == ("Overland Parcel", "Ground")
    assert tariff.service("union_post", "overland_ground") is None
    assert tariff.service("nobody", "overland_ground") is None


def test_a_small_tariff_is_one() -> None:
    """Whatever may be left out is left out here."""
    tariff = read_tariff(SMALL, place=Place("own.yaml"))
    (carrier,) = tariff.carriers
    assert (carrier.services[0].returns, carrier.services[0].by_air, carrier.surcharges.fuel_percent) == (
        True,
        False,
        0,
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("currency: USD", "money: USD", "unknown key 'money'"),
        ("between: here", "between: nowhere", "'nowhere' is not one of here, there"),
        ("zone: home, between", "zone: house, between", "unknown key 'home'"),
        ("America/Chicago", "America/Nowhere", "there is no time zone 'America/Nowhere'"),
        ('cut_off: "15:00"', "cut_off: noon", "expected an hour of the day"),
        ('pickup: "17:00"', 'pickup: "14:00"', "the pickup at 14:00 is not after the cut-off at 15:00"),
        ("[mon, tue]", "[mon, someday]", "'someday' is not one of mon"),
        ("void_days: 3", "void_days: 0", "0 is no whole number from 1"),
        ("void_days: 3", "void_days: 2.5", "2.5 is no whole number from 1"),
        ("form: ups", "form: fax", "'fax' is not one of ups, usps, s10"),
        ("shipper: ABCDEF, ", "", "the key 'shipper' is missing"),
        ("prices: [1.5, 2]", "prices: [1.5]", "there are 1 prices for 2 weight steps"),
        ("prices: [1.5, 2]", "prices: [1.5, -2]", "-2 is below zero"),
        ("weights_g: [500, 1000]", "weights_g: [1000, 500]", "do not rise"),
        ('"2026-12-25"', "Christmas", "expected a day such as"),
        ("days: 2,", "days: two,", "found a text 'two', expected a number"),
        ("        name: Slow", "        name: Slow\n        by_air: maybe", "expected true or false"),
    ],
)
def test_what_is_wrong_with_a_tariff(old: str, new: str, problem: str) -> None:
    """File, line and field are named."""
    assert old in SMALL
    with pytest.raises(GuideError, match=r"own\.yaml") as caught:
        read_tariff(SMALL.replace(old, new), place=Place("own.yaml"))
    assert problem in str(caught.value)


def test_a_service_that_stands_twice() -> None:
    """One of them would never be found."""
    twice = SMALL + SMALL[SMALL.index("      - service: cart_slow") :]
    with pytest.raises(GuideError, match="'cart_slow' stands twice"):
        read_tariff(twice, place=Place("own.yaml"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is bad input, and not a trace."""
    with pytest.raises(InputError, match=r"gone\.yaml: cannot be read"):
        load_tariff(tmp_path / "gone.yaml")
