"""S10: the number of every post for international items.

Source: UPU standard S10-12: service indicator of two letters, serial number of eight digits, check digit, ISO 3166-1
code of the country whose designated operator issued it.
"""

import re

from agents.shipment.numbers.form import Form, Told, lengths
from orchestrator.core.shipping.check_digits import s10_digit

# ISO 3166-1 alpha-2, without the codes of places that have no designated operator and issue no numbers.
_CODES = (
    "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BQ BR BS BT BW BY BZ CA CD CF CG "
    "CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH "
    "GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW "
    "KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF "
    "NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SK "
    "SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF "
    "WS YE YT ZA ZM ZW"
)
COUNTRIES = frozenset(_CODES.split())
# First letter of the service indicator, S10-12 annex A.
_SERVICES = {
    "C": "parcel",
    "E": "EMS express",
    "H": "e-commerce parcel",
    "L": "express letter",
    "M": "M bag",
    "R": "registered letter",
    "U": "letter",
    "V": "insured letter",
}
_URLS = {
    "AU": "https://auspost.com.au/mypost/track/details/{}",
    "CA": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
    "DE": "https://www.deutschepost.de/de/s/sendungsverfolgung.html?piececode={}",
    "FR": "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    "GB": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    "US": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
}


def _tell(match: re.Match[str]) -> Told:
    country = match["country"]
    return Told(
        service=_SERVICES.get(match["service"][0], ""), origin_country=country, tracking_url=_URLS.get(country, "")
    )


def _unknown_country(match: re.Match[str]) -> str:
    country = match["country"]
    return "" if country in COUNTRIES else f"{country!r} is the code of no country that issues such numbers"


FORMS = (
    Form(
        carrier="s10",
        name="S10",
        pattern=r"(?P<service>[A-Z]{2})(?P<body>[0-9]{8})(?P<check>[0-9])(?P<country>[A-Z]{2})",
        lengths=lengths(13),
        mark="two letters, nine digits and the country of the post that issued it",
        source="UPU standard S10-12",
        check=lambda match: s10_digit(match["body"]),
        distinct=True,
        tell=_tell,
        refuse=_unknown_country,
    ),
)
