"""Reads `shipping/customs.yaml`: which places are one customs territory, and what holds between two."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from orchestrator.core.errors import Place
from orchestrator.core.shipping.address import Address
from playbooks.shipping.data_file import read_file, refuse_twice
from playbooks.yaml_values import YamlValue, read_yaml

DEFAULT_FILE = Path(__file__).parent / "customs.yaml"
INCOTERMS = ("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF")
"""Incoterms 2020 of the International Chamber of Commerce; parcels mostly go DAP or DDP."""
_COUNTRY = re.compile(r"[A-Z]{2}")
_PAIR = 2


class Declaration(StrEnum):
    """Whether a border asks for a customs declaration."""

    NONE = "none"
    NEEDED = "needed"
    ASK = "ask"
    """It depends on what is not known here: a person must say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryPlace:
    """Countries, or the part of one with these postcodes or regions."""

    countries: frozenset[str]
    postcodes: re.Pattern[str] | None = None
    regions: frozenset[str] = frozenset()

    def holds(self, address: Address) -> bool:
        """Whether an address lies in it; one without the postcode or region that would tell does not."""
        if address.country_code.upper() not in self.countries:
            return False
        if self.postcodes is not None and not self.postcodes.match(address.postal_code.upper()):
            return False
        return not self.regions or address.state_code.upper() in self.regions


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """One territory; `each_its_own` makes one of each country or region in it."""

    id: str
    title: str
    source: str
    places: tuple[TerritoryPlace, ...]
    each_its_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """What holds between two territories, in both directions."""

    territories: frozenset[str]
    declaration: Declaration
    why: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsMap:
    """All of it; `incoterm` is who pays duty where nobody says otherwise, empty where that is asked each time."""

    incoterm: str
    territories: tuple[Territory, ...]
    between: tuple[Between, ...]

    def territory(self, address: Address) -> tuple[str, str]:
        """The id and the title of the territory that an address lies in."""
        for one in self.territories:
            if any(place.holds(address) for place in one.places):
                part = address.country_code.upper()
                part = address.state_code.upper() if part == "US" else part
                return (f"{one.id}:{part}", f"{part} ({one.title})") if one.each_its_own else (one.id, one.title)
        return address.country_code.upper(), address.country_code.upper()


def load_customs_map(path: Path = DEFAULT_FILE) -> CustomsMap:
    """Read the file; GuideError with its place where it is wrong, InputError where it cannot be read."""
    return parse_customs_map(read_file(path, what="customs territories"), file=str(path))


def parse_customs_map(text: str, *, file: str) -> CustomsMap:
    """Parse the text of the file; GuideError where it is wrong."""
    names = ("sources", "territories", "between")
    found = read_yaml(text, place=Place(file, 1)).mapping(known=("incoterm", *names), required=names)
    incoterm = found["incoterm"].choice(INCOTERMS) if "incoterm" in found else ""
    sources = {name: value.text() for name, value in found["sources"].mapping().items()}
    territories = tuple(_territory(item, sources) for item in found["territories"].items())
    ids = [one.id for one in territories]
    refuse_twice(found["territories"].items(), ids)
    between = tuple(_between(item, sources, ids) for item in found["between"].items())
    return CustomsMap(incoterm=incoterm, territories=territories, between=between)


def _territory(value: YamlValue, sources: dict[str, str]) -> Territory:
    needed = ("id", "title", "source", "places")
    found = value.mapping(known=(*needed, "each_its_own"), required=needed)
    own = found["each_its_own"].value if "each_its_own" in found else False
    if not isinstance(own, bool):
        raise found["each_its_own"].wrong("true or false")
    return Territory(
        id=found["id"].text(),
        title=found["title"].text(),
        source=sources[found["source"].choice(sources)],
        places=tuple(_place(item) for item in found["places"].items()),
        each_its_own=own,
    )


def _place(value: YamlValue) -> TerritoryPlace:
    found = value.mapping(known=("country", "postcodes", "regions"), required=("country",))
    for item in found["country"].items():
        if not _COUNTRY.fullmatch(item.text()):
            raise item.wrong("a country's code of two capital letters")
    return TerritoryPlace(
        countries=frozenset(found["country"].texts()),
        postcodes=pattern(found["postcodes"]) if "postcodes" in found else None,
        regions=frozenset(found["regions"].texts() if "regions" in found else ()),
    )


def pattern(value: YamlValue) -> re.Pattern[str]:
    """A regular expression."""
    try:
        return re.compile(value.text())
    except re.error as error:
        raise value.error(f"{value.value!r} is no regular expression: {error}; mend it") from error


def _between(value: YamlValue, sources: dict[str, str], ids: list[str]) -> Between:
    names = ("territories", "declaration", "why", "source")
    found = value.mapping(known=names, required=names)
    both = frozenset(item.choice(ids) for item in found["territories"].items())
    if len(both) != _PAIR:
        raise found["territories"].error("name two different territories")
    return Between(
        territories=both,
        declaration=Declaration(found["declaration"].choice(list(Declaration))),
        why=found["why"].text(),
        source=sources[found["source"].choice(sources)],
    )
