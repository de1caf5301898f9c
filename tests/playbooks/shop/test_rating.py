"""Rates of the sample carriers: prices to the cent, promises by working days, and why a service says no."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import DimensionUnit, Parcel, Rate, WeightUnit
from playbooks.shop.rating import Consignment, Refusal, measures_of, rate_of, rates_of
from playbooks.shop.tariff_reading import shipped_tariff

SHOP = Address(company_name="Shop", address_line1="1 Quarry St", city="Portland", state_code="OR", country_code="US")
HOME = Address(person_name="Ines", address_line1="4 Alder Ln", city="New York", state_code="NY", country_code="US")
MONDAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def _box(weight: str, *sides: str, unit: WeightUnit = WeightUnit.KG, inches: bool = False) -> Parcel:
    names = dict(zip(("length", "width", "height"), map(Decimal, sides), strict=False))
    measured = DimensionUnit.IN if inches else DimensionUnit.CM
    return Parcel(weight=Decimal(weight), weight_unit=unit, dimension_unit=measured, **names)


def _sent(*parcels: Parcel, **more: Any) -> Consignment:
    return replace(Consignment(ship_from=SHOP, ship_to=HOME, parcels=parcels or (_box("2"),)), **more)


def _asked(consignment: Consignment, service: str, *, at: datetime = MONDAY) -> Rate | Refusal:
    tariff = shipped_tariff()
    carrier, found = next(
        (carrier, one) for carrier in tariff.carriers for one in carrier.services if one.service == service
    )
    return rate_of(tariff, carrier, found, consignment, ordered_at=at)


def _charges(rate: Rate | Refusal) -> dict[str, Decimal]:
    assert isinstance(rate, Rate)
    return {one.name: one.amount for one in rate.extra_charges}


def test_a_price_is_its_step_and_its_surcharges() -> None:
    """Two kilograms far away cost 13.20, 14.5 % of that for fuel, and 4.25 because it goes to a home."""
    rate = _asked(_sent(), "overland_ground")
    assert isinstance(rate, Rate)
    assert _charges(rate) == {"fuel": Decimal("1.91"), "residential": Decimal("4.25")}
    assert (rate.amount, rate.currency, rate.transit_days) == (Decimal("19.36"), "USD", 5)


def test_every_begun_kilogram_above_the_last_step_counts() -> None:
    """30.2 kg are one more than 30."""
    rate = _asked(_sent(_box("30.2"), ship_to=replace(HOME, residential=False)), "overland_ground")
    assert isinstance(rate, Rate)
    assert rate.amount - _charges(rate)["fuel"] == Decimal("54.8") + Decimal("1.55")


def test_volume_counts_where_it_is_more_than_the_weight() -> None:
    """40 by 40 by 40 centimetres count as 12.8 kg with the divisor 5000."""
    large, heavy = (
        _asked(_sent(_box("1", "40", "40", "40")), "overland_ground"),
        _asked(_sent(_box("12.8")), "overland_ground"),
    )
    assert large == heavy


@pytest.mark.parametrize(
    ("parcel", "weight_g", "girth_mm"),
    [
        (_box("1", unit=WeightUnit.LB), 454, 0),
        (_box("16", unit=WeightUnit.OZ), 454, 0),
        (_box("453.59237", unit=WeightUnit.G), 454, 0),
        (_box("0.5", "10", "30", "20"), 500, 900),
        (_box("0.5", "4", "12", "8", inches=True), 500, 305 + 2 * (204 + 102)),
    ],
)
def test_measures_are_rounded_up(parcel: Parcel, weight_g: int, girth_mm: int) -> None:
    """Units are converted exactly, sides are ordered, and a carrier never measures less than is declared."""
    measures = measures_of(parcel)
    assert (measures.weight_g, measures.girth_mm) == (weight_g, girth_mm)


def test_charges_are_for_each_parcel_where_they_are() -> None:
    """Signature and home cost for each, oversize for those that are, insurance once."""
    parcels = (_box("2", "130", "10", "10"), _box("2"))
    rate = _asked(_sent(*parcels, signature="adult", insurance=Decimal(450)), "overland_ground")
    charges = _charges(rate)
    assert charges["residential"] == Decimal("8.50")
    assert charges["oversize"] == Decimal("26.5")
    assert charges["signature"] == Decimal("14.2")
    assert charges["insurance"] == Decimal("4.20")
    assert isinstance(rate, Rate)
    base = rate.amount - sum(charges.values())
    assert base == Decimal("17.6") + Decimal("13.2")


@pytest.mark.parametrize(("value", "charge"), [("100", None), ("100.01", "3.15"), ("401", "4.20")])
def test_insurance_begins_above_what_is_free(value: str, charge: str | None) -> None:
    """Each begun hundred counts, and the least charge is charged."""
    found = _charges(_asked(_sent(insurance=Decimal(value)), "overland_ground")).get("insurance")
    assert found == (None if charge is None else Decimal(charge))


@pytest.mark.parametrize(
    ("address", "at_home"),
    [
        (replace(HOME, residential=None), True),
        (replace(HOME, company_name="Firm"), False),
        (replace(HOME, company_name="Firm", residential=True), True),
        (replace(HOME, residential=False), False),
    ],
)
def test_where_nobody_said_whether_it_is_a_home(address: Address, *, at_home: bool) -> None:
    """A company named is a company's, else it is a home."""
    assert ("residential" in _charges(_asked(_sent(ship_to=address), "overland_ground"))) is at_home


@pytest.mark.parametrize(
    ("ordered", "promised"),
    [
        ("2026-11-23T20:59:00+00:00", "2026-12-02T00:00:00+00:00"),
        ("2026-11-23T21:00:00+00:00", "2026-12-03T01:00:00+00:00"),
        ("2026-11-21T12:00:00+00:00", "2026-12-02T01:00:00+00:00"),
    ],
)
def test_after_the_cut_off_it_counts_from_the_next_day(ordered: str, promised: str) -> None:
    """15:00 in Chicago is 21:00 in UTC; Thanksgiving and the weekend are no working days."""
    rate = _asked(_sent(), "overland_ground", at=datetime.fromisoformat(ordered))
    assert isinstance(rate, Rate)
    assert rate.promised_at is not None
    assert rate.promised_at.date() == datetime.fromisoformat(promised).date()


def test_a_carrier_that_works_on_saturdays_is_there_earlier() -> None:
    """Ordered on a Friday, one working day on is Saturday for the post, and Monday for the others."""
    friday = datetime(2026, 12, 4, 16, 0, tzinfo=UTC)
    near = _sent(ship_to=replace(HOME, state_code="CA"))
    post, express = _asked(near, "union_priority", at=friday), _asked(near, "swiftair_overnight", at=friday)
    assert isinstance(post, Rate)
    assert isinstance(express, Rate)
    assert post.promised_at == datetime(2026, 12, 6, 1, 0, tzinfo=UTC)
    assert express.promised_at == datetime(2026, 12, 7, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("service", "more", "code"),
    [
        ("overland_ground", {"ship_to": replace(HOME, address_line1="P.O. Box 12")}, "PoBox"),
        ("overland_ground", {"ship_to": replace(HOME, address_line2="Postfach 77")}, "PoBox"),
        ("overland_ground", {"ship_to": Address(city="Havana", country_code="CU")}, "NotServed"),
        ("overland_ground", {"ship_to": Address(city="Berlin", country_code="DE")}, "NotServed"),
        ("overland_ground", {"ship_to": replace(HOME, state_code="AE")}, "NotServed"),
        ("overland_ground", {"ship_to": replace(HOME, state_code="")}, "NoZone"),
        ("overland_ground", {"hazards": frozenset({"explosive"})}, "Hazard"),
        ("overland_two_day", {"hazards": frozenset({"lithium_battery"})}, "Hazard"),
        ("overland_ground", {"parcels": (_box("68.1"),)}, "TooHeavy"),
        ("overland_ground", {"parcels": (_box("2", "275", "10", "10"),)}, "TooLarge"),
        ("union_ground", {"parcels": (_box("2", "110", "60", "40"),)}, "TooHeavy"),
        ("overland_ground", {"parcels": (_box("2", "270", "60", "20"),)}, "TooLarge"),
        ("overland_ground", {"insurance": Decimal(50001)}, "InsuranceTooHigh"),
        ("union_ground", {"parcels": (_box("2"), _box("2"))}, "TooManyParcels"),
        ("union_ground", {"parcels": (_box("31.8"),)}, "TooHeavy"),
        ("swiftair_worldwide", {"ship_from": Address(country_code="DE"), "is_return": True}, "NoReturns"),
        ("overland_ground", {"signature": "notary"}, "NoSignature"),
    ],
)
def test_why_a_service_says_no(service: str, more: dict[str, Any], code: str) -> None:
    """The reason names what is too much; nothing is priced by guess."""
    refusal = _asked(_sent(**more), service)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, bool(refusal.reason)) == (code, True)


def test_the_post_goes_where_others_do_not() -> None:
    """Boxes and the forces have one carrier."""
    box, forces = replace(HOME, address_line1="PO Box 12"), replace(HOME, city="APO", state_code="AE")
    for place in (box, forces):
        rates, _ = rates_of(shipped_tariff(), _sent(ship_to=place), ordered_at=MONDAY)
        assert {rate.carrier for rate in rates} == {"union_post"}


def test_every_service_answers_with_a_rate_or_a_refusal() -> None:
    """None is forgotten, the cheapest comes first, and the same question gives the same answer."""
    tariff = shipped_tariff()
    first, again = (rates_of(tariff, _sent(), ordered_at=MONDAY) for _ in range(2))
    rates, refused = first
    assert first == again
    assert [rate.amount for rate in rates] == sorted(rate.amount for rate in rates)
    assert len(rates) + len(refused) == sum(len(carrier.services) for carrier in tariff.carriers)
