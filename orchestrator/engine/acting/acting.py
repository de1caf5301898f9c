"""Does approved actions, at most once each, through crashes, retries and lost replies.

Whatever process runs this may be killed anywhere. What is certain is in the store before what follows from it begins: a
claim before its call, an outcome after it. A claim without an outcome, and an outcome that nobody knows, are settled by
reading the target and by nothing else; no call is ever made on a guess.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from orchestrator.core.actions.commands import Claim, Command, Learn, OfferUndo, Report, Verify
from orchestrator.core.actions.events import ActionClaimed
from orchestrator.core.actions.keeping import Actions, Filed, Handled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.errors import InputError, StoreError, SwitchboardError
from orchestrator.core.workflows import Outcome, Refused, Unknown, Workflows
from orchestrator.engine.acting.ports import Desk, Judge, Looked, Verifier
from orchestrator.engine.acting.undoing import undo_request

CALL = timedelta(seconds=400)
"""The longest that a call is waited for; what is not answered by then is unknown."""
ARRIVAL = timedelta(seconds=300)
"""How long after that a request that was sent may still arrive and act."""
MOST_LOOKS = 12
SLEPT = "the call was not made: this process slept through the time of its claim"


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def nobody_is(_process: str) -> bool:
    """Nothing is known of other processes, so that none counts as gone."""
    return False


@dataclass(slots=True, kw_only=True)
class Acting:
    """Does actions in the name of one process.

    Args:
        actions: The store's.
        workflows: Where actions act.
        judge: The policy.
        process: This process's id, unique to it.
        verifier: Looks for effects; without one no effect is looked for here.
        desk: Takes what needs a person; without one nothing is given to anybody here.
        is_gone: Whether a process surely is no more, and so long that none of its calls can arrive any more.
        call: The longest that a call is waited for.
        arrival: How long after that it may still arrive.
    """

    actions: Actions
    workflows: Workflows
    judge: Judge
    process: str
    verifier: Verifier | None = None
    desk: Desk | None = None
    clock: Callable[[], datetime] = _wall_clock
    is_gone: Callable[[str], bool] = nobody_is
    call: timedelta = CALL
    arrival: timedelta = ARRIVAL

    async def propose(self, request: ActionRequest, *, again: bool = False, judge: Judge | None = None) -> Filed:
        """File a proposal with what the policy, or another judge, says of it now."""
        now = self.clock()
        ruled = (judge or self.judge)(request, now)
        filed = await asyncio.to_thread(self.actions.file, request, ruled, now=now, again=again)
        await asyncio.to_thread(self.take_over, filed.action)
        return filed

    async def perform(self, action_id: str) -> Action:
        """Do an approved action, where nobody else does; the action as it stands then.

        What is not approved, is under way or was done is left as it is. Where its effect can be seen already, it is
        looked for.
        """
        action = await self.find(action_id)
        if action.stage is not Stage.APPROVED:
            return action
        data_at = await self._data_clock(action)
        claim = Claim(
            process=self.process,
            fingerprint=action.request.fingerprint,
            patience=self.call + self.arrival,
            data_at=data_at,
            ruled=self.judge(action.request, self.clock()),
        )
        claimed = await self._handle(action, claim)
        if claimed.declined is not None:
            return claimed.action
        return await self.follow_up(await self._called(claimed.action))

    async def settle(self, action_id: str) -> Action:
        """Read what became of an action whose outcome is not known; it is not done again by this."""
        action = await self.find(action_id)
        if action.stage not in UNSETTLED or action.claim is None:
            return action
        asked_at, claim = self.clock(), action.claim
        gone = claim.process != self.process and self.is_gone(claim.process)
        first = next((event.at for event in action.events if isinstance(event, ActionClaimed)), claim.at)
        reading = await self.workflows.read(action.key, name=action.request.workflow, sent_at=first)
        learn = Learn(reading=reading, holder_dead=gone, asked_at=asked_at, attempt=claim.attempt)
        learned = await self._handle(action, learn)
        return await self.follow_up(learned.action)

    async def verify(self, action_id: str) -> Action:
        """Look for the effect of an action that was done, where it is time; offer the undo where it did not help."""
        action = await self.find(action_id)
        if self.verifier is not None and self._can_look(action):
            looked = await self._look(self.verifier, action)
            looks = sum(event.kind == "ActionVerified" for event in action.events) + 1
            found = Verify(
                held=looked.held,
                final=not looked.again or looks >= MOST_LOOKS,
                text=looked.text,
                check=looked.check,
                evidence=looked.evidence,
            )
            action = (await self._handle(action, found)).action
        return await self._offer_undo(action)

    async def follow_up(self, action: Action) -> Action:
        """What follows from where an action stands now: its effect is looked for, and persons are told."""
        action = await self.verify(action.id)
        await asyncio.to_thread(self.take_over, action)
        return await self.find(action.id)

    def take_over(self, action: Action) -> None:
        """Give to a person what needs one."""
        if self.desk is not None:
            self.desk.take(action, at=self.clock())

    async def find(self, action_id: str) -> Action:
        """The action as it is stored."""
        return await asyncio.to_thread(self.actions.find, action_id)

    async def _handle(self, action: Action, command: Command) -> Handled:
        return await asyncio.to_thread(self.actions.handle, action.id, command, now=self.clock())

    async def _data_clock(self, action: Action) -> datetime | None:
        """The clock of the data at which it acts, where its effect is to be seen in some."""
        if self.verifier is None or action.request.verification is None:
            return None
        with suppress(SwitchboardError):  # data that cannot be opened now do not hold up what was approved
            return await self.verifier.data_clock(action.request)
        return None

    async def _called(self, action: Action) -> Action:
        """Make the one call of a claim, and record what it became."""
        assert action.claim is not None
        attempt = action.claim.attempt
        try:
            outcome = await self._outcome(action)
        except BaseException as error:
            why = f"the call broke off ({type(error).__name__}); it may have been made"
            lost = Report(attempt=attempt, outcome=Unknown(key=action.key, reason=why))
            with suppress(StoreError):  # the claim alone says as much
                self.actions.handle(action.id, lost, now=self.clock())
            raise
        return (await self._handle(action, Report(attempt=attempt, outcome=outcome))).action

    async def _outcome(self, action: Action) -> Outcome:
        request, claim = action.request, action.claim
        assert claim is not None
        left = claim.until - self.arrival - self.clock()
        if left <= timedelta(0):  # the process slept: others may have read that nothing was done, and begun again
            return Refused(key=action.key, code="TooLate", message=SLEPT, by="caller", retryable=True)
        try:
            async with asyncio.timeout(left.total_seconds()):
                return await self.workflows.call(request.workflow, dict(request.arguments), key=action.key)
        except TimeoutError:
            reason = f"no answer within {left.total_seconds():g} s"
            return Unknown(key=action.key, reason=reason)
        except InputError as error:  # told before anything is sent
            return Refused(key=action.key, code=type(error).__name__, message=error.message, by="caller")

    def _can_look(self, action: Action) -> bool:
        if self.verifier is None or action.stage is not Stage.DONE or action.verify_at is None:
            return False
        try:
            return self.verifier.is_ready(action, now=self.clock())
        except SwitchboardError:  # looking says why it cannot be told
            return True

    async def _look(self, verifier: Verifier, action: Action) -> Looked:
        try:
            return await verifier.look(action)
        except StoreError:
            raise
        except SwitchboardError as error:
            text = f"it cannot be told whether it helped: {error.message}"
            return Looked(held=None, again=error.retryable, text=text)

    async def _offer_undo(self, action: Action) -> Action:
        """Propose what takes back an action that did not help; once, and under the same rules."""
        if action.stage is not Stage.UNVERIFIED or action.undo is not None:
            return action
        request = undo_request(action)
        if request is None:
            return action
        filed = await self.propose(request)
        if filed.declined is not None:  # another action on the same thing is not settled yet
            return action
        return (await self._handle(action, OfferUndo(action=filed.action.id))).action
