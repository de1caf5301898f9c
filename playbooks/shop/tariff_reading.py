"""Reads a tariff from YAML; a GuideError names file, line and field of what is wrong."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrator.core.errors import InputError, Place
from playbooks.shop.tariff import (
    Area,
    Carrier,
    Insuring,
    Limits,
    NumberForm,
    Oversize,
    Refusals,
    Service,
    Surcharges,
    Tariff,
    Zone,
    ZonePrices,
)
from playbooks.yaml_values import YamlValue, read_yaml

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORMS: Mapping[str, tuple[str, ...]] = {
    "ups": ("shipper", "service"),
    "usps": ("stc", "mailer"),
    "s10": ("service", "country"),
}
_CARRIER = ("carrier", "name", "time_zone", "cut_off", "pickup", "works", "void_days", "max_parcels", "services")
_SERVICE = ("service", "name", "number", "deliver_by", "volumetric_divisor", "limits", "weights_g", "zones")


@cache
def shipped_tariff() -> Tariff:
    """The tariff that is shipped along, `playbooks/shipping/tariff.yaml`."""
    return load_tariff(Path(str(files("playbooks"))) / "shipping" / "tariff.yaml")


def load_tariff(path: Path) -> Tariff:
    """The tariff of a file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); make it readable UTF-8 text") from None
    return read_tariff(text, place=Place(str(path)))


def read_tariff(text: str, *, place: Place) -> Tariff:
    """The tariff of a text that stands at `place`."""
    names = ("currency", "areas", "zones", "holidays", "carriers")
    root = read_yaml(text, place=place)
    found = root.mapping(known=names, required=names)
    areas = tuple(_area(item) for item in found["areas"].items())
    zones = tuple(_zone(item, known={area.area for area in areas}) for item in found["zones"].items())
    carriers = tuple(_carrier(item, zones={zone.zone for zone in zones}) for item in found["carriers"].items())
    _check_unique(found["carriers"], [one.carrier for one in carriers])
    return Tariff(
        currency=found["currency"].text(),
        areas=areas,
        zones=zones,
        holidays=frozenset(_date(item) for item in found["holidays"].items()),
        carriers=carriers,
    )


def _area(value: YamlValue) -> Area:
    found = value.mapping(known=("area", "country", "regions"), required=("area", "country"))
    regions = found["regions"].texts() if "regions" in found else ()
    return Area(area=found["area"].text(), countries=frozenset(found["country"].texts()), regions=frozenset(regions))


def _zone(value: YamlValue, *, known: set[str]) -> Zone:
    found = value.mapping(known=("zone", "between", "and"), required=("zone", "between", "and"))
    ends = [frozenset(item.choice(sorted(known)) for item in found[name].items()) for name in ("between", "and")]
    return Zone(zone=found["zone"].text(), one_end=ends[0], other_end=ends[1])


def _carrier(value: YamlValue, *, zones: set[str]) -> Carrier:
    found = value.mapping(known=(*_CARRIER, "refuses", "surcharges"), required=_CARRIER)
    refuses = _refusals(found.get("refuses"))
    services = tuple(_service(item, zones=zones, refuses=refuses) for item in found["services"].items())
    _check_unique(found["services"], [one.service for one in services])
    return Carrier(
        carrier=found["carrier"].text(),
        name=found["name"].text(),
        time_zone=_time_zone(found["time_zone"]),
        cut_off=_time(found["cut_off"]),
        pickup=_pickup(found["pickup"], after=_time(found["cut_off"])),
        works=frozenset(_DAYS.index(item.choice(_DAYS)) for item in found["works"].items()),
        void_days=_whole(found["void_days"]),
        max_parcels=_whole(found["max_parcels"]),
        refuses=refuses,
        surcharges=_surcharges(found.get("surcharges")),
        services=services,
    )


def _service(value: YamlValue, *, zones: set[str], refuses: Refusals) -> Service:
    found = value.mapping(known=(*_SERVICE, "by_air", "refuses", "returns"), required=_SERVICE)
    weights = tuple(_whole(item) for item in found["weights_g"].items())
    if list(weights) != sorted(set(weights)):
        raise found["weights_g"].error(f"the weight steps {list(weights)} do not rise: order them")
    prices = found["zones"].mapping(known=sorted(zones))
    own = _refusals(found.get("refuses"))
    return Service(
        service=found["service"].text(),
        name=found["name"].text(),
        by_air=_flag(found.get("by_air"), default=False),
        returns=_flag(found.get("returns"), default=True),
        number=_number(found["number"]),
        deliver_by=_time(found["deliver_by"]),
        volumetric_divisor=_whole(found["volumetric_divisor"]),
        limits=_limits(found["limits"]),
        refuses=Refusals(
            po_boxes=refuses.po_boxes or own.po_boxes,
            countries=refuses.countries | own.countries,
            hazards=refuses.hazards | own.hazards,
        ),
        weights_g=weights,
        zones={zone: _prices(item, steps=len(weights)) for zone, item in prices.items()},
    )


def _prices(value: YamlValue, *, steps: int) -> ZonePrices:
    found = value.mapping(known=("days", "prices", "each_kg_more"), required=("days", "prices"))
    prices = tuple(_amount(item) for item in found["prices"].items())
    if len(prices) != steps:
        raise found["prices"].error(f"there are {len(prices)} prices for {steps} weight steps: give one for each")
    more = _amount(found["each_kg_more"]) if "each_kg_more" in found else None
    return ZonePrices(days=_whole(found["days"]), prices=prices, each_kg_more=more)


def _number(value: YamlValue) -> NumberForm:
    found = value.mapping(required=("form",))
    form = found["form"].choice(_FORMS)
    value.mapping(known=("form", *_FORMS[form]), required=_FORMS[form])
    return NumberForm(form=form, parts={name: found[name].text() for name in _FORMS[form]})


def _limits(value: YamlValue) -> Limits:
    names = ("weight_g", "length_mm", "girth_mm")
    found = value.mapping(known=names, required=names)
    return Limits(**{name: _whole(found[name]) for name in names})


def _refusals(value: YamlValue | None) -> Refusals:
    if value is None:
        return Refusals()
    found = value.mapping(known=("po_boxes", "countries", "hazards"))
    return Refusals(
        po_boxes=_flag(found.get("po_boxes"), default=False),
        countries=frozenset(found["countries"].texts() if "countries" in found else ()),
        hazards=frozenset(found["hazards"].texts() if "hazards" in found else ()),
    )


def _surcharges(value: YamlValue | None) -> Surcharges:
    if value is None:
        return Surcharges()
    found = value.mapping(known=("fuel_percent", "residential", "oversize", "signature", "insurance"))
    signature = found["signature"].mapping(known=("any", "adult")) if "signature" in found else {}
    return Surcharges(
        fuel_percent=_amount(found["fuel_percent"]) if "fuel_percent" in found else Decimal(0),
        residential=_amount(found["residential"]) if "residential" in found else Decimal(0),
        oversize=_oversize(found["oversize"]) if "oversize" in found else None,
        signature={name: _amount(item) for name, item in signature.items()},
        insurance=_insuring(found["insurance"]) if "insurance" in found else None,
    )


def _oversize(value: YamlValue) -> Oversize:
    names = ("length_mm", "girth_mm", "amount")
    found = value.mapping(known=names, required=names)
    return Oversize(
        length_mm=_whole(found["length_mm"]), girth_mm=_whole(found["girth_mm"]), amount=_amount(found["amount"])
    )


def _insuring(value: YamlValue) -> Insuring:
    names = ("free_up_to", "each_hundred", "least", "most")
    found = value.mapping(known=names, required=names)
    return Insuring(**{name: _amount(found[name]) for name in names})


def _amount(value: YamlValue) -> Decimal:
    value.number()
    found = Decimal(str(value.value))
    if found < 0:
        raise value.error(f"{found} is below zero: give an amount from 0")
    return found


def _whole(value: YamlValue) -> int:
    found = value.number()
    if found != int(found) or found < 1:
        raise value.error(f"{found:g} is no whole number from 1")
    return int(found)


def _flag(value: YamlValue | None, *, default: bool) -> bool:
    if value is None:
        return default
    if not isinstance(value.value, bool):
        raise value.wrong("true or false")
    return value.value


def _time(value: YamlValue) -> time:
    try:
        return time.fromisoformat(value.text())
    except ValueError:
        raise value.wrong('an hour of the day such as "15:00", in quotes') from None


def _pickup(value: YamlValue, *, after: time) -> time:
    found = _time(value)
    if found <= after:
        raise value.error(f"the pickup at {found:%H:%M} is not after the cut-off at {after:%H:%M}: make it later")
    return found


def _date(value: YamlValue) -> date:
    try:
        return date.fromisoformat(value.text())
    except ValueError:
        raise value.wrong('a day such as "2026-12-25", in quotes') from None


def _time_zone(value: YamlValue) -> ZoneInfo:
    try:
        return ZoneInfo(value.text())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise value.error(f"there is no time zone {value.text()!r}: give one such as America/Chicago") from None


def _check_unique(value: YamlValue, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise value.error(f"{name!r} stands twice: give each its own name")
