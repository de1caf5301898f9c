"""What people and the policy say of an action: rulings, approvals for exactly this, denials, broken glass."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias, assert_never

from orchestrator.core.actions.commands import Approve, BreakGlass, Deny, ReviewGlass, Rule, Ruled, Void
from orchestrator.core.actions.events import (
    ActionApproved,
    ActionDenied,
    ActionRuled,
    ActionVoided,
    AnyActionEvent,
    ApprovalGiven,
    GlassBroken,
    GlassReviewed,
)
from orchestrator.core.actions.persons import counted, is_among, same_person, second_person
from orchestrator.core.actions.standing import Answer, no, standing
from orchestrator.core.actions.state import ACTED, OPEN, UNSETTLED, Action, Stage
from orchestrator.core.ruling import Decision

Said: TypeAlias = Rule | Approve | BreakGlass | ReviewGlass | Deny | Void


def say(action: Action, command: Said, now: datetime) -> Answer:
    """What becomes of an action whose time has not run out, by what somebody says of it."""
    match command:
        case Rule():
            answer = _rule(action, command.ruled, now)
        case Approve():
            answer = _approve(action, command, now)
        case BreakGlass():
            answer = _break_glass(action, command, now)
        case ReviewGlass():
            answer = _review(action, command, now)
        case Deny():
            answer = _deny(action, command, now)
        case Void():
            answer = _void(action, command, now)
        case _:
            assert_never(command)
    return answer


def _void(action: Action, command: Void, now: datetime) -> Answer:
    if action.stage not in OPEN:
        return Answer() if action.stage is Stage.VOID else no(standing(action))
    return Answer(events=(ActionVoided(at=now, reason=command.reason, by_action=command.by_action),))


def _rule(action: Action, ruled: Ruled, now: datetime) -> Answer:
    if action.stage not in {Stage.FORBIDDEN, Stage.WAITING}:
        return Answer()
    event = ruled_event(action, ruled, now)
    if ruled.ruling.decision is not Decision.ALLOWED:
        return Answer(events=(event,))
    approved = ActionApproved(at=now, how=ruled.ruling.reasons[0], fingerprint=action.request.fingerprint)
    return Answer(events=(event, approved))


def ruled_event(action: Action, ruled: Ruled, now: datetime) -> ActionRuled:
    """The ruling as an event; the time that an action has is set once, by the first ruling that lets it wait."""
    ruling, before = ruled.ruling, action.ruling
    kept = before.expires_at if before is not None else None
    return ActionRuled(
        at=now,
        decision=ruling.decision.value,
        reasons=ruling.reasons,
        mode=ruled.mode.value,
        rule=ruling.rule,
        place=ruling.place,
        persons=ruling.persons,
        roles=ruling.roles,
        consent=ruling.consent,
        break_glass=ruling.break_glass,
        expires_at=kept or (now + ruling.expires_after if ruling.expires_after else None),
    )


def _approve(action: Action, command: Approve, now: datetime) -> Answer:
    declined = _not_askable(action, command.fingerprint, command.ruled)
    if declined is not None:
        return declined
    if any(same_person(given.by, command.by) for given in _given(action)):
        return _again(action, command, now)
    ruled = ruled_event(action, command.ruled, now)
    if not _may_approve(action, command):
        return no(_who_may(action, command.by, command.ruled))
    given = ApprovalGiven(
        at=now, by=command.by, authenticated=command.authenticated, fingerprint=command.fingerprint, via=command.via
    )
    events: list[AnyActionEvent] = [] if _same_ruling(action.ruling, ruled) else [ruled]
    events.append(given)
    votes = counted((*_given(action), given), action.request, command.ruled)
    needed = max(command.ruled.ruling.persons, 1)
    if len(votes) < needed:
        return Answer(events=tuple(events), note=second_person(votes, needed))
    how = f"approved by {' and '.join(vote.by for vote in votes)}"
    events.append(ActionApproved(at=now, how=how, fingerprint=command.fingerprint))
    return Answer(events=tuple(events))


def _again(action: Action, command: Approve, now: datetime) -> Answer:
    """The same person once more: nothing happens, unless fewer persons are asked for by now."""
    votes = counted(_given(action), action.request, command.ruled)
    needed = max(command.ruled.ruling.persons, 1)
    if len(votes) < needed:
        return Answer(note=f"{command.by} has approved already; {second_person(votes, needed)}")
    how = f"approved by {' and '.join(vote.by for vote in votes)}"
    approved = ActionApproved(at=now, how=how, fingerprint=command.fingerprint)
    return Answer(events=(ruled_event(action, command.ruled, now), approved), note=f"{command.by} has approved already")


def _given(action: Action) -> Sequence[ApprovalGiven]:
    """The approvals of exactly what the action is."""
    return [given for given in action.approvals if given.fingerprint == action.request.fingerprint]


def _same_ruling(before: ActionRuled | None, after: ActionRuled) -> bool:
    if before is None:
        return False
    names = ("decision", "mode", "rule", "persons", "roles", "consent", "break_glass")
    return all(getattr(before, name) == getattr(after, name) for name in names)


def _not_askable(action: Action, fingerprint: str, ruled: Ruled) -> Answer | None:
    """Why nobody can say yes now; None where somebody can."""
    if action.stage in {Stage.APPROVED, *UNSETTLED, *ACTED}:
        return Answer(note=standing(action))  # a second click
    if action.stage not in OPEN:
        return no(standing(action))
    if fingerprint != action.request.fingerprint:
        return no(f"{action.id} is not what you were shown: its arguments, guide or reach differ; look at it again")
    if ruled.ruling.decision is Decision.FORBIDDEN:
        return no(f"{action.id} may not be done: {'; '.join(ruled.ruling.reasons)}")
    return None


def _may_approve(action: Action, command: Approve) -> bool:
    by_role = is_among(command.by, command.ruled.approvers)
    requester = same_person(command.by, action.request.requested_by)
    return by_role or (command.ruled.ruling.consent and requester and command.authenticated)


def _who_may(action: Action, by: str, ruled: Ruled) -> str:
    names = ", ".join(sorted(ruled.approvers)) or "nobody"
    roles = ", ".join(ruled.ruling.roles) or "no role"
    own = ""
    if ruled.ruling.consent and same_person(by, action.request.requested_by):
        own = (
            f"; your own yes as the requester counts only where a service vouches for who you are, and {by!r} is local"
        )
    return f"{by} may not approve {action.id}: the rule asks for {roles} ({names}){own}"


def _break_glass(action: Action, command: BreakGlass, now: datetime) -> Answer:
    declined = _not_askable(action, command.fingerprint, command.ruled)
    if declined is not None:
        return declined
    if not command.reason.strip():
        return no("breaking the glass needs a reason, which everybody will read")
    if not is_among(command.by, command.ruled.breakers):
        roles = ", ".join(command.ruled.ruling.break_glass) or "nobody"
        return no(f"{command.by} may not break the glass for {action.id}: the rule lets {roles}")
    broken = GlassBroken(
        at=now,
        by=command.by,
        authenticated=command.authenticated,
        fingerprint=command.fingerprint,
        reason=command.reason,
        via=command.via,
    )
    approved = ActionApproved(at=now, how=f"glass broken by {command.by}", fingerprint=command.fingerprint)
    return Answer(events=(ruled_event(action, command.ruled, now), broken, approved))


def _review(action: Action, command: ReviewGlass, now: datetime) -> Answer:
    if action.glass is None:
        return no(f"{action.id} did not pass by broken glass, so that there is nothing to review")
    if action.review is not None:
        return Answer(note=f"{action.review.by} has reviewed it already")
    if same_person(command.by, action.glass.by):
        return no(f"{command.by} broke the glass for {action.id}: somebody else reviews it")
    return Answer(events=(GlassReviewed(at=now, by=command.by, note=command.note),))


def _deny(action: Action, command: Deny, now: datetime) -> Answer:
    if action.stage is Stage.DENIED:
        return Answer(note=standing(action))
    if action.stage not in OPEN:
        return no(standing(action))
    return Answer(events=(ActionDenied(at=now, by=command.by, reason=command.reason, via=command.via),))
