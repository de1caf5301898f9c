"""Reading triggers of running conversations."""

from pathlib import Path

import pytest

from orchestrator.core.conversations.compliance import Severity
from orchestrator.core.conversations.triggers import HandoffStep, NegativeTurns, Saying, ScoreReached, Trigger
from orchestrator.core.errors import GuideError
from playbooks.live_triggers import load_triggers

GOOD = """\
triggers:
  - id: sad
    title: Sad
    handoff: none
    negative_turns: {count: 3, at_most: -0.4}
  - id: leaves
    title: Leaves
    severity: high
    again_after: 5
    says: {cues: [leaving], phrases: [Good bye forever], unless: [not good bye], by: customer}
  - id: low
    title: Low
    score: {of: satisfaction, at_most: 2, after_turns: 6}
"""


def load(tmp_path: Path, text: str) -> tuple[Trigger, ...]:
    """The triggers of a text."""
    file = tmp_path / "triggers.yaml"
    file.write_text(text, encoding="utf-8")
    return load_triggers(file)


def test_the_shipped_ones_are_read() -> None:
    """Two negative turns, a threat to leave, the wish for a person, the law."""
    found = {one.id: one.handoff for one in load_triggers()}
    assert found == {
        "two_negative_turns": HandoffStep.OFFER,
        "threat_to_leave": HandoffStep.OFFER,
        "asks_for_person": HandoffStep.MAKE,
        "legal_words": HandoffStep.MAKE,
        "dissatisfied": HandoffStep.NONE,
    }


def test_every_field_is_read(tmp_path: Path) -> None:
    """What is left out has its usual value."""
    assert load(tmp_path, GOOD) == (
        Trigger(id="sad", title="Sad", cause=NegativeTurns(count=3, at_most=-0.4), handoff=HandoffStep.NONE),
        Trigger(
            id="leaves",
            title="Leaves",
            cause=Saying(cues=("leaving",), phrases=("good bye forever",), unless=("not good bye",)),
            severity=Severity.HIGH,
            again_after=5,
        ),
        Trigger(id="low", title="Low", cause=ScoreReached(score="satisfaction", at_most=2, after_turns=6)),
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("triggers:", "trigger:", "unknown key 'trigger'"),
        ("id: leaves", "id: sad", "the trigger 'sad' is there twice"),
        ("count: 3", "count: 0", "0 is no number of turns"),
        ("at_most: -0.4", "at_most: 0.4", "0.4 is out of range"),
        ("[leaving]", "[leavin]", "no list 'leavin'"),
        ("of: satisfaction", "of: happiness", "happiness"),
        (", at_most: 2,", ",", "`at_least`, `at_most`"),
        ("handoff: none", "handoff: now", "now"),
        ("    score: {of: satisfaction, at_most: 2, after_turns: 6}\n", "", "one of negative_turns, says, score"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    """File, line, what is wrong and what is meant."""
    with pytest.raises(GuideError) as fault:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert message in fault.value.message
    assert "triggers.yaml:" in str(fault.value)


def test_the_example_of_the_manual_is_read(tmp_path: Path) -> None:
    """Every trigger of it."""
    manual = (Path(__file__).parents[2] / "docs" / "live-conversations.md").read_text(encoding="utf-8")
    example = manual.split("```yaml\n")[1].split("```")[0]
    assert [one.id for one in load(tmp_path, example)] == ["two_negative_turns", "gives_notice", "lost"]
