"""All forms that are recognised, by the length of a number."""

from collections import defaultdict

from agents.shipment.numbers import canada, dhl, dpd, fedex, regional, s10, ups, usps
from agents.shipment.numbers.form import Form

ALL = (
    *ups.FORMS,
    *fedex.FORMS,
    *usps.FORMS,
    *s10.FORMS,
    *dhl.FORMS,
    *dpd.FORMS,
    *canada.FORMS,
    *regional.FORMS,
)


def _by_length() -> dict[int, tuple[Form, ...]]:
    found: dict[int, list[Form]] = defaultdict(list)
    for form in ALL:
        for length in form.lengths:
            found[length].append(form)
    return {length: tuple(forms) for length, forms in found.items()}


BY_LENGTH = _by_length()
LONGEST = max(BY_LENGTH)
"""Characters of the longest number that any form allows."""
