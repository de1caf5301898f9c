"""Scores a batch once more by a language model: some conversations at once, in order, within a hard budget."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

from aiolimiter import AsyncLimiter
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase

from agents.sentiment.model_scoring.asked import SCHEMA_NAME, Asked, ask_about
from agents.sentiment.model_scoring.blended import blend, unscored
from agents.sentiment.model_scoring.checked import check_answer
from agents.sentiment.model_scoring.purse import Purse, most_tokens
from agents.sentiment.model_scoring.shown import Find, ShownTurn, show
from orchestrator.app.analysis.answers import Answers, answer_key
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.evidence import ReasonCode
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.core.report import Json
from orchestrator.core.retrying import RetryPolicy, next_wait
from orchestrator.core.usage import Tokens
from orchestrator.models.structured import StructuredAnswer, answer_in_schema

MINUTE_S = 60.0
ANSWER_LIMIT = 8_000
"""Tokens of one answer; one that would be longer is cut by the server and thrown away."""
_FOR_ALL = frozenset({ModelFault.DENIED, ModelFault.BAD_REQUEST})
"""What is wrong with one request before any was answered is wrong with all."""
_PAID = frozenset({ModelFault.FILTERED, ModelFault.TOO_LONG, ModelFault.TIMEOUT, ModelFault.UNREADABLE})
"""Failures after which the call may have been paid for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a model is asked.

    Attributes:
        at_once: Calls under way.
        requests: A minute; None for no limit. `tokens`: a minute, of both directions, estimated before each call.
    """

    at_once: int = 4
    requests: float | None = None
    tokens: float | None = None


@dataclass(slots=True, kw_only=True)
class Deepened:
    """How a batch went."""

    scored: int = 0
    reused: int = 0
    without: dict[str, int] = field(default_factory=dict)
    disagreements: dict[str, int] = field(default_factory=dict)

    def take(self, document: Json) -> None:
        """Count one result."""
        for code in [one["reason_code"] for one in document["skipped"] if one["feature"] == "model"]:
            self.without[code] = self.without.get(code, 0) + 1
            return
        self.scored += 1
        for one in document["disagreements"]:
            self.disagreements[one["feature"]] = self.disagreements.get(one["feature"], 0) + 1


@dataclass(slots=True, kw_only=True)
class Deepening:
    """Asks one model about conversations that the embedded scorer has scored.

    Attributes:
        find: Finds personal data; nothing of it is sent.
        tell: Is told of each conversation that is done.
    """

    service: ChatCompletionClientBase
    scoring: Scoring
    find: Find
    answers: Answers
    purse: Purse
    pace: Pace
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    tell: Callable[[Deepened], None] = lambda _: None
    went: Deepened = field(default_factory=Deepened)
    _answered: bool = False

    async def run(self, pairs: Iterable[tuple[Conversation, Json]]) -> AsyncIterator[Json]:
        """Each result in order, by the model where its answer stands, else the embedded one that says why not.

        Raises:
            ModelError: The model cannot be asked at all: nobody signed in, no such model.
        """
        limits = _Limits(self.pace)
        waiting: deque[asyncio.Task[Json]] = deque()
        try:
            for conversation, document in pairs:
                waiting.append(asyncio.create_task(self._one(conversation, document, limits)))
                if len(waiting) >= 4 * self.pace.at_once:
                    yield await self._next(waiting)
            while waiting:
                yield await self._next(waiting)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _next(self, waiting: "deque[asyncio.Task[Json]]") -> Json:
        document = await waiting[0]
        waiting.popleft()
        self.went.take(document)
        self.tell(self.went)
        return document

    async def _one(self, conversation: Conversation, document: Json, limits: "_Limits") -> Json:
        turns = show(conversation, self.find)
        asked = ask_about(conversation, turns, self.scoring)
        key = answer_key(asked, model=str(self.service.ai_model_id))
        kept = self.answers.find(key)
        if kept is not None:
            self.went.reused += 1
            return self._blended(document, kept, turns)
        most = most_tokens(asked.system, asked.user, json.dumps(asked.schema), answer_limit=ANSWER_LIMIT)
        async with limits.at_once:
            try:
                answer = await self._ask(asked, most, limits)
            except ModelError as error:
                if error.fault in _FOR_ALL and not self._answered:
                    raise
                refused = error.fault is ModelFault.FILTERED
                return unscored(document, ReasonCode.MODEL_REFUSED if refused else ReasonCode.MODEL_FAILED)
        if answer is None:
            return unscored(document, ReasonCode.BUDGET_SPENT)
        self.answers.keep(key, conversation.id, answer)
        return self._blended(document, answer, turns)

    def _blended(self, document: Json, answer: StructuredAnswer, turns: tuple[ShownTurn, ...]) -> Json:
        checked = check_answer(answer.text, turns, self.scoring)
        return blend(document, checked, self.scoring, model=answer.model)

    async def _ask(self, asked: Asked, most: Tokens, limits: "_Limits") -> StructuredAnswer | None:
        """An answer that can be read; None where the budget has no room for one more try."""
        tried, waited_s = 0, 0.0
        while self.purse.set_aside(most):
            failure: ModelError | None
            try:
                await limits.wait(most)
                answer = await answer_in_schema(
                    self.service,
                    system=asked.system,
                    user=asked.user,
                    schema_name=SCHEMA_NAME,
                    schema=asked.schema,
                    token_limit=ANSWER_LIMIT,
                )
            except ModelError as error:
                self.purse.settle(most, most if error.fault in _PAID else None)
                failure = error
            else:
                self.purse.settle(most, answer.tokens)
                self._answered = True
                failure = _unreadable(answer.text)
                if failure is None:
                    return answer
            tried += 1
            wait = next_wait(self.retry, failure, tried=tried, waited_s=waited_s)
            if wait is None:
                raise failure
            await asyncio.sleep(wait)
            waited_s += wait
        return None


def _unreadable(text: str) -> ModelError | None:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return None
    return ModelError("the model's answer is no JSON object", fault=ModelFault.UNREADABLE, retryable=True)


class _Limits:
    """Calls at once and a minute."""

    def __init__(self, pace: Pace) -> None:
        self.at_once = asyncio.Semaphore(pace.at_once)
        self._requests = AsyncLimiter(pace.requests, MINUTE_S) if pace.requests is not None else None
        self._tokens = AsyncLimiter(pace.tokens, MINUTE_S) if pace.tokens is not None else None

    async def wait(self, most: Tokens) -> None:
        """Until one more call fits; one that is larger than a minute's tokens waits for a whole minute."""
        if self._requests is not None:
            await self._requests.acquire()
        if self._tokens is not None:
            await self._tokens.acquire(min(most.total, self._tokens.max_rate))
