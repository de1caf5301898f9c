from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.handoffs import Fact, ItemKind, Parked, Priority
from orchestrator.core.parking import parked_run

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
REPORT = {
    "status": "answered",
    "run": "r1",
    "asked": "checkout  returns\n502",
    "message": "Inconclusive: nothing stands out.",
    "verdict": {"status": "inconclusive"},
    "claims": [{"text": "2 % of requests fail", "evidence": ["E1"], "check": "true"}],
    "ruled_out": [{"text": "no deploy", "evidence": ["E2", "E3"], "check": "true"}],
    "unknown": [{"text": "no traces", "step": "traces", "reason": "the table is missing"}],
    "next": ["look at the traces"],
    "questions": [],
    "parameters": {"p_service": "checkout"},
    "turns": [],
}


def test_an_open_end_is_parked_with_what_is_known():
    """Each fact with the run and its evidence."""
    assert parked_run(REPORT, at=AT, incident="INC-3") == Parked(
        kind=ItemKind.ABSTAINED_RUN,
        cause="run:r1",
        title="Abstained run: checkout returns 502",
        question="The run reached no conclusion. Decide what is going on.",
        opened_at=AT,
        facts=(
            Fact(text="Inconclusive: nothing stands out.", source="r1"),
            Fact(text="2 % of requests fail", source="r1", evidence=("E1",)),
            Fact(text="no deploy", source="r1", evidence=("E2", "E3")),
            Fact(text="no traces (the table is missing)", source="r1"),
            Fact(text="Next: look at the traces", source="r1"),
        ),
        service="checkout",
        run="r1",
        incident="INC-3",
    )


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"verdict": {"status": "cause_found"}}, None),
        ({"verdict": {"status": "healthy"}}, None),
        ({"verdict": {"status": "no_data"}}, ItemKind.ABSTAINED_RUN),
        ({"verdict": {"status": "not_covered"}}, ItemKind.UNCOVERED_ALERT),
        ({"verdict": None}, None),
        ({"status": "waiting", "verdict": {"status": "cause_found"}}, None),
        ({"status": "failed", "verdict": None}, ItemKind.FAILED_RUN),
        ({"status": "abstained", "verdict": None}, ItemKind.ABSTAINED_RUN),
        ({"status": "needs_input", "verdict": None}, ItemKind.MISSING_INPUT),
    ],
)
def test_only_what_has_no_answer_is_parked(changes: dict[str, object], kind: ItemKind | None):
    """A cause, good health and a reading without a verdict are answers."""
    found = parked_run({**REPORT, **changes}, at=AT)
    assert (found.kind if found else None) == kind


def test_a_missing_answer_is_asked_for_in_the_run_s_own_words():
    """The question is the run's, and the item is due before a day has passed."""
    report = {**REPORT, "status": "needs_input", "questions": [{"text": "Which service is it?"}]}
    found = parked_run(report, at=AT)
    assert found is not None
    assert (found.question, found.priority, found.due) == (
        "Which service is it?",
        Priority.HIGH,
        AT + timedelta(hours=1),
    )


def test_several_turns_are_one_item():
    """It is named after the first that has no answer; a long message is cut."""
    fine = {**REPORT, "verdict": {"status": "healthy"}, "asked": "fine"}
    failed = {**REPORT, "status": "failed", "verdict": None, "asked": "x" * 300}
    found = parked_run({**fine, "turns": [fine, failed]}, at=AT)
    assert found is not None
    assert (found.kind, len(found.title), len(found.facts)) == (ItemKind.FAILED_RUN, 212, 10)


@pytest.mark.parametrize("report", [{}, {"turns": [3], "verdict": "odd", "claims": "none"}])
def test_an_odd_report_parks_nothing(report: dict[str, object]):
    """What is not there is not made up."""
    assert parked_run(report, at=AT) is None
