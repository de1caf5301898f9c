"""Which values carry words of free text."""

from datetime import UTC, datetime

import pytest

from orchestrator.core.actions.taint import Given, Origin, free_columns, taints

FREE = Origin(steps={"look": ("Message",)})
CLEAN = Origin(steps={})


def test_free_text_columns():
    """By their names, however they are written; identifiers and versions are none."""
    assert free_columns(["AppVersion", "message", "Properties", "AppRoleName", "ResourceId"]) == (
        "Properties",
        "message",
    )


@pytest.mark.parametrize("value", [3, 0.5, True, None, datetime(2026, 1, 1, tzinfo=UTC), [1, 2], "checkout", []])
def test_values_that_carry_no_words(value: object):
    """Numbers, times, and names that the inventory knows, also out of free text."""
    given = Given(name="x", value=value, origin=FREE)
    assert taints([given], chosen_by=CLEAN, known={"checkout"}) == ()


@pytest.mark.parametrize("value", ["Checkout", "checkout; rm", ["checkout", "evil"], {"evil": 1}])
def test_values_that_do(value: object):
    """A text that is not, whole and as written, such a name."""
    given = Given(name="x", value=value, origin=FREE)
    (reason,) = taints([given], chosen_by=CLEAN, known={"checkout"})
    assert reason.startswith("argument 'x': the inventory does not know ")
    assert reason.endswith("step 'look' reads the free text of Message")


def test_each_reason_once():
    """Two texts of one origin that nobody knows are two reasons; a branch adds its own."""
    given = [Given(name="x", value=["a", "b", "a"], origin=FREE)]
    assert len(taints(given, chosen_by=FREE, known=())) == 3
