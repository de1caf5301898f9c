"""What becomes of a run's proposals: filed with the policy's ruling, and done where the policy lets one pass alone."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.persons import same_person
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.standing import standing
from orchestrator.core.actions.state import Action, Stage
from orchestrator.core.consent import A_PERSON, NO_YES, PERSONS_BESIDES, SAY_YES
from orchestrator.core.errors import InputError, StoreError, SwitchboardError
from orchestrator.core.events import RunStarted
from orchestrator.core.policy import Mode
from orchestrator.core.report import Json, Status
from orchestrator.core.ruling import Decision
from orchestrator.engine.acting.acting import Acting
from orchestrator.engine.acting.ports import Judge
from orchestrator.engine.acting.proposing import Asked, request_of

NOT_FILED = "what is proposed was not filed, so that it cannot be approved: {why}"
NOT_LET = "the policy does not let it be done now"
ONLY_READS = "the mode is read_only, so that nothing is filed"
ANOTHER = "another proposal of the run goes first; whether this one is still wanted is for a person to say"
READ_ONLY_RUN = "the run began by itself, by an alert, and such a run changes nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Files what a report proposes.

    Attributes:
        acting: Files, and does what passes alone.
        mode: In `read_only` nothing is filed.
        environment: Where actions act.
        requested_by: Who asks in this process, such as `local:ann`.
    """

    acting: Acting
    mode: Mode
    environment: str
    requested_by: str

    async def take(self, report: Json, *, started: RunStarted, incident: str | None = None) -> Json:
        """The report with each filed action's `id`, `state`, `reasons` and `approve`.

        A run that is taken up again files nothing twice. One that is about an `incident` began by itself: whatever it
        proposes waits for a person. Where the store gives out the report says so.
        """
        if self.mode is Mode.READ_ONLY:
            return _worded(report, ending=NO_YES.format(why=ONLY_READS))
        asked = Asked(
            run=started.run,
            requested_by=self.requested_by,
            environment=self.environment,
            inputs=dict(started.inputs),
            incident=incident,
        )
        turns = report.get("turns")
        if isinstance(turns, list) and turns:
            taken = [await self._turn(turn, asked) if isinstance(turn, dict) else turn for turn in turns]
            first = taken[0] if isinstance(taken[0], dict) else {}
            kept = {name: first[name] for name in ("actions", "notes") if name in first}
            every = [action for turn in taken if isinstance(turn, dict) for action in _actions(turn)]
            return {**_worded(report, ending=_ending(every)), **kept, "turns": taken}
        return await self._turn(report, asked)

    async def _turn(self, report: Json, asked: Asked) -> Json:
        actions = report.get("actions")
        if not isinstance(actions, Sequence) or not actions:
            return report
        alone = asked.incident is None
        told: list[object] = []
        try:
            for action in actions:
                document, passed = await self._proposed(action, asked, alone=alone)
                told.append(document)
                alone = alone and not passed
        except StoreError as error:
            notes = report.get("notes")
            noted = [*(notes if isinstance(notes, list) else []), NOT_FILED.format(why=error.message)]
            told = [*told, *actions[len(told) :]]
            return _worded({**report, "actions": told, "notes": noted}, ending=_ending(told))
        return _worded({**report, "actions": told}, ending=_ending(told))

    async def _proposed(self, action: object, asked: Asked, *, alone: bool) -> tuple[object, bool]:
        """The action as the report tells it, and whether it passed without a person."""
        request = request_of(action, asked) if isinstance(action, Mapping) else None
        if request is None or not isinstance(action, Mapping):
            return action, False
        known = self.acting.workflows.specs.get(request.workflow)
        if known is None or not known.changing:
            return {**action, "reasons": [f"there is no workflow {request.workflow!r} here: do it by hand"]}, False
        why = ANOTHER if asked.incident is None else READ_ONLY_RUN
        judge = self.acting.judge if alone else asking(self.acting.judge, why)
        try:
            filed = await self.acting.propose(request, judge=judge)
        except InputError as error:  # such as a secret in an argument
            return {**action, "reasons": [error.message]}, False
        if filed.declined is not None:
            return {**action, "reasons": [filed.declined]}, False
        found = filed.action
        if found.stage is Stage.APPROVED and alone:
            found = await self._done(found)
        told = filed_fields(found)
        own = same_person(found.request.requested_by, request.requested_by)
        # the same proposal may be another's, and only who made it says yes to it
        return {**action, **told, "consent": told["consent"] and own}, found.stage is not Stage.WAITING

    async def _done(self, action: Action) -> Action:
        """Do it now; what cannot be told now, or recorded, is told by whoever advances it."""
        try:
            return await self.acting.perform(action.id)
        except SwitchboardError:  # it was filed all the same, and may have been done
            with suppress(StoreError):
                return await self.acting.find(action.id)
            return action


def _worded(report: Json, *, ending: str) -> Json:
    """The report, asking for a yes only where a yes counts."""
    if report.get("status") == Status.WAITING.value and not _waits(_actions(report)):
        report = {**report, "status": Status.ANSWERED.value}
    message = report.get("message")
    if not isinstance(message, str) or SAY_YES not in message:
        return report
    return {**report, "message": message.replace(SAY_YES, ending)}


def _waits(actions: Sequence[object]) -> bool:
    """Whether somebody's yes would lead on; what was not filed waits for nobody."""
    return any(isinstance(action, Mapping) and action.get("state") == Stage.WAITING.value for action in actions)


def _ending(actions: Sequence[object]) -> str:
    """What is asked of the requester, and what a yes does not do."""
    own = [action for action in actions if isinstance(action, Mapping) and "requester" in action]
    counts = [action for action in own if action.get("consent") is True]
    persons = [str(action["id"]) for action in own if action.get("approve") and action not in counts]
    parts = [SAY_YES] if counts else []
    if persons:
        parts.append(PERSONS_BESIDES.format(names=" and ".join(persons)) if counts else A_PERSON)
    rest = [_why(action) for action in own if action not in counts and not action.get("approve")]
    if rest:
        parts.append(NO_YES.format(why="; ".join(rest)))
    return " ".join(parts)


def _why(action: Mapping[str, object]) -> str:
    if action.get("state") == Stage.FORBIDDEN.value:
        return NOT_LET  # the reasons are for who keeps the policy, and stand with the action
    reasons = action.get("reasons")
    return str(reasons[0]) if isinstance(reasons, list) and reasons else f"{action.get('workflow')} was not filed"


def _actions(report: Json) -> list[object]:
    found = report.get("actions")
    return found if isinstance(found, list) else []


def filed_fields(action: Action) -> Json:
    """What a report tells of an action that was filed."""
    waits = action.stage is Stage.WAITING
    reasons = list(action.ruling.reasons) if action.ruling is not None else []
    return {
        "id": action.id,
        "state": action.stage.value,
        "reasons": reasons if waits or action.stage is Stage.FORBIDDEN else [_said(action)],
        "approve": f"switchboard approvals approve {action.id}" if waits else None,
        "fingerprint": action.request.fingerprint,
        "consent": waits and action.ruling is not None and action.ruling.consent,
    }


def _said(action: Action) -> str:
    found = action.verified
    return f"{standing(action)}; {found.text}" if found is not None else standing(action)


def asking(judge: Judge, why: str) -> Judge:
    """The same policy, where what it lets pass alone waits for a person."""

    def judged(request: ActionRequest, now: datetime) -> Ruled:
        ruled = judge(request, now)
        ruling = ruled.ruling
        if ruling.decision is not Decision.ALLOWED:
            return ruled
        asked = replace(ruling, decision=Decision.APPROVAL, persons=1, reasons=(*ruling.reasons, why))
        return replace(ruled, ruling=asked)

    return judged
