"""The part of the fake application that knows shipments: W1 can be shipped, W2 may not be, W3 lacks an answer."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.errors import InputError
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.manifest import manifest_document
from orchestrator.core.shipping.planning import NotPlanned, Plan, Planned, Question, Reason, Wishes
from orchestrator.core.shipping.shipment import (
    Label,
    Parcel,
    Rate,
    Shipment,
    TrackingEvent,
    TrackingStatus,
    WeightUnit,
)
from orchestrator.core.shipping.stage import ShipmentStage
from orchestrator.core.shipping.standing import Standing
from orchestrator.surfaces.application import Document
from orchestrator.surfaces.shipping_application import LabelFile

HOSTILE = "\x1b[31mred\x1b[0m\u202e"
LABEL = b"%PDF-1.4\n%%EOF"
PROMISED = datetime(2026, 11, 24, 18, tzinfo=UTC)
BOUGHT = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)
RATE = Rate(carrier="ups", service="ups_ground", amount=Decimal("12.5"), currency="USD", promised_at=PROMISED)
TO = Address(
    person_name=f"=Ann {HOSTILE}", address_line1="1 Main Street", city="Reno", postal_code="89501", country_code="US"
)
REQUEST = ActionRequest(
    workflow="create_shipment",
    arguments={"order_id": "W1"},
    subject="W1",
    environment="sample",
    radius=BlastRadius(value=12.5, unit="USD"),
    requested_by="local:alice",
)


def shipment(name: str = "S-1", **changes: object) -> Document:
    """A shipment's document."""
    told = Shipment(
        id=name,
        order_id="W1",
        reference="W1-1",
        ship_from=Address(company_name="Shop", city="Portland", country_code="US"),
        ship_to=TO,
        parcels=(Parcel(weight=Decimal("1.5"), weight_unit=WeightUnit.KG, length=Decimal(30), width=Decimal(20)),),
        carrier="ups",
        service="ups_ground",
        idempotency_key="create_shipment:W1:1",
        action="A-7",
        rate=RATE,
        label=Label(media_type="application/pdf", sha256=hashlib.sha256(LABEL).hexdigest(), size=len(LABEL)),
        tracking_numbers=("1Z999AA10123456784",),
        status=TrackingStatus.IN_TRANSIT,
        promised_at=PROMISED,
        void_by=datetime(2026, 12, 20, tzinfo=UTC),
        created_at=BOUGHT,
        events=(
            TrackingEvent(
                carrier_code="DP",
                status=TrackingStatus.IN_TRANSIT,
                occurred_at=BOUGHT,
                location="Reno",
                description=f"Departed {HOSTILE}",
            ),
        ),
    )
    standing = Standing(shipment=told, stage=ShipmentStage.BOUGHT, late_from=PROMISED)
    more: Document = {"is_late": False, "manifest": None, "updated_at": "2026-11-22T10:45:00.000000Z"}
    return {**standing.document(), **more, **changes}


PARKED = shipment(
    "S-2",
    stage="parked",
    status="pending",
    substatus="outcome_unknown",
    reason="nobody knows yet whether A-8 was done: 504",
    owner="H-3",
    action_required="look at the carrier whether it was bought, then: switchboard shipments resolve",
    tracking_numbers=[],
    label=None,
    events=[],
)


def outcome(status: str, message: str, found: Document) -> Document:
    """What a command came to."""
    return {"status": status, "message": message, "next": "switchboard shipments track S-1", "shipment": found}


class FakeShipments:
    """S-1 is on its way, S-2 is parked; what is bought is remembered."""

    state: Path | None = None
    shipping: list[tuple[object, ...]]

    def _noted(self, *what: object) -> None:
        self.shipping = [*getattr(self, "shipping", []), what]

    async def plan_shipment(self, order: str, wishes: Wishes) -> Plan:
        """By the order."""
        self._noted("plan", order, wishes)
        if order == "W2":
            return NotPlanned(reasons=(Reason(code="OrderNotPaid", text=f"order W2 is not paid {HOSTILE}"),))
        if order == "W3":
            return NotPlanned(questions=(Question(name="address", text="Which Springfield?", choices=("IL", "MA")),))
        return Planned(
            request=REQUEST,
            summary=("Ship order W1 to Ann, Reno", f"Price 12.50 USD {HOSTILE}"),
            rate=RATE,
            notices=("phone_number became +17755550100",),
            others=(RATE,),
        )

    async def buy_shipment(self, plan: Planned, *, tell: Callable[[str], None]) -> Document:
        """Bought, unless two must approve."""
        self._noted("buy", plan.request.fingerprint)
        tell("A-7: calling create_shipment on W1")
        return outcome("done", "S-1 is bought", shipment())

    def list_shipments(self, *, states: Sequence[str], order: str | None, limit: int) -> tuple[Document, ...]:
        """Both, or those of a state."""
        late = shipment("S-3", is_late=True)
        held = shipment("S-4", status="on_hold", is_exception=True, substatus="customs_delay")
        found = {"parked": (PARKED,), "late": (late,), "exception": (held,), "delivered": ()}
        wanted = (
            [one for state in states for one in found.get(state, ())] if states else [shipment(), PARKED, late, held]
        )
        return tuple(one for one in wanted if order is None or one["order_id"] == order)[:limit]

    def show_shipments(self, name: str) -> tuple[Document, ...]:
        """By id or order."""
        if name not in {"S-1", "W1"}:
            raise InputError(f"there is no shipment {name!r}; the nearest are S-1, S-2")
        done: Document = {"action": "A-7", "at": "2026-11-22T10:45:00Z", "what": "done", "who": None, "text": "Done."}
        return (shipment(history=[done]),)

    async def shipment_label(self, name: str) -> LabelFile:
        """The same bytes each time."""
        digest = hashlib.sha256(LABEL).hexdigest()
        return LabelFile(shipment=name, name=f"{name}.pdf", media_type="application/pdf", sha256=digest, data=LABEL)

    async def track_shipment(self, name: str) -> Document:
        """One new event."""
        return {"shipment": shipment(), "new": 1, "troubles": [f"1Z2: not known yet {HOSTILE}"]}

    def push_tracking(self, payload: bytes, *, name: str) -> Document:
        """As sent."""
        self._noted("push", payload, name)
        return {"shipment": shipment(), "new": 0, "troubles": [], "unmapped": ["ZZ"]}

    async def cancel_shipment(self, name: str, *, reason: str, tell: Callable[[str], None]) -> Document:
        """S-1 is given back; S-2 cannot be."""
        self._noted("cancel", name, reason)
        if name == "S-2":
            return outcome("unknown", "nobody knows whether it was bought", PARKED)
        voided = shipment(stage="voided", status="cancelled", substatus="voided", refund_status="submitted")
        return outcome("done", "S-1 is given back", voided)

    async def resolve_shipment(self, name: str, *, found: str, numbers: Sequence[str], note: str) -> Document:
        """Settled; there is nothing to settle about S-1."""
        self._noted("resolve", name, found, tuple(numbers), note)
        if name == "S-1":
            return outcome("refused", "S-1 is bought: there is nothing to resolve", shipment())
        return outcome("done", f"{name} is settled: {found}", shipment("S-2"))

    def validate_address(self, address: Address) -> Document:
        """Valid in Reno."""
        result = "valid" if address.city == "Reno" else "unknown"
        reasons = [] if result == "valid" else [{"field": "city", "reason": f"the city is missing {HOSTILE}"}]
        return {
            "result": result,
            "address": address.document(),
            "differences": [],
            "candidates": [],
            "reasons": reasons,
            "notes": [],
        }

    async def order_address(self, order: str) -> Address:
        """Reno."""
        self._noted("address", order)
        return TO

    def import_orders(self, path: Path, *, ship_from: Address | None) -> Document:
        """One is rejected."""
        self._noted("import", path.name, ship_from.city if ship_from else None)
        return {
            "orders": 2,
            "unchanged": 1,
            "rejected": [{"line": 4, "order_id": "W9", "reason": f"no quantity {HOSTILE}"}],
            "ignored": ["colour"],
        }

    def make_manifests(self, *, day: date, carrier: str | None) -> tuple[Document, ...]:
        """One, of S-1."""
        self._noted("manifest", day, carrier)
        made = manifest_document(
            [shipment()],
            number=1,
            carrier="ups",
            bought_on=day.isoformat(),
            made_at="2026-11-22T16:00:00Z",
            made_by="local:alice",
        )
        return () if carrier == "dhl" else (made,)

    def show_manifest(self, manifest: str) -> Document:
        """M-1."""
        if manifest != "M-1":
            raise InputError(f"there is no manifest {manifest!r}")
        return self.make_manifests(day=date(2026, 11, 22), carrier=None)[0]
