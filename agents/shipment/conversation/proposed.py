"""What procedures propose, as a report's actions, those of one order in their order."""

from collections import Counter
from collections.abc import Iterable, Sequence

from agents.shipment.procedure.following import Followed, Proposal
from orchestrator.core.report import Json

_CHANGING = "update_order"


def action_of(followed: Followed, proposal: Proposal, *, requester: str, authenticated: bool) -> Json:
    """A proposal as a report's action."""
    procedure = followed.procedure
    evidence = dict.fromkeys(item for one in followed.statements for item in one.evidence)
    return {
        "action": proposal.workflow,
        "workflow": proposal.workflow,
        "subject": proposal.subject,
        "arguments": proposal.arguments,
        "once_until": proposal.once_until,
        "service": None,
        "by_hand": "",
        "blast_radius": {"value": proposal.amount, "unit": proposal.currency},
        "because": {"text": ". ".join(followed.said), "evidence": list(evidence)},
        "tainted": True,
        "taint": ["the requester's message says what is wanted"],
        "guide": {"id": procedure.id, "version": procedure.version},
        "parameters": {},
        "verify": None,
        "undo": None,
        "requester": {"name": requester, "authenticated": authenticated},
        "status": "proposed",
        "problem": None,
    }


def actions_of(proposals: Iterable[tuple[Followed, Proposal]], *, requester: str) -> Iterable[Json]:
    """The proposals as actions; a later one of the same order rests on the version that the earlier leave."""
    before: dict[object, list[str]] = {}
    for followed, proposal in proposals:
        action = action_of(followed, proposal, requester=requester, authenticated=True)
        earlier = before.setdefault(proposal.arguments.get("order_id"), [])
        yield {**action, "arguments": _resting(proposal.arguments, earlier)}
        earlier.append(proposal.workflow)


def _resting(arguments: Json, earlier: Sequence[str]) -> Json:
    """Arguments for the order as the earlier actions leave it: each change of an order is one version."""
    version = arguments.get("order_version")
    if not earlier or not isinstance(version, int):
        return arguments
    if set(earlier) == {_CHANGING}:
        return {**arguments, "order_version": version + len(earlier)}
    return {name: value for name, value in arguments.items() if name != "order_version"}


def entangled(proposals: Iterable[tuple[Followed, Proposal]]) -> str:
    """The order of which several proposals move money: what is shown of the later would not be so after the earlier."""
    moving = Counter(str(one.arguments.get("order_id")) for _, one in proposals if one.amount)
    return next((order for order, count in moving.items() if count > 1), "")
