"""Rates of the sample carriers: what each service would cost, until when it delivers, or why it does not take it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from orchestrator.core.documents import texts_of
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import Charge, DimensionUnit, Parcel, Rate, WeightUnit
from playbooks.shop.promising import promised_at
from playbooks.shop.tariff import Carrier, Oversize, Service, Tariff, ZonePrices

_GRAMS = {
    WeightUnit.G: Decimal(1),
    WeightUnit.KG: Decimal(1000),
    WeightUnit.OZ: Decimal("28.349523125"),
    WeightUnit.LB: Decimal("453.59237"),
}
"""The international avoirdupois pound, exactly (NIST Special Publication 811, appendix B)."""
_MILLIMETRES = {DimensionUnit.CM: Decimal(10), DimensionUnit.IN: Decimal("25.4")}
_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)
_PO_BOX = re.compile(
    r"\b(p\.?\s*o\.?\s*box|post\s*office\s+box|postfach|apartado|bo[iî]te\s+postale|b\.?p\.?\s+\d|postbus|casilla)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """What is to be sent.

    Attributes:
        insurance: The value to insure; None for none.
        signature: `none`, `any` or `adult`.
        hazards: Classes of dangerous goods in it.
    """

    ship_from: Address
    ship_to: Address
    parcels: tuple[Parcel, ...]
    is_return: bool = False
    insurance: Decimal | None = None
    signature: str = "none"
    hazards: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a service does not take a consignment."""

    carrier: str
    service: str
    code: str
    reason: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """A parcel in grams and millimetres, its sides from the longest; None where a side is not known."""

    weight_g: int
    sides_mm: tuple[int, int, int] | None

    @property
    def girth_mm(self) -> int:
        """Its length and once around it; 0 where it is not known."""
        if self.sides_mm is None:
            return 0
        length, width, height = self.sides_mm
        return length + 2 * (width + height)

    @property
    def length_mm(self) -> int:
        """Its longest side; 0 where it is not known."""
        return self.sides_mm[0] if self.sides_mm else 0

    def billed_g(self, divisor: int) -> int:
        """Its weight, or what its volume counts as where that is more."""
        if self.sides_mm is None:
            return self.weight_g
        length, width, height = self.sides_mm
        return max(self.weight_g, -(-length * width * height // divisor))


def measures_of(parcel: Parcel) -> Measures:
    """A parcel's measures, rounded up to whole grams and millimetres."""
    weight = _up(parcel.weight * _GRAMS[parcel.weight_unit])
    sides = (parcel.length, parcel.width, parcel.height)
    if any(side is None for side in sides):
        return Measures(weight_g=weight, sides_mm=None)
    factor = _MILLIMETRES[parcel.dimension_unit]
    length, width, height = sorted((_up(side * factor) for side in sides if side is not None), reverse=True)
    return Measures(weight_g=weight, sides_mm=(length, width, height))


def rates_of(
    tariff: Tariff, consignment: Consignment, *, ordered_at: datetime
) -> tuple[tuple[Rate, ...], tuple[Refusal, ...]]:
    """A rate or a refusal of every service, the cheapest rate first."""
    found = [
        rate_of(tariff, carrier, service, consignment, ordered_at=ordered_at)
        for carrier in tariff.carriers
        for service in carrier.services
    ]
    rates = sorted((one for one in found if isinstance(one, Rate)), key=lambda rate: (rate.amount, rate.service))
    return tuple(rates), tuple(one for one in found if isinstance(one, Refusal))


def rate_of(
    tariff: Tariff, carrier: Carrier, service: Service, consignment: Consignment, *, ordered_at: datetime
) -> Rate | Refusal:
    """What a service takes for a consignment, or why it does not take it."""
    zone = tariff.zone_of(consignment.ship_from, consignment.ship_to)
    why = _why_not(carrier, service, consignment, zone=zone)
    if why is not None or zone is None:
        code, reason = why or ("NoZone", "there is no zone")
        return Refusal(carrier=carrier.carrier, service=service.service, code=code, reason=reason)
    prices = service.zones[zone]
    base = sum((_price(service, prices, measures_of(parcel)) for parcel in consignment.parcels), Decimal(0))
    extra = [
        Charge(name=name, amount=amount, currency=tariff.currency)
        for name, amount in _extra(carrier, consignment, base=base)
        if amount
    ]
    return Rate(
        carrier=carrier.carrier,
        service=service.service,
        amount=base + sum((charge.amount for charge in extra), Decimal(0)),
        currency=tariff.currency,
        extra_charges=tuple(extra),
        transit_days=prices.days,
        promised_at=promised_at(tariff, carrier, service, zone=zone, ordered_at=ordered_at),
    )


def _why_not(
    carrier: Carrier, service: Service, consignment: Consignment, *, zone: str | None
) -> tuple[str, str] | None:
    return (
        _place_refused(carrier, service, consignment, zone=zone)
        or _wish_refused(carrier, service, consignment)
        or next(filter(None, (_parcel_refused(service, zone, parcel) for parcel in consignment.parcels)), None)
    )


def _place_refused(
    carrier: Carrier, service: Service, consignment: Consignment, *, zone: str | None
) -> tuple[str, str] | None:
    for end in (consignment.ship_to, consignment.ship_from):
        if end.country_code.upper() in service.refuses.countries:
            return "NotServed", f"{carrier.name} does not serve {end.country_code.upper()}"
        if service.refuses.po_boxes and is_po_box(end):
            return "PoBox", f"{carrier.name} does not deliver to post office boxes, such as {end.address_line1!r:.60}"
    if zone is None:
        unknown = _regionless(consignment)
        return "NoZone", f"no zone joins the two addresses: {unknown}"
    if zone not in service.zones:
        return "NotServed", f"{service.name} is not offered in the zone {zone!r}"
    return None


def _regionless(consignment: Consignment) -> str:
    ends = [f"{end.country_code or '(no country)'} {end.state_code or '(no region)'}" for end in _ends(consignment)]
    return f"{ends[0]} and {ends[1]}; give country and region as codes, such as US and CA"


def _ends(consignment: Consignment) -> tuple[Address, Address]:
    return consignment.ship_from, consignment.ship_to


def _wish_refused(carrier: Carrier, service: Service, consignment: Consignment) -> tuple[str, str] | None:
    hazards = sorted(consignment.hazards & service.refuses.hazards)
    if hazards:
        how = "by air" if service.by_air else "at all"
        return "Hazard", f"{service.name} does not carry {', '.join(hazards)} {how}"
    if consignment.is_return and not service.returns:
        return "NoReturns", f"{service.name} brings nothing back"
    if len(consignment.parcels) > carrier.max_parcels:
        return (
            "TooManyParcels",
            f"{carrier.name} takes {carrier.max_parcels} parcels at once, not {len(consignment.parcels)}",
        )
    if consignment.signature != "none" and consignment.signature not in carrier.surcharges.signature:
        return "NoSignature", f"{carrier.name} asks for no signature of the kind {consignment.signature!r}"
    insuring = carrier.surcharges.insurance
    if consignment.insurance and (insuring is None or consignment.insurance > insuring.most):
        most = f"up to {insuring.most:,.2f}" if insuring else "nothing"
        return "InsuranceTooHigh", f"{carrier.name} insures {most}, not {consignment.insurance:,.2f}"
    return None


def _parcel_refused(service: Service, zone: str | None, parcel: Parcel) -> tuple[str, str] | None:
    measures, limits = measures_of(parcel), service.limits
    if measures.weight_g > limits.weight_g:
        return "TooHeavy", f"a parcel weighs {measures.weight_g} g, and {service.name} takes {limits.weight_g} g"
    billed_g, last_g = measures.billed_g(service.volumetric_divisor), service.weights_g[-1]
    if zone is not None and service.zones[zone].each_kg_more is None and billed_g > last_g:
        return "TooHeavy", f"a parcel counts by its volume as {billed_g} g, and {service.name} takes {last_g} g"
    if measures.length_mm > limits.length_mm:
        return (
            "TooLarge",
            f"a side of {measures.length_mm} mm is longer than the {limits.length_mm} mm of {service.name}",
        )
    if measures.girth_mm > limits.girth_mm:
        return "TooLarge", f"length and girth of {measures.girth_mm} mm are more than {limits.girth_mm} mm"
    return None


def _price(service: Service, prices: ZonePrices, measures: Measures) -> Decimal:
    billed_g = measures.billed_g(service.volumetric_divisor)
    for step_g, price in zip(service.weights_g, prices.prices, strict=True):
        if billed_g <= step_g:
            return price
    more_kg = -(-(billed_g - service.weights_g[-1]) // 1000)
    return prices.prices[-1] + (prices.each_kg_more or Decimal(0)) * more_kg


def _extra(carrier: Carrier, consignment: Consignment, *, base: Decimal) -> Iterator[tuple[str, Decimal]]:
    charges, count = carrier.surcharges, len(consignment.parcels)
    yield "fuel", _cents(base * charges.fuel_percent / _HUNDRED)
    if is_residential(consignment.ship_to):
        yield "residential", charges.residential * count
    if charges.oversize is not None:
        large = sum(_is_oversize(parcel, charges.oversize) for parcel in consignment.parcels)
        yield "oversize", charges.oversize.amount * large
    if consignment.signature != "none":
        yield "signature", charges.signature[consignment.signature] * count
    if consignment.insurance and charges.insurance and consignment.insurance > charges.insurance.free_up_to:
        above = (consignment.insurance - charges.insurance.free_up_to) / _HUNDRED
        hundreds = above.to_integral_value(rounding=ROUND_CEILING)
        yield "insurance", max(charges.insurance.least, _cents(hundreds * charges.insurance.each_hundred))


def _is_oversize(parcel: Parcel, oversize: Oversize) -> bool:
    measures = measures_of(parcel)
    return measures.length_mm > oversize.length_mm or measures.girth_mm > oversize.girth_mm


def is_residential(address: Address) -> bool:
    """Whether it costs as a home: said so, or not said and no company named."""
    return not address.company_name if address.residential is None else address.residential


def is_po_box(address: Address) -> bool:
    """Whether an address is a post office box, in the words of some languages."""
    return any(_PO_BOX.search(line) for line in (address.address_line1, address.address_line2))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _up(amount: Decimal) -> int:
    return int(amount.to_integral_value(rounding=ROUND_CEILING))
