"""Writing in batches: cuts them to the service's limits, and tries again only the documents that failed."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from orchestrator.core.errors import InputError, SwitchboardError
from orchestrator.core.ports import WriteResult
from plugins.search.azure.retries import RetryPolicy, Sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLimits:
    """The service takes 1,000 actions and 16 MB in a request; half of the bytes leaves room for a proxy's limit."""

    count: int = 1_000
    bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One document's action; `size` is its length in bytes as it is sent."""

    id: str
    key: str
    content: Mapping[str, object]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the service said of one action."""

    status: int
    reason: str | None = None

    @property
    def stored(self) -> bool:
        """Whether it was done; a document to delete that is not there is done as well."""
        return self.status < 300  # noqa: PLR2004  # HTTP


class BatchTooLargeError(Exception):
    """The service refused a batch for its size (413); the batch is cut in two and sent again."""


# Sends one batch and tells what became of each key. Raises BatchTooLargeError, or an error of ours where nothing is
# known of any action.
Send: TypeAlias = Callable[[Sequence[Action]], Awaitable[Mapping[str, Verdict]]]


def cut(actions: Sequence[Action], limits: BatchLimits) -> Iterator[tuple[Action, ...]]:
    """The actions in order, in batches within the limits; one that is too large by itself is a batch of its own."""
    batch, size = list[Action](), 0
    for action in actions:
        if batch and (len(batch) >= limits.count or size + action.size > limits.bytes):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(action)
        size += action.size
    if batch:
        yield tuple(batch)


class BatchWriter:
    """Sends actions and keeps at those that failed, within the policy.

    Args:
        send: Sends one batch.
        policy: How often and after which wait a document, or a batch that got no answer, is tried again.
        limits: Of a batch.
        sleep: Waits.
    """

    def __init__(self, send: Send, *, policy: RetryPolicy, limits: BatchLimits, sleep: Sleep) -> None:
        self._send = send
        self._policy = policy
        self._limits = limits
        self._sleep = sleep

    async def write(self, actions: Sequence[Action]) -> list[WriteResult]:
        """A result per action, in order. Raises `InputError` where a setting keeps every action from being done."""
        results: dict[str, WriteResult] = {}
        for batch in cut(actions, self._limits):
            for result in await self._whole(batch):
                results[result.id] = result
        return [results[action.id] for action in actions]

    async def _whole(self, batch: Sequence[Action]) -> list[WriteResult]:
        """A batch to its end: in halves where it is too large."""
        try:
            return await self._kept_at(batch)
        except BatchTooLargeError:
            if len(batch) == 1:
                return [_too_large(batch[0])]
            half = len(batch) // 2
            return [*await self._whole(batch[:half]), *await self._whole(batch[half:])]

    async def _kept_at(self, batch: Sequence[Action]) -> list[WriteResult]:
        results: list[WriteResult] = []
        open_, tried = list(batch), 0
        while True:
            answered = await self._tried(open_)
            tried += 1
            wait_s = self._policy.wait_s(tried, answered.retry_after_s)
            again = [action for action in open_ if self._again(answered.verdicts[action.key])]
            if wait_s is None or not answered.retryable:
                again = []
            retried = {action.key for action in again}
            results += [_result(a, answered.verdicts[a.key], tried) for a in open_ if a.key not in retried]
            if not again or wait_s is None:
                return results
            open_ = again
            await self._sleep(wait_s)

    def _again(self, verdict: Verdict) -> bool:
        return not verdict.stored and verdict.status in self._policy.statuses

    async def _tried(self, batch: Sequence[Action]) -> "_Answered":
        try:
            verdicts = await self._send(batch)
        except InputError:
            raise  # a setting is wrong, and the next batch would end in the same way
        except SwitchboardError as error:
            unknown = Verdict(status=_NO_ANSWER, reason=error.message)
            return _Answered(
                verdicts={action.key: unknown for action in batch},
                retryable=error.retryable,
                retry_after_s=error.retry_after_s,
            )
        missing = Verdict(status=_NO_ANSWER, reason="the service's answer did not name this document")
        return _Answered(verdicts={action.key: verdicts.get(action.key, missing) for action in batch})


_NO_ANSWER = 503  # as for a service that is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """What is known after one try; `retryable` is about the request as a whole."""

    verdicts: Mapping[str, Verdict]
    retryable: bool = True
    retry_after_s: float | None = None


def _result(action: Action, verdict: Verdict, tried: int) -> WriteResult:
    if verdict.stored:
        return WriteResult(id=action.id, stored=True)
    times = f" (tried {tried} times)" if tried > 1 else ""
    return WriteResult(id=action.id, stored=False, reason=f"{verdict.reason or f'status {verdict.status}'}{times}")


def _too_large(action: Action) -> WriteResult:
    reason = f"{action.id!r} has {action.size:,d} bytes, more than the service takes; split the document"
    return WriteResult(id=action.id, stored=False, reason=reason)
