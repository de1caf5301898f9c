"""What an action says of a shipment: its request before it is bought, and the carrier's answer after.

Nothing of a shipment is lost because one field of it cannot be read: that field stays at its default, and the record
says what is wrong with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from orchestrator.core.actions.state import Action
from orchestrator.core.documents import decimal_of, list_of, needed_text, optional_text, optional_time
from orchestrator.core.shipping.address import Address, read_address
from orchestrator.core.shipping.reading import read_customs, read_parcel, read_rate
from orchestrator.core.shipping.shipment import Label, Rate, RefundStatus, Shipment

T = TypeVar("T")
Body = Mapping[str, object]


@dataclass(slots=True)
class Fields:
    """Reads the fields of an object one by one; what is wrong is noted, and the default stands for it."""

    body: Body
    what: str
    problems: list[str] = field(default_factory=list)

    def read(self, name: str, read: Callable[[object], T], default: T) -> T:
        """One field; its default where it is missing or null."""
        value = self.body.get(name)
        if value is None:
            return default
        try:
            return read(value)
        except ValueError as error:
            self.problems.append(f"{self.what}: {error}")
            return default

    def text(self, name: str) -> str:
        """A text, empty where there is none."""
        return self.read(name, lambda value: optional_text(value, name), "")

    def time(self, name: str) -> datetime | None:
        """A time."""
        return self.read(name, lambda value: optional_time(value, name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A shipment as its buying action tells it, and what of that could not be read."""

    shipment: Shipment
    problems: tuple[str, ...] = ()


def shipment_of(action: Action, *, number: int) -> Told:
    """The shipment that an action is to buy, or bought."""
    asked = Fields(action.request.arguments, f"the request of {action.id}")
    answer = action.done.answer if action.done is not None and action.done.answer is not None else {}
    answered = Fields(answer, f"the answer to {action.id}")
    carrier, service = answered.text("carrier") or asked.text("carrier"), answered.text("service")
    service = service or asked.text("service")
    shipment = Shipment(
        id=f"S-{number}",
        order_id=asked.text("order_id") or action.request.subject,
        reference=asked.text("reference"),
        ship_from=asked.read("ship_from", read_address, Address()),
        ship_to=asked.read("ship_to", read_address, Address()),
        return_to=asked.read("return_to", read_address, None),
        is_return=asked.body.get("is_return") is True,
        parcels=asked.read("parcels", lambda value: list_of(value, "parcels", read_parcel), ()),
        carrier=carrier,
        service=service,
        carrier_account=asked.text("carrier_account"),
        rate=_rate(asked, answered, carrier=carrier, service=service),
        insurance=asked.read("insurance", lambda value: decimal_of(value, "insurance"), None),
        signature=asked.text("signature") or "none",
        customs=asked.read("customs", read_customs, None),
        label=answered.read("label", _label, None),
        tracking_numbers=answered.read(
            "tracking_numbers",
            lambda value: list_of(value, "tracking_numbers", lambda one: needed_text(one, "a tracking number")),
            (),
        ),
        promised_at=answered.time("promised_at") or asked.time("promised_at"),
        void_by=answered.time("void_by"),
        test_mode=answered.body.get("test_mode", asked.body.get("test_mode")) is True,
        created_at=answered.time("created_at") or (action.done.at if action.done else None),
        idempotency_key=action.key,
        action=action.id,
    )
    return Told(shipment=shipment, problems=(*asked.problems, *answered.problems, *_damage(answer)))


def refund_of(void: Action) -> RefundStatus:
    """What a void that was done came to: the price is asked back, where nothing more is told."""
    answer = void.done.answer if void.done is not None else None
    told = Fields(answer or {}, void.id)
    return told.read(
        "refund_status", lambda value: RefundStatus(needed_text(value, "refund_status")), RefundStatus.SUBMITTED
    )


def _rate(asked: Fields, answered: Fields, *, carrier: str, service: str) -> Rate:
    """What it costs, as answered, else as asked for; it names its own carrier and service only where it was quoted."""

    def read(value: object) -> Rate:
        named = {"carrier": carrier, "service": service, **value} if isinstance(value, Mapping) else value
        return read_rate(named)

    none = Rate(carrier=carrier, service=service, amount=Decimal(0), currency="")
    return answered.read("rate", read, asked.read("rate", read, none))


def _label(value: object) -> Label:
    """The label as `core.actions.attachments` left it in the answer."""
    if not isinstance(value, Mapping):
        raise ValueError(f"label is {value!r:.80}: give an object")  # noqa: TRY004  # it is the value
    size = value.get("size")
    if isinstance(size, bool) or not isinstance(size, int):
        raise ValueError(f"size is {size!r}: give a whole number")  # noqa: TRY004  # same
    return Label(
        media_type=needed_text(value.get("media_type"), "media_type"),
        sha256=needed_text(value.get("sha256"), "sha256"),
        size=size,
    )


def _damage(answer: Body) -> tuple[str, ...]:
    label = answer.get("label")
    damaged = label.get("damaged") if isinstance(label, Mapping) else None
    return (f"the label is not what the carrier declared: {damaged}",) if isinstance(damaged, str) else ()
