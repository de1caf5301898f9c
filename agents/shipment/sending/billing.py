"""What carriers bill: the larger of the weight and the volumetric weight."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from agents.shipment.sending.measures import GRAMS, MILLIMETRES, grams_of, sides_mm
from orchestrator.core.shipping.shipment import DimensionUnit, Parcel, WeightUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRule:
    """How a carrier turns volume into weight.

    Attributes:
        divisor: How much volume, in cubes of `side`, counts as one `weight`.
        step: Billed weights are whole multiples of it, in `weight`.
    """

    divisor: Decimal
    side: DimensionUnit
    weight: WeightUnit
    step: Decimal


METRIC = VolumeRule(divisor=Decimal(5000), side=DimensionUnit.CM, weight=WeightUnit.KG, step=Decimal("0.5"))
"""5,000 cm3 to the kilogram, billed by half kilograms.

DHL Express, "Volumetric weight" (https://www.dhl.com/en/tools/volumetric_weight_express.html), and the international
services of UPS and FedEx.
"""

US = VolumeRule(divisor=Decimal(139), side=DimensionUnit.IN, weight=WeightUnit.LB, step=Decimal(1))
"""139 cubic inches to the pound, billed by whole pounds.

FedEx Service Guide, "Dimensional weight"; UPS, "Shipping dimensions and weight", daily rates. Both round every side up
to a whole inch since 18 August 2025.
"""


def volumetric_weight(parcel: Parcel, rule: VolumeRule) -> Decimal | None:
    """In the rule's unit and not rounded, but for the sides, which are rounded up; None where a side is not known."""
    sides = sides_mm(parcel)
    if sides is None:
        return None
    volume = Decimal(1)
    for side in sides:
        volume *= _up(side / MILLIMETRES[rule.side])
    return volume / rule.divisor


def billable_weight(parcel: Parcel, rule: VolumeRule) -> Decimal | None:
    """The larger of both in the rule's unit, rounded up to its step; None where a side is not known."""
    volumetric = volumetric_weight(parcel, rule)
    if volumetric is None:
        return None
    most = max(volumetric, grams_of(parcel) / GRAMS[rule.weight])
    return _up(most / rule.step) * rule.step


_up: Callable[[Decimal], Decimal] = lambda number: number.to_integral_value(rounding=ROUND_CEILING)  # noqa: E731
