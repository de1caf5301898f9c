"""Which day it is where a parcel arrives: by the time zones of its country and, where that has several, its region."""

from datetime import date, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from orchestrator.core.shipping.address import Address

# IANA time zone database, file northamerica: states by their zones; a state that two zones share stands in both.
_US = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC TN VA VT WV",
    "America/Chicago": "AL AR FL IA IL IN KS KY LA MI MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID KS MT ND NE NM NV OR SD TX UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA ID NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
}


def arrival_day(moment: datetime, address: Address) -> date:
    """The day of a moment at an address; UTC's where nothing is known of its zone.

    It is the later one where a region has several zones, so that no day is counted on that may be missed.
    """
    zones = zones_of(address.country_code.upper(), address.state_code.upper())
    return max(moment.astimezone(ZoneInfo(zone)).date() for zone in zones or ("UTC",))


def arrival_words(moment: datetime, address: Address) -> str:
    """A moment as people at an address tell it, with the zone's name; in UTC where their zone is not sure."""
    zones = zones_of(address.country_code.upper(), address.state_code.upper())
    zone = zones[0] if len(zones) == 1 else "UTC"
    return f"{moment.astimezone(ZoneInfo(zone)):%A, %Y-%m-%d %H:%M} {zone.rpartition('/')[2].replace('_', ' ')} time"


@cache
def zones_of(country: str, region: str) -> tuple[str, ...]:
    """The zones that a region may be in; those of its country where the region is not known."""
    if country == "US":
        found = tuple(zone for zone, states in _US.items() if region in states.split())
        return found or tuple(_US)
    return _by_country().get(country, ())


@cache
def _by_country() -> dict[str, tuple[str, ...]]:
    """The zones of each country, from the table that the time zone database ships."""
    text = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            codes, _, zone = line.split("\t")[:3]
            for code in codes.split(","):
                found[code] = (*found.get(code, ()), zone)
    return found
