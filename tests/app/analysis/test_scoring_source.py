"""Tests of what conversations are scored by, as a request names it."""

from pathlib import Path

import pytest

from orchestrator.app.analysis.scoring_source import read_scoring_files
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import GuideError, InputError
from orchestrator.surfaces.analysis_application import AnalysisRequest


def scoring(**named: object) -> Scoring:
    """Of a request that names these."""
    return read_scoring_files(AnalysisRequest(inputs=(), out=None, **named))  # type: ignore[arg-type]  # by name


def test_without_a_word_the_shipped_ones_are_used():
    """The chat's scorecard and the shop's reasons, no rules and no products; personal data are redacted."""
    usual = scoring()
    assert (
        usual.scorecard.id if usual.scorecard else None,
        len(usual.reasons),
        len(usual.rules),
        len(usual.products),
        usual.calibration,
        usual.redaction,
    ) == ("support_chat", 72, 0, 0, None, "standard")


def test_shipped_ones_are_named_by_their_ids():
    """A folder of rules counts too."""
    named = scoring(scorecard="support_voice", compliance=Path("support"), products=Path("retail"), reasons="retail")
    assert (
        named.scorecard.id if named.scorecard else None,
        len(named.rules),
        len(named.products),
        len(named.reasons),
    ) == ("support_voice", 10, 8, 72)


def test_scorecard_and_reasons_are_switched_off():
    """By `none`; likewise redaction."""
    assert Scoring(redaction="off") == scoring(scorecard="none", reasons="none", redaction="off")


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ({"products": Path("retial")}, "--products 'retial': there is no such file.*'retail'"),
        ({"compliance": Path("supprot")}, "--compliance 'supprot'.*'support'"),
        ({"reasons": "retall"}, "--reasons 'retall'.*'retail'"),
        ({"scorecard": "support_cat"}, "'support_cat'.*'support_chat'"),
    ],
)
def test_a_name_of_nothing_is_refused(named: dict[str, object], problem: str):
    """With the nearest one."""
    with pytest.raises(InputError, match=problem):
        scoring(**named)


def test_a_fault_in_a_file_has_its_line(tmp_path: Path):
    """Before anything is scored."""
    file = tmp_path / "goods.yaml"
    file.write_text("id: shop\nproducts:\n  - {id: A B, title: x}\n", encoding="utf-8")
    with pytest.raises(GuideError, match=r"goods.yaml:3"):
        scoring(products=file)
