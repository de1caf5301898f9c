"""Finds the country of an address: as written, by its name, by its region and postcode, or several to choose from."""

from dataclasses import replace

from agents.shipment.addresses.countries import country_name, find_countries, fold
from agents.shipment.addresses.draft import Draft
from agents.shipment.addresses.fitting import fits, fitting_countries, listed
from agents.shipment.addresses.kinds import is_military
from agents.shipment.addresses.postcodes import written_postcode
from agents.shipment.addresses.regions import rules_of
from agents.shipment.addresses.result import Ambiguous

_MOST_CANDIDATES = 8


def check_country(draft: Draft) -> Ambiguous | None:
    """Set the country's code; several that fit are candidates."""
    text = draft.address.country_code
    if "country_code" in draft.wrong:
        return None
    if is_military(draft.address) and (not text or find_countries(text) != ("US",)):
        draft.change("country_code", "US", "military post offices are addresses of the US, wherever they stand")
        return None
    return _named_country(draft, text) if text else _missing_country(draft)


def _named_country(draft: Draft, text: str) -> Ambiguous | None:
    found = find_countries(text)
    if not found:
        draft.refuse("country_code", f"{text!r} is no country by code or name: give a code such as US")
        return None
    if len(found) > 1:
        return draft.ambiguous(
            *(replace(draft.address, country_code=code) for code in found),
            field="country_code",
            reason=f"{text!r} may be {listed(found)}",
        )
    unclear = _state_as_country(draft, found[0])
    if unclear is None:
        draft.change("country_code", found[0], "the country as its ISO 3166-1 code of two letters")
    return unclear


def _missing_country(draft: Draft) -> Ambiguous | None:
    """The country that region and postcode fit, if only one; candidates where a few do."""
    fitting = fitting_countries(draft.address)
    if len(fitting) == 1:
        reason = f"only {country_name(fitting[0])} has that region with that postcode"
        draft.change("country_code", fitting[0], reason)
    elif 1 < len(fitting) <= _MOST_CANDIDATES:
        return draft.ambiguous(
            *(replace(draft.address, country_code=code) for code in fitting),
            field="country_code",
            reason=f"the country is missing, and {listed(fitting)} fit",
        )
    else:
        draft.refuse("country_code", "the country is missing: give its code such as US")
    return None


def _state_as_country(draft: Draft, country: str) -> Ambiguous | None:
    """`Georgia` or `CA` may be the state: so it is where the postcode is of the US, and not of that country."""
    address = draft.address
    rules = rules_of(country)
    if country == "US" or not address.postal_code or written_postcode(address.postal_code, rules) is not None:
        return None
    in_us = replace(address, state_code=address.state_code or address.country_code)
    if fold(in_us.state_code) != fold(address.country_code) or not fits(in_us, rules_of("US")):
        return None
    region, text = rules_of("US").named(address.country_code)[0], address.country_code
    return draft.ambiguous(
        replace(address, country_code="US", state_code=region.code),
        replace(address, country_code=country, postal_code=""),
        field="country_code",
        reason=f"{text!r} is a country and a state, and {address.postal_code!r} is a postcode of the state",
    )
