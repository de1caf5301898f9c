"""The sample carriers' own words and numbers: tracking numbers in published forms, and the codes of what they tell."""

from collections.abc import Mapping

from orchestrator.core.shipping.check_digits import s10_number, ups_number, usps_number
from orchestrator.core.shipping.shipment import TrackingStatus
from playbooks.shop.tariff import Service

_FIRST = 2_600_001
"""Serial numbers of seven digits; the first ones look as if others had shipped before."""

Status = TrackingStatus
CODES: Mapping[str, Mapping[str, str]] = {
    "overland": {
        "announced": "OV01",
        "voided": "OV99",
        "picked_up": "OV10",
        "departed": "OV20",
        "arrived": "OV21",
        "out_for_delivery": "OV40",
        "delivered": "OV50",
        "late": "OV31",
        "nobody_home": "OV61",
        "wrong_address": "OV62",
        "refused": "OV63",
        "damaged": "OV71",
        "at_customs": "OV81",
        "cleared": "OV82",
        "waiting": "OV45",
        "returning": "OV90",
        "lost": "OV97",
    },
    "swiftair": {
        "announced": "AD",
        "voided": "CA",
        "picked_up": "PU",
        "departed": "DF",
        "arrived": "AF",
        "out_for_delivery": "WC",
        "delivered": "OK",
        "late": "TD",
        "nobody_home": "NH",
        "wrong_address": "BA",
        "refused": "RD",
        "damaged": "DM",
        "at_customs": "CI",
        "cleared": "CR",
        "waiting": "HP",
        "returning": "RT",
        "lost": "MS",
    },
    "union_post": {
        "announced": "GX",
        "voided": "VX",
        "picked_up": "03",
        "departed": "T1",
        "arrived": "10",
        "out_for_delivery": "OF",
        "delivered": "01",
        "late": "DE",
        "nobody_home": "02",
        "wrong_address": "23",
        "refused": "04",
        "damaged": "DX",
        "at_customs": "EC",
        "cleared": "ED",
        "waiting": "14",
        "returning": "09",
        "lost": "LX",
    },
}
"""What each carrier calls what happens to a parcel."""


def tracking_number(service: Service, serial: int) -> str:
    """The tracking number of a service's parcel, with its check digit; `serial` is unique among all parcels."""
    parts, number = service.number.parts, _FIRST + serial
    match service.number.form:
        case "ups":
            return ups_number(parts["shipper"], parts["service"], number)
        case "usps":
            return usps_number(parts["stc"], parts["mailer"], number)
        case _:
            return s10_number(parts["service"], number, parts["country"])


def code_of(carrier: str, what: str) -> str:
    """What a carrier calls it."""
    return CODES[carrier][what]
