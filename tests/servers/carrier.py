"""A carrier behind workflows: it sells a label for each call that arrives, and tells where parcels are.

What a test sees as a second purchase is one: nothing here repairs what the caller does wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shipped import answer, buying, voiding

from orchestrator.app.desk import HandoffDesk
from orchestrator.app.shipping.opening import Shipping
from orchestrator.app.shipping.recording import Desks, ShipmentDesk, open_shipments
from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.errors import QueryError
from orchestrator.core.report import Json
from orchestrator.core.shipping.planning import NotPlanned, Plan, Planned, Wishes
from orchestrator.core.shipping.reading import read_rate
from orchestrator.core.workflows import Absent, Body, Done, Outcome, Reading, Refused, Unknown, WorkflowSpec
from orchestrator.engine.acting.acting import Acting
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from playbooks.services import Services

SPECS = {
    name: WorkflowSpec(name=name, title=name, changing=True, lookup_by_key="find_shipment")
    for name in ("create_shipment", "void_shipment")
}


@dataclass
class Carrier:
    """Implements `Workflows` and `WorkflowReads`.

    Attributes:
        next: What becomes of the next calls: `done`, `lost` (done, and the reply is lost), `never` (it never arrives,
            and nobody knows), `refused`; `done` when they are used up.
        readable: Whether keys can be looked up.
        calls: The keys that were called, each call.
        bought: What each key bought or voided.
        told: What is known of a number: the answer of `track_shipment`, or why there is none.
    """

    next: list[str] = field(default_factory=list)
    readable: bool = True
    calls: list[str] = field(default_factory=list)
    bought: dict[str, Json] = field(default_factory=dict)
    told: dict[str, Json | str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def specs(self) -> Mapping[str, WorkflowSpec]:
        """The two that change something."""
        return SPECS

    async def call(self, name: str, body: Body, *, key: str) -> Outcome:
        """Sell it, or take it back."""
        self.calls.append(key)
        outcome = self.next.pop(0) if self.next else "done"
        if outcome == "refused":
            return Refused(key=key, code="NoStock", message="none is left", by="workflow", status=409)
        if outcome == "never":
            return Unknown(key=key, reason="504")
        self.bought[key] = self._done(name, body)
        return Unknown(key=key, reason="the reply was lost") if outcome == "lost" else self._told(key)

    async def read(self, key: str, *, name: str | None = None, sent_at: datetime | None = None) -> Reading:
        """What a key bought."""
        if not self.readable:
            return Unknown(key=key, reason="the lookup does not answer", owner="person")
        return self._told(key) if key in self.bought else Absent(key=key, source="lookup")

    async def read_now(self, name: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """Where a parcel is."""
        number = str(body["tracking_number"])
        self.asked.append(number)
        found = self.told.get(number, {"found": False, "events": []})
        if isinstance(found, str):
            raise QueryError(found, retryable=True)
        return found

    def _told(self, key: str) -> Done:
        return Done(key=key, status=200, body=self.bought[key])

    def _done(self, name: str, body: Body) -> Json:
        if name == "void_shipment":
            return {"refund_status": "submitted"}
        return answer(order_id=body["order_id"], tracking_numbers=[f"1Z{len(self.calls)}"])


@dataclass
class Planning:
    """Plans every order, and each void; or nothing, where it is told so."""

    refusal: NotPlanned | None = None

    async def __call__(self, order_id: str, wishes: Wishes, *, requested_by: str, authenticated: bool) -> Plan:
        """The plan."""
        del wishes, requested_by, authenticated
        return self.refusal or planned(buying(order_id))

    async def cancel(self, order_id: str, *, tracking_number: str, **_more: Any) -> ActionRequest | NotPlanned:
        """The void."""
        return self.refusal or voiding(order_id, tracking_number)


def planned(request: ActionRequest) -> Planned:
    """The plan of a request."""
    rate = read_rate({"carrier": "ups", "service": "ups_ground", "amount": 12.5, "currency": "USD"})
    return Planned(request=request, summary=("Ship it",), rate=rate)


def shipping(database: Database, carrier: Carrier, *, ruled: Ruled, planning: Planning | None = None) -> Shipping:
    """What buys from that carrier, by that ruling of the policy."""
    desks = Desks((HandoffDesk(database, Services()), ShipmentDesk(database)))
    return Shipping(
        actions=StoredActions(database),
        shipments=open_shipments(database),
        desk=ShipmentDesk(database),
        acting=Acting(
            actions=StoredActions(database),
            workflows=carrier,
            judge=lambda _request, _now: ruled,
            process="p",
            desk=desks,
        ),
        workflows=carrier,
        reads=carrier,
        planner=planning or Planning(),  # type: ignore[arg-type]  # the two methods that are used
    )
