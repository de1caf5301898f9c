"""Where a model's scores differ from the embedded scorer's by more than their usual noise."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from agents.sentiment.model_scoring.asked import CHANCES, CHOICES, GRADES, SENTIMENTS
from agents.sentiment.model_scoring.checked import LIKELY, Checked

FAR = dict.fromkeys(SENTIMENTS, 0.5) | dict.fromkeys(GRADES, 1.0) | dict.fromkeys(CHANCES, 0.3)
"""A quarter of a scale; chances must stand on two sides of a half besides."""

Json = dict[str, Any]
Value = float | bool | str | None


class Disagreement(NamedTuple):
    """A feature and both its values."""

    feature: str
    embedded: Value
    model: Value


def disagreements(document: Json, checked: Checked) -> tuple[Disagreement, ...]:
    """Of an embedded document with what stands of a model's answer; only where both have a value."""
    return (
        *_of_numbers(document["overall"], checked.numbers),
        *_of_choices(document, checked.choices),
        *_of_answers(document["scorecard"], checked),
    )


def _of_numbers(overall: Json, numbers: Mapping[str, float]) -> Iterator[Disagreement]:
    for feature, ours in numbers.items():
        theirs = overall[feature]
        if theirs is None or abs(theirs - ours) < FAR[feature]:
            continue
        if feature not in CHANCES or (theirs >= LIKELY) is not (ours >= LIKELY):
            yield Disagreement(feature, theirs, ours)


def _of_choices(document: Json, choices: Mapping[str, str]) -> Iterator[Disagreement]:
    for feature in CHOICES:
        theirs, ours = document[feature], choices.get(feature)
        if theirs is not None and ours is not None and theirs != ours:
            yield Disagreement(feature, theirs, ours)


def _of_answers(scorecard: Json | None, checked: Checked) -> Iterator[Disagreement]:
    theirs = {one["question"]: one for one in scorecard["answers"]} if scorecard is not None else {}
    for ours in checked.answers:
        known = theirs.get(ours.question)
        if known is None or ours.value is None or known["value"] is None or ours.value == known["value"]:
            continue
        yield Disagreement(f"scorecard.{ours.question}", known["value"], ours.value)
