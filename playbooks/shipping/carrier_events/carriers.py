"""Payloads of carriers themselves, and our own form.

Source: UPS Track Alert, webhook TrackingEvent (OpenAPI description, github.com/UPS-API/api-documentation).
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from orchestrator.core.errors import InputError
from orchestrator.core.shipping.reading import read_tracking_event
from orchestrator.core.shipping.shipment import TrackingEvent
from playbooks.shipping.carrier_codes import CarrierCodes
from playbooks.shipping.carrier_events.payload import Field, Notice, carrier_of, finished, place_of

_OWN_FIELDS = frozenset({"found", "tracking_number", "carrier", "events", "estimated_at", "signed_by"})


def read_ours(payload: Field, codes: CarrierCodes, zone: tzinfo) -> Notice:
    """`{tracking_number, carrier?, events, estimated_at?, signed_by?}`, as the workflow `track_shipment` answers."""
    del codes
    known = payload.value
    for name in known if isinstance(known, dict) else ():
        if name not in _OWN_FIELDS:
            raise InputError(f"{payload.path} has no field {name!r}; known are {', '.join(sorted(_OWN_FIELDS))}")
    return finished(
        Notice(
            form="ours",
            tracking_number=payload.get("tracking_number").needed(),
            carrier=carrier_of(payload.get("carrier").text()),
            events=tuple(_own_event(item) for item in payload.get("events").items()),
            estimated_at=payload.get("estimated_at").time(zone),
            signed_by=payload.get("signed_by").text(),
        )
    )


def _own_event(item: Field) -> TrackingEvent:
    try:
        return read_tracking_event(item.value)
    except ValueError as error:
        raise InputError(f"{item.path}: {error}") from error


def read_ups(payload: Field, codes: CarrierCodes, zone: tzinfo) -> Notice:
    """One activity of a package; the scheduled day is its estimate until a parcel is there."""
    status = payload.get("activityStatus")
    kind, code = status.get("type").needed(), status.get("code").text()
    meaning = codes.meaning("ups", kind, code)
    event = TrackingEvent(
        carrier_code=f"{kind}/{code}" if code else kind,
        status=meaning.status,
        reason=meaning.reason,
        occurred_at=_ups_time(payload, zone),
        location=place_of(payload.get("activityLocation"), "city", "stateProvince", "country"),
        description=status.get("description").text(),
        source="push",
    )
    return finished(
        Notice(
            form="ups",
            tracking_number=payload.get("trackingNumber").needed(),
            carrier="ups",
            events=(event,),
            estimated_at=_ups_day(payload.get("scheduledDeliveryDate"), zone),
            signed_by=payload.get("receivedBy").text(),
        )
    )


def _ups_time(payload: Field, zone: tzinfo) -> datetime:
    """Greenwich time where it stands there, else the local one with its offset, else in `zone`."""
    if payload.get("gmtActivityDate").text():
        return _moment(payload.get("gmtActivityDate"), payload.get("gmtActivityTime"), UTC)
    local = _offset(payload.get("gmtOffset")) or zone
    return _moment(payload.get("localActivityDate"), payload.get("localActivityTime"), local)


def _moment(day: Field, clock: Field, zone: tzinfo) -> datetime:
    try:
        return datetime.strptime(f"{day.needed()}{clock.needed()}", "%Y%m%d%H%M%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        raise day.wrong(f"a day as YYYYMMDD, and {clock.path} as HHMMSS (it is {clock.value!r:.20})") from None


def _offset(field: Field) -> tzinfo | None:
    """`-04.00` is four hours west."""
    match = re.fullmatch(r"([+-])([01][0-9]|2[0-3])\.([0-5][0-9])", field.text())
    if match is None:
        return None
    span = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-span if match[1] == "-" else span)


def _ups_day(field: Field, zone: tzinfo) -> datetime | None:
    text = field.text()
    if not text:
        return None
    return Field(f"{text[:4]}-{text[4:6]}-{text[6:]}", field.path).time(zone)
