"""Why a parcel does not arrive as it should, who caused it, and who must act.

The names of the reasons are those of karrio's unified API where it has one.
"""

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.core.shipping.shipment import TrackingStatus


class Cause(StrEnum):
    """Who or what caused an incident."""

    CARRIER = "carrier"
    RETAILER = "retailer"
    CONSIGNEE = "consignee"
    CUSTOMS = "customs"
    WEATHER = "weather"
    OTHER = "other"


class IncidentReason(StrEnum):
    """Why; the word before the first `_` is the cause, except for those of `OTHER` and natural disasters."""

    CARRIER_DAMAGED_PARCEL = "carrier_damaged_parcel"
    CARRIER_SORTING_ERROR = "carrier_sorting_error"
    CARRIER_ADDRESS_NOT_FOUND = "carrier_address_not_found"
    CARRIER_PARCEL_LOST = "carrier_parcel_lost"
    CARRIER_NOT_ENOUGH_TIME = "carrier_not_enough_time"
    CARRIER_VEHICLE_ISSUE = "carrier_vehicle_issue"
    CARRIER_DELAY = "carrier_delay"
    RETAILER_NOT_HANDED_OVER = "retailer_not_handed_over"
    RETAILER_DATA_MISSING = "retailer_data_missing"
    RETAILER_PACKAGING = "retailer_packaging"
    RETAILER_RECALLED = "retailer_recalled"
    CONSIGNEE_REFUSED = "consignee_refused"
    CONSIGNEE_BUSINESS_CLOSED = "consignee_business_closed"
    CONSIGNEE_NOT_AVAILABLE = "consignee_not_available"
    CONSIGNEE_NOT_HOME = "consignee_not_home"
    CONSIGNEE_INCORRECT_ADDRESS = "consignee_incorrect_address"
    CONSIGNEE_MOVED = "consignee_moved"
    CONSIGNEE_ACCESS_RESTRICTED = "consignee_access_restricted"
    CONSIGNEE_NOT_COLLECTED = "consignee_not_collected"
    CONSIGNEE_RESCHEDULED = "consignee_rescheduled"
    CONSIGNEE_PAYMENT_DUE = "consignee_payment_due"
    CUSTOMS_DELAY = "customs_delay"
    CUSTOMS_DOCUMENTATION = "customs_documentation"
    CUSTOMS_DUTIES_UNPAID = "customs_duties_unpaid"
    CUSTOMS_PROHIBITED = "customs_prohibited"
    WEATHER_DELAY = "weather_delay"
    NATURAL_DISASTER = "natural_disaster"
    DELIVERY_EXCEPTION_HOLD = "delivery_exception_hold"
    DELIVERY_EXCEPTION_UNDELIVERABLE = "delivery_exception_undeliverable"

    @property
    def cause(self) -> Cause:
        """Who or what caused it."""
        if self is IncidentReason.NATURAL_DISASTER:
            return Cause.WEATHER
        first = self.value.partition("_")[0]
        return _CAUSES.get(first, Cause.OTHER)


class Actor(StrEnum):
    """Who must act."""

    NONE = "none"
    RECIPIENT = "recipient"
    SENDER = "sender"
    CARRIER = "carrier"
    CUSTOMS_BROKER = "customs broker"


@dataclass(frozen=True, slots=True)
class Step:
    """Who must do what now."""

    actor: Actor
    sentence: str = ""

    def __str__(self) -> str:
        """`recipient: fetch the parcel ...`; empty where nobody must act."""
        return "" if self.actor is Actor.NONE else f"{self.actor.value}: {self.sentence}"


_CAUSES = {cause.value: cause for cause in Cause}
_REASONS = {reason.value: reason for reason in IncidentReason}
NOTHING = Step(Actor.NONE)
_ADDRESS = Step(Actor.SENDER, "ask the recipient for the right address and give it to the carrier")
_AGAIN = Step(Actor.RECIPIENT, "choose another day or place with the carrier, before it returns the parcel")
_BY_REASON = {
    IncidentReason.CARRIER_DAMAGED_PARCEL: Step(
        Actor.SENDER, "claim the damage from the carrier and agree with the recipient on a new parcel or a refund"
    ),
    IncidentReason.CARRIER_SORTING_ERROR: Step(Actor.CARRIER, "bring the parcel back to its way"),
    IncidentReason.CARRIER_ADDRESS_NOT_FOUND: _ADDRESS,
    IncidentReason.CARRIER_PARCEL_LOST: Step(
        Actor.SENDER, "have the carrier search for the parcel, claim it, and agree with the recipient on what follows"
    ),
    IncidentReason.CARRIER_NOT_ENOUGH_TIME: Step(Actor.CARRIER, "deliver on the next day"),
    IncidentReason.CARRIER_VEHICLE_ISSUE: Step(Actor.CARRIER, "carry the parcel on"),
    IncidentReason.CARRIER_DELAY: Step(Actor.CARRIER, "carry the parcel on"),
    IncidentReason.RETAILER_NOT_HANDED_OVER: Step(Actor.SENDER, "hand the parcel to the carrier"),
    IncidentReason.RETAILER_DATA_MISSING: Step(Actor.SENDER, "give the carrier the data that it asks for"),
    IncidentReason.RETAILER_PACKAGING: Step(Actor.SENDER, "pack the goods as the carrier wants them"),
    IncidentReason.RETAILER_RECALLED: Step(Actor.CARRIER, "bring the parcel back to the sender"),
    IncidentReason.CONSIGNEE_REFUSED: Step(Actor.SENDER, "ask the recipient why, and expect the parcel back"),
    IncidentReason.CONSIGNEE_BUSINESS_CLOSED: _AGAIN,
    IncidentReason.CONSIGNEE_NOT_AVAILABLE: _AGAIN,
    IncidentReason.CONSIGNEE_NOT_HOME: _AGAIN,
    IncidentReason.CONSIGNEE_INCORRECT_ADDRESS: _ADDRESS,
    IncidentReason.CONSIGNEE_MOVED: _ADDRESS,
    IncidentReason.CONSIGNEE_ACCESS_RESTRICTED: Step(Actor.RECIPIENT, "tell the carrier how it gets to the door"),
    IncidentReason.CONSIGNEE_NOT_COLLECTED: Step(Actor.RECIPIENT, "fetch the parcel before the carrier returns it"),
    IncidentReason.CONSIGNEE_RESCHEDULED: NOTHING,
    IncidentReason.CONSIGNEE_PAYMENT_DUE: Step(Actor.RECIPIENT, "pay the carrier what it asks for"),
    IncidentReason.CUSTOMS_DELAY: Step(Actor.CUSTOMS_BROKER, "clear the parcel"),
    IncidentReason.CUSTOMS_DOCUMENTATION: Step(Actor.SENDER, "send the papers that customs wants to the broker"),
    IncidentReason.CUSTOMS_DUTIES_UNPAID: Step(Actor.RECIPIENT, "pay duties and taxes, or say that the sender pays"),
    IncidentReason.CUSTOMS_PROHIBITED: Step(Actor.SENDER, "tell customs whether the goods come back or are destroyed"),
    IncidentReason.WEATHER_DELAY: Step(Actor.CARRIER, "carry the parcel on when the weather allows it"),
    IncidentReason.NATURAL_DISASTER: Step(Actor.CARRIER, "carry the parcel on when the roads are open"),
    IncidentReason.DELIVERY_EXCEPTION_HOLD: Step(Actor.SENDER, "ask the carrier what it waits for"),
    IncidentReason.DELIVERY_EXCEPTION_UNDELIVERABLE: Step(Actor.SENDER, "tell the carrier what to do with the parcel"),
}
_BY_STATUS = {
    TrackingStatus.READY_FOR_PICKUP: Step(Actor.RECIPIENT, "fetch the parcel where the carrier keeps it"),
    TrackingStatus.DELIVERY_FAILED: _AGAIN,
    TrackingStatus.DELIVERY_DELAYED: Step(Actor.CARRIER, "carry the parcel on"),
    TrackingStatus.ON_HOLD: Step(Actor.SENDER, "ask the carrier what it waits for"),
    TrackingStatus.RETURN_TO_SENDER: Step(Actor.SENDER, "expect the parcel back and agree with the recipient"),
    TrackingStatus.UNKNOWN: Step(Actor.SENDER, "ask the carrier where the parcel is"),
}
_SETTLED = frozenset({TrackingStatus.DELIVERED, TrackingStatus.CANCELLED})
_STRONGER = frozenset({TrackingStatus.READY_FOR_PICKUP, TrackingStatus.RETURN_TO_SENDER})
"""What is to be done there follows from the status, whatever led to it."""
RETURNED = Step(Actor.SENDER, "check the goods that came back, then refund the recipient or send again")
"""When the parcel is back."""


def reason_of(text: str) -> IncidentReason | None:
    """The reason that a text names; None where it names none of ours."""
    return _REASONS.get(text)


def next_step(status: TrackingStatus, reason: IncidentReason | None) -> Step:
    """Who must do what in a status, for a reason where there is one; what is delivered needs nobody.

    A parcel that is delivered damaged is the exception: somebody must claim.
    """
    if status in _SETTLED and reason is not IncidentReason.CARRIER_DAMAGED_PARCEL:
        return NOTHING
    if reason is not None and status not in _STRONGER:
        return _BY_REASON[reason]
    return _BY_STATUS.get(status, NOTHING)
