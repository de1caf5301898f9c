"""The ledger of what is done: claimed before the call, settled by its answer, a read, or a person at the target."""

from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from orchestrator.core.actions.approving import ruled_event
from orchestrator.core.actions.commands import (
    Attest,
    Claim,
    Learn,
    NameOwner,
    OfferUndo,
    Report,
    Ruled,
    Verify,
    answer_document,
)
from orchestrator.core.actions.events import (
    ActionApproved,
    ActionClaimed,
    ActionDone,
    ActionFailed,
    ActionVerified,
    AnyActionEvent,
    CallAbsent,
    CallAccepted,
    CallPutOff,
    OutcomeUnknown,
    OwnerNamed,
    UndoOffered,
)
from orchestrator.core.actions.persons import counted, is_among
from orchestrator.core.actions.standing import Answer, no, once, standing
from orchestrator.core.actions.state import ACTED, UNSETTLED, Action, Stage
from orchestrator.core.ruling import Decision
from orchestrator.core.workflows import Absent, Accepted, Done, Refused, Unknown

PUT_OFF = timedelta(seconds=30)
"""Until a refused call is made again, where the target names no time."""

Deed: TypeAlias = Claim | Report | Learn | Attest | NameOwner | Verify | OfferUndo


def enter(action: Action, command: Deed, now: datetime) -> Answer:
    """What becomes of an action by what was done, read or seen."""
    match command:
        case Claim():
            answer = _claim(action, command, now)
        case Report():
            answer = _report(action, command, now)
        case Learn():
            answer = _learn(action, command, now)
        case Attest():
            answer = _attest(action, command, now)
        case NameOwner():
            answer = once(OwnerNamed(at=now, item=command.item), known=action.owner == command.item)
        case Verify():
            answer = _verify(action, command, now)
        case OfferUndo():
            answer = once(UndoOffered(at=now, action=command.action), known=action.undo is not None)
        case _:
            assert_never(command)
    return answer


def _claim(action: Action, command: Claim, now: datetime) -> Answer:
    if action.stage is not Stage.APPROVED:
        return no(standing(action))
    if command.fingerprint != action.request.fingerprint or not _covered(action):
        return no(f"{action.id} was not approved for what is about to be done; propose it again")
    if action.not_before is not None and now < action.not_before:
        return no(f"{action.id} was put off until {action.not_before}")
    withdrawn = _withdrawn(action, command.ruled, now) if command.ruled is not None else None
    if withdrawn is not None:
        return withdrawn
    claimed = ActionClaimed(
        at=now,
        process=command.process,
        attempt=action.attempts + 1,
        until=now + command.patience,
        data_at=command.data_at,
    )
    return Answer(events=(claimed,))


def _withdrawn(action: Action, ruled: Ruled, now: datetime) -> Answer | None:
    """What is the case where the policy of this moment lets nobody begin; None where it lets.

    One that forbids may let again until the time runs out; one that asks for more persons has them asked.
    """
    ruling = ruled.ruling
    if ruling.decision is Decision.FORBIDDEN:
        return no(f"{action.id} may not be done now: {'; '.join(ruling.reasons)}")
    votes = [vote for vote in action.approvals if vote.fingerprint == action.request.fingerprint]
    enough = len(counted(votes, action.request, ruled)) >= max(ruling.persons, 1)
    broken = action.glass is not None and is_among(action.glass.by, ruled.breakers)
    if ruling.decision is Decision.ALLOWED or broken or enough:
        return None
    why = f"{action.id} needs more approvals than it has, under the policy of now: {'; '.join(ruling.reasons)}"
    return no(why, ruled_event(action, ruled, now))


def _covered(action: Action) -> bool:
    """Whether the newest approval is for exactly what the action is."""
    approved = [event for event in action.events if isinstance(event, ActionApproved)]
    return bool(approved) and approved[-1].fingerprint == action.request.fingerprint


def _report(action: Action, command: Report, now: datetime) -> Answer:
    """The answer of an attempt's own call.

    One that comes after all is settled changes nothing, unless it tells that what counted as not done was done.
    """
    outcome = command.outcome
    told_otherwise = isinstance(outcome, Done) and action.claim is not None and action.stage not in ACTED
    # a read that found nothing was overtaken by the call's own answer: it is under way, or may be
    if (
        isinstance(outcome, Accepted | Unknown)
        and action.stage is Stage.APPROVED
        and command.attempt == action.attempts
    ):
        told_otherwise = True
    if action.stage not in UNSETTLED and not told_otherwise:
        return Answer(note=standing(action))
    match outcome:
        case Done():
            return _acted(action, _done(outcome, now, by="call"))
        case _ if command.attempt != action.attempts:
            return Answer(note="an answer of an earlier attempt")
        case Accepted():
            return once(CallAccepted(at=now, run_id=outcome.run_id), known=action.stage is Stage.ACCEPTED)
        case Refused():
            return Answer(events=(_refused(outcome, command.attempt, now),))
        case Unknown():
            return _unknown(action, outcome, now)
        case _:
            assert_never(outcome)


def _refused(outcome: Refused, attempt: int, now: datetime) -> AnyActionEvent:
    if not outcome.retryable:
        return ActionFailed(at=now, by="call", code=outcome.code, reason=outcome.message)
    pause = PUT_OFF if outcome.retry_after_s is None else timedelta(seconds=outcome.retry_after_s)
    reason = f"{outcome.code}: {outcome.message}"
    return CallPutOff(at=now, attempt=attempt, reason=reason, not_before=now + pause)


def _acted(action: Action, done: ActionDone) -> Answer:
    """It was done; where nothing says how to tell whether it helped, that is said at once."""
    if action.request.verification is not None:
        return Answer(events=(done,))
    untold = ActionVerified(at=done.at, held=None, final=True, text="nothing says how to tell whether it helped")
    return Answer(events=(done, untold))


def _done(found: Done, now: datetime, *, by: str) -> ActionDone:
    return ActionDone(at=now, by=by, run_id=found.run_id, answer=answer_document(found.body))


def _unknown(action: Action, found: Unknown, now: datetime) -> Answer:
    event = OutcomeUnknown(at=now, reason=found.reason, owner=found.owner)
    before = action.unknown
    same = before is not None and (before.reason, before.owner) == (event.reason, event.owner)
    return once(event, known=action.stage is Stage.UNKNOWN and same)


def _learn(action: Action, command: Learn, now: datetime) -> Answer:
    """What a read tells; that nothing arrived counts only once nothing can arrive any more."""
    if action.stage not in UNSETTLED:
        return Answer(note=standing(action))
    reading = command.reading
    match reading:
        case Done():
            return _acted(action, _done(reading, now, by="read"))
        case Accepted():
            return once(CallAccepted(at=now, run_id=reading.run_id), known=action.stage is Stage.ACCEPTED)
        case Unknown():
            held = action.stage is Stage.CLAIMED and not _call_is_over(action, command)
            return Answer(note="its call may be under way") if held else _unknown(action, reading, now)
        case Absent():
            if not _call_is_over(action, command):
                return Answer(note="its call may still arrive")
            return Answer(events=(CallAbsent(at=now, attempt=action.attempts, source=reading.source),))
        case _:
            assert_never(reading)


def _call_is_over(action: Action, command: Learn) -> bool:
    """Whether the call of the last claim cannot arrive any more, and could not when the read was begun."""
    claim = action.claim
    dead = command.holder_dead and command.attempt == action.attempts  # not the process of an attempt before
    return claim is None or dead or command.asked_at >= claim.until


def _attest(action: Action, command: Attest, now: datetime) -> Answer:
    if action.stage not in UNSETTLED:
        return no(standing(action))
    if not command.note.strip():
        return no("say what you saw at the target, for those who read it later")
    early = action.claim is not None and now < action.claim.until
    if action.claim is not None and early and (action.stage is Stage.CLAIMED or not command.done):
        return no(f"the call of {action.id} may be under way until {action.claim.until}; look again then")
    if command.done:
        return _acted(action, ActionDone(at=now, by=command.by, note=command.note))
    return Answer(events=(ActionFailed(at=now, by=command.by, code="NotDone", reason=command.note),))


def _verify(action: Action, command: Verify, now: datetime) -> Answer:
    if action.stage not in ACTED or (action.verified is not None and action.verified.final):
        return Answer(note=standing(action))
    found = ActionVerified(
        at=now,
        held=command.held,
        final=command.final or command.held is not None,
        text=command.text,
        check=command.check,
        evidence=command.evidence,
    )
    return Answer(events=(found,))
