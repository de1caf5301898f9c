"""Which countries a region and a postcode fit together."""

from collections.abc import Iterable

from agents.shipment.addresses.countries import country_name, fold
from agents.shipment.addresses.postcodes import written_postcode
from agents.shipment.addresses.regions import CountryRules, countries_with_regions, rules_of
from orchestrator.core.shipping.address import Address


def fitting_countries(address: Address) -> tuple[str, ...]:
    """The countries in which this region exists and this postcode lies in it; none where either is missing."""
    if not address.state_code or not address.postal_code:
        return ()
    return tuple(code for code in countries_with_regions() if fits(address, rules_of(code)))


def fits(address: Address, rules: CountryRules) -> bool:
    """Whether its region is one of the country, and its postcode lies in it."""
    postcode = written_postcode(address.postal_code, rules)
    return postcode is not None and any(
        region.postcodes is not None and region.holds(postcode)
        for region in rules.regions
        if fold(address.state_code) in region.names
    )


def listed(codes: Iterable[str]) -> str:
    """Countries as people read them."""
    return ", ".join(f"{country_name(code)} ({code})" for code in codes)
