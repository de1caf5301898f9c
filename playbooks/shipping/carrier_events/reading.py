"""Reads what a carrier or a shipping service pushed; whose form it is shows in its fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

from orchestrator.core.errors import InputError
from playbooks.shipping.carrier_codes import CarrierCodes, shipped_codes
from playbooks.shipping.carrier_events.carriers import read_ours, read_ups
from playbooks.shipping.carrier_events.payload import Field, Notice
from playbooks.shipping.carrier_events.services import read_easypost, read_karrio, read_shippo

Read = Callable[[Field, CarrierCodes, tzinfo], Notice]


@dataclass(frozen=True, slots=True)
class _PushForm:
    """A form: how it is known, and how it is read."""

    name: str
    known_by: str
    fits: Callable[[Mapping[str, object]], bool]
    read: Read


def _event_is(*names: str) -> Callable[[Mapping[str, object]], bool]:
    return lambda payload: payload.get("event") in names and "data" in payload


_FORMS = (
    _PushForm(
        "EasyPost",
        '{"object": "Event", "description": "tracker.updated", "result"}',
        lambda payload: "result" in payload and str(payload.get("description")).startswith("tracker."),
        read_easypost,
    ),
    _PushForm("Shippo", '{"event": "track_updated", "data"}', _event_is("track_updated"), read_shippo),
    _PushForm(
        "karrio", '{"event": "tracker_updated", "data"}', _event_is("tracker_updated", "tracker_created"), read_karrio
    ),
    _PushForm(
        "UPS Track Alert",
        '{"trackingNumber", "activityStatus"}',
        lambda payload: "trackingNumber" in payload and "activityStatus" in payload,
        read_ups,
    ),
    _PushForm(
        "ours",
        '{"tracking_number", "events"}',
        lambda payload: "tracking_number" in payload and "events" in payload,
        read_ours,
    ),
)
_SHOWN = 12


def read_push(payload: object, *, codes: CarrierCodes | None = None, zone: tzinfo = UTC) -> Notice:
    """What a pushed JSON object tells; InputError where it is of no known form, or a field is wrong.

    Args:
        payload: The decoded body. Who sent it, and whether its signature is right, was checked before.
        codes: What carriers' codes mean; those that come with the product by default.
        zone: Of times that do not name theirs.
    """
    if not isinstance(payload, Mapping):
        raise InputError(f"the payload is {type(payload).__name__}: give a JSON object, which is {_known()}")
    for form in _FORMS:
        if form.fits(payload):
            return form.read(Field(payload, "payload"), codes or shipped_codes(), zone)
    names = sorted(map(str, payload))
    shown = ", ".join(f"{name:.40}" for name in names[:_SHOWN]) or "none"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    raise InputError(f"the payload has the fields {shown}{more}, which is no form that is known here: give {_known()}")


def _known() -> str:
    return "; ".join(f"{form.name} {form.known_by}" for form in _FORMS)
