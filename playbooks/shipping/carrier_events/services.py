"""Payloads of shipping services: EasyPost, Shippo and karrio.

Sources: EasyPost, Events and Trackers (docs.easypost.com), sample of `tracker.updated`; Shippo, webhooks and tracking
(docs.goshippo.com), `track_updated`; karrio, webhooks and tracking (karrio.io/docs), `tracker_updated`.
"""

from datetime import tzinfo

from orchestrator.core.shipping.shipment import TrackingEvent
from playbooks.shipping.carrier_codes import CarrierCodes
from playbooks.shipping.carrier_events.payload import Field, Notice, carrier_of, finished, place_of


def read_easypost(payload: Field, codes: CarrierCodes, zone: tzinfo) -> Notice:
    """An Event whose result is a Tracker."""
    tracker = payload.get("result")
    signed = tracker.get("signed_by").text()
    events = tuple(_easypost_event(item, codes, zone) for item in tracker.get("tracking_details").items())
    return finished(
        Notice(
            form="easypost",
            tracking_number=tracker.get("tracking_code").needed(),
            carrier=carrier_of(tracker.get("carrier").text()),
            events=events,
            estimated_at=tracker.get("est_delivery_date").time(zone),
            signed_by=signed,
        )
    )


def _easypost_event(item: Field, codes: CarrierCodes, zone: tzinfo) -> TrackingEvent:
    status, detail = item.get("status").needed(), item.get("status_detail").text()
    meaning = codes.meaning("easypost", status, detail)
    return TrackingEvent(
        carrier_code=_code(status, detail),
        status=meaning.status,
        reason=meaning.reason,
        occurred_at=item.get("datetime").needed_time(zone),
        location=place_of(item.get("tracking_location"), "city", "state", "country"),
        description=item.get("message").text(),
        source="push",
    )


def read_shippo(payload: Field, codes: CarrierCodes, zone: tzinfo) -> Notice:
    """A `track_updated`: the history, and the present status, which it may not contain yet."""
    data = payload.get("data")
    told = [*data.get("tracking_history").items()]
    if data.get("tracking_status").value is not None:
        told.append(data.get("tracking_status"))
    return finished(
        Notice(
            form="shippo",
            tracking_number=data.get("tracking_number").needed(),
            carrier=carrier_of(data.get("carrier").text()),
            events=tuple(dict.fromkeys(_shippo_event(item, codes, zone) for item in told)),
            estimated_at=data.get("eta").time(zone),
        )
    )


def _shippo_event(item: Field, codes: CarrierCodes, zone: tzinfo) -> TrackingEvent:
    status, detail = item.get("status").needed(), item.get("substatus").optional("code").text()
    meaning = codes.meaning("shippo", status, detail)
    return TrackingEvent(
        carrier_code=_code(status, detail),
        status=meaning.status,
        reason=meaning.reason,
        occurred_at=item.get("status_date").needed_time(zone),
        location=place_of(item.get("location"), "city", "state", "country"),
        description=item.get("status_details").text(),
        source="push",
    )


def read_karrio(payload: Field, codes: CarrierCodes, zone: tzinfo) -> Notice:
    """A `tracker_created` or `tracker_updated`; each event has karrio's own status, or else only the carrier's code."""
    data = payload.get("data")
    carrier = carrier_of(data.get("carrier_name").text())
    return finished(
        Notice(
            form="karrio",
            tracking_number=data.get("tracking_number").needed(),
            carrier=carrier,
            events=tuple(_karrio_event(item, carrier, codes, zone) for item in data.get("events").items()),
            estimated_at=data.get("estimated_delivery").time(zone),
            signed_by=data.get("info").optional("signed_by").text(),
        )
    )


def _karrio_event(item: Field, carrier: str, codes: CarrierCodes, zone: tzinfo) -> TrackingEvent:
    code, status = item.get("code").text(), item.get("status").text()
    reason = item.get("reason").text()
    meaning = codes.meaning("karrio", status, reason) if status else codes.meaning(carrier, code)
    return TrackingEvent(
        carrier_code=code or _code(status, reason),
        status=meaning.status,
        reason=meaning.reason,
        occurred_at=_karrio_time(item).needed_time(zone),
        location=item.get("location").text(),
        description=item.get("description").text(),
        source="push",
    )


def _karrio_time(item: Field) -> Field:
    """`timestamp`, or else a day and a time of day apart."""
    stamp = item.get("timestamp")
    if stamp.value is not None:
        return stamp
    day, clock = item.get("date"), item.get("time").text()
    return Field(f"{day.needed()}T{clock}", day.path) if clock else day


def _code(status: str, detail: str) -> str:
    return f"{status}/{detail}" if detail else status
