"""Reads an address that somebody wrote in one line; where it is not sure what is what, it reads nothing.

Forms by country follow the formats of Google's address metadata: `street, [unit,] city, region postcode` (US, CA, AU),
`street number, postcode city [region]` (DE, FR, NL, ES, IT and their neighbours), `street, [locality,] town, postcode`
(GB). What is read is not checked: `validate_address` does that.
"""

import re
from dataclasses import dataclass, replace

from agents.shipment.addresses.cleaning import clean
from agents.shipment.addresses.countries import find_countries, fold, known_countries
from agents.shipment.addresses.regions import CountryRules, Region, rules_of
from orchestrator.core.shipping.address import Address

LONGEST = 250
_REGION_FIRST = frozenset({"US", "CA", "AU"})
_POSTCODE_FIRST = frozenset(
    {"DE", "AT", "CH", "LI", "FR", "BE", "NL", "LU", "DK", "NO", "SE", "FI", "ES", "IT", "PT", "PL", "CZ", "SK"}
)
_BREAK = re.compile(r"\s*[,\n\r;]+\s*")
_UNIT = re.compile(
    r"(?:suite|ste|apartment|apt|unit|floor|fl|room|rm|building|bldg|lot|space|spc|trailer|trlr|dept|department|"
    r"penthouse|ph|flat|level|lvl|shop)\.?\s*#?\s*[\w-]*\d[\w-]*|(?:suite|ste|apartment|apt|unit|flat)\.?\s+[a-z]\b|"
    r"#\s*[\w-]+|(?:penthouse|basement|bsmt)|\d+(?:st|nd|rd|th)\s+floor",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(
    r"(?:(?:unit\s+|lot\s+)?\d+[a-z]?(?:[-/]\d+[a-z]?)?(?:\s+\d/\d)?|[nsew]\d+[nsew]\d+|"
    r"one|two|three|four|five|six|seven|eight|nine|ten)\s+\S.*[^\W\d_].*",
    re.IGNORECASE,
)
_NUMBER_LAST = re.compile(r"[^\W\d_][^,]*?\s\d+\s?[a-z]?(?:\s?[-/+]\s?\d*[a-z]*)?", re.IGNORECASE)
_BOX = re.compile(
    r"(?:p\.?\s*o\.?\s*box|post office box|postfach|postbus|gpo box)\s+\d[\d ]*|"
    r"(?:rr|hc|psc|cmr|unit)\s+\d+,?\s+box\s+\d+[a-z]?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_][^\d,]*")
_FEWEST_PARTS = 2
_MOST_GB_PARTS = 4
_SUFFIX_WORDS = (
    "street st avenue ave drive dr lane ln road rd boulevard blvd court ct circle cir place pl parkway pkwy highway "
    "hwy terrace ter trail trl way alley aly broadway"
)
_SUFFIXES = frozenset(_SUFFIX_WORDS.split())
"""Ends of streets (USPS Publication 28, appendix C1) that few names of cities hold."""
_SENTENCE_WORDS = (
    "i my me we our you your it is was were are be please want need would like this that these those order orders item "
    "items and or but with have has been not to for from because sent send ship deliver change broken"
)
_SENTENCE = frozenset(_SENTENCE_WORDS.split())
"""Words of sentences, which stand in no street and no city."""
_CITY_LIKE_REGION = {"newyork": "NY", "washington": "DC"}
"""Cities that are called like a region, with the region that they lie in."""


@dataclass(frozen=True, slots=True)
class _Tail:
    """What the end of a line said: what is left before it, and region and postcode as written."""

    parts: tuple[str, ...]
    region: Region | None
    postcode: str


def parse_address(text: str, default_country: str) -> Address | None:
    """The address that one line holds, or None where that is not sure.

    `default_country` (alpha-2) counts where the line names no country. A postcode may be missing only where region
    and city stand there; a region that the postcode decides is filled in.
    """
    parts = _parts(text)
    if parts is None:
        return None
    country, parts = _country(parts, default_country.upper())
    if country in _REGION_FIRST:
        return _region_first(parts, rules_of(country))
    if country in _POSTCODE_FIRST:
        return _postcode_first(parts, rules_of(country))
    return _british(parts, rules_of(country)) if country == "GB" else None


def _parts(text: str) -> tuple[str, ...] | None:
    """The parts between commas or lines, cleaned; None where one holds what no address holds."""
    if not text.strip() or len(text) > LONGEST:
        return None
    found = []
    for part in _BREAK.split(text.strip().rstrip(".")):
        cleaned = clean(part, field="address_line1")
        if cleaned.refused:
            return None
        found.append(cleaned.text)
    return tuple(filter(None, found))


def _country(parts: tuple[str, ...], default: str) -> tuple[str, tuple[str, ...]]:
    """The country and the parts before it; a last part that is a region at home is not a country abroad."""
    if not parts:
        return "", parts
    last = parts[-1]
    at_home = default in known_countries() and bool(_exactly(rules_of(default), last))
    if len(parts) > _FEWEST_PARTS and not at_home and _WORDS.fullmatch(last):
        found = find_countries(last)
        if len(found) == 1:
            return found[0], parts[:-1]
    words = last.split()
    if len(words) > 1 and find_countries(words[-1]) == (default,) and not _exactly(rules_of(default), words[-1]):
        return default, (*parts[:-1], " ".join(words[:-1]))
    return default, parts


def _exactly(rules: CountryRules, text: str) -> tuple[Region, ...]:
    key = fold(text)
    return tuple(region for region in rules.regions if key and key in region.names)


# --- street, [unit,] city, region postcode -------------------------------------------------------------------------


def _region_first(parts: tuple[str, ...], rules: CountryRules) -> Address | None:
    tail = _tail(parts, rules)
    if tail is None:
        return None
    before = tail.parts if len(tail.parts) > 1 else _split_street(tail.parts)
    if before is None or len(before) < _FEWEST_PARTS:
        return None
    lines = _street_lines(*before[:-1])
    city = before[-1]
    region = tail.region
    if region is None:
        holding = rules.holding(tail.postcode)
        region = holding[0] if len(holding) == 1 else None
    if lines is None or region is None or not _is_city(city):
        return None
    return Address(
        address_line1=lines[0],
        address_line2=lines[1],
        city=city,
        state_code=region.code,
        postal_code=tail.postcode,
        country_code=rules.code,
    )


def _tail(parts: tuple[str, ...], rules: CountryRules) -> _Tail | None:
    """Takes postcode and region off the end; None where neither stands there."""
    if not parts:
        return None
    rest, postcode = _cut_postcode(parts, rules)
    if not rest:
        return None
    rest, region = _cut_region(rest, rules)
    if region is None and not postcode:
        return None
    if region is not None and not _has_city(rest) and _is_city_like(region, parts, rules, postcode):
        rest, region = _cut_postcode(parts, rules)[0], None
    return _Tail(rest, region, postcode)


def _has_city(rest: tuple[str, ...]) -> bool:
    """Whether a city can be left: two parts of which the last is no unit, or one that holds both."""
    return len(rest) > 1 and _UNIT.fullmatch(rest[-1]) is None


def _is_city_like(region: Region, parts: tuple[str, ...], rules: CountryRules, postcode: str) -> bool:
    rest = _cut_postcode(parts, rules)[0]
    code = _CITY_LIKE_REGION.get(fold(rest[-1])) if len(rest) > 1 else None
    return bool(code) and bool(postcode) and any(one.code == code for one in rules.holding(postcode)) and bool(region)


def _cut_postcode(parts: tuple[str, ...], rules: CountryRules) -> tuple[tuple[str, ...], str]:
    last = parts[-1]
    found = re.search(rf"(?:^|\s)({rules.postcode.pattern})$", last, re.IGNORECASE) if rules.postcode else None
    if found is None:
        return parts, ""
    left = last[: found.start()].strip()
    return ((*parts[:-1], left) if left else parts[:-1]), found.group(1).upper()


def _cut_region(parts: tuple[str, ...], rules: CountryRules) -> tuple[tuple[str, ...], Region | None]:
    """The end of the last part that names one region: its last word where that is a code, else as long as it goes."""
    words = parts[-1].split()
    code = fold(words[-1]).upper()
    last = [len(words) - 1] if any(region.code == code for region in rules.regions) else []
    for start in (*last, *range(len(words))):
        named = _exactly(rules, " ".join(words[start:]))
        if len(named) == 1:
            left = " ".join(words[:start])
            return ((*parts[:-1], left) if left else parts[:-1]), named[0]
    return parts, None


def _street_lines(street: str, *middle: str) -> tuple[str, str] | None:
    """Street and units; None where something else stands between street and city, or the street is none."""
    if middle and _UNIT.fullmatch(street):
        street, middle = middle[0], (street, *middle[1:])
    if not all(_UNIT.fullmatch(part) for part in middle):
        return None
    inside = re.search(rf"\s+({_UNIT.pattern})$", street, re.IGNORECASE)
    if inside and not middle and _is_street(street[: inside.start()]):
        return street[: inside.start()], inside.group(1)
    return (street, ", ".join(middle)) if _is_street(street) else None


def _is_street(text: str) -> bool:
    return (_NUMBER_FIRST.fullmatch(text) or _BOX.fullmatch(text)) is not None and not _is_sentence(text)


def _is_sentence(text: str) -> bool:
    return not _SENTENCE.isdisjoint(text.casefold().split())


def _is_city(text: str) -> bool:
    return (
        _WORDS.fullmatch(text) is not None
        and _UNIT.fullmatch(text) is None
        and len(fold(text)) > 1
        and not _is_sentence(text)
    )


def _split_street(parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Street, unit and city of one part without commas: at its only unit, or at its only street suffix."""
    if not parts:
        return None
    (text,) = parts
    units = list(re.finditer(rf"(?<!\S)({_UNIT.pattern})(?!\S)", text, re.IGNORECASE))
    if len(units) == 1 and units[0].start() > 0:
        return text[: units[0].start()].strip(), units[0].group(1), text[units[0].end() :].strip()
    words = text.split()
    ends = [at for at, word in enumerate(words) if word.casefold().rstrip(".") in _SUFFIXES and at > 0]
    if units or len(ends) != 1 or ends[0] in {1, len(words) - 1}:
        return None
    return " ".join(words[: ends[0] + 1]), " ".join(words[ends[0] + 1 :])


# --- street number, postcode city ----------------------------------------------------------------------------------


def _postcode_first(parts: tuple[str, ...], rules: CountryRules) -> Address | None:
    if len(parts) < _FEWEST_PARTS or rules.postcode is None:
        return None
    street, *middle, last = parts
    prefix = rf"(?:{re.escape(rules.prefix)}|{rules.code}-|{rules.code[0]}-)?"
    found = re.fullmatch(rf"{prefix}({rules.postcode.pattern})\s+(.+)", last, re.IGNORECASE)
    if found is None:
        return None
    city, region = _city_and_region(found.groups()[-1], rules)
    if not _is_place(city) or not (_is_street(street) or _NUMBER_LAST.fullmatch(street)):
        return None
    if len(middle) > 1 or any(not re.search(r"\d|etage|bât|esc|stock", part, re.IGNORECASE) for part in middle):
        return None
    return Address(
        address_line1=street,
        address_line2=", ".join(middle),
        city=city,
        state_code=region,
        postal_code=found.group(1).upper(),
        country_code=rules.code,
    )


def _city_and_region(text: str, rules: CountryRules) -> tuple[str, str]:
    """The code of a region behind a city, bare or in brackets (`Roma RM`, `Roma (RM)`), where the country has them."""
    found = re.fullmatch(r"(.+?)\s+\(?([A-Z]{1,2})\)?", text)
    if found is not None and any(region.code == found.group(2) for region in rules.regions):
        return found.group(1), found.group(2)
    return text, ""


def _is_place(text: str) -> bool:
    """A city; French ones may end with the number of a district (`Paris 12`, `Lyon Cedex 03`)."""
    return _is_city(re.sub(r"\s+(?:cedex\s*)?\d{1,2}$", "", text, flags=re.IGNORECASE))


# --- street, [locality,] town, postcode ----------------------------------------------------------------------------


def _british(parts: tuple[str, ...], rules: CountryRules) -> Address | None:
    rest, postcode = _cut_postcode(parts, rules)
    if not postcode or not _FEWEST_PARTS <= len(rest) <= _MOST_GB_PARTS:
        return None
    *lines, town = rest
    unit = lines.pop(0) if len(lines) > 1 and _UNIT.fullmatch(lines[0]) else ""
    street, *middle = lines
    if len(middle) > 1 or not _is_street(street) or not _is_city(town) or not all(_is_city(part) for part in middle):
        return None
    found = Address(address_line1=street, city=town, postal_code=postcode, country_code=rules.code)
    return replace(found, address_line2=", ".join(filter(None, (unit, *middle))))
