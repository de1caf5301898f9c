"""UPS: 1Z numbers, waybills of a letter and ten digits, and 1R numbers."""

import re

from agents.shipment.numbers.form import OBSERVED, Form, Told, lengths
from orchestrator.core.shipping.check_digits import ups_digit

_URL = "https://www.ups.com/track?tracknum={}"
_GUIDE = "UPS Guide to Labeling, 1Z tracking number and its modified MOD 10 check digit"
_SERVICES = {
    "01": "Next Day Air",
    "02": "2nd Day Air",
    "03": "Ground",
    "12": "3 Day Select",
    "13": "Next Day Air Saver",
    "15": "Next Day Air Early",
    "66": "Worldwide Express",
    "YW": "SurePost, delivered by USPS",
}


def _tell(match: re.Match[str]) -> Told:
    return Told(service=_SERVICES.get(match["service"], ""))


FORMS = (
    Form(
        carrier="ups",
        name="1Z",
        pattern=r"1Z(?P<body>[0-9A-Z]{6}(?P<service>[0-9A-Z]{2})[0-9A-Z]{7})(?P<check>[0-9])",
        lengths=lengths(18),
        mark="begins with 1Z and has 18 characters",
        source=_GUIDE,
        check=lambda match: ups_digit(match["body"]),
        distinct=True,
        head="1Z",
        url=_URL,
        tell=_tell,
    ),
    Form(
        carrier="ups",
        name="waybill",
        # The letter takes no part: the nine digits alone are weighted 1, 2, 1, ... from the left.
        pattern=r"[AHJKTV](?P<body>[0-9]{9})(?P<check>[0-9])",
        lengths=lengths(11),
        mark="a letter of A, H, J, K, T, V and ten digits, the last a check digit",
        source=f"UPS waybills of one letter and ten digits; {OBSERVED}",
        check=lambda match: ups_digit(match["body"]),
        url=_URL,
    ),
    Form(
        carrier="ups",
        name="1R",
        pattern=r"1R(?:[0-9A-Z]{14}|[0-9A-Z]{26})",
        lengths=lengths(16, 28),
        mark="begins with 1R and has 16 or 28 characters",
        source="UPS Track Alert API, OpenAPI description, schema TrackingNumber",
        distinct=True,
        head="1R",
        url=_URL,
    ),
)
