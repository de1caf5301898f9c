"""When a failed call is made again."""

import pytest

from orchestrator.core.errors import ModelError
from orchestrator.core.retrying import RetryPolicy, next_wait

POLICY = RetryPolicy(tries=4, first_wait_s=1.0, longest_wait_s=10.0, total_wait_s=15.0)


@pytest.mark.parametrize(
    ("after", "tried", "waited", "wait"),
    [
        (None, 1, 0.0, 1.0),
        (None, 3, 3.0, 4.0),
        (None, 4, 7.0, None),
        (7.0, 1, 0.0, 7.0),
        (0.0, 1, 0.0, 0.0),
        (11.0, 1, 0.0, None),
        (7.0, 2, 9.0, None),
    ],
)
def test_the_service_says_how_long_within_bounds(
    after: float | None, tried: int, waited: float, wait: float | None
) -> None:
    """Else the wait doubles; more than the longest, or in all, is not waited."""
    error = ModelError("busy", retryable=True, retry_after_s=after)
    assert next_wait(POLICY, error, tried=tried, waited_s=waited) == wait


def test_what_cannot_succeed_later_is_not_tried_again() -> None:
    """Such as a refused key."""
    assert next_wait(POLICY, ModelError("denied"), tried=1, waited_s=0.0) is None
