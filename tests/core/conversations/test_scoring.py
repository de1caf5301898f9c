"""Tests of the configuration value: it travels as JSON and keeps its fingerprint."""

import json
from dataclasses import replace

import pytest

from orchestrator.core.conversations.compliance import ComplianceRule, RuleKind, Severity
from orchestrator.core.conversations.conditions import All, AnyOf, By, Feature, Nearby, Not, Phrases, Says
from orchestrator.core.conversations.products import Product
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scorecard import Anchor, Answering, Question, Scale, Scorecard, Section
from orchestrator.core.conversations.scoring import Scoring, config_sha256, read_scoring, scoring_document

HELLO = Says(lists=("scorecard:c.hello",), first_turns=2, after=Nearby(says=Says(lists=("x:y",), by=By.CUSTOMER)))
QUESTION = Question(
    id="greeting",
    text="Greets?",
    section="opening",
    scale=Scale.YES_NO,
    anchors=(Anchor(value=1, text="Greets."), Anchor(value=0, text="Does not.")),
    weight=2,
    best=1,
    worst=0,
    applies=Not(condition=AnyOf(conditions=(Feature(name="channel", values=("email",)), HELLO))),
    answers=(Answering(value=1, when=All(conditions=(HELLO, Feature(name="turns.agent", at_least=1)))),),
    otherwise=0,
)
SCORING = Scoring(
    reasons=(ContactReason(id="late", title="Late", phrases={"too late": 2.0}),),
    products=(Product(id="lamp", title="Lamp", aliases=("light",)),),
    scorecard=Scorecard(
        id="c",
        title="C",
        revision=3,
        sections=(Section(id="opening", title="Opening"),),
        questions=(QUESTION,),
        phrases=(Phrases(label="scorecard:c.hello", phrases=("hello", "good [old] day")),),
    ),
    rules=(
        ComplianceRule(
            id="r", title="R", kind=RuleKind.AUTHENTICATE, severity=Severity.HIGH, says=HELLO, checks=(HELLO,)
        ),
    ),
)


@pytest.mark.parametrize("scoring", [Scoring(), SCORING], ids=["empty", "full"])
def test_a_configuration_travels_as_json(scoring: Scoring):
    """What was written is read again as an equal value, with an equal fingerprint."""
    read = read_scoring(json.loads(json.dumps(scoring_document(scoring))))
    assert (scoring, config_sha256(scoring)) == (read, config_sha256(read))


def test_a_fingerprint_tells_configurations_apart():
    """Another weight gives another fingerprint; 2 and 2.0 are one weight."""
    assert SCORING.scorecard is not None
    heavier = replace(SCORING.scorecard, questions=(replace(QUESTION, weight=3),))
    same = replace(SCORING.scorecard, questions=(replace(QUESTION, weight=2.0),))
    found = [config_sha256(replace(SCORING, scorecard=one)) == config_sha256(SCORING) for one in (heavier, same)]
    assert found == [False, True]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nonsense": 1}, "document: unknown field 'nonsense' of Scoring"),
        ({"redaction": 5}, "document.redaction: found 5, expected str"),
        ({"scorecard": {"id": "c"}}, "document.scorecard: the field 'title' of Scorecard is missing"),
        ({"scorecard": []}, r"document.scorecard: found \[\], expected Scorecard"),
        ({"rules": [{"kind": "x"}]}, r"document.rules\[0\]: the field 'id' of ComplianceRule is missing"),
        ({"rules": 5}, "document.rules: found 5, expected list"),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(change: dict[str, object], message: str):
    """A document of another version is refused where it differs."""
    with pytest.raises(ValueError, match=message):
        read_scoring(scoring_document(Scoring()) | change)


def test_unknown_kinds_of_conditions_are_refused():
    """A condition that this version does not know is no condition that holds."""
    text = json.dumps(scoring_document(SCORING)).replace('"kind": "any"', '"kind": "none"')
    with pytest.raises(ValueError, match=r"document.scorecard.questions\[0\].applies.condition: .* fits none of"):
        read_scoring(json.loads(text))


def test_unknown_values_of_enums_are_refused():
    """A speaker that this version does not know is named."""
    text = json.dumps(scoring_document(SCORING)).replace('"by": "customer"', '"by": "nobody"')
    with pytest.raises(ValueError, match="by: found 'nobody', expected By"):
        read_scoring(json.loads(text))
