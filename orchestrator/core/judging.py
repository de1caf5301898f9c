"""Asks the policy about a requested action, with the names of those whom its ruling means."""

from datetime import datetime

from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.policy import Mode, Policy, Subject
from orchestrator.core.ruling import members, rule_on


def subject_of(request: ActionRequest) -> Subject:
    """What a rule is asked about."""
    return Subject(
        action=request.workflow,
        environment=request.environment,
        services=(request.service,) if request.service else (),
        reach=request.radius.value,
        unit=request.radius.unit,
        tainted=bool(request.tainted),
    )


def judge(policy: Policy, request: ActionRequest, *, mode: Mode, now: datetime) -> Ruled:
    """The policy's ruling on an action now; members of roles are names, or patterns such as `local:*`."""
    ruling = rule_on(policy, subject_of(request), mode=mode, now=now)
    return Ruled(
        ruling=ruling,
        mode=mode,
        approvers=frozenset(members(policy, ruling.roles)),
        breakers=frozenset(members(policy, ruling.break_glass)),
    )
