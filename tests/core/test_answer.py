"""Which of several guides speaks for a turn."""

import pytest

from orchestrator.core.answer import leading
from orchestrator.core.report import GuideResult, VerdictView


def result(status: str, confidence: str | None = None) -> GuideResult:
    """A guide's run with that verdict."""
    return GuideResult(guide={"id": status}, verdict=VerdictView(status=status, confidence=confidence))


@pytest.mark.parametrize(
    ("statuses", "lead"),
    [
        (("healthy", "inconclusive"), "inconclusive"),
        (("healthy", "no_data"), "no_data"),
        (("healthy", "healthy"), "healthy"),
        (("inconclusive", "cause_found"), "cause_found"),
        (("no_data", "inconclusive"), "inconclusive"),
    ],
)
def test_healthy_only_where_every_guide_says_so(statuses: tuple[str, ...], lead: str) -> None:
    """A cause leads, then what is open."""
    found = leading([result(status) for status in statuses])
    assert found is not None
    assert found.verdict.status == lead


def test_the_most_confident_cause_leads() -> None:
    """Whatever the order in which the guides ran."""
    low, high = result("cause_found", "low"), result("cause_found", "high")
    assert leading([low, high]) is high


def test_nothing_leads_where_nothing_ran() -> None:
    """A turn without guides has no verdict."""
    assert leading([]) is None
