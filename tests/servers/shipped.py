"""Buying actions of shipments, in every stage that they may be in; the values of the shipments' tests."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from orchestrator.core.actions.commands import Attest, Claim, Deny, Report, Ruled
from orchestrator.core.actions.keeping import Actions
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.state import Action
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import Parcel, TrackingEvent, TrackingStatus, WeightUnit
from orchestrator.core.workflows import Done, Outcome, Refused

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRACKING = "1Z 999 AA1 01 2345 6784"
# what looks like a storage key to whoever searches texts for secrets: 64 bytes in base64
BYTES = b"^XA^FO50,50^FDAnn Lee^FS^XZ".ljust(64, b"x")
RULED = Ruled(
    ruling=Ruling(decision=Decision.APPROVAL, reasons=("the rule 'ship' decides",), persons=1, expires_after=HOUR),
    mode=Mode.REVIEW,
    approvers=frozenset({"local:ann"}),
)
ALLOWED = Ruled(ruling=Ruling(decision=Decision.ALLOWED, reasons=("it is small",)), mode=Mode.REVIEW)
TO = Address(
    person_name="Ann Lee",
    address_line1="1 Main Street",
    city="Springfield",
    state_code="IL",
    postal_code="62701",
    country_code="US",
)
FROM = Address(company_name="Shop", address_line1="9 Dock Road", city="Reno", state_code="NV", country_code="US")


def buying(order: str = "#W100", **fields: Any) -> ActionRequest:
    """A shipment of an order by UPS."""
    arguments: dict[str, Any] = {
        "order_id": order,
        "reference": f"{order}-1",
        "ship_from": FROM.document(),
        "ship_to": TO.document(),
        "is_return": False,
        "parcels": [Parcel(weight=Decimal("1.5"), weight_unit=WeightUnit.KG, items=("i-1",)).document()],
        "carrier": "ups",
        "service": "ups_ground",
        "rate": {"amount": 12.5, "currency": "USD"},
        "promised_at": "2026-11-28T18:00:00Z",
        "label_format": "ZPL",
        **fields,
    }
    return ActionRequest(
        workflow="create_shipment",
        arguments=arguments,
        subject=order.removeprefix("#"),
        environment="production",
        radius=BlastRadius(value=12.5, unit="USD"),
        requested_by="local:ann",
        once_until="void_shipment",
    )


def voiding(order: str = "#W100", number: str = TRACKING) -> ActionRequest:
    """Giving its label back."""
    return ActionRequest(
        workflow="void_shipment",
        arguments={"order_id": order, "tracking_number": number, "reason": "wrong size"},
        subject=order.removeprefix("#"),
        environment="production",
        radius=BlastRadius(value=12.5, unit="USD"),
        requested_by="local:ann",
    )


def answer(**fields: Any) -> dict[str, Any]:
    """What the carrier answers to a buying."""
    return {
        "number": 1,
        "order_id": "#W100",
        "carrier": "ups",
        "service": "ups_ground",
        "tracking_numbers": [TRACKING],
        "rate": {"amount": 12.5, "currency": "USD"},
        "label": {
            "media_type": "application/zpl",
            "content_base64": base64.b64encode(BYTES).decode(),
            "sha256": hashlib.sha256(BYTES).hexdigest(),
            "size": len(BYTES),
        },
        "promised_at": "2026-11-28T18:00:00Z",
        "void_by": "2026-11-26T10:00:00Z",
        "test_mode": False,
        "created_at": "2026-11-25T10:00:00Z",
        **fields,
    }


def filed(actions: Actions, request: ActionRequest, *, at: datetime = NOW, ruled: Ruled = ALLOWED) -> Action:
    """The action of a proposal."""
    return actions.file(request, ruled, now=at).action


def claimed(actions: Actions, request: ActionRequest, *, at: datetime = NOW) -> Action:
    """The same, with its call under way."""
    action = filed(actions, request, at=at)
    claim = Claim(process="p", fingerprint=request.fingerprint, patience=timedelta(minutes=10))
    return actions.handle(action.id, claim, now=at).action


def called(actions: Actions, request: ActionRequest, outcome: Outcome, *, at: datetime = NOW) -> Action:
    """The same, with what became of its call."""
    action = claimed(actions, request, at=at)
    return actions.handle(action.id, Report(attempt=1, outcome=outcome), now=at).action


def bought(actions: Actions, request: ActionRequest, *, at: datetime = NOW, **fields: Any) -> Action:
    """The same, done."""
    return called(actions, request, Done(key="k", status=200, body=answer(**fields)), at=at)


def refused(actions: Actions, request: ActionRequest, *, code: str = "NoStock") -> Action:
    """The same, refused by the shop."""
    return called(actions, request, Refused(key="k", code=code, message="none is left", by="workflow", status=409))


def denied(actions: Actions, action: Action) -> Action:
    """After a no."""
    return actions.handle(action.id, Deny(by="local:ann", reason="too dear", via="cli"), now=NOW).action


def attested(actions: Actions, action: Action, *, done: bool, at: datetime) -> Action:
    """After a person looked at the carrier."""
    return actions.handle(action.id, Attest(by="local:ann", done=done, note="seen"), now=at).action


def event(status: str = "in_transit", *, at: datetime = NOW + HOUR, **fields: Any) -> TrackingEvent:
    """Something that the carrier tells."""
    told: dict[str, Any] = {"carrier_code": "X", "location": "Reno, NV", **fields}
    return TrackingEvent(status=TrackingStatus(status), occurred_at=at, **told)
