"""DHL: waybills of Express, piece numbers, and numbers of eCommerce."""

from agents.shipment.numbers.form import OBSERVED, Form, lengths
from orchestrator.core.shipping.check_digits import mod7_digit

_EXPRESS_URL = "https://www.dhl.com/en/express/tracking.html?AWB={}"
_ECOMMERCE_URL = "https://webtrack.dhlecs.com/?trackingnumber={}"
_ECOMMERCE = (
    "DHL, shipment tracking labels (dhl.com, tracking, id-labels): GM, LX, RX and others, up to 39 characters; beyond "
    f"that {OBSERVED}"
)
_PIECE = "DHL, shipment tracking labels (dhl.com, tracking, id-labels): JJD01, JJD00, JVGL and similar; ISO/IEC 15459"

FORMS = (
    Form(
        carrier="dhl",
        name="Express waybill",
        pattern=r"(?P<body>[0-9]{9,10})(?P<check>[0-9])",
        lengths=lengths(10, 11),
        mark="10 or 11 digits, the last what is left of the others after division by 7",
        source="DHL Express waybill, 10 digits (dhl.com, id-labels); check digit modulo 7 as in air waybills of IATA",
        check=lambda match: mod7_digit(match["body"]),
        url=_EXPRESS_URL,
    ),
    Form(
        carrier="dhl",
        name="Express piece",
        pattern=r"J[A-Z]{2,3}[0-9]{9,10}",
        lengths=frozenset(range(12, 15)),
        mark="begins with J and two or three letters, then 9 or 10 digits",
        source=_PIECE,
        distinct=True,
        url=_EXPRESS_URL,
    ),
    Form(
        carrier="dhl",
        name="parcel piece",
        pattern=r"J?JD[0-9]{18}",
        lengths=lengths(20, 21),
        mark="begins with JD or JJD, then 18 digits",
        source=_PIECE,
        distinct=True,
        url=_EXPRESS_URL,
    ),
    Form(
        carrier="dhl",
        name="eCommerce",
        # A digit after the prefix: without it every long word that begins with IN or TH would be one.
        pattern=r"(?:GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)[0-9][0-9A-Z]{9,38}",
        lengths=frozenset(range(12, 42)),
        mark="begins with GM, LX, RX, UV or a country and a digit; no check digit",
        source=_ECOMMERCE,
        url=_ECOMMERCE_URL,
    ),
    Form(
        carrier="dhl",
        name="eCommerce, 14 digits",
        pattern=r"[0-9]{14}",
        lengths=lengths(14),
        mark="14 digits; no check digit",
        source=f"DHL eCommerce, numbers of digits only; {OBSERVED}",
        url=_ECOMMERCE_URL,
    ),
)
