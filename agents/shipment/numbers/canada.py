"""Carriers of Canada: Canada Post, Canpar and Purolator."""

import re

from agents.shipment.numbers.form import OBSERVED, Form, Told, lengths
from orchestrator.core.shipping.check_digits import gs1_digit, luhn_digit

_PUROLATOR_URL = "https://www.purolator.com/en/shipping/tracker?pin={}"


def _tell(_match: re.Match[str]) -> Told:
    return Told(origin_country="CA")


FORMS = (
    Form(
        carrier="canadapost",
        name="16 digits",
        pattern=r"(?P<body>[0-9]{15})(?P<check>[0-9])",
        lengths=lengths(16),
        mark="16 digits, check digit of GS1",
        source="Canada Post item number: 7 digits of the customer, 8 of the item, MOD 10 check digit",
        check=lambda match: gs1_digit(match["body"]),
        url="https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
        tell=_tell,
    ),
    Form(
        carrier="canpar",
        name="22 characters",
        pattern=r"[CDKLSUXZ][0-9]{21}",
        lengths=lengths(22),
        mark="one of C, D, K, L, S, U, X, Z and 21 digits; no check digit",
        source=OBSERVED,
        distinct=True,
        url="https://www.canpar.com/en/track/tracking.jsp?reference={}&locale=en",
        tell=_tell,
    ),
    Form(
        carrier="purolator",
        name="12 digits",
        pattern=r"(?P<body>[0-5][0-9]{10})(?P<check>[0-9])",
        lengths=lengths(12),
        mark="12 digits that begin with 0 to 5, check digit of Luhn",
        source=f"Purolator piece identification number (PIN); {OBSERVED}",
        check=lambda match: luhn_digit(match["body"]),
        url=_PUROLATOR_URL,
        tell=_tell,
    ),
    Form(
        carrier="purolator",
        name="three letters and 9 digits",
        pattern=r"[A-Z]{3}[0-9]{9}",
        lengths=lengths(12),
        mark="three letters and nine digits; no check digit",
        source=f"Purolator piece identification number (PIN); {OBSERVED}",
        url=_PUROLATOR_URL,
        tell=_tell,
    ),
)
