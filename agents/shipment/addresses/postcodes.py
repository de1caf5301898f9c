"""Writes a postcode as its country writes it, where only case, spaces, hyphens or a lost leading zero differ."""

import re
from collections.abc import Iterator

from agents.shipment.addresses.regions import CountryRules, Region

_US_ZIP = 5


def written_postcode(text: str, rules: CountryRules, *, region: Region | None = None) -> str | None:
    """The postcode in its country's own form; None where it cannot be one of that country."""
    if rules.postcode is None:
        return text
    upper = text.upper()
    readings = [upper, *_without_prefix(upper, rules)]
    for reading in readings:
        for form in _forms(reading, rules):
            if rules.postcode.fullmatch(form):
                return form
    return _with_lost_zero(upper, rules, region)


def _without_prefix(text: str, rules: CountryRules) -> Iterator[str]:
    """Without the country before it, as in letters from abroad: `D-10115`, `CH-8001`, `FR 75002`."""
    found = re.fullmatch(r"([A-Z]{1,3})[- ]\s*(\d.*)", text)
    if found and (rules.code.startswith(found.group(1)) or rules.prefix.strip(" -") == found.group(1)):
        yield found.group(2)


def _forms(text: str, rules: CountryRules) -> Iterator[str]:
    """First as the country's examples of the same length are spaced, then as it came, then without its spaces."""
    bare = re.sub(r"[\s-]", "", text)
    for example in rules.examples:
        if len(re.sub(r"[\s-]", "", example)) == len(bare) and _alike(bare, example):
            yield _spaced(bare, example)
    yield text
    yield bare


def _alike(bare: str, example: str) -> bool:
    signs = re.sub(r"[\s-]", "", example)
    return bool(bare) and bare.isascii() and bare[0].isdigit() == signs[0].isdigit()


def _spaced(bare: str, example: str) -> str:
    signs = iter(bare)
    return "".join(one if one in " -" else next(signs) for one in example)


def _with_lost_zero(text: str, rules: CountryRules, region: Region | None) -> str | None:
    """A ZIP whose leading zeros a spreadsheet ate, where the state says that it had them."""
    if rules.code != "US" or region is None or not re.fullmatch(r"\d{3,4}", text):
        return None
    whole = text.zfill(_US_ZIP)
    return whole if region.postcodes is not None and region.holds(whole) else None
