"""When a failed call of a chat service is made again: a policy as data, and one pure decision."""

from dataclasses import dataclass

from orchestrator.core.errors import SwitchboardError


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how soon.

    Attributes:
        tries: Calls in all, the first one included.
        first_wait_s: Before the second call, where the service does not say; doubled each time.
        longest_wait_s: A service that asks for more is not waited for.
        total_wait_s: Of all waits of one call.
    """

    tries: int = 4
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    total_wait_s: float = 60.0


def next_wait(policy: RetryPolicy, error: SwitchboardError, *, tried: int, waited_s: float) -> float | None:
    """Seconds until the next try after `tried` calls; None where there is to be none."""
    if not error.retryable or tried >= policy.tries:
        return None
    grown = min(policy.first_wait_s * 2 ** (tried - 1), policy.longest_wait_s)
    wait = grown if error.retry_after_s is None else error.retry_after_s
    return wait if wait <= policy.longest_wait_s and waited_s + wait <= policy.total_wait_s else None
