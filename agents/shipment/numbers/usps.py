"""USPS: Intelligent Mail package barcodes and the older confirmation numbers, with or without a routing code.

Source: USPS Publication 199, barcode constructs and MOD 10 check digit. A barcode may begin with 420 and the ZIP code
of the destination, with five or nine digits; the check digit does not cover it. A mailer id of nine digits begins with
9, one of six does not.
"""

import re

from agents.shipment.numbers.form import Form, Told, lengths
from orchestrator.core.shipping.check_digits import gs1_digit

_URL = "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"
_SOURCE = "USPS Publication 199, Intelligent Mail package barcode constructs"
_LEGACY = "USPS Publication 91, Confirmation Services: package identification code"
_ROUTE = r"(?:420[0-9]{5}(?:[0-9]{4})?)?"
_LONG, _SHORT = r"9[0-9]{8}", r"[0-8][0-9]{5}"
# The digits of the serial number make the package identification code 22 or 26 digits long.
_COMMERCIAL = rf"92[0-9]{{3}}{_LONG}(?:[0-9]{{11}}|[0-9]{{7}})|93[0-9]{{3}}{_SHORT}(?:[0-9]{{14}}|[0-9]{{10}})"
_RETAIL = rf"95[0-9]{{3}}(?:{_LONG}(?:[0-9]{{11}}|[0-9]{{7}})|{_SHORT}(?:[0-9]{{14}}|[0-9]{{10}}))"
_ONLINE = rf"94[0-9]{{3}}(?:{_LONG}(?:[0-9]{{15}}|[0-9]{{11}}|[0-9]{{7}})|{_SHORT}(?:[0-9]{{14}}|[0-9]{{10}}))"
_SERVICES = {"055": "Priority Mail", "612": "Parcel Select", "001": "Priority Mail"}


def _tell(match: re.Match[str]) -> Told:
    body = match["body"]
    return Told(tracked_as=body + match["check"], service=_SERVICES.get(body[2:5], ""), origin_country="US")


def _tell_legacy(match: re.Match[str]) -> Told:
    return Told(tracked_as=match["body"] + match["check"], origin_country="US")


def _with_identifier(match: re.Match[str]) -> str:
    """The application identifier 91 counts, whether it is printed or not."""
    body = match["body"]
    return gs1_digit(body if match["identifier"] else f"91{body}")


def _impb(name: str, body: str, mark: str, *numbers: int) -> Form:
    return Form(
        carrier="usps",
        name=name,
        pattern=rf"{_ROUTE}(?P<body>{body})(?P<check>[0-9])",
        lengths=lengths(*(number + route for number in numbers for route in (0, 8, 12))),
        mark=mark,
        source=_SOURCE,
        check=lambda match: gs1_digit(match["body"]),
        url=_URL,
        tell=_tell,
    )


FORMS = (
    _impb("IMpb of a mailer", _COMMERCIAL, "begins with 92 or 93, after 420 and a ZIP code where it is there", 22, 26),
    _impb("IMpb of a post office", _RETAIL, "begins with 95, after 420 and a ZIP code where it is there", 22, 26),
    _impb("IMpb made online", _ONLINE, "begins with 94, after 420 and a ZIP code where it is there", 22, 26, 30),
    Form(
        carrier="usps",
        name="confirmation, with 91",
        pattern=rf"{_ROUTE}(?P<body>(?P<identifier>91)?[0-9]{{19}})(?P<check>[0-9])",
        lengths=lengths(20, 22, 28, 30, 32, 34),
        mark="20 digits, or 22 that begin with 91; the check digit counts the 91",
        source=_LEGACY,
        check=_with_identifier,
        url=_URL,
        tell=_tell_legacy,
    ),
    Form(
        carrier="usps",
        name="confirmation, 20 digits",
        pattern=r"(?P<body>[0-9]{19})(?P<check>[0-9])",
        lengths=lengths(20),
        mark="20 digits, check digit over these alone",
        source=_LEGACY,
        check=lambda match: gs1_digit(match["body"]),
        url=_URL,
        tell=_tell_legacy,
    ),
)
