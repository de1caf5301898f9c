"""What stands on the label of each parcel of a shipment."""

import re
from dataclasses import dataclass
from itertools import starmap

from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import Parcel
from playbooks.shop.labels.addressing import address_lines
from playbooks.shop.labels.printable import printable
from playbooks.shop.shipments import Sent

BANNER = "SAMPLE, NOT FOR SHIPPING"
_S10 = re.compile(r"([A-Z]{2})(\d{3})(\d{3})(\d{3})([A-Z]{2})")
_UPS = re.compile(r"(1Z)(\w{3})(\w{3})(\w{2})(\w{4})(\w{4})")
_USPS_LENGTH = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An address in lines; `transcribed` where not all of it could be printed as it was written."""

    lines: tuple[str, ...]
    transcribed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The label of one parcel.

    Attributes:
        place: Which parcel it is, such as `1 OF 2`.
        routing: Large, for who sorts.
        spoken: The tracking number in groups.
        notes: Small, such as the reference.
    """

    carrier: str
    service: str
    weight: str
    place: str
    made_on: str
    ship_from: Block
    ship_to: Block
    routing: str
    tracking_number: str
    spoken: str
    notes: tuple[str, ...]


def contents_of(sent: Sent, *, carrier: str, service: str) -> tuple[Content, ...]:
    """A label's content for each parcel; `carrier` and `service` are their names."""
    count = len(sent.parcels)
    abroad = sent.ship_from.country_code.upper() != sent.ship_to.country_code.upper()
    return tuple(
        Content(
            carrier=carrier,
            service=f"{service} Return" if sent.is_return else service,
            weight=_weight(parcel),
            place=f"{place} OF {count}",
            made_on=f"{sent.created_at:%d %b %Y}".upper(),
            ship_from=_block(sent.ship_from, abroad=abroad),
            ship_to=_block(sent.ship_to, abroad=abroad),
            routing=_routing(sent),
            tracking_number=number,
            spoken=spoken_number(number),
            notes=tuple(_notes(sent, parcel)),
        )
        for place, (parcel, number) in enumerate(zip(sent.parcels, sent.tracking_numbers, strict=True), start=1)
    )


def spoken_number(number: str) -> str:
    """A tracking number in groups that people can read out."""
    for form in (_UPS, _S10):
        if found := form.fullmatch(number):
            return " ".join(found.groups())
    if number.isdecimal() and len(number) == _USPS_LENGTH:
        return " ".join(re.findall(r"\d{1,4}", number))
    return number


def _block(address: Address, *, abroad: bool) -> Block:
    lines, transcribed = address_lines(address, abroad=abroad)
    return Block(lines=lines, transcribed=transcribed)


def _weight(parcel: Parcel) -> str:
    return f"{parcel.weight.normalize():f} {parcel.weight_unit}"


def _routing(sent: Sent) -> str:
    code = printable(sent.ship_to.postal_code, longest=10).text.upper()
    parts = (sent.ship_to.country_code.upper(), code[:5], sent.zone.upper()[:4])
    return " ".join(filter(None, parts))


def _notes(sent: Sent, parcel: Parcel) -> list[str]:
    parts = [
        ("TEST LABEL", "without value" if sent.test_mode else ""),
        ("REF", sent.reference),
        ("SIGNATURE", "" if sent.signature == "none" else sent.signature.upper()),
        ("INSURED", "" if not sent.insurance else f"{sent.insurance:.2f} {sent.rate.currency}"),
        ("BOX", parcel.reference),
        ("RETURN TO", ", ".join(sent.return_to.lines()) if sent.return_to else ""),
    ]
    return list(starmap(_note, ((name, text) for name, text in parts if text)))


def _note(name: str, text: str) -> str:
    return f"{name} {printable(text, longest=80).text}"
