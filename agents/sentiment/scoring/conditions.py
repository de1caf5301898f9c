"""Whether conditions hold for a conversation, and the words by which it is seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias, assert_never

from agents.sentiment.scoring.reading import Found, Reading
from agents.sentiment.scoring.sayings import finder_of
from orchestrator.core.conversations.conditions import All, AnyOf, Condition, Feature, Not, Says
from orchestrator.core.conversations.evidence import Evidence, ReasonCode

Span: TypeAlias = Found | Evidence
Value: TypeAlias = "float | str | None"


class Facts(NamedTuple):
    """What was computed of a conversation, by the names in `FEATURES`.

    Attributes:
        values: None, or no entry, for what is not known.
        spans: The words that led to a value, where there are some.
        reasons: Why a value is not known.
    """

    values: Mapping[str, Value]
    spans: Mapping[str, Sequence[Span]]
    reasons: Mapping[str, ReasonCode]

    def why_unknown(self, name: str) -> ReasonCode:
        """Why a feature has no value."""
        known = self.reasons.get(name)
        if known is not None:
            return known
        return ReasonCode.NO_TIMES if name.startswith("times.") else ReasonCode.NO_EVIDENCE


class Held(NamedTuple):
    """Whether a condition holds.

    Attributes:
        holds: None where it cannot be told, as the feature `unknown` is not known.
        spans: The words by which it holds; empty where an absence or a number decides.
    """

    holds: bool | None
    spans: Sequence[Span] = ()
    unknown: str = ""


Holding: TypeAlias = Callable[[Reading, Facts], Held]
_FAILS = Held(holds=False)
_HOLDS = Held(holds=True)


def spans_as_evidence(spans: Iterable[Span], feature: str) -> tuple[Evidence, ...]:
    """The spans as evidence for a feature."""
    return tuple(one._replace(feature=feature) if isinstance(one, Evidence) else one.evidence(feature) for one in spans)


def compile_condition(condition: Condition) -> Holding:
    """The condition, made ready once to be held against many conversations."""
    match condition:
        case Says():
            return _said(condition)
        case Feature():
            return _in_range(condition)
        case All():
            return _all([compile_condition(one) for one in condition.conditions])
        case AnyOf():
            return _any([compile_condition(one) for one in condition.conditions])
        case Not():
            return _negated(compile_condition(condition.condition))
        case _:
            assert_never(condition)


def _all(tests: Sequence[Holding]) -> Holding:
    def test(reading: Reading, facts: Facts) -> Held:
        spans: list[Span] = []
        unknown = ""
        for one in tests:
            held = one(reading, facts)
            if held.holds is False:
                return _FAILS
            spans += held.spans
            unknown = unknown or held.unknown
        return Held(None, (), unknown) if unknown else Held(holds=True, spans=spans)

    return test


def _any(tests: Sequence[Holding]) -> Holding:
    def test(reading: Reading, facts: Facts) -> Held:
        unknown = ""
        for one in tests:
            held = one(reading, facts)
            if held.holds:
                return held
            unknown = unknown or held.unknown
        return Held(None, (), unknown) if unknown else _FAILS

    return test


def _negated(inner: Holding) -> Holding:
    def test(reading: Reading, facts: Facts) -> Held:
        held = inner(reading, facts)
        if held.holds is None:
            return held
        return _FAILS if held.holds else _HOLDS

    return test


def _in_range(feature: Feature) -> Holding:
    name, values = feature.name, frozenset(one.lower() for one in feature.values)
    low = float("-inf") if feature.at_least is None else feature.at_least
    high = float("inf") if feature.at_most is None else feature.at_most

    def test(_reading: Reading, facts: Facts) -> Held:
        value = facts.values.get(name)
        if value is None:
            return Held(None, (), name)
        fits = value.lower() in values if isinstance(value, str) else low <= value <= high
        return Held(fits, facts.spans.get(name, ())) if fits else _FAILS

    return test


def _said(says: Says) -> Holding:
    find, times = finder_of(says), says.times

    def test(reading: Reading, _facts: Facts) -> Held:
        found = find(reading)
        if not found:
            return _FAILS
        if times == 1:
            return Held(holds=True, spans=found[:1])
        by_turn: dict[int, Found] = {}
        for one in found:
            by_turn.setdefault(one.turn.index, one)
        return Held(holds=True, spans=[*by_turn.values()][:times]) if len(by_turn) >= times else _FAILS

    return test
