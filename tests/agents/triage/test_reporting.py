"""What a report takes over from an outcome."""

from typing import Any

from agents.triage.reporting import guide_result
from orchestrator.core.report import Question, WindowView
from orchestrator.core.table import ColumnType
from playbooks.guide import Ask, ParameterType


def asked(kit: Any, kind: ColumnType, answer: str | None) -> Question:
    """The report's question for a step that asks, after that answer."""
    ask = Ask(question="Changed?", type=ParameterType(kind))
    made = kit.guide(kit.step("q", kql=None, ask=ask))
    outcome = kit.play(made, answers={} if answer is None else {"q": answer}).outcome
    window = WindowView(window=kit.window, zone="UTC", origin="given")
    (question,) = guide_result(outcome, made, window=window, values={}, origins={}).questions
    return question


def test_question(kit: Any):
    """A question for yes or no offers both."""
    assert asked(kit, ColumnType.BOOL, None) == Question(
        text="Changed?", parameter="q", type="bool", choices=("yes", "no")
    )


def test_question_asked_again(kit: Any):
    """A question whose answer did not fit says what was wrong with it."""
    assert asked(kit, ColumnType.LONG, "lots") == Question(
        text="Changed? ('lots' is not a whole number)", parameter="q", type="long"
    )
