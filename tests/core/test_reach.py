import math

import pytest

from orchestrator.core.reach import limits

LIMITS = limits({"Services": 2, "requests": 1000, "*": 5})


@pytest.mark.parametrize(
    ("value", "unit", "allowed"),
    [
        (2, "services on the way wait for its restart", True),
        (3, "service", False),
        (1000.0, "requests", True),
        (5, "nodes", True),
        (6, "nodes", False),
        (3, "requests of other services", False),  # the lowest of the limits that it names
        (None, "services", False),
        (math.nan, "services", False),
        (-1, "services", False),
        (True, "services", False),
        ("2", "services", False),
    ],
)
def test_only_a_known_number_is_within_limits(value: object, unit: str, *, allowed: bool):
    """What is no number is above every limit."""
    assert LIMITS.allow(value, unit) is allowed


def test_a_unit_without_a_limit_is_above_it():
    """Limits that do not speak of a unit let none of it pass."""
    assert not limits({"requests": 10}).allow(0, "pods")


def test_limits_are_told_as_they_were_written():
    """A currency has no plural."""
    assert str(limits({"USD": 40, "pods": 2, "*": 1})) == "40 USD, 2 pods, 1 of anything else"
