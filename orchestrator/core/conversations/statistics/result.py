"""A result document as the statistics read it: a field that is absent or odd counts as not known."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import NamedTuple

from orchestrator.core.conversations.statistics.measures import LIKELY, Measure

Document = Mapping[str, object]
GENERATED = "generated"
"""The flag of a conversation that a generator made."""
_OF_OVERALL = tuple(measure for measure in Measure if measure is not Measure.SCORECARD)


def part(document: Document, key: str) -> Document:
    """A field that is an object; empty where it is not."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def parts(document: Document, key: str) -> list[Document]:
    """The objects of a field that is a list."""
    return [item for item in values(document, key) if isinstance(item, dict)]


def values(document: Document, key: str) -> list[object]:
    """A field that is a list; empty where it is not."""
    value = document.get(key)
    return value if isinstance(value, list) else []


def word(document: Document, key: str) -> str:
    """A field that is a text; empty where it is not."""
    value = document.get(key)
    return value if isinstance(value, str) else ""


def number(document: Document, key: str) -> float | None:
    """A field that is a finite number; None where it is not."""
    value = document.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)


def whole(document: Document, key: str) -> int:
    """A field that is a whole number; -1 where it is not."""
    value = document.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def moment(document: Document, key: str) -> datetime | None:
    """A field that is an ISO 8601 time, aware; a time without zone is UTC."""
    try:
        found = datetime.fromisoformat(word(document, key))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Known(NamedTuple):
    """What is known of a conversation: its measures and what it is counted by."""

    id: str
    measures: dict[Measure, float]
    at: datetime | None
    broken_rules: int
    auto_fails: int


def known(document: Document) -> Known:
    """What the statistics count of a document."""
    overall = part(document, "overall")
    measures: dict[Measure, float] = {}
    for measure in _OF_OVERALL:
        value = number(overall, measure)
        if value is not None:
            measures[measure] = float(value >= LIKELY) if measure.is_share else value
    scorecard = part(document, "scorecard")
    points = scorecard_points(document)
    if points is not None:
        measures[Measure.SCORECARD] = points
    return Known(
        id=word(document, "id"),
        measures=measures,
        at=moment(document, "started_at"),
        broken_rules=sum(rule.get("kept") is False for rule in parts(document, "compliance")),
        auto_fails=sum(answer.get("auto_fail") is True for answer in parts(scorecard, "answers")),
    )


def scorecard_points(document: Document) -> float | None:
    """A scorecard's normalized score, which is from 0 to 1, as points of 100; None where there is none."""
    score = number(part(document, "scorecard"), "normalized_score")
    return None if score is None else 100 * score


def is_generated(document: Document) -> bool:
    """True for a conversation that a generator made, by its flag or what came with it."""
    return (
        GENERATED in values(document, "flags")
        or document.get(GENERATED) is True
        or part(document, "metadata").get(GENERATED) is True
    )
