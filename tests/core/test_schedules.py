"""When schedules are due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import InputError
from orchestrator.core.schedules import Schedule, due_requests, is_healthy, last_due, next_due, read_every

NOW = datetime(2026, 5, 4, 11, 7, 12, 5, tzinfo=UTC)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds


def schedule(every: str = "15m", name: str = "checkout") -> Schedule:
    """A health check."""
    return Schedule(name=name, guide="deploys", every=read_every(every), parameters={"p_service": "checkout"})


@pytest.mark.parametrize(("text", "seconds"), [("15m", 900), ("2h", 7_200), ("1d", 86_400), (" 90 s", 90)])
def test_a_span_is_read(text: str, seconds: int) -> None:
    """A number and a unit."""
    assert read_every(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "15", "m", "1.5h", "0m", "59s", "-5m", "15m30s"])
def test_no_span_is_refused(text: str) -> None:
    """With the text, and one that would do."""
    with pytest.raises(InputError, match=r"such as"):
        read_every(text)


@given(now=TIMES, minutes=st.integers(1, 5_000))
def test_due_times_follow_each_other(now: datetime, minutes: int) -> None:
    """Every moment lies between one due time and the next, and a due time is its own last one."""
    item = schedule(f"{minutes}m")
    due, later = last_due(item, now), next_due(item, now)
    assert due <= now < later
    assert later - due == item.every
    assert last_due(item, due) == due
    assert next_due(item, due) == later


def test_the_run_of_a_due_time_is_the_same_for_all_who_ask() -> None:
    """Two workers that look at different moments ask for one run; missed times before it are left out."""
    (first,), (second,) = due_requests([schedule()], NOW), due_requests([schedule()], NOW + timedelta(minutes=7))
    assert first == second
    assert (first.run, first.key) == ("checkout-20260504T110000Z", "schedule:checkout:2026-05-04T11:00:00Z")
    assert first.body["message"] == "run guide deploys"
    assert first.body["parameters"] == {"p_service": "checkout"}
    (next_one,) = due_requests([schedule()], NOW + timedelta(minutes=8))
    assert next_one.key == "schedule:checkout:2026-05-04T11:15:00Z"


@pytest.mark.parametrize(
    ("report", "healthy"),
    [
        ({"verdict": {"status": "healthy"}}, True),
        ({"verdict": {"status": "cause_found"}}, False),
        ({"verdict": {"status": "no_data"}}, False),
        ({"verdict": None, "status": "failed"}, False),
        ({}, False),
    ],
)
def test_what_is_healthy(report: dict[str, object], healthy: bool) -> None:  # noqa: FBT001  # a case
    """Only a verdict that says so."""
    assert is_healthy(report) is healthy
