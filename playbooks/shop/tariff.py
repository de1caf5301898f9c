"""A tariff as data: the areas of the world, the zones between them, and what each carrier's services cost and take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from orchestrator.core.shipping.address import Address

ANYWHERE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the world; without regions it is its countries whole."""

    area: str
    countries: frozenset[str]
    regions: frozenset[str] = frozenset()

    def holds(self, address: Address) -> bool:
        """Whether an address lies in it."""
        country, region = address.country_code.upper(), address.state_code.upper()
        return (ANYWHERE in self.countries or country in self.countries) and (
            not self.regions or region in self.regions
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone is one of the areas at one end and one of the others at the other."""

    zone: str
    one_end: frozenset[str]
    other_end: frozenset[str]

    def joins(self, first: str, second: str) -> bool:
        """Whether it is between these areas, either way round."""
        return (first in self.one_end and second in self.other_end) or (
            second in self.one_end and first in self.other_end
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePrices:
    """What a service costs in a zone, up to each weight step.

    Attributes:
        days: Working days on the way.
        prices: One for each of the service's weight steps.
        each_kg_more: For each begun kilogram above the last step; None where the last step is the end.
    """

    days: int
    prices: tuple[Decimal, ...]
    each_kg_more: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a single parcel may be at most; the girth is its length and once around it."""

    weight_g: int
    length_mm: int
    girth_mm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What is not taken."""

    po_boxes: bool = False
    countries: frozenset[str] = frozenset()
    hazards: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversize:
    """A parcel with a longer side or a larger girth costs that much more."""

    length_mm: int
    girth_mm: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Insuring:
    """What insuring a value costs: nothing up to an amount, then for each begun hundred above it."""

    free_up_to: Decimal
    each_hundred: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharges:
    """What is added to the price of a parcel, the fuel as a share of that price."""

    fuel_percent: Decimal = Decimal(0)
    residential: Decimal = Decimal(0)
    oversize: Oversize | None = None
    signature: Mapping[str, Decimal] = field(default_factory=dict)
    insurance: Insuring | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberForm:
    """How a service's tracking numbers are made.

    Attributes:
        form: `ups`, `usps` or `s10`: the published form that they have.
        parts: What the form needs besides the serial number.
    """

    form: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of a carrier.

    Attributes:
        deliver_by: The hour of the day until which it promises delivery, in its carrier's time zone.
        volumetric_divisor: Cubic centimetres that count as one kilogram.
        weights_g: The weight steps of its prices.
        returns: Whether it brings parcels back to the shop.
    """

    service: str
    name: str
    by_air: bool
    returns: bool
    number: NumberForm
    deliver_by: time
    volumetric_divisor: int
    limits: Limits
    refuses: Refusals
    weights_g: tuple[int, ...]
    zones: Mapping[str, ZonePrices]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A carrier.

    Attributes:
        cut_off: What is ordered later counts from the next working day.
        pickup: When it fetches what was ordered in time.
        works: Days of the week on which it fetches and delivers, Monday is 0.
        void_days: For how many days a label can be given back.
    """

    carrier: str
    name: str
    time_zone: ZoneInfo
    cut_off: time
    pickup: time
    works: frozenset[int]
    void_days: int
    max_parcels: int
    refuses: Refusals
    surcharges: Surcharges
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """All carriers with the zones that their prices are for, in one currency."""

    currency: str
    areas: tuple[Area, ...]
    zones: tuple[Zone, ...]
    holidays: frozenset[date]
    carriers: tuple[Carrier, ...]

    def area_of(self, address: Address) -> str | None:
        """The first area that holds an address; None where a country has areas and its region is in none."""
        country = address.country_code.upper()
        named = [area for area in self.areas if country in area.countries]
        among = named or [area for area in self.areas if ANYWHERE in area.countries]
        return next((area.area for area in among if area.holds(address)), None)

    def zone_of(self, first: Address, second: Address) -> str | None:
        """The zone between two addresses; None where there is none."""
        one, other = self.area_of(first), self.area_of(second)
        if one is None or other is None:
            return None
        return next((zone.zone for zone in self.zones if zone.joins(one, other)), None)

    def carrier(self, code: str) -> Carrier | None:
        """The carrier of a code."""
        return next((one for one in self.carriers if one.carrier == code), None)

    def service(self, carrier: str, service: str) -> tuple[Carrier, Service] | None:
        """A service with its carrier."""
        found = self.carrier(carrier)
        return next(((found, one) for one in found.services if one.service == service), None) if found else None
