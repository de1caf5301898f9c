"""Tests of reading weights and dimensions, and of what carriers bill."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.shipment.sending.billing import METRIC, US, billable_weight, volumetric_weight
from agents.shipment.sending.measures import check_parcel, grams_of, parcel_of, read_dimensions, read_weight, sides_mm
from orchestrator.core.errors import InputError
from orchestrator.core.shipping.shipment import DimensionUnit, Parcel, WeightUnit


@pytest.mark.parametrize(
    ("text", "amount", "unit", "grams"),
    [
        ("2.5 lb", "2.5", WeightUnit.LB, "1133.980925"),
        ("1 lb 4 oz", "1.25", WeightUnit.LB, "566.9904625"),
        ("3 lbs. 2 oz.", "3.125", WeightUnit.LB, "1417.47615625"),
        ("800g", "800", WeightUnit.G, "800"),
        ("2,5 kg", "2.5", WeightUnit.KG, "2500"),
        ("16 Ounces", "16", WeightUnit.OZ, "453.59237"),
        ("0.5 t", "500", WeightUnit.KG, "500000"),
    ],
)
def test_weights_are_read_exactly(text: str, amount: str, unit: WeightUnit, grams: str):
    """The unit stays, and the grams are those of NIST's factors."""
    assert read_weight(text) == (Decimal(amount), unit)
    assert grams_of(parcel_of(text)) == Decimal(grams)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5", "a unit is missing"),
        ("5 stone", "'stone' is no unit"),
        ("-3 kg", "below zero"),
        ("0 kg", "not above zero"),
        ("NaN kg", "no number with a unit"),
        ("1e5 kg", "'e' is no unit"),
        ("1,500 g", "thousands or a fraction"),
        ("10 tonnes", "freight"),
        ("4 oz 1 lb", "larger unit to the smaller"),
        ("", "weight is empty"),
        ("1" * 200, "200 characters"),
    ],
)
def test_bad_weights_say_what_is_wrong(text: str, words: str):
    """Nothing is guessed: not a unit, not a sign, not a comma."""
    with pytest.raises(InputError, match=words):
        read_weight(text)


@pytest.mark.parametrize(
    ("text", "sides", "unit"),
    [
        ("30 x 20 x 10 cm", ("30", "20", "10"), DimensionUnit.CM),
        ("10x30x20cm", ("30", "20", "10"), DimensionUnit.CM),
        ("12in x 8in x 4in", ("12", "8", "4"), DimensionUnit.IN),
        ('12" x 8" x 4"', ("12", "8", "4"), DimensionUnit.IN),
        ("1ft x 8in x 4in", ("12", "8", "4"), DimensionUnit.IN),
        ("1 m by 20 cm by 5 mm", ("100", "20", "0.5"), DimensionUnit.CM),
        ("300 × 200 × 100 mm", ("30", "20", "10"), DimensionUnit.CM),  # noqa: RUF001  # as people copy it
    ],
)
def test_dimensions_are_read_longest_first(text: str, sides: tuple[str, ...], unit: DimensionUnit):
    """A unit at the end counts for all sides."""
    assert read_dimensions(text) == (tuple(map(Decimal, sides)), unit)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12 x 8 x 4", "a unit is missing"),
        ("12 in x 8 x 4", "a unit is missing"),
        ("12 in x 8 cm x 4 in", "one system of units"),
        ("30 x 20 cm", "give three sides"),
        ("-1 x 2 x 3 cm", "below zero"),
        ("20 x 20 x 2000 m", "more than 10 m"),
        ("30 x 20 x 10 parsec", "'parsec' is no unit"),
        ("box", "no number with a unit"),
    ],
)
def test_bad_dimensions_say_what_is_wrong(text: str, words: str):
    """A unit at some sides only may mean anything."""
    with pytest.raises(InputError, match=words):
        read_dimensions(text)


@given(text=st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str):
    """A text is measures above zero, or an error of ours."""
    for read in (read_weight, read_dimensions):
        try:
            amount, _ = read(text)
        except InputError:
            continue
        assert all(one > 0 for one in (amount if isinstance(amount, tuple) else (amount,)))


@given(amount=st.decimals("0.01", "900", places=2), unit=st.sampled_from([WeightUnit.KG, WeightUnit.LB, WeightUnit.OZ]))
def test_weight_written_is_weight_read(amount: Decimal, unit: WeightUnit):
    """What is printed with its unit is read as the same."""
    assert read_weight(f"{amount} {unit.value.lower()}") == (amount, unit)


def test_billed_weights_follow_the_carriers_examples():
    """20 x 15 x 10 in of 16 lb are 22 lb, or 10.5 kg by the metric rule with sides rounded up."""
    parcel = parcel_of("16 lb", "20 x 15 x 10 in")
    assert billable_weight(parcel, US) == Decimal(22)
    assert volumetric_weight(parcel, METRIC) == Decimal(51 * 39 * 26) / 5000
    assert billable_weight(parcel, METRIC) == Decimal("10.5")


def test_heavy_parcel_is_billed_by_its_weight():
    """The larger of both counts; a side that is not known leaves both open."""
    assert billable_weight(parcel_of("16.2 lb", "5 x 5 x 5 in"), US) == Decimal(17)
    assert billable_weight(parcel_of("16.2 lb"), US) is None
    assert sides_mm(parcel_of("1 kg")) is None


@pytest.mark.parametrize("side", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), Decimal(100_000)])
def test_parcel_of_absurd_measures_is_refused(side: Decimal):
    """A parcel that did not come from text is held against the same limits."""
    with pytest.raises(InputError):
        check_parcel(Parcel(weight=Decimal(1), weight_unit=WeightUnit.KG, length=side))
    with pytest.raises(InputError):
        check_parcel(Parcel(weight=side * 1000, weight_unit=WeightUnit.KG))
