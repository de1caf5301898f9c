"""Checks region and postcode of an address, each alone and both together."""

from dataclasses import replace

from agents.shipment.addresses.countries import country_name
from agents.shipment.addresses.draft import Draft
from agents.shipment.addresses.fitting import fitting_countries, listed
from agents.shipment.addresses.nearest import nearest_region
from agents.shipment.addresses.postcodes import written_postcode
from agents.shipment.addresses.regions import CountryRules, Region, city_postcodes
from agents.shipment.addresses.result import Ambiguous, Note

_MOST_CANDIDATES = 8


def check_region(draft: Draft, rules: CountryRules) -> Ambiguous | None:
    """Region and postcode, each alone and both together."""
    named = _named(draft, rules)
    _postcode(draft, rules, named[0] if len(named) == 1 else None)
    if len(named) > 1:
        postcode = draft.address.postal_code
        holding = tuple(region for region in named if region.postcodes and postcode and region.holds(postcode))
        if len(holding) != 1:
            return _which_region(draft, named)
        named = holding
    if named:
        return _region(draft, rules, named[0])
    return _no_region(draft, rules)


def _named(draft: Draft, rules: CountryRules) -> tuple[Region, ...]:
    text = draft.address.state_code
    return rules.named(text) if text else ()


def _postcode(draft: Draft, rules: CountryRules, region: Region | None) -> None:
    text = draft.address.postal_code
    if not text:
        return
    if not rules.uses("Z"):
        name = country_name(rules.code)
        draft.notes.append(
            Note(code="postcode_not_used", field="postal_code", text=f"addresses of {name} have no postcode")
        )
        return
    if rules.postcode is None:
        draft.notes.append(
            Note(code="postcode_not_checked", field="postal_code", text="no data says what a postcode looks like there")
        )
        return
    written = written_postcode(text, rules, region=region)
    if written is None:
        shown = f", such as {rules.examples[0]}" if rules.examples else ""
        elsewhere = [code for code in fitting_countries(draft.address) if code != rules.code]
        hint = f"; with that region it is one of {listed(elsewhere)}" if elsewhere else ""
        draft.refuse("postal_code", f"{text!r} is no postcode of {country_name(rules.code)}: give one{shown}{hint}")
        return
    draft.change("postal_code", written, "the postcode as its country writes it")
    if rules.has_all_postcodes and not rules.holding(written):
        draft.refuse("postal_code", f"the postcode {written} lies in no region of {country_name(rules.code)}: check it")


def _region(draft: Draft, rules: CountryRules, region: Region) -> Ambiguous | None:
    """One region is named: write its code, and see whether the postcode lies in it."""
    if region.code:
        draft.change("state_code", region.code, f"the code of {region.name}")
    postcode = draft.address.postal_code
    if not postcode or "postal_code" in draft.wrong:
        return None
    if not region.holds(postcode):
        return _contradiction(draft, rules, region)
    city = city_postcodes(rules.code, region, draft.address.city)
    if city is not None and not city.match(postcode):
        return draft.ambiguous(
            replace(draft.address, postal_code=""),
            replace(draft.address, city=""),
            field="postal_code",
            reason=f"the postcode {postcode} does not lie in {draft.address.city}: one of them is wrong",
        )
    return None


def _contradiction(draft: Draft, rules: CountryRules, region: Region) -> Ambiguous:
    """The postcode lies elsewhere: either may be wrong, and nobody but the writer knows which."""
    address, postcode = draft.address, draft.address.postal_code
    elsewhere = rules.holding(postcode)[:_MOST_CANDIDATES]
    moved = [replace(address, state_code=one.code or one.name) for one in elsewhere] or [
        replace(address, state_code="")
    ]
    where = f"it lies in {' or '.join(map(str, elsewhere))}" if elsewhere else "no region is known to hold it"
    return draft.ambiguous(
        *moved,
        replace(address, postal_code=""),
        field="postal_code",
        reason=f"the postcode {postcode} does not lie in {region}; {where}: the region or the postcode is wrong",
    )


def _which_region(draft: Draft, named: tuple[Region, ...]) -> Ambiguous:
    text = draft.address.state_code
    return draft.ambiguous(
        *(replace(draft.address, state_code=one.code or one.name) for one in named[:_MOST_CANDIDATES]),
        field="state_code",
        reason=f"{text!r} may be {' or '.join(map(str, named[:_MOST_CANDIDATES]))}",
    )


def _no_region(draft: Draft, rules: CountryRules) -> Ambiguous | None:
    """No region is named, or by a word that is none: the postcode may decide, and a near name together with it."""
    text, postcode = draft.address.state_code, draft.address.postal_code
    if not rules.uses("S") or not rules.regions:
        if text and text != rules.code:
            draft.notes.append(_unused_region(rules))
        return None
    holding = rules.holding(postcode) if postcode and "postal_code" not in draft.wrong else ()
    if text:
        _unknown_region(draft, rules, holding)
    elif "state_code" in rules.required and "state_code" not in draft.wrong:
        return _missing_region(draft, holding)
    return None


def _unused_region(rules: CountryRules) -> Note:
    name = country_name(rules.code)
    if rules.uses("S"):
        return Note(code="region_not_known", field="state_code", text=f"the data knows no regions of {name}")
    return Note(code="region_not_used", field="state_code", text=f"addresses of {name} have no region")


def _missing_region(draft: Draft, holding: tuple[Region, ...]) -> Ambiguous | None:
    postcode = draft.address.postal_code
    if len(holding) == 1:
        draft.change("state_code", holding[0].code or holding[0].name, f"the postcode {postcode} lies in it")
    elif holding:
        return draft.ambiguous(
            *(replace(draft.address, state_code=one.code or one.name) for one in holding[:_MOST_CANDIDATES]),
            field="state_code",
            reason=f"the region is missing, and the postcode {postcode} lies in {' or '.join(map(str, holding))}",
        )
    return None


def _unknown_region(draft: Draft, rules: CountryRules, holding: tuple[Region, ...]) -> None:
    text = draft.address.state_code
    near = nearest_region(text, rules.regions)
    if near is not None and near in holding:
        draft.change("state_code", near.code or near.name, f"a slip for {near.name}, where the postcode lies")
        return
    if "state_code" not in rules.required:
        draft.notes.append(
            Note(code="region_not_known", field="state_code", text=f"{text!r} is no region that the data knows")
        )
        return
    hints = [f"did you mean {near}?"] if near is not None else []
    if holding:
        hints.append(f"the postcode lies in {' or '.join(map(str, holding))}")
    hint = f": {'; '.join(hints)}" if hints else ": give its code or name"
    draft.refuse("state_code", f"{text!r} is no region of {country_name(rules.code)}{hint}")
