"""Weights and lengths with their units: read from people's words, converted exactly.

The factors are exact by definition (NIST Special Publication 811, appendix B.9): a pound avoirdupois is
0.453 592 37 kg, an ounce its sixteenth, an inch 2.54 cm, a foot 12 in. Four numbers need no library of units: Pint
takes 0.09 s to import and 0.1 s for its registry, measured where the check of an address takes a millisecond.
"""

import re
from decimal import Decimal
from itertools import pairwise

from orchestrator.core.errors import InputError
from orchestrator.core.shipping.shipment import DimensionUnit, Parcel, WeightUnit

LONGEST_TEXT = 100
HEAVIEST_G = Decimal(1_000_000)
LONGEST_MM = Decimal(10_000)
GRAMS = {
    WeightUnit.G: Decimal(1),
    WeightUnit.KG: Decimal(1000),
    WeightUnit.LB: Decimal("453.59237"),
    WeightUnit.OZ: Decimal("28.349523125"),
}
MILLIMETRES = {DimensionUnit.CM: Decimal(10), DimensionUnit.IN: Decimal("25.4")}

_WEIGHT_UNITS = {
    WeightUnit.KG: "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes",
    WeightUnit.G: "g gr gram grams gramme grammes",
    WeightUnit.LB: "lb lbs pound pounds",
    WeightUnit.OZ: "oz ounce ounces",
}
_WEIGHTS = {word: unit for unit, words in _WEIGHT_UNITS.items() for word in words.split()}
_TONNES = frozenset({"t", "ton", "tons", "tonne", "tonnes"})
_LENGTHS = {  # the word -> (the carriers' unit that is kept, how many of it one is)
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), (DimensionUnit.CM, Decimal(1))),
    **dict.fromkeys(
        ("mm", "millimeter", "millimeters", "millimetre", "millimetres"), (DimensionUnit.CM, Decimal("0.1"))
    ),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), (DimensionUnit.CM, Decimal(100))),
    **dict.fromkeys(("in", "inch", "inches", '"', "\u2033", "''"), (DimensionUnit.IN, Decimal(1))),
    **dict.fromkeys(("ft", "foot", "feet", "'", "\u2032"), (DimensionUnit.IN, Decimal(12))),
}
_NUMBER = r"[-\u2212+]?\d+(?:[.,]\d+)?"
_PART = re.compile(rf"({_NUMBER})\s*([^\W\d_]+|''|[\"'\u2033\u2032])?\.?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:x|\u00d7|\*|\bby\b)\s*", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d+,\d{3}")
_SIDES = 3


def read_weight(text: str) -> tuple[Decimal, WeightUnit]:
    """A weight such as `2.5 lb`, `1 lb 4 oz`, `800g`: the amount, in the first unit that stands there.

    InputError says what is wrong: a unit that is missing or unknown, what is no number, zero, below zero or absurd.
    """
    parts = _parts(text, "weight")
    units = [_weight_unit(word, text) for _, word in parts]
    grams = sum((amount * grams for (amount, _), (_, grams) in zip(parts, units, strict=True)), Decimal(0))
    if len(parts) > 1 and any(later >= earlier for (_, earlier), (_, later) in pairwise(units)):
        raise InputError(f"weight {text!r}: parts go from the larger unit to the smaller, such as 1 lb 4 oz")
    unit = units[0][0]
    _within(grams, HEAVIEST_G, f"weight {text!r}", "1,000 kg: that is freight, and no parcel")
    return grams / GRAMS[unit], unit


def read_dimensions(text: str) -> tuple[tuple[Decimal, Decimal, Decimal], DimensionUnit]:
    """Three sides such as `30 x 20 x 10 cm` or `12in x 8in x 4in`: longest first, in the carriers' unit.

    A unit at the end counts for all; InputError where one stands only at some, or in the ways of `read_weight`.
    """
    _short(text, "dimensions")
    sides = [_parts(side, "dimensions", whole=text) for side in _BETWEEN.split(text.strip())]
    if len(sides) != _SIDES or any(len(side) != 1 for side in sides):
        raise InputError(f"dimensions {text!r}: give three sides, such as 30 x 20 x 10 cm")
    words = [side[0][1] for side in sides]
    if words[-1] and not any(words[:-1]):
        words = [words[-1]] * _SIDES
    found = [_length_unit(word, text) for word in words]
    unit = found[0][0]
    if any(one != unit for one, _ in found):
        raise InputError(f"dimensions {text!r}: give all sides in one system of units, cm or in")
    lengths = sorted((side[0][0] * many for side, (_, many) in zip(sides, found, strict=True)), reverse=True)
    for length in lengths:
        _within(length * MILLIMETRES[unit], LONGEST_MM, f"a side of {text!r}", "10 m: no carrier takes it")
    return (lengths[0], lengths[1], lengths[2]), unit


def parcel_of(weight: str, dimensions: str = "", *, reference: str = "") -> Parcel:
    """A parcel from people's words; InputError as of `read_weight` and `read_dimensions`."""
    amount, weight_unit = read_weight(weight)
    if not dimensions.strip():
        return Parcel(weight=amount, weight_unit=weight_unit, reference=reference)
    (length, width, height), unit = read_dimensions(dimensions)
    return Parcel(
        weight=amount,
        weight_unit=weight_unit,
        length=length,
        width=width,
        height=height,
        dimension_unit=unit,
        reference=reference,
    )


def grams_of(parcel: Parcel) -> Decimal:
    """The parcel's weight in grams, exactly."""
    return parcel.weight * GRAMS[parcel.weight_unit]


def sides_mm(parcel: Parcel) -> tuple[Decimal, Decimal, Decimal] | None:
    """The parcel's sides in millimetres, longest first; None where one is not known."""
    if parcel.length is None or parcel.width is None or parcel.height is None:
        return None
    factor = MILLIMETRES[parcel.dimension_unit]
    longest, middle, shortest = sorted(
        (side * factor for side in (parcel.length, parcel.width, parcel.height)), reverse=True
    )
    return longest, middle, shortest


def check_parcel(parcel: Parcel) -> None:
    """InputError where a weight or side is zero, below zero, no number, or absurd."""
    _within(grams_of(parcel), HEAVIEST_G, f"weight {parcel.weight}", "1,000 kg: that is freight, and no parcel")
    for side in (parcel.length, parcel.width, parcel.height):
        if side is not None:
            _within(side * MILLIMETRES[parcel.dimension_unit], LONGEST_MM, f"side {side}", "10 m: no carrier takes it")


def _parts(text: str, what: str, *, whole: str | None = None) -> list[tuple[Decimal, str]]:
    """Numbers with the words behind them; the text must hold nothing else."""
    shown = whole if whole is not None else text
    _short(text, what)
    found = []
    at, clean = 0, text.strip()
    while at < len(clean):
        match = _PART.match(clean, at)
        if match is None:
            raise InputError(f"{what} {shown!r}: {clean[at:]!r} is no number with a unit, such as {_EXAMPLES[what]}")
        found.append((_amount(match.group(1), what, shown), (match.group(2) or "").casefold()))
        at = match.end() + len(clean[match.end() :]) - len(clean[match.end() :].lstrip(" ,"))
    if not found:
        raise InputError(f"{what} is empty: give one such as {_EXAMPLES[what]}")
    return found


_EXAMPLES = {"weight": "2.5 lb", "dimensions": "30 x 20 x 10 cm"}


def _amount(number: str, what: str, shown: str) -> Decimal:
    if number[0] in "-\u2212":
        raise InputError(f"{what} {shown!r}: {number} is below zero")
    if _THOUSANDS.fullmatch(number):
        raise InputError(f"{what} {shown!r}: {number} may mean thousands or a fraction; write it without the comma")
    return Decimal(number.replace(",", ".").lstrip("+"))


def _weight_unit(word: str, text: str) -> tuple[WeightUnit, Decimal]:
    """The unit that is kept, and the grams of the word."""
    if word in _TONNES:
        return WeightUnit.KG, Decimal(1_000_000)
    if word not in _WEIGHTS:
        raise InputError(f"weight {text!r}: {_unit_trouble(word)} give kg, g, lb or oz")
    return _WEIGHTS[word], GRAMS[_WEIGHTS[word]]


def _length_unit(word: str, text: str) -> tuple[DimensionUnit, Decimal]:
    if word not in _LENGTHS:
        raise InputError(
            f"dimensions {text!r}: {_unit_trouble(word)} give cm, mm, m, in or ft at the end or at each side"
        )
    return _LENGTHS[word]


def _unit_trouble(word: str) -> str:
    return f"{word!r} is no unit;" if word else "a unit is missing;"


def _short(text: str, what: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{what} has {len(text):,d} characters: give at most {LONGEST_TEXT}")


def _within(amount: Decimal, most: Decimal, what: str, limit: str) -> None:
    if not amount.is_finite() or amount <= 0:
        raise InputError(f"{what} is not above zero: give a number above zero")
    if amount > most:
        raise InputError(f"{what} is more than {limit}")
