"""Tests of retries as data."""

import pytest

from orchestrator.core.errors import StoreError
from plugins.search.azure.retries import RetryPolicy, retried

POLICY = RetryPolicy(tries=4, first_s=1.0, longest_s=3.0)


@pytest.mark.parametrize(
    ("tried", "asked", "wait"),
    [(1, None, 1.0), (2, None, 2.0), (3, None, 3.0), (4, None, None), (1, 0.0, 0.0), (1, 2.5, 2.5), (1, 3.5, None)],
)
def test_waits(tried: int, asked: float | None, wait: float | None):
    """Doubled up to the longest; what the service asks for counts; too long or too often gives up."""
    assert POLICY.wait_s(tried, asked) == wait


@pytest.mark.parametrize(("failures", "retryable", "calls"), [(0, True, 1), (2, True, 3), (9, True, 4), (9, False, 1)])
async def test_only_what_may_succeed_is_tried_again(failures: int, calls: int, *, retryable: bool):
    """A retryable error is tried again within the policy; any other is raised at once."""
    asked: list[int] = []
    waits: list[float] = []

    async def work() -> str:
        asked.append(len(asked))
        if len(asked) <= failures:
            raise StoreError("busy", retryable=retryable)
        return "done"

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    if failures < calls:
        assert await retried(work, policy=POLICY, sleep=sleep) == "done"
    else:
        with pytest.raises(StoreError, match="busy"):
            await retried(work, policy=POLICY, sleep=sleep)
    assert (len(asked), len(waits)) == (calls, calls - 1)
