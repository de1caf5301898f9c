"""The scheduler alone: what may run, what is skipped, and what it refuses."""

from typing import Any

import pytest

from agents.triage.scheduler import Schedule, StepStatus
from orchestrator.core.errors import GuideError


def test_ready_is_in_file_order(kit: Any):
    """Start steps are ready together, in the order of the file."""
    made = kit.guide(kit.step("b"), kit.step("a"), start=("a", "b"))
    assert Schedule.of(made).ready() == ("b", "a")


def test_default_start_is_the_first(kit: Any):
    """Without `start` the first step starts; what nothing leads to is skipped."""
    schedule = Schedule.of(kit.guide(kit.step("a"), kit.step("b"), start=()))
    assert (schedule.ready(), dict(schedule.decided)) == (("a",), {"b": StepStatus.SKIPPED})
    assert schedule.why_skipped("b") == "no step leads here"


def test_no_step_runs_twice(kit: Any):
    """A step that runs or is decided cannot begin again, nor finish before it began."""
    schedule = Schedule.of(kit.guide(kit.step("a"))).begin("a")
    with pytest.raises(ValueError, match="cannot begin"):
        schedule.begin("a")
    done = schedule.finish("a", StepStatus.DONE, ())
    with pytest.raises(ValueError, match="cannot begin"):
        done.begin("a")
    with pytest.raises(ValueError, match="cannot finish"):
        done.finish("a", StepStatus.DONE, ())
    with pytest.raises(ValueError, match="cannot wait"):
        done.hold("a")


def test_foreign_edge(kit: Any):
    """A step takes only edges that it has."""
    schedule = Schedule.of(kit.guide(kit.step("a"), kit.step("b"))).begin("a")
    with pytest.raises(ValueError, match="edges that it does not have"):
        schedule.finish("a", StepStatus.DONE, ("b",))


def test_start_step_waits_for_those_that_name_it(kit: Any):
    """A start step that others name waits for them, and needs no edge."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", "true"), kit.branch("finding", None, next=("b",))),
        kit.step("b"),
        start=("a", "b"),
    )
    schedule = Schedule.of(made)
    assert schedule.ready() == ("a",)
    assert schedule.begin("a").finish("a", StepStatus.DONE, ()).ready() == ("b",)


def test_cycle_is_refused(kit: Any):
    """Steps that name each other in a circle are refused with the circle."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", None, next=("b",))), kit.step("b", kit.branch("finding", None, next=("a",)))
    )
    with pytest.raises(GuideError, match="cycle"):
        Schedule.of(made)


def test_unknown_step_is_refused(kit: Any):
    """An edge to a step that is not there is refused with those that are."""
    with pytest.raises(GuideError, match="no step has the id 'z'; the steps are a"):
        Schedule.of(kit.guide(kit.step("a", kit.branch("finding", None, next=("z",)))))
