"""What carriers push and what they answer, as documents for whoever asked."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.app.shipping.following import Asked, number_of, take_pushed
from orchestrator.app.shipping.outcome import redacted
from orchestrator.core.errors import InputError
from orchestrator.core.report import Json
from orchestrator.core.shipping.reading import read_tracking_event
from orchestrator.core.shipping.tracking import FUTURE_TOLERANCE
from orchestrator.core.table import iso_utc
from playbooks.shipping.carrier_events.reading import read_push

if TYPE_CHECKING:
    from orchestrator.store.shipments import StoredShipments

MOST_BYTES = 1_000_000


def push(shipments: "StoredShipments", payload: bytes, *, name: str, now: datetime) -> Json:
    """Take in a payload; InputError where it is of no known form, of no shipment here, or of another than `name`.

    Args:
        shipments: The record.
        payload: As it came; who sent it was checked before.
        name: A shipment or a number that it must be about; empty is any.
        now: When it came.
    """
    notice = read_push(_decoded(payload))
    if name and not any(number_of(record, notice.tracking_number) for record in shipments.named(name)):
        raise InputError(f"the payload is about {notice.tracking_number!r}, and not about {name!r}: leave {name!r} out")
    asked = take_pushed(shipments, notice, now=now)
    if asked is None:
        raise InputError(
            f"the payload is about {notice.tracking_number!r}, which is the number of no shipment here; "
            "`switchboard shipments list` shows those that there are"
        )
    return {**asked_document(asked, now=now), "unmapped": list(notice.unmapped)}


def asked_document(asked: Asked, *, now: datetime) -> Json:
    """What asking or being told came to."""
    shipment = asked.record.document(now=now)
    troubles = [*asked.troubles, *_ahead(shipment, now)]
    return redacted({"shipment": shipment, "new": asked.new, "troubles": troubles})


def _ahead(shipment: Json, now: datetime) -> Iterator[str]:
    """Of each event that moves nothing yet, because its time has not come."""
    events = shipment.get("events")
    for event in map(read_tracking_event, events if isinstance(events, list | tuple) else ()):
        if event.occurred_at > now + FUTURE_TOLERANCE:
            yield f"{event.status.value} at {iso_utc(event.occurred_at)} lies in the future: it counts from then on"


def _decoded(payload: bytes) -> object:
    if len(payload) > MOST_BYTES:
        raise InputError(f"the payload has {len(payload):,d} bytes, and a carrier's has {MOST_BYTES:,d} at most")
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the payload is no JSON: {error}; give the body as the carrier sent it") from None
