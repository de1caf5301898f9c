"""The turn: a chat service asks for tools until it submits its report, or until code ends it in its place."""

import asyncio
from dataclasses import dataclass, field

from semantic_kernel import Kernel
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.contents import ChatHistory, ChatMessageContent

from orchestrator.core.errors import BudgetError, ModelError
from orchestrator.core.events import ModelReplaced
from orchestrator.core.reading import reading
from orchestrator.core.retrying import RetryPolicy
from orchestrator.core.runs import RunContext, Submission
from orchestrator.core.specs import AgentSpec
from orchestrator.core.time_limit import turn_limit
from orchestrator.core.usage import Room
from orchestrator.engine.calls import Answered, ToolCalls
from orchestrator.engine.reply import Reply
from orchestrator.engine.voice import ModelTerms, Voice

SUBMIT = "report-submit"
REMINDER = f"End the turn by calling {SUBMIT}; text alone is not an answer."
CUT = f"Your answer was cut at its length limit. Be shorter, and end the turn by calling {SUBMIT}."
LAST_CALL = f"One call is left. End the turn now by calling {SUBMIT} with the claims that you have."
_NO_RETRY = RetryPolicy(tries=1)
_LENGTH = "length"


@dataclass(frozen=True, slots=True)
class TurnCounts:
    """What a turn used."""

    model_calls: int
    tool_calls: int


@dataclass(slots=True)
class Turn:
    """One specialist's answer to one message.

    Args:
        kernel: Holds the plugins; only functions in the spec's grants are offered or run.
        service: Who speaks: the embedded planner or a model.
        spec: Grants, their order, budget and patience.
        context: The run's state; handed to each tool out of the model's sight.
        terms: How a model is dealt with; None for the embedded planner.
    """

    kernel: Kernel
    service: ChatCompletionClientBase
    spec: AgentSpec
    context: RunContext
    terms: ModelTerms | None = None
    model_calls: int = 0
    _before: int = 0
    _reminded: int = 0
    _cut: bool = False
    _words: str = ""
    _opening: list[ChatMessageContent] = field(default_factory=list)
    _calls: ToolCalls = field(init=False)
    _voice: Voice = field(init=False)

    def __post_init__(self) -> None:
        self._calls = ToolCalls(kernel=self.kernel, spec=self.spec, context=self.context)
        retry = self.terms.retry if self.terms else _NO_RETRY
        self._voice = Voice(
            kernel=self.kernel, service=self.service, context=self.context, retry=retry, counted=self.terms is not None
        )

    @property
    def tool_calls(self) -> int:
        """Tools that ran."""
        return self._calls.count

    async def run(self, history: ChatHistory) -> TurnCounts:
        """Speak until the report is submitted or the turn is passed on; `history` grows in place.

        Where that does not happen within budget and patience, code submits what was found, and says why.
        """
        self._opening = list(history.messages)
        seconds, too_long = turn_limit(self.spec.budget.seconds, self.context.limit)
        try:
            async with asyncio.timeout(seconds):
                await self._loop(history)
        except TimeoutError:
            self._cut_short(too_long)
        except BudgetError as error:
            self._cut_short(error.message)
        return TurnCounts(self.model_calls, self._calls.count)

    async def _loop(self, history: ChatHistory) -> None:
        while not self._over():
            try:
                last = self._last_call()
                if last:
                    history.add_user_message(LAST_CALL)
                    self.context.returned = True  # there is no call left to mend a claim in
                reply = await self._ask(history, last=last)
            except ModelError as error:
                self._replace_model(error, history)
                continue
            history.add_message(reply.message())
            await self._answer(reply, history, last=last)

    def _over(self) -> bool:
        return self.context.submission is not None or self.context.passing is not None

    def _last_call(self) -> bool:
        """Whether only one more call is left; BudgetError where none is, ModelError where none ever was."""
        calls = self.spec.budget.model_calls
        made = self.model_calls - self._before
        if made >= calls:
            raise BudgetError(f"the turn asked its model {calls} times, its limit, without a report")
        meter = self.context.meter if self._voice.counted else None
        if meter is None:
            return False
        if meter.room is Room.OPEN:
            return made == calls - 1
        if meter.warned:
            used = meter.budget.used_up(meter.usage) or "another call would not fit"
            why = f"the model's budget for this run is used up: {used}"
            # an earlier turn of the run used it up: this one has nothing yet to end with
            raise BudgetError(why) if self.model_calls else ModelError(why)
        meter.warned = True
        return True

    async def _ask(self, history: ChatHistory, *, last: bool) -> Reply:
        self.model_calls += 1
        return await self._voice.ask(history, tools=self._allowed(last=last))

    def _allowed(self, *, last: bool) -> frozenset[str]:
        return self.spec.grants & {SUBMIT} if last else self.spec.grants

    async def _answer(self, reply: Reply, history: ChatHistory, *, last: bool) -> None:
        """Run the calls of a reply, one after another; remind a model that made none."""
        self._words = reply.text or self._words
        self._cut = reply.finish == _LENGTH
        for call in reply.calls:
            done = await self._calls.answer(call, allowed=self._allowed(last=last))
            history.add_message(done.message())
            if self._over():
                return
            if self._calls.lost:
                self._cut_short(self._calls.lost)
                return
        if not reply.calls:
            self._remind(history)

    def _remind(self, history: ChatHistory) -> None:
        if self._reminded >= self.spec.patience.reminders:
            what = "its answers were cut at the length limit" if self._cut else "it only spoke"
            self._cut_short(f"the model submitted no report: {what if self._words else 'its answers were empty'}")
            return
        self._reminded += 1
        history.add_user_message(CUT if self._cut else REMINDER)

    def _replace_model(self, error: ModelError, history: ChatHistory) -> None:
        """The stand-in goes on from what the model's tools answered; without one the turn ends with it."""
        stand_in = self.terms.stand_in if self.terms and self._voice.counted else None
        if stand_in is None:
            self._cut_short(error.message)
            return
        by = str(stand_in.ai_model_id)
        self.context.emit(ModelReplaced(model=self._voice.model, by=by, reason=error.message))
        self.context.notes.append(
            f"the model {self._voice.model} failed ({error.message}); the {by} went on in its place"
        )
        self._voice.service, self._voice.counted, self._voice.retry = stand_in, False, _NO_RETRY
        self._before = self.model_calls
        # reminders and refused calls are nothing to go on with
        history.messages[:] = [*self._opening, *_exchanges(self._calls.answered)]

    def _cut_short(self, why: str) -> None:
        """End the turn in the model's place: every claim that a tool offered stands, its words are a hypothesis."""
        if self._over():
            return
        words = tuple(filter(None, [reading(self._words)]))
        self.context.submission = Submission(claims=tuple(self.context.offers), hypotheses=words, cut_short=why)


def _exchanges(answered: list[Answered]) -> list[ChatMessageContent]:
    """Each call that ran, with its answer, as messages of a history."""
    messages: list[ChatMessageContent] = []
    for done in answered:
        if done.ok:
            asked = Reply(text="", calls=(done.call,), finish="", tokens=None, model="")
            messages += [asked.message(), done.message()]
    return messages
