"""What a command about a shipment came to, told from the record: a repetition is told the same."""

from datetime import datetime

from orchestrator.core.actions.standing import standing
from orchestrator.core.actions.state import Action, Stage
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.core.shipping.stage import ShipmentStage
from orchestrator.store.shipment_rows import Recorded

_STATUSES = {
    ShipmentStage.REQUESTED: "waiting",
    ShipmentStage.BUYING: "accepted",
    ShipmentStage.VOIDING: "accepted",
    ShipmentStage.PARKED: "unknown",
    ShipmentStage.REFUSED: "failed",
    ShipmentStage.CANCELLED: "refused",
    ShipmentStage.BOUGHT: "done",
    ShipmentStage.VOIDED: "done",
}


def redacted(document: Json) -> Json:
    """Without secrets."""
    return {name: redact_value(value) for name, value in document.items()}


def bought(record: Recorded, *, declined: str | None = None, now: datetime) -> Json:
    """What the wish to ship came to; `declined` is why this user's yes did not count."""
    body = record.body
    reason = declined or body.get("reason")
    if record.body.get("substatus") == "forbidden":
        return concluded(record, "refused", f"{record.id} may not be bought: {reason}", now=now)
    numbers = ", ".join(record.tracking_numbers) or "no tracking number yet"
    messages = {
        ShipmentStage.REQUESTED: f"{record.id} waits for an approval: {reason}",
        ShipmentStage.BUYING: f"{record.id} is being bought",
        ShipmentStage.PARKED: f"{reason}. {record.id} is not bought again before that is known",
        ShipmentStage.REFUSED: f"{record.id} was not bought: {reason}",
        ShipmentStage.CANCELLED: f"{record.id} was not bought: {reason}",
        ShipmentStage.BOUGHT: f"{record.id} is bought: {record.carrier} {body.get('service')}, {numbers}",
        ShipmentStage.VOIDING: f"{record.id} is being given back",
        ShipmentStage.VOIDED: f"{record.id} was bought and given back",
    }
    return concluded(record, _STATUSES[record.stage], messages[record.stage], now=now)


def cancelled(record: Recorded, void: Action | None, *, now: datetime) -> Json:
    """What the wish to give it back came to."""
    stage = record.stage
    match stage:
        case ShipmentStage.VOIDED:
            told = f"{record.id} is given back; refund {record.body['refund_status']}"
            return concluded(record, "done", told, now=now)
        case ShipmentStage.CANCELLED:
            return concluded(record, "done", f"{record.id} is cancelled and will not be bought", now=now)
        case ShipmentStage.REFUSED:
            return concluded(record, "done", f"{record.id} was never bought: {record.body.get('reason')}", now=now)
        case ShipmentStage.PARKED | ShipmentStage.VOIDING | ShipmentStage.BUYING:
            told = str(record.body.get("reason") or f"{record.id} is {stage.value}")
            return concluded(record, _STATUSES[stage], told, now=now)
        case _:
            return concluded(record, *_not_voided(record, void), now=now)


def _not_voided(record: Recorded, void: Action | None) -> tuple[str, str]:
    """How the wish to give back what is bought stands, and its sentence."""
    if void is None:
        return "waiting", f"{record.id} is {record.stage.value}"
    if void.failed is not None:
        return "failed", f"{record.id} is not given back: {void.failed.reason}"
    if void.stage is Stage.FORBIDDEN and void.ruling is not None:
        return "refused", f"{record.id} may not be given back: {'; '.join(void.ruling.reasons)}"
    return "waiting", standing(void)


def concluded(record: Recorded, status: str, message: str, *, now: datetime) -> Json:
    """The shipment with a status, a sentence, and what to do next."""
    return redacted({"status": status, "message": message, "next": _next(record), "shipment": record.document(now=now)})


def _next(record: Recorded) -> str | None:
    match record.stage:
        case ShipmentStage.REQUESTED:
            return f"switchboard approvals show {record.action}"
        case ShipmentStage.PARKED:
            return f"switchboard shipments resolve {record.id} --found shipped|not_shipped --note TEXT"
        case ShipmentStage.BUYING | ShipmentStage.VOIDING:
            return f"switchboard shipments show {record.id}"
        case ShipmentStage.BOUGHT:
            return f"switchboard shipments track {record.id}"
        case _:
            return None
