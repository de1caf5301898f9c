"""Retries as data: which failures are tried again, how often, after which wait."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from orchestrator.core.errors import SwitchboardError

Sleep = Callable[[float], Awaitable[None]]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and after which wait something is tried again.

    Attributes:
        tries: How often in all.
        first_s: The wait before the second try; each further one is twice as long, up to `longest_s`.
        longest_s: The longest wait. A service that asks for a longer one is not asked again.
        statuses: HTTP statuses, of a request or of one of its documents, that are worth another try.
    """

    tries: int = 5
    first_s: float = 0.5
    longest_s: float = 60.0
    statuses: frozenset[int] = frozenset({409, 422, 429, 500, 502, 503, 504})

    def wait_s(self, tried: int, retry_after_s: float | None) -> float | None:
        """Seconds before the next try after `tried` tries, or None to give up; what the service asks for counts."""
        if tried >= self.tries or (retry_after_s is not None and retry_after_s > self.longest_s):
            return None
        backoff: float = self.first_s * 2 ** (tried - 1)
        return min(self.longest_s, backoff) if retry_after_s is None else retry_after_s


WRITES = RetryPolicy()
# A person waits; and a query that took too long (504) or failed inside (500) would only do so again, at the same cost.
READS = RetryPolicy(tries=3, first_s=0.2, longest_s=10.0, statuses=frozenset({429, 502, 503}))


async def retried(work: Callable[[], Awaitable[Answer]], *, policy: RetryPolicy, sleep: Sleep) -> Answer:
    """The answer of `work`, tried again after retryable errors, where an HTTP status in their cause is the policy's."""
    tried = 0
    while True:
        try:
            return await work()
        except SwitchboardError as error:
            tried += 1
            status = getattr(error.__cause__, "status_code", None)
            again = error.retryable and (status is None or status in policy.statuses)
            wait_s = policy.wait_s(tried, error.retry_after_s) if again else None
            if wait_s is None:
                raise
            await sleep(wait_s)
