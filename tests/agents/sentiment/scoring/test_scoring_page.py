"""docs/analysis-scoring.md has the weights and cues that the scorer has."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from agents.sentiment.scoring.features import AGENT_CUES, CUSTOMER_CUES
from agents.sentiment.scoring.weights import ABANDONED, QUALITY, RESOLVED, SATISFACTION

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "analysis-scoring.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """From a heading to the next one."""
    return re.split(r"^#+ ", PAGE.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize(
    ("title", "weights"),
    [
        ("Satisfaction", SATISFACTION),
        ("Resolved", RESOLVED),
        ("Abandoned", ABANDONED),
        ("Quality of a turn", QUALITY),
    ],
)
def test_the_card_has_every_weight(title: str, weights: Mapping[str, float]) -> None:
    """By name, none more and none less."""
    rows = re.findall(r"^\| (`.*`) \| (-?[\d.]+) \|$", section(title), flags=re.MULTILINE)
    told = {name: float(weight) for names, weight in rows for name in re.findall(r"`([^`]+)`", names)}

    assert told == weights


def test_every_cue_is_explained() -> None:
    """By who says it."""
    cues = dict(re.findall(r"^\| (customer|agent) \| (.*) \|$", section("What a turn's mood is made of"), re.MULTILINE))

    assert {who: set(re.findall(r"`(\w+)`", row)) for who, row in cues.items()} == {
        "customer": set(CUSTOMER_CUES),
        "agent": set(AGENT_CUES),
    }
