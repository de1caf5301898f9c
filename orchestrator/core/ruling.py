"""What a policy says about one action now: forbidden, to be approved and by whom, or let pass; and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from orchestrator.core.policy import Mode, Policy, Rule, Subject


class Decision(StrEnum):
    """What is to happen with an action."""

    FORBIDDEN = "forbidden"
    APPROVAL = "approval"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the policy says.

    Attributes:
        reasons: Why, in sentences; the first is the decisive one.
        rule: The rule that decided; None where none fits.
        place: Where it stands.
        persons: How many different persons must approve.
        roles: Whose members may; none means that only the glass can be broken.
        consent: Whether the authenticated requester's own yes to the exact arguments counts.
        break_glass: Roles one of whose members may act alone.
        expires_after: For how long it waits.
    """

    decision: Decision
    reasons: tuple[str, ...]
    rule: str | None = None
    place: str | None = None
    persons: int = 0
    roles: tuple[str, ...] = ()
    consent: bool = False
    break_glass: tuple[str, ...] = ()
    expires_after: timedelta | None = None


def rule_on(policy: Policy, subject: Subject, *, mode: Mode, now: datetime) -> Ruling:
    """What the policy says about an action in that mode; `now` (aware) decides hours and freezes."""
    if mode is Mode.READ_ONLY:
        return _forbidden(
            "the mode is read_only: nothing is changed; set SWITCHBOARD_MODE to review to approve actions"
        )
    rule = policy.deciding(subject, now)
    if rule is None:
        return _forbidden(_no_rule(policy, subject, now))
    ruling = _asked(rule, subject, mode)
    for narrowed in (_limited, _frozen, _peopled):
        ruling = narrowed(policy, rule, subject, ruling, now)
    return ruling


def _asked(rule: Rule, subject: Subject, mode: Mode) -> Ruling:
    """What the rule alone asks for."""
    persons = rule.persons(subject)
    alone = _why_not_alone(rule, subject, mode, persons)
    many = "one person" if persons == 1 else f"{persons} different persons"
    asks = f"the rule {rule.id!r} asks for {many} of {', '.join(rule.approvers) or 'no role'}"
    within = rule.consent_up_to is None or rule.consent_up_to.allow(subject.reach, subject.unit)
    return Ruling(
        decision=Decision.APPROVAL if alone else Decision.ALLOWED,
        reasons=(asks, *alone) if alone else (f"the rule {rule.id!r} lets it pass without a person",),
        rule=rule.id,
        place=str(rule.place),
        persons=persons if alone else 0,
        roles=rule.approvers,
        consent=rule.consent and within,
        break_glass=rule.break_glass,
        expires_after=rule.expires_after,
    )


def _why_not_alone(rule: Rule, subject: Subject, mode: Mode, persons: int) -> tuple[str, ...]:
    """Why a person is needed; empty where none is."""
    if mode is not Mode.AUTONOMOUS:
        return ("the mode is review",)
    if rule.mode is not Mode.AUTONOMOUS:
        return ("the rule asks for a person in every mode",)
    reasons: list[str] = []
    if subject.tainted:
        reasons.append("free text supplied an argument or chose the branch, which takes a person in every mode")
    if persons > 1:
        reasons.append(f"it takes {persons} persons")
    up_to = rule.autonomous_up_to
    if up_to is not None and not up_to.allow(subject.reach, subject.unit):
        reasons.append(f"{reach_text(subject)} is more than may pass without a person ({up_to})")
    return tuple(reasons)


def _limited(_policy: Policy, rule: Rule, subject: Subject, ruling: Ruling, _now: datetime) -> Ruling:
    if rule.limits is None or rule.limits.allow(subject.reach, subject.unit):
        return ruling
    reason = f"{reach_text(subject)} is above the limit of the rule {rule.id!r} ({rule.limits})"
    return replace(_forbidden(reason), rule=rule.id, place=ruling.place)


def _frozen(policy: Policy, rule: Rule, subject: Subject, ruling: Ruling, now: datetime) -> Ruling:
    """A freeze lets what it excepts pass with more persons, and the rest only behind broken glass."""
    for freeze in policy.frozen(subject, now):
        if ruling.decision is Decision.FORBIDDEN:
            return ruling
        if freeze.excepts(subject):
            persons = max(ruling.persons, freeze.approvals)
            reason = f"the freeze {freeze.id!r} excepts it and asks for {persons} persons"
            ruling = replace(ruling, decision=Decision.APPROVAL, persons=persons, reasons=(*ruling.reasons, reason))
        elif rule.break_glass:
            reason = f"the freeze {freeze.id!r} holds: only {', '.join(rule.break_glass)} may act, behind broken glass"
            persons = max(ruling.persons, 1)
            ruling = replace(
                ruling, decision=Decision.APPROVAL, persons=persons, roles=(), consent=False, reasons=(reason,)
            )
        else:
            ruling = replace(
                _forbidden(f"the freeze {freeze.id!r} holds and does not except it"), rule=rule.id, place=ruling.place
            )
    return ruling


def _peopled(policy: Policy, rule: Rule, _subject: Subject, ruling: Ruling, _now: datetime) -> Ruling:
    """An approval that nobody could ever give is a no, said at once."""
    named = (*ruling.roles, *ruling.break_glass)
    if ruling.decision is not Decision.APPROVAL or any(policy.roles.get(role) for role in named) or ruling.consent:
        return ruling
    reason = (
        f"the roles {', '.join(rule.approvers)} of the rule {rule.id!r} have no members: name them under `roles:` in a "
        f"folder of your own (SWITCHBOARD_POLICIES), such as a copy of {policy.source or 'the one in use'}"
    )
    return replace(_forbidden(reason), rule=rule.id, place=ruling.place)


def _no_rule(policy: Policy, subject: Subject, now: datetime) -> str:
    nearest = policy.nearest(subject, now)
    what = f"no rule is for {subject.action} in {subject.environment}, and what no rule is for is not done"
    if nearest is None:
        return f"{what}; there are no rules at all"
    rule, misfits = nearest
    return f"{what}; the nearest is {rule.id!r} ({rule.place}): {'; '.join(misfits)}"


def _forbidden(reason: str) -> Ruling:
    return Ruling(decision=Decision.FORBIDDEN, reasons=(reason,))


def reach_text(subject: Subject) -> str:
    """How far it reaches, in words."""
    if isinstance(subject.reach, bool) or not isinstance(subject.reach, int | float):
        return f"an unknown number of {subject.unit or 'whatever it touches'}, which counts as above every limit,"
    return f"{subject.reach:,g} {subject.unit}".strip()


def members(policy: Policy, roles: Sequence[str]) -> tuple[str, ...]:
    """Who has one of these roles, as the policy names them."""
    return tuple(dict.fromkeys(member for role in roles for member in policy.roles.get(role, ())))
