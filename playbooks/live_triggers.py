"""Reads the triggers of running conversations (format: docs/live-conversations.md)."""

from pathlib import Path

from orchestrator.core.conversations.compliance import Severity
from orchestrator.core.conversations.conditions import By
from orchestrator.core.conversations.triggers import (
    CUES,
    SCORES,
    Cause,
    HandoffStep,
    NegativeTurns,
    Saying,
    ScoreReached,
    Trigger,
)
from orchestrator.core.errors import Place
from playbooks.said_phrases import read_phrase
from playbooks.scorecard import read_id, read_text
from playbooks.yaml_values import YamlValue, nearest_names, read_yaml

SHIPPED = Path(__file__).with_name("live") / "triggers.yaml"
_CAUSES = ("negative_turns", "says", "score")
_TRIGGER = ("id", "title", "severity", "handoff", "again_after", *_CAUSES)
_MOST_TURNS = 1000


def load_triggers(path: Path = SHIPPED) -> tuple[Trigger, ...]:
    """The triggers of a file, in its order.

    Raises:
        InputError: The file cannot be read.
        GuideError: The first fault, with file and line.
    """
    root = read_yaml(read_text(path), place=Place(str(path), 1)).mapping(known=("triggers",), required=("triggers",))
    listed = root["triggers"]
    if not isinstance(listed.value, tuple):
        raise listed.error("expected a list; write `- id: ...` below it")
    found: dict[str, Trigger] = {}
    for item in listed.value:
        entries = item.mapping(known=_TRIGGER, required=("id", "title"))
        name = read_id(entries["id"])
        if name in found:
            raise entries["id"].error(f"the trigger {name!r} is there twice; choose another id")
        found[name] = _trigger(name, entries)
    return tuple(found.values())


def _trigger(name: str, entries: dict[str, YamlValue]) -> Trigger:
    causes = [cause for cause in _CAUSES if cause in entries]
    if len(causes) != 1:
        raise entries["id"].error(f"a trigger has one of {', '.join(_CAUSES)}, found {' and '.join(causes) or 'none'}")
    severity, handoff = entries.get("severity"), entries.get("handoff")
    again = entries.get("again_after")
    return Trigger(
        id=name,
        title=entries["title"].text(),
        cause=_cause(causes[0], entries[causes[0]]),
        severity=Severity(severity.choice([one.value for one in Severity])) if severity else Severity.MEDIUM,
        handoff=HandoffStep(handoff.choice([one.value for one in HandoffStep])) if handoff else HandoffStep.OFFER,
        again_after=_turns(again) if again else None,
    )


def _cause(kind: str, value: YamlValue) -> Cause:
    if kind == "negative_turns":
        parts = value.mapping(known=("count", "at_most"))
        count, at_most = parts.get("count"), parts.get("at_most")
        usual = NegativeTurns()
        return NegativeTurns(
            count=_turns(count) if count else usual.count,
            at_most=_number(at_most, low=-1, high=0) if at_most else usual.at_most,
        )
    if kind == "says":
        return _saying(value)
    parts = value.mapping(known=("of", "at_least", "at_most", "after_turns"), required=("of",))
    low, high, after = (parts.get(name) for name in ("at_least", "at_most", "after_turns"))
    if low is None and high is None:
        raise value.error("a score needs `at_least`, `at_most` or both")
    score = parts["of"].choice(SCORES)
    return ScoreReached(
        score=score,
        at_least=low.number() if low else None,
        at_most=high.number() if high else None,
        after_turns=_turns(after) if after else 1,
    )


def _saying(value: YamlValue) -> Saying:
    parts = value.mapping(known=("cues", "phrases", "unless", "by"))
    cues, by = parts.get("cues"), parts.get("by")
    for item in cues.items() if cues else ():
        if item.text() not in CUES:
            raise item.error(f"there is no list {item.text()!r} of the scorer's{nearest_names(item.text(), CUES)}")
    phrases, unless = (
        tuple(read_phrase(item) for item in parts[name].items()) if name in parts else ()
        for name in ("phrases", "unless")
    )
    if not phrases and cues is None:
        raise value.error("the trigger names nothing that is said; write `cues` or `phrases`")
    return Saying(
        cues=cues.texts() if cues else (),
        phrases=phrases,
        unless=unless,
        by=By(by.choice([one.value for one in By])) if by else By.CUSTOMER,
    )


def _turns(value: YamlValue) -> int:
    number = value.number()
    if number != int(number) or not 1 <= number <= _MOST_TURNS:
        raise value.error(f"{number:g} is no number of turns: give a whole one from 1 to {_MOST_TURNS:,d}")
    return int(number)


def _number(value: YamlValue, *, low: float, high: float) -> float:
    number = value.number()
    if not low <= number <= high:
        raise value.error(f"{number:g} is out of range: give a number from {low:g} to {high:g}")
    return number
