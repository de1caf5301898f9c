"""Asks the policy about a requested action, with the names of those whom its ruling means."""

from collections.abc import Iterable
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


def judge(policy: Policy, request: ActionRequest, *, mode: Mode, now: datetime, who: Iterable[str] = ()) -> Ruled:
    """The policy's ruling on an action now.

    `who` are the persons at issue: the one who asks now and those who approved before. A member that is a pattern
    (`local:*`) means those of them that it fits; other members are named as they stand.
    """
    ruling = rule_on(policy, subject_of(request), mode=mode, now=now)
    persons = tuple(dict.fromkeys((*who, request.requested_by)))
    return Ruled(
        ruling=ruling,
        mode=mode,
        approvers=_named(policy, ruling.roles, persons),
        breakers=_named(policy, ruling.break_glass, persons),
    )


def _named(policy: Policy, roles: tuple[str, ...], persons: Iterable[str]) -> frozenset[str]:
    plain = {name for name in members(policy, roles) if not set(name) & set("*?[")}
    return frozenset(plain | {person for person in persons if policy.roles_of([person]) & set(roles)})
