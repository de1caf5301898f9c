"""Where a shipment stands: what its buying action, its voids, the carrier's events and the clock add up to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orchestrator.core.actions.standing import standing
from orchestrator.core.actions.state import ACTED, OPEN, UNSETTLED, Action, Stage
from orchestrator.core.report import Json
from orchestrator.core.shipping.following import ENDED, of_parcels
from orchestrator.core.shipping.requested import refund_of, shipment_of
from orchestrator.core.shipping.shipment import Shipment, TrackingEvent, TrackingStatus
from orchestrator.core.shipping.stage import ShipmentStage
from orchestrator.core.shipping.tracking import Tracked, track
from orchestrator.core.table import iso_utc

VOID_UNKNOWN = "void_unknown"
VoidDays = Callable[[str], int | None]
"""For how many days a carrier takes a label back; None where nobody says."""
CREATE = "create_shipment"
VOID = "void_shipment"
BUYING = frozenset({CREATE, VOID})
"""The workflows whose actions make and end shipments."""


_BEFORE = {
    Stage.FORBIDDEN: (ShipmentStage.REQUESTED, "forbidden"),
    Stage.WAITING: (ShipmentStage.REQUESTED, "awaiting_approval"),
    Stage.APPROVED: (ShipmentStage.BUYING, "approved"),
    Stage.CLAIMED: (ShipmentStage.BUYING, "being_bought"),
    Stage.ACCEPTED: (ShipmentStage.BUYING, "being_bought"),
    Stage.UNKNOWN: (ShipmentStage.PARKED, "outcome_unknown"),
    Stage.DENIED: (ShipmentStage.CANCELLED, "denied"),
    Stage.EXPIRED: (ShipmentStage.CANCELLED, "expired"),
    Stage.VOID: (ShipmentStage.CANCELLED, "replaced"),
    Stage.FAILED: (ShipmentStage.REFUSED, "refused"),
}
_NOT_LATE = frozenset({*ENDED, TrackingStatus.RETURN_TO_SENDER})
_OVER = frozenset({ShipmentStage.REFUSED, ShipmentStage.CANCELLED, ShipmentStage.VOIDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A shipment and where it stands.

    Attributes:
        stage: How far the buying is; where the parcel is, `shipment.status` tells.
        reason: Why it is parked, refused, cancelled, or an exception, in a sentence.
        owner: The handoff item of whoever has to settle it.
        late_from: From when on it counts as late; None where nothing is promised, or it does not matter any more.
        is_exception: Whether the carrier met with something that somebody must see to.
        exception_at: Since when.
        voided_by: The action that gave it back, or is to.
        problems: What of the carrier's words could not be read.
    """

    shipment: Shipment
    stage: ShipmentStage
    reason: str = ""
    owner: str | None = None
    late_from: datetime | None = None
    is_exception: bool = False
    exception_at: datetime | None = None
    voided_by: str | None = None
    voided_at: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether anything can still become of it."""
        if self.stage in _OVER:
            return False
        return self.stage is not ShipmentStage.BOUGHT or self.shipment.status not in ENDED

    @property
    def is_bought(self) -> bool:
        """Whether there is a label that counts, or may count still."""
        return self.stage in {ShipmentStage.BOUGHT, ShipmentStage.VOIDING} or self.shipment.substatus == VOID_UNKNOWN

    @property
    def is_followed(self) -> bool:
        """Whether the carrier can be asked where it is."""
        return self.is_bought and bool(self.shipment.tracking_numbers)

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been delivered by now, and is not."""
        return self.late_from is not None and now >= self.late_from

    def document(self) -> Json:
        """As JSON, without what depends on the clock."""
        return {
            **self.shipment.document(),
            "stage": self.stage.value,
            "reason": self.reason,
            "owner": self.owner,
            "late_from": iso_utc(self.late_from) if self.late_from else None,
            "is_exception": self.is_exception,
            "exception_at": iso_utc(self.exception_at) if self.exception_at else None,
            "voided_by": self.voided_by,
            "voided_at": iso_utc(self.voided_at) if self.voided_at else None,
            "problems": list(self.problems),
        }


def stand(
    action: Action,
    *,
    number: int,
    now: datetime,
    voids: Sequence[Action] = (),
    events: Sequence[TrackingEvent] = (),
    numbers: Sequence[str] = (),
    void_days: VoidDays = lambda _carrier: None,
) -> Standing:
    """Where the shipment of a buying action stands.

    Args:
        action: The `create_shipment` action, whatever became of it.
        number: Of the record: `S-<number>`.
        now: For approvals that ran out.
        voids: The `void_shipment` actions on it, oldest first.
        events: What carriers told of it, in any order.
        numbers: Tracking numbers that people gave, where the carrier's answer holds none.
        void_days: Tells until when somebody must have found out about one that may have been bought.
    """
    told = shipment_of(action, number=number)
    shipment = replace(told.shipment, tracking_numbers=told.shipment.tracking_numbers or tuple(numbers))
    found = Standing(shipment=shipment, stage=ShipmentStage.BOUGHT, problems=told.problems)
    if action.stage not in ACTED:
        return _with_deadline(_not_bought(found, action, now), action, void_days)
    numbers, given_back = shipment.tracking_numbers, any(void.stage in ACTED for void in voids)
    tracked = track(of_parcels(events, numbers), now=now, numbers=numbers, cancelled=given_back)
    return _voids(_followed(found, tracked), voids, now)


def _not_bought(found: Standing, action: Action, now: datetime) -> Standing:
    stage, substatus = _BEFORE[action.stage_at(now)]
    shipment = replace(found.shipment, label=None, substatus=substatus, action_required=_wanted(action, stage))
    if stage in _OVER:
        shipment = replace(shipment, status=TrackingStatus.CANCELLED)
    if stage is ShipmentStage.REFUSED and action.failed is not None:
        shipment = replace(shipment, substatus=action.failed.code)
    return replace(found, shipment=shipment, stage=stage, reason=_reason(action, now), owner=_owner(action))


def _with_deadline(found: Standing, action: Action, void_days: VoidDays) -> Standing:
    """Until when a label that nobody knows of could be given back, if there is one: from the call on, at the latest."""
    days = void_days(found.shipment.carrier) if found.stage is ShipmentStage.PARKED else None
    if days is None or action.claim is None:
        return found
    return replace(found, shipment=replace(found.shipment, void_by=action.claim.at + timedelta(days=days)))


def _wanted(action: Action, stage: ShipmentStage) -> str:
    """Who must do what now."""
    match stage:
        case ShipmentStage.REQUESTED if action.stage is Stage.WAITING:
            return f"approve or deny it: switchboard approvals show {action.id}"
        case ShipmentStage.PARKED:
            return "look at the carrier whether it was bought, then: switchboard shipments resolve"
        case _:
            return ""


def _reason(action: Action, now: datetime) -> str:
    """Why, where there is a reason beside the stage."""
    if action.stage_at(now) is Stage.EXPIRED:
        return f"nobody said yes to {action.id} in time"
    if action.stage in OPEN and action.ruling is not None and action.stage is not Stage.APPROVED:
        return "; ".join(action.ruling.reasons)
    return standing(action) if action.stage not in {Stage.APPROVED, Stage.CLAIMED} else ""


def _owner(action: Action) -> str | None:
    return action.owner if action.stage in UNSETTLED else None


def _followed(found: Standing, tracked: Tracked) -> Standing:
    """What the carrier told."""
    before = found.shipment
    shipment = replace(
        before,
        status=tracked.status,
        substatus=tracked.substatus,
        action_required=str(tracked.action),
        estimated_at=tracked.estimated_at,
        delivered_at=tracked.delivered_at,
        signed_by=tracked.signed_by,
        events=tracked.events,
    )
    return replace(
        found,
        shipment=shipment,
        reason=tracked.explanation if tracked.is_exception else "",
        is_exception=tracked.is_exception,
        exception_at=tracked.since if tracked.is_exception else None,
        late_from=None if tracked.status in _NOT_LATE else before.promised_at,
    )


def _voids(found: Standing, voids: Sequence[Action], now: datetime) -> Standing:
    """What became of the wish to give it back: the last one counts, unless an earlier one was done."""
    done = next((void for void in voids if void.stage in ACTED), None)
    last = done or (voids[-1] if voids else None)
    if last is None:
        return found
    shipment, named = found.shipment, replace(found, voided_by=last.id)
    stage = last.stage_at(now)
    if done is not None and done.done is not None:
        gone = replace(shipment, refund_status=refund_of(done))
        if shipment.status is TrackingStatus.CANCELLED:  # else a carrier moves it all the same: the label was used
            gone = replace(gone, substatus="voided", action_required="")
        return replace(named, shipment=gone, stage=ShipmentStage.VOIDED, voided_at=done.done.at, late_from=None)
    if stage is Stage.UNKNOWN:
        wanted = "look at the carrier whether the label was given back, then: switchboard shipments resolve"
        parked = replace(shipment, substatus=VOID_UNKNOWN, action_required=wanted)
        reason = standing(last)
        return replace(named, shipment=parked, stage=ShipmentStage.PARKED, reason=reason, owner=_owner(last))
    if stage in OPEN:
        asked = replace(shipment, substatus="void_requested") if stage is not Stage.APPROVED else shipment
        return replace(named, shipment=asked)
    if stage in UNSETTLED:
        return replace(named, shipment=replace(shipment, substatus="being_voided"), stage=ShipmentStage.VOIDING)
    refused = f"it was not given back: {standing(last)}"
    return replace(named, reason="; ".join(filter(None, (found.reason, refused))))
