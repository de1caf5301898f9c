"""Plans a shipment, a return label or a void by its procedure: reads, checks and prices, and changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from agents.shipment.procedure.following import Ended, Followed, Known, Proposal, follow
from agents.shipment.works.names import WORKS
from orchestrator.app.shipping.conversing import read_procedures
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.subject import placed
from orchestrator.core.errors import InputError, QueryError
from orchestrator.core.ports import WorkflowReads
from orchestrator.core.report import Json
from orchestrator.core.shipping.planning import NotPlanned, Plan, Planned, Question, Reason, Wishes
from orchestrator.core.shipping.reading import read_rate
from orchestrator.core.table import iso_utc


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Asked:
    """What a plan reads, numbered in its order; a plan is no run, and its evidence is what it read."""

    reads: WorkflowReads
    _count: int = 0

    async def read(self, _step: str, workflow: str, body: Json, *, purpose: str) -> Known:  # noqa: ARG002  # the port's
        """What a reading workflow answers."""
        try:
            answer = await self.reads.read_now(workflow, body)
        except QueryError as error:
            return Known(document=None, evidence=self._next(), reason=error.message)
        return Known(document=dict(answer), evidence=self._next())

    async def note(self, _step: str, document: Json, *, source: str, purpose: str) -> Known:  # noqa: ARG002  # the port's
        """What was worked out."""
        return Known(document=document, evidence=self._next())

    def _next(self) -> str:
        self._count += 1
        return f"E{self._count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentPlanner:
    """Plans shipments of one installation; implements `core.shipping.planning.Planner`.

    Args:
        reads: Reading workflows.
        procedures: The folder of procedures.
        environment: Where its actions act, as the policies call it, by whether the shop is the bundled sample.
    """

    reads: WorkflowReads
    procedures: Path
    environment: Callable[[bool], str]
    clock: Callable[[], datetime] = field(default=_wall_clock)

    async def __call__(self, order_id: str, wishes: Wishes, *, requested_by: str, authenticated: bool) -> Plan:
        """The plan of one order's shipment, or of its return."""
        procedure = "return_label" if wishes.is_return else "ship_order"
        followed = await self._follow(procedure, {"order_id": order_id, **_wanted(wishes)})
        return self._plan(followed, requested_by=requested_by, authenticated=authenticated)

    async def cancel(
        self, order_id: str, *, tracking_number: str, reason: str, requested_by: str, authenticated: bool
    ) -> ActionRequest | NotPlanned:
        """The request to give a label back, or why it cannot be."""
        wanted: Json = {"order_id": order_id, "tracking_number": tracking_number or None, "reason": reason or None}
        followed = await self._follow("cancel_shipment", wanted)
        if not isinstance(followed.end, Proposal):
            return _not_planned(followed)
        return self._request(followed, followed.end, requested_by=requested_by, authenticated=authenticated)

    async def _follow(self, procedure: str, wanted: Json) -> Followed:
        known = read_procedures(self.procedures)
        if procedure not in known:
            raise InputError(f"{str(self.procedures)!r} holds no procedure {procedure!r}: put {procedure}.yaml there")
        return await follow(
            known[procedure],
            wanted,
            reading=_Asked(self.reads),
            works=WORKS,
            now=iso_utc(self.clock()),
            source="command",
        )

    def _plan(self, followed: Followed, *, requested_by: str, authenticated: bool) -> Plan:
        if not isinstance(followed.end, Proposal):
            return _not_planned(followed)
        choice = _mapping(followed.known.get("choice"))
        rate = read_rate(choice["rate"])
        return Planned(
            request=self._request(followed, followed.end, requested_by=requested_by, authenticated=authenticated),
            summary=followed.said,
            rate=rate,
            notices=_notices(followed),
            others=tuple(read_rate(one) for one in _list(choice.get("others"))),
        )

    def _request(
        self, followed: Followed, proposal: Proposal, *, requested_by: str, authenticated: bool
    ) -> ActionRequest:
        environment = self.environment(_mapping(followed.known.get("order")).get("sample") is True)
        return ActionRequest(
            workflow=proposal.workflow,
            arguments=proposal.arguments,
            subject=placed(proposal.subject, environment=environment),
            environment=environment,
            radius=BlastRadius(value=proposal.amount, unit=proposal.currency),
            requested_by=requested_by,
            authenticated=authenticated,
            because=". ".join(followed.said),
            guide=followed.procedure.id,
            guide_version=followed.procedure.version,
            once_until=proposal.once_until,
        )


def _wanted(wishes: Wishes) -> Json:
    """The wishes as procedures read them: null where nothing is wished."""
    return {
        "service": wishes.service or None,
        "deliver_by": wishes.deliver_by.isoformat() if wishes.deliver_by else None,
        "fastest": wishes.fastest,
        "max_price": float(wishes.max_price) if wishes.max_price is not None else None,
        "signature": wishes.signature or None,
        "insurance": float(wishes.insurance) if wishes.insurance is not None else None,
        "ship_to": wishes.ship_to.document() if wishes.ship_to is not None else None,
        "label_format": wishes.label_format,
        "test_mode": wishes.test_mode,
    }


def _not_planned(followed: Followed) -> NotPlanned:
    end, notices = followed.end, _notices(followed)
    if not isinstance(end, Ended):
        return NotPlanned(reasons=(Reason(code="NothingToDo", text="the procedure proposes nothing"),), notices=notices)
    match end.ending:
        case "ask":
            choices = tuple(map(str, _list(_mapping(followed.known.get("address")).get("choices"))))
            return NotPlanned(questions=(Question(name=end.check, text=end.text, choices=choices),), notices=notices)
        case "refuse" | "person":
            return NotPlanned(reasons=(Reason(code=end.check, text=end.text),), notices=notices)
        case _:
            assert_never(end.ending)


def _notices(followed: Followed) -> tuple[str, ...]:
    """What corrected the address, and what goods ask for."""
    found = [
        *_list(_mapping(followed.known.get("address")).get("notices")),
        *_list(_mapping(followed.known.get("goods")).get("notices")),
    ]
    return tuple(map(str, found))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
