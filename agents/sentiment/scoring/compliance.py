"""Holds a conversation against compliance rules."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from agents.sentiment.scoring.conditions import Facts, Holding, compile_condition, spans_as_evidence
from agents.sentiment.scoring.reading import Found, Reading
from agents.sentiment.scoring.sayings import finder_of, place_of
from orchestrator.core.conversations.compliance import ComplianceResult, ComplianceRule, RuleKind, RuleResult
from orchestrator.core.conversations.conditions import By, Says
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped


class _Kept(NamedTuple):
    """Whether a rule was kept, by which words, and why it cannot be told."""

    kept: bool | None
    spans: Sequence[Found] = ()
    reason: ReasonCode | None = None


_Check: TypeAlias = Callable[[Reading, Facts], _Kept]
_NOT_APPLICABLE = _Kept(None, (), ReasonCode.NOT_APPLICABLE)
_NOBODY = _Kept(None, (), ReasonCode.NO_AGENT_TURNS)


class RuleChecker:
    """Compliance rules made ready once to be held against many conversations."""

    def __init__(self, rules: Sequence[ComplianceRule]) -> None:
        self._rules = tuple(rules)
        self._checks = tuple((rule, f"compliance.{rule.id}", _check(rule)) for rule in rules)

    def phrases(self) -> Iterator[tuple[str, str]]:
        """The rules' own phrases for the phrase table, with their labels."""
        for rule in self._rules:
            for one in rule.phrases:
                for phrase in one.phrases:
                    yield phrase, one.label

    def check(self, reading: Reading, facts: Facts) -> ComplianceResult:
        """Every rule's result, in the rules' order."""
        results: list[RuleResult] = []
        evidence: list[Evidence] = []
        skipped: list[Skipped] = []
        for rule, feature, check in self._checks:
            kept = check(reading, facts) if reading.agent else _NOBODY
            spans = spans_as_evidence(kept.spans, feature)
            results.append(RuleResult(rule.id, kept.kept, rule.severity, spans))
            evidence += spans
            if kept.reason is not None:
                skipped.append(Skipped(feature, kept.reason))
        return ComplianceResult(tuple(results), tuple(evidence), tuple(skipped))

    def unchecked(self, reason: ReasonCode) -> ComplianceResult:
        """The result of a conversation whose words are not read: of no rule can be told whether it was kept."""
        return ComplianceResult(
            tuple(RuleResult(rule.id, None, rule.severity, ()) for rule in self._rules),
            (),
            tuple(Skipped(feature, reason) for _, feature, _ in self._checks),
        )


def _check(rule: ComplianceRule) -> _Check:
    match rule.kind:
        case RuleKind.MUST_SAY:
            inner = _must_say(rule.says)
        case RuleKind.MUST_NEVER_SAY:
            inner = _never_say(rule.says)
        case RuleKind.AUTHENTICATE:
            inner = _authenticate(rule.says, rule.checks)
    return inner if rule.applies is None else _where(compile_condition(rule.applies), inner)


def _where(applies: Holding, inner: _Check) -> _Check:
    def check(reading: Reading, facts: Facts) -> _Kept:
        held = applies(reading, facts)
        if held.holds is None:
            return _Kept(None, (), facts.why_unknown(held.unknown))
        return inner(reading, facts) if held.holds else _NOT_APPLICABLE

    return check


def _must_say(says: Says) -> _Check:
    test = compile_condition(says)

    def check(reading: Reading, facts: Facts) -> _Kept:
        held = test(reading, facts)
        return _Kept(held.holds, [one for one in held.spans if isinstance(one, Found)])

    return check


def _never_say(says: Says) -> _Check:
    find = finder_of(says)

    def check(reading: Reading, _facts: Facts) -> _Kept:
        found = find(reading)
        return _Kept(not found, found)

    return check


def _authenticate(says: Says, checks: Sequence[Says]) -> _Check:
    """Without a disclosure there was nothing to check first: not applicable."""
    discloses = finder_of(says)
    finders = [(one.by, finder_of(one)) for one in checks]

    def check(reading: Reading, _facts: Facts) -> _Kept:
        disclosed = discloses(reading)
        if not disclosed:
            return _NOT_APPLICABLE
        done = [
            moment for by, find in finders for one in find(reading) if (moment := _done(reading, one, by)) is not None
        ]
        if not done:
            return _Kept(False, disclosed)  # noqa: FBT003 - fields in order
        since, first = min(done, key=lambda moment: moment[0])
        early = [one for one in disclosed if place_of(one) < since]
        return _Kept(not early, early or [first, disclosed[0]])

    return check


def _done(reading: Reading, check: Found, by: By) -> tuple[tuple[int, int], Found] | None:
    """From where on a check counts: asked by the agent, from the customer's next turn on."""
    if by is By.CUSTOMER:
        return place_of(check), check
    answered = next((turn.index for turn in reading.customer if turn.index > check.turn.index), None)
    return ((answered, -1), check) if answered is not None else None
