"""What of a shipment a person must see to: that it is late, or that the carrier met with something."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, TypeAlias

from orchestrator.core.handoffs import Fact, ItemKind, Parked
from orchestrator.core.report import Json

Concern: TypeAlias = Literal["late", "exception"]
CONCERNS: tuple[Concern, ...] = ("late", "exception")
_EVENTS = 5


def concern_of(body: Json, concern: Concern, *, at: datetime) -> Parked | None:
    """The item of a shipment's document, where it is of concern now; each promise and each incident is one of its own.

    Args:
        body: As `Standing.document` gives it.
        concern: `late` or `exception`.
        at: Now.
    """
    name, status = str(body["id"]), str(body["status"]).replace("_", " ")
    if concern == "late":
        promised = body.get("late_from")
        if not isinstance(promised, str) or at < datetime.fromisoformat(promised):
            return None
        return _parked(
            body,
            kind=ItemKind.LATE_SHIPMENT,
            cause=f"shipment:{name}:late:{promised}",
            title=f"{name} of order {body['order_id']} was promised for {promised} and is {status}",
            question="Where is it? Ask the carrier, and tell the recipient when to expect it.",
            at=at,
        )
    if body.get("is_exception") is not True:
        return None
    return _parked(
        body,
        kind=ItemKind.SHIPMENT_EXCEPTION,
        cause=f"shipment:{name}:exception:{body.get('status')}:{body.get('exception_at')}",
        title=f"{name} of order {body['order_id']} is {status}{_because(body)}",
        question=str(body.get("action_required") or "Find out what the carrier needs, and see to it."),
        at=at,
    )


def gone(body: Json, concern: Concern) -> str:
    """Why it is of no concern any more, in a sentence."""
    status = str(body.get("status")).replace("_", " ")
    place = f" since {body['delivered_at']}" if body.get("delivered_at") else ""
    word = "late" if concern == "late" else "in trouble"
    return f"{body['id']} is not {word} any more: it is {status}{place}"


def _because(body: Json) -> str:
    reason = str(body.get("substatus") or "").replace("_", " ")
    return f" ({reason})" if reason else ""


def _parked(body: Json, *, kind: ItemKind, cause: str, title: str, question: str, at: datetime) -> Parked:
    return Parked(
        kind=kind,
        cause=cause,
        title=title,
        question=question,
        opened_at=at,
        facts=tuple(_facts(body)),
        action=str(body["action"]),
    )


def _facts(body: Json) -> Iterator[Fact]:
    name, numbers = str(body["id"]), body.get("tracking_numbers")
    shown = ", ".join(map(str, numbers)) if isinstance(numbers, list) else ""
    yield Fact(text=f"{body['carrier']} {body['service']}, tracking {shown or 'unknown'}", source=name)
    for label, field in (("promised", "promised_at"), ("expected by the carrier", "estimated_at")):
        if body.get(field):
            yield Fact(text=f"{label}: {body[field]}", source=name)
    events = body.get("events")
    for event in reversed(events[-_EVENTS:] if isinstance(events, list) else []):
        said = " ".join(filter(None, (str(event.get("description") or ""), f"({event.get('carrier_code')})")))
        place = f", {event['location']}" if event.get("location") else ""
        yield Fact(text=f"{event['occurred_at']} {event['status']}{place}: {said}", source=name)
    yield Fact(text=f"all of it: switchboard shipments show {name}", source=name)
