"""Carriers of regions and of shops.

Amazon, GOFO, Landmark, LaserShip, Old Dominion, OnTrac, Spee-Dee, Yodel, YunExpress. Most of them publish no check
digit; their prefix and length are what their tracking pages ask for.
"""

import re

from agents.shipment.numbers.form import OBSERVED, Form, Told, lengths
from orchestrator.core.shipping.check_digits import luhn_digit, ups_digit

_ONTRAC_URL = "https://www.ontrac.com/tracking/?number={}"
_OLD_DOMINION = f"Old Dominion Freight Line, PRO number; {OBSERVED}"
_OLD_DOMINION_URL = "https://www.odfl.com/us/en/tools/trace-track-ltl-freight/trace.html?proNumbers={}"
_LASERSHIP = f"LaserShip, now OnTrac; {OBSERVED}"
_AMAZON_COUNTRIES = {"A": "US", "C": "CA", "M": "MX"}


def _tell_amazon(match: re.Match[str]) -> Told:
    return Told(service="Amazon Logistics", origin_country=_AMAZON_COUNTRIES[match["region"]])


FORMS = (
    Form(
        carrier="amazon",
        name="Amazon Logistics",
        pattern=r"TB(?P<region>[ACM])[0-9]{12}",
        lengths=lengths(15),
        mark="begins with TBA, TBC or TBM, then 12 digits",
        source=f"Amazon Logistics: TBA in the USA, TBC in Canada, TBM in Mexico; {OBSERVED}",
        distinct=True,
        head="TB",
        tell=_tell_amazon,
    ),
    Form(
        carrier="amazon",
        name="Amazon international",
        pattern=r"[AFC][0-9]{10}",
        lengths=lengths(11),
        mark="A, C or F and ten digits; no check digit",
        source=OBSERVED,
    ),
    Form(
        carrier="gofo",
        name="GOFO Express",
        pattern=r"GFUS[0-9]{14}",
        lengths=lengths(18),
        mark="begins with GFUS, then 14 digits",
        source=f"GOFO Express in the USA; {OBSERVED}",
        distinct=True,
        head="GFUS",
        url="https://www.gofoexpress.com/tracking.html?searchID={}",
    ),
    Form(
        carrier="landmark",
        name="LTN",
        pattern=r"LTN[0-9]{8}N1",
        lengths=lengths(13),
        mark="LTN, eight digits, N1",
        source=f"Landmark tracking number (LTN); {OBSERVED}",
        distinct=True,
        head="LTN",
        url="https://track.landmarkglobal.com/?search={}",
    ),
    Form(
        carrier="lasership",
        name="L and ten characters",
        pattern=r"L[AEHINX][1-3][0-9]{7}",
        lengths=lengths(10),
        mark="L, a letter and eight digits that begin with 1 to 3",
        source=_LASERSHIP,
    ),
    Form(
        carrier="lasership",
        name="1LS7, 15 characters",
        pattern=r"1LS7[12][0-9]{10}",
        lengths=lengths(15),
        mark="begins with 1LS71 or 1LS72",
        source=_LASERSHIP,
        distinct=True,
        head="1LS7",
    ),
    Form(
        carrier="lasership",
        name="1LS7, 17 characters",
        # Printed with a dash before the last 1.
        pattern=r"1LS7[12][0-9]{2}01[1-4][0-9]{6}1",
        lengths=lengths(17),
        mark="begins with 1LS71 or 1LS72 and ends with -1",
        source=_LASERSHIP,
        distinct=True,
        head="1LS7",
    ),
    Form(
        carrier="lasership",
        name="1LSCX",
        pattern=r"1LSCX[0-9A-Z]{10}",
        lengths=lengths(15),
        mark="begins with 1LSCX",
        source=_LASERSHIP,
        distinct=True,
        head="1LSCX",
    ),
    Form(
        carrier="old_dominion",
        name="PRO",
        pattern=r"(?P<body>(?:777|778|072|780)[0-9]{7})(?P<check>[0-9])",
        lengths=lengths(11),
        mark="11 digits that begin with 072, 777, 778 or 780, check digit of Luhn",
        source=_OLD_DOMINION,
        check=lambda match: luhn_digit(match["body"]),
        url=_OLD_DOMINION_URL,
    ),
    Form(
        carrier="old_dominion",
        name="guaranteed PRO",
        pattern=r"(?P<body>80[0-9]{8})(?P<check>[0-9])",
        lengths=lengths(11),
        mark="11 digits that begin with 80, check digit of Luhn",
        source=_OLD_DOMINION,
        check=lambda match: luhn_digit(match["body"]),
        url=_OLD_DOMINION_URL,
        tell=lambda _match: Told(service="guaranteed"),
    ),
    Form(
        carrier="ontrac",
        name="C or D and 14 digits",
        pattern=r"(?P<body>[CD][0-9]{13})(?P<check>[0-9])",
        lengths=lengths(15),
        mark="C or D and 14 digits, the last a check digit",
        source="OnTrac to developers (stackoverflow.com/q/5783756): check digit as UPS makes it, letter as a digit",
        check=lambda match: ups_digit(match["body"]),
        url=_ONTRAC_URL,
    ),
    Form(
        carrier="speedee",
        name="SP and 18 digits",
        pattern=r"SP[0-9]{18}",
        lengths=lengths(20),
        mark="begins with SP, then 18 digits",
        source=OBSERVED,
        distinct=True,
        head="SP",
        url="https://www.speedeedelivery.com/track/?tracking={}",
    ),
    Form(
        carrier="yodel",
        name="JD and 16 digits",
        pattern=r"J?JD[0-9]{16}",
        lengths=lengths(18, 19),
        mark="begins with JD or JJD, then 16 digits",
        source=f"Yodel in the United Kingdom; {OBSERVED}",
        distinct=True,
        head="JD",
        url="https://www.yodel.co.uk/tracking/{}",
    ),
    Form(
        carrier="yunexpress",
        name="YT and 16 digits",
        pattern=r"YT[0-9]{16}",
        lengths=lengths(18),
        mark="begins with YT, then 16 digits",
        source=OBSERVED,
        distinct=True,
        head="YT",
        url="https://www.yuntrack.com/parcelTracking?id={}",
    ),
)
