"""FedEx: Express, Ground and Ground Economy numbers, and the barcodes that contain them."""

import re

from agents.shipment.numbers.form import OBSERVED, Form, Told, lengths
from orchestrator.core.shipping.check_digits import fedex_digit, gs1_digit

_URL = "https://www.fedex.com/fedextrack/?trknbr={}"
_EXPRESS = "FedEx developer support on the check digit of Express: weights 1, 3, 7 from the right, modulo 11"
_GROUND = "FedEx Ground Label Layout Specification, check digit calculation algorithms"
_ECONOMY = "FedEx SmartPost Job Aid: 22 digits with application identifier 91 or 92, or 20 without it; MOD 10 over all"


def _tell_last_twelve(match: re.Match[str]) -> Told:
    """Barcodes of 34 digits pad the tracking number with zeros on the left."""
    return Told(tracked_as=(match["body"] + match["check"])[-12:])


def _tell_economy(_match: re.Match[str]) -> Told:
    return Told(service="Ground Economy (SmartPost), delivered by USPS")


FORMS = (
    Form(
        carrier="fedex",
        name="Express, 12 digits",
        pattern=r"(?P<body>[0-9]{11})(?P<check>[0-9])",
        lengths=lengths(12),
        mark="12 digits, check digit by weights 1, 3, 7",
        source=_EXPRESS,
        check=lambda match: fedex_digit(match["body"]),
        url=_URL,
    ),
    Form(
        carrier="fedex",
        name="Ground, 15 digits",
        pattern=r"(?P<body>[0-9]{14})(?P<check>[0-9])",
        lengths=lengths(15),
        mark="15 digits, check digit of GS1",
        source=_GROUND,
        check=lambda match: gs1_digit(match["body"]),
        url=_URL,
    ),
    Form(
        carrier="fedex",
        name="Ground, SSCC of 18 digits",
        pattern=r"(?P<body>[0-9]{17})(?P<check>[0-9])",
        lengths=lengths(18),
        mark="18 digits, a serial shipping container code of GS1",
        source=f"{_GROUND}; GS1 General Specifications, SSCC",
        check=lambda match: gs1_digit(match["body"]),
        url=_URL,
    ),
    Form(
        carrier="fedex",
        name="Ground 96, 22 digits",
        # The check digit covers shipper and package only, not the application identifier and what follows it.
        pattern=r"96[0-9]{5}(?P<body>[0-9]{14})(?P<check>[0-9])",
        lengths=lengths(22),
        mark="22 digits that begin with 96",
        source=_GROUND,
        check=lambda match: gs1_digit(match["body"]),
        head="96",
        url=_URL,
        tell=lambda match: Told(tracked_as=match["body"] + match["check"]),
    ),
    Form(
        carrier="fedex",
        name="Ground 96, 34 digits",
        pattern=r"96[0-9]{18}(?P<body>[0-9]{13})(?P<check>[0-9])",
        lengths=lengths(34),
        mark="34 digits that begin with 96; the last twelve are the tracking number",
        source=f"{_GROUND}; {_EXPRESS}",
        check=lambda match: fedex_digit(match["body"]),
        head="96",
        url=_URL,
        tell=_tell_last_twelve,
    ),
    Form(
        carrier="fedex",
        name="Express barcode, 34 digits",
        pattern=r"[0-8][0-9]{19}(?P<body>[0-9]{13})(?P<check>[0-9])",
        lengths=lengths(34),
        mark="34 digits; the last twelve are the tracking number",
        source=f"{_EXPRESS}; of the rest of the barcode {OBSERVED}",
        check=lambda match: fedex_digit(match["body"]),
        url=_URL,
        tell=_tell_last_twelve,
    ),
    Form(
        carrier="fedex",
        name="ASTRA barcode, 32 digits",
        pattern=r"3[0-9]{15}(?P<body>[0-9]{11})(?P<check>[0-9])[0-9]{4}",
        lengths=lengths(32),
        mark="32 digits that begin with 3; digits 17 to 28 are the tracking number",
        source=f"{_EXPRESS}; of the rest of the barcode {OBSERVED}",
        check=lambda match: fedex_digit(match["body"]),
        url=_URL,
        tell=_tell_last_twelve,
    ),
    Form(
        carrier="fedex",
        name="Ground Economy, 22 digits",
        pattern=r"(?P<body>9[12](?:61292|74899)[0-9]{14})(?P<check>[0-9])",
        lengths=lengths(22),
        mark="carried by FedEx, delivered by USPS; either tracks it",
        source=_ECONOMY,
        check=lambda match: gs1_digit(match["body"]),
        url=_URL,
        tell=_tell_economy,
    ),
    Form(
        carrier="fedex",
        name="Ground Economy, 20 digits",
        pattern=r"(?P<body>(?:61292|74899)[0-9]{14})(?P<check>[0-9])",
        lengths=lengths(20),
        mark="carried by FedEx, delivered by USPS; either tracks it",
        source=_ECONOMY,
        check=lambda match: gs1_digit("92" + match["body"]),
        url=_URL,
        tell=_tell_economy,
    ),
)
