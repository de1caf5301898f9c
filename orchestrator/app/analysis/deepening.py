"""Scores conversations once more by a language model, some at once, within a hard budget."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiolimiter import AsyncLimiter

from agents.sentiment.model_scoring.asked import SCHEMA_NAME, Asked, ask_about
from agents.sentiment.model_scoring.blended import MODEL, blend, unscored
from agents.sentiment.model_scoring.checked import Checked, check_answer
from agents.sentiment.model_scoring.contradictions import ask_again, contradictions
from agents.sentiment.model_scoring.purse import Purse, most_tokens
from agents.sentiment.model_scoring.shown import Find, ShownTurn, show
from orchestrator.app.analysis.answers import Answers, answer_key
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.evidence import ReasonCode
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.core.personal_data.redactor import STANDARD
from orchestrator.core.retrying import RetryPolicy, next_wait
from orchestrator.core.usage import Tokens
from orchestrator.models.structured import StructuredAnswer, StructuredChat

MINUTE_S = 60.0
ANSWER_LIMIT = 8_000
"""Tokens of one answer; one that would be longer is cut by the server and thrown away."""
Json = dict[str, Any]
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
    """How a batch went.

    Attributes:
        scored: Conversations with an answer that could be read.
        reused: Answers that an earlier process had paid for.
        asked_again: Conversations whose first answer contradicted itself.
        without: Conversations without an answer, by reason code.
        disagreements: By feature.
    """

    scored: int = 0
    reused: int = 0
    asked_again: int = 0
    without: dict[str, int] = field(default_factory=dict)
    disagreements: dict[str, int] = field(default_factory=dict)

    def take(self, document: Json) -> None:
        """Count one result."""
        for code in [one["reason_code"] for one in document["skipped"] if one["feature"] == MODEL]:
            self.without[code] = self.without.get(code, 0) + 1
            return
        self.scored += 1
        for one in document["disagreements"]:
            self.disagreements[one["feature"]] = self.disagreements.get(one["feature"], 0) + 1

    def document(self) -> Json:
        """As JSON."""
        return {
            "scored": self.scored,
            "reused": self.reused,
            "asked_again": self.asked_again,
            "without": dict(sorted(self.without.items())),
            "disagreements": dict(sorted(self.disagreements.items())),
        }


class Deepening:
    """Asks one model about conversations that the embedded scorer has scored.

    Args:
        chat: The model.
        scoring: What configured the embedded scorer.
        find: Finds personal data; nothing of it is sent.
        answers: Those that are paid for.
        purse: The budget.
        pace: How fast.
        retry: After which failures, and when.
    """

    def __init__(
        self,
        chat: StructuredChat,
        scoring: Scoring,
        *,
        find: Find,
        answers: Answers,
        purse: Purse,
        pace: Pace,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.went = Deepened()
        self._chat = chat
        self._scoring = scoring
        self._find = find
        self._answers = answers
        self._purse = purse
        self._limits = _Limits(pace)
        self._retry = retry or RetryPolicy()
        self._answered = False

    async def score(self, conversation: Conversation, document: Json) -> Json:
        """The result by the model where its answer stands, else the embedded one that says why not.

        Raises:
            ModelError: The model cannot be asked at all: nobody signed in, no such model.
        """
        turns = show(conversation, self._find)
        asked = ask_about(conversation, turns, self._scoring)
        try:
            checked = await self._checked(conversation, asked, turns)
        except ModelError as error:
            if error.fault in _FOR_ALL and not self._answered:
                raise
            refused = error.fault is ModelFault.FILTERED
            result = unscored(document, ReasonCode.MODEL_REFUSED if refused else ReasonCode.MODEL_FAILED)
        else:
            result = (
                blend(conversation, document, checked, turns, self._scoring, model=self._chat.model)
                if checked is not None
                else unscored(document, ReasonCode.BUDGET_SPENT)
            )
        self.went.take(result)
        return result

    async def _checked(self, conversation: Conversation, asked: Asked, turns: tuple[ShownTurn, ...]) -> Checked | None:
        """What stands of the answer, asked for once more where it contradicts itself; None without budget."""
        answer = await self._answer(STANDARD.name(conversation.id), asked)
        if answer is None:
            return None
        checked = check_answer(answer.text, turns, self._scoring)
        found = contradictions(checked.numbers)
        if not found:
            return checked
        self.went.asked_again += 1
        try:
            second = await self._answer(STANDARD.name(conversation.id), ask_again(asked, checked.numbers, found))
        except ModelError:  # the first answer is there, and its contradiction is flagged
            return checked
        return checked if second is None else check_answer(second.text, turns, self._scoring)

    async def _answer(self, conversation_id: str, asked: Asked) -> StructuredAnswer | None:
        """The answer that is kept, else the model's, which is then kept."""
        key = answer_key(asked, model=self._chat.model)
        kept = self._answers.find(key)
        if kept is not None:
            self.went.reused += 1
            return kept
        async with self._limits.at_once:
            answer = await self._ask(asked)
        if answer is not None:
            self._answers.keep(key, conversation_id, answer)
        return answer

    async def _ask(self, asked: Asked) -> StructuredAnswer | None:
        """An answer that can be read; None where the budget has no room for one more try."""
        most = most_tokens(asked.system, asked.user, json.dumps(asked.schema), answer_limit=ANSWER_LIMIT)
        tried, waited_s = 0, 0.0
        while self._purse.set_aside(most):
            failure = await self._try(asked, most)
            if isinstance(failure, StructuredAnswer):
                return failure
            tried += 1
            wait = next_wait(self._retry, failure, tried=tried, waited_s=waited_s)
            if wait is None:
                raise failure
            await asyncio.sleep(wait)
            waited_s += wait
        return None

    async def _try(self, asked: Asked, most: Tokens) -> StructuredAnswer | ModelError:
        """One call, settled with the purse whatever comes of it."""
        took: Tokens | None = most  # a call that is broken off may have been paid for
        try:
            await self._limits.wait(most)
            answer = await self._chat.answer(
                system=asked.system,
                user=asked.user,
                schema_name=SCHEMA_NAME,
                schema=asked.schema,
                token_limit=ANSWER_LIMIT,
            )
            took = answer.tokens
        except ModelError as error:
            took = most if error.fault in _PAID else None
            return error
        finally:
            self._purse.settle(most, took)
        self._answered = True
        return _unreadable(answer.text) or answer


def _unreadable(text: str) -> ModelError | None:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, Mapping):
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
