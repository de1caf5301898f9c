"""DPD: the number of a parcel with its check character, alone or inside its barcode.

Source: DPD Parcel Label Specification 2.4, barcode fields and check character by ISO/IEC 7064 MOD 37,36: destination
postcode (7), parcel number (14), service (3), numeric ISO 3166-1 code of the destination (3), check character.
"""

import re

from agents.shipment.numbers.form import Form, Told, lengths
from orchestrator.core.shipping.check_digits import mod_37_36_digit

_URL = "https://tracking.dpd.de/status/en_US/parcel/{}"
_SOURCE = "DPD Parcel Label Specification 2.4; ISO/IEC 7064 MOD 37,36"


def _tell_barcode(match: re.Match[str]) -> Told:
    return Told(tracked_as=match["parcel"], service=f"service code {match['service']}")


FORMS = (
    Form(
        carrier="dpd",
        name="barcode, 28 characters",
        pattern=r"(?P<body>[0-9]{7}(?P<parcel>[0-9]{14})(?P<service>[0-9]{3})[0-9]{3})(?P<check>[0-9A-Z])",
        lengths=lengths(28),
        mark="27 digits and a check character",
        source=_SOURCE,
        check=lambda match: mod_37_36_digit(match["body"]),
        url=_URL,
        tell=_tell_barcode,
    ),
    Form(
        carrier="dpd",
        name="parcel number, 15 characters",
        pattern=r"(?P<body>[0-9]{14})(?P<check>[0-9A-Z])",
        lengths=lengths(15),
        mark="14 digits and a check character that may be a letter",
        source=_SOURCE,
        check=lambda match: mod_37_36_digit(match["body"]),
        url=_URL,
        tell=lambda match: Told(tracked_as=match["body"]),
    ),
)
