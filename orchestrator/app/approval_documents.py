"""Actions as documents: what would be done, who may approve it now, what became of it, and what a command came to."""

from datetime import datetime

from orchestrator.app.policies import ruling_document
from orchestrator.core.action_history import history_entry
from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.persons import counted, is_among, same_person, second_person
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import ACTED, OPEN, UNSETTLED, Action, Stage
from orchestrator.core.policy import Policy
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.table import iso_utc


def action_document(action: Action, ruled: Ruled, policy: Policy, *, now: datetime, user: str) -> Json:
    """An action in full; `ruled` is what the policy says now, which counts while nothing was done."""
    request, stage = action.request, action.stage_at(now)
    expires = action.expires_at
    found: Json = {
        "id": action.id,
        "state": stage.value,
        "digest": request.fingerprint,
        "open_to_you": stage in OPEN and _open_to(action, ruled, user),
        "due": due(action, now),
        "action": request.workflow,
        "arguments": dict(request.arguments),
        "environment": request.environment,
        "services": [request.service] if request.service else [],
        "by_hand": request.by_hand or None,
        "blast_radius": {"value": request.radius.value, "unit": request.radius.unit or None},
        "tainted": bool(request.tainted),
        "taint": list(request.tainted),
        "verify": _verify(request),
        "undo": {"action": request.undo.workflow, "arguments": dict(request.undo.arguments)} if request.undo else None,
        "guide": {"id": request.guide, "version": request.guide_version} if request.guide else None,
        "run": request.run,
        "incident": request.incident,
        "claims": [{"text": request.because, "evidence": list(request.evidence)}] if request.because else [],
        "requester": {"name": request.requested_by, "authenticated": request.authenticated},
        "proposed_at": iso_utc(action.requested_at),
        "expires_at": iso_utc(expires) if expires else None,
        "age_s": max((now - action.requested_at).total_seconds(), 0.0),
        "expires_in_s": (expires - now).total_seconds() if expires else None,
        "policy": _policy(action, ruled, policy, stage=stage, user=user),
        "approvals": [
            {"name": given.by, "authenticated": given.authenticated, "at": iso_utc(given.at), "via": given.via}
            for given in action.approvals
        ],
        "broken_glass": _glass(action),
        "handoff": action.owner,
        "undo_of": request.undo_of,
        "undone_by": action.undo,
        "key": action.key,
        "history": [history_entry(event) for event in action.events],
    }
    return {name: redact_value(value) for name, value in found.items()}


def due(action: Action, now: datetime) -> bool:
    """Whether something can be found out about it by now: what became of its call, or whether it helped."""
    if action.stage in UNSETTLED:
        return action.claim is None or now >= action.claim.until or action.stage is not Stage.CLAIMED
    return action.stage is Stage.DONE and action.verify_at is not None and now >= action.verify_at


def _open_to(action: Action, ruled: Ruled, user: str) -> bool:
    """Whether a yes of this user, who is not authenticated, would count."""
    if ruled.ruling.decision is Decision.FORBIDDEN or _has_approved(action, user):
        return False
    return is_among(user, ruled.approvers | ruled.breakers) or ruled.ruling.decision is Decision.ALLOWED


def _has_approved(action: Action, user: str) -> bool:
    return any(
        same_person(given.by, user) and given.fingerprint == action.request.fingerprint for given in action.approvals
    )


def _policy(action: Action, ruled: Ruled, policy: Policy, *, stage: Stage, user: str) -> Json:
    """The ruling of now while it can still be approved, else the one that was recorded."""
    ruling = ruled.ruling if stage in OPEN or action.ruling is None else _recorded(action, ruled.ruling)
    mode = ruled.mode.value if stage in OPEN or action.ruling is None else action.ruling.mode
    return {
        "mode": mode,
        "policy": policy.version,
        **ruling_document(policy, ruling),
        "you": {
            "name": user,
            "roles": sorted(policy.roles_of([user])),
            "may_approve": stage in OPEN and is_among(user, ruled.approvers),
            "may_break_glass": stage in OPEN and is_among(user, ruled.breakers),
        },
    }


def _recorded(action: Action, now: Ruling) -> Ruling:
    taken = action.ruling
    if taken is None:
        return now
    waits = action.expires_at - action.requested_at if action.expires_at else None
    return Ruling(
        decision=Decision(taken.decision),
        reasons=taken.reasons or now.reasons,
        rule=taken.rule,
        place=taken.place,
        persons=taken.persons,
        roles=taken.roles,
        consent=taken.consent,
        break_glass=taken.break_glass,
        expires_after=waits,
    )


def _verify(request: ActionRequest) -> Json | None:
    check = request.verification
    if check is None:
        return None
    asked: Json = {"step": check.step} if check.step else {"kql": check.kql}
    return {
        **asked,
        "window_after": _minutes(check.window.total_seconds()),
        "wait": _minutes(check.wait.total_seconds()),
        "expect": check.expect,
    }


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g}m" if seconds % 60 == 0 else f"{seconds:g}s"


def _glass(action: Action) -> Json | None:
    glass, review = action.glass, action.review
    if glass is None:
        return None
    return {
        "name": glass.by,
        "authenticated": glass.authenticated,
        "at": iso_utc(glass.at),
        "reason": glass.reason,
        "review": {"name": review.by, "at": iso_utc(review.at), "note": review.note} if review else None,
    }


def result_document(action: Action, ruled: Ruled, *, now: datetime, declined: str | None = None) -> Json:
    """What a command came to, told from where the action stands: a repetition is told the same."""
    if declined is not None:
        return _result("refused", declined)
    stage = action.stage_at(now)
    return {name: redact_value(value) for name, value in _standing(action, ruled, stage).items()}


def _standing(action: Action, ruled: Ruled, stage: Stage) -> Json:
    """What came of it, by the stage."""
    if stage in {Stage.WAITING, Stage.FORBIDDEN}:
        return _waiting(action, ruled)
    if stage in {Stage.APPROVED, Stage.CLAIMED, Stage.ACCEPTED}:
        verb = "approve" if stage is Stage.APPROVED else "show"
        return _result("accepted", _under_way(action, stage), next=f"switchboard approvals {verb} {action.id}")
    if stage in ACTED:
        return _acted(action, stage)
    return _unknown(action) if stage is Stage.UNKNOWN else _ended(action, stage)


def _ended(action: Action, stage: Stage) -> Json:
    """It was not done, and will not be."""
    match stage:
        case Stage.FAILED:
            reason = action.failed.reason if action.failed else ""
            return _result("failed", f"it was not done: {reason}", next="propose it again once that is mended")
        case Stage.DENIED:
            return _result("done", f"{action.id} is denied and will not be done")
        case _:
            return _result("refused", f"{action.id} is {stage.value}; ask again, so that it is proposed anew")


def _waiting(action: Action, ruled: Ruled) -> Json:
    votes = counted(action.approvals, action.request, ruled)
    needed = max(ruled.ruling.persons, 1)
    missing = second_person(votes, needed) if votes else f"{needed} must approve"
    return _result("waiting", f"{action.id} waits: {missing}", next=_again(action))


def _under_way(action: Action, stage: Stage) -> str:
    match stage:
        case Stage.CLAIMED:
            return "a process is doing it now"
        case Stage.ACCEPTED:
            return "its target is at work on it"
        case _:
            later = f"; the call was put off until {iso_utc(action.not_before)}" if action.not_before else ""
            return f"approved, and not begun yet{later}"


def _unknown(action: Action) -> Json:
    why = action.unknown.reason if action.unknown else "its reply was lost"
    item = f"; it is with a person as {action.owner}" if action.owner else ""
    return _result(
        "unknown",
        f"it may or may not have been done: {why}{item}. It is not done again before that is known",
        next=f"switchboard approvals settle {action.id}",
    )


def _acted(action: Action, stage: Stage) -> Json:
    """It was done: whether it helped, and what takes it back."""
    blind = action.request.verification is None and stage is Stage.UNTOLD
    status = "done" if blind or stage in {Stage.DONE, Stage.VERIFIED} else "unverified"
    said = {
        Stage.VERIFIED: "done, and verified",
        Stage.UNVERIFIED: "done, but what was expected of it is not so",
        Stage.UNTOLD: "done, but the data cannot tell whether it helped",
    }
    found = action.verified
    if found is not None:
        verification: str | None = found.text
    elif action.verify_at is not None:
        verification = f"can be looked for from {iso_utc(action.verify_at)} on, on the clock of the data"
    else:
        verification = "nothing says how to see whether it helped"
    undo = action.request.undo
    offered = f"proposed as {action.undo}: switchboard approvals show {action.undo}" if action.undo else None
    return _result(
        status,
        "done" if blind else said.get(stage, "done"),
        outcome=_outcome(action),
        verification=verification,
        undo=offered or (undo.workflow if undo else None),
        next=_again(action) if stage is Stage.DONE and action.verify_at is not None else None,
    )


def _outcome(action: Action) -> str | None:
    done = action.done
    if done is None:
        return None
    answer = ", ".join(f"{name}={value}" for name, value in (done.answer or {}).items())
    return done.note or answer or f"told by the {done.by}"


def _again(action: Action) -> str:
    return f"switchboard approvals show {action.id}"


def _result(status: str, message: str, **more: str | None) -> Json:
    names = ("outcome", "verification", "undo", "next")
    return {"status": status, "message": message, **{name: more.get(name) for name in names}}
