"""Weights and boxes as people write them in a table: a number with its unit."""

import re
from decimal import ROUND_HALF_UP, Decimal

_GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "oz": Decimal("28.349523125"), "lb": Decimal("453.59237")}
_MILLIMETRES = {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000), "in": Decimal("25.4")}
_WEIGHT = re.compile(r"(?P<number>\d{1,7}(?:\.\d{1,6})?)\s*(?P<unit>kg|g|oz|lb)", re.IGNORECASE)
_SIDE = r"\d{1,6}(?:\.\d{1,4})?"
_BOX = re.compile(
    rf"(?P<a>{_SIDE})\s*[x\u00d7*]\s*(?P<b>{_SIDE})\s*[x\u00d7*]\s*(?P<c>{_SIDE})\s*(?P<unit>mm|cm|m|in)", re.IGNORECASE
)


def weight_g(text: str) -> int:
    """`1.2 kg` in whole grams, rounded up from half; ValueError without a unit (international pounds and ounces)."""
    found = _WEIGHT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"weight is {text!r}: give a number with its unit, g, kg, oz or lb, such as 1.2 kg")
    return _whole(Decimal(found["number"]) * _GRAMS[found["unit"].lower()])


def box_mm(text: str) -> tuple[int, int, int]:
    """`40 x 30 x 12 cm` in whole millimetres, the longest side first; ValueError without a unit."""
    found = _BOX.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"dimensions is {text!r}: give three sides with their unit, such as 40 x 30 x 12 cm")
    factor = _MILLIMETRES[found["unit"].lower()]
    longest, middle, shortest = sorted((_whole(Decimal(found[side]) * factor) for side in "abc"), reverse=True)
    return longest, middle, shortest


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))
