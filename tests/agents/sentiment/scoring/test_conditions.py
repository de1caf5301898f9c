"""Tests of conditions over what is said and what was computed."""

import pytest

from agents.sentiment.scoring.conditions import Facts, Held, compile_condition, spans_as_evidence
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.conditions import All, AnyOf, By, Condition, Feature, Nearby, Not, Says
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import Evidence, ReasonCode

SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER, "B": Speaker.BOT, "S": Speaker.SYSTEM}
TABLE = PhraseTable([
    ("hello", "t:hello"), ("hello there", "t:hello"), ("sorry", "t:sorry"), ("guarantee", "t:guarantee"),
    ("cannot guarantee", "t:cannot"), ("angry", "t:angry"), ("there you", "t:there"),
])  # fmt: skip
FACTS = Facts(
    {"times.hold_s": 30.0, "channel": "Voice", "overall.resolved": None},
    {"times.hold_s": (Evidence("hold", 1, 0, 4),)},
    {"overall.resolved": ReasonCode.NO_CUSTOMER_TURNS},
)


def read(*lines: str) -> Reading:
    """A conversation of lines such as `A: hello`."""
    turns = tuple(Turn(SPEAKERS[line[0]], line[3:]) for line in lines)
    return Reading(Conversation("c", turns), TABLE)


def says(*names: str, **where: object) -> Says:
    """A saying of the table's lists."""
    return Says(lists=tuple(f"t:{name}" for name in names), **where)  # type: ignore[arg-type]  # the fields of Says


def quoted(reading: Reading, condition: Condition) -> list[str] | bool | None:
    """The words by which it holds; False or None where it does not."""
    held = compile_condition(condition)(reading, FACTS)
    spans = spans_as_evidence(held.spans, "x")
    turns = reading.conversation.turns
    return [turns[one.turn].text[one.start : one.end] for one in spans] if held.holds else held.holds


TALK = ("C: hello, I am angry", "A: Hello there you", "C: angry again", "A: so sorry", "B: hello", "S: sorry", "A: bye")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (says("hello"), ["Hello there"]),
        (says("hello", by=By.CUSTOMER), ["hello"]),
        (says("sorry", by=By.CUSTOMER), False),
        (says("hello", by=By.ANYONE), ["hello"]),
        (says("hello", "there"), ["Hello there you"]),  # what overlaps is one finding
        (says("hello", times=2), ["Hello there", "hello"]),  # who is for the company counts, bots too
        (says("hello", times=3), False),
        (says("hello", first_turns=1), ["Hello there"]),
        (says("sorry", first_turns=1), False),
        (says("sorry", first_turns=9), ["sorry"]),
        (says("hello", last_turns=2), ["hello"]),
        (says("hello", last_turns=1), False),
        (says("sorry", by=By.ANYONE, last_turns=2), ["sorry"]),
        (says("sorry", after=Nearby(says=says("angry", by=By.CUSTOMER), turns=1)), ["sorry"]),
        (says("hello", after=Nearby(says=says("sorry"))), ["hello"]),
        (says("hello", after=Nearby(says=says("sorry"), turns=1)), ["hello"]),
        (says("hello", after=Nearby(says=says("guarantee"))), False),
        (says("hello", before=Nearby(says=says("sorry"))), ["Hello there"]),
        (says("hello", before=Nearby(says=says("sorry"), turns=1)), False),
        (says("sorry", before=Nearby(says=says("hello"))), False),
        (says("hello", before=Nearby(says=says("guarantee"))), False),
    ],
)
def test_sayings_count_where_they_are_asked_for(condition: Condition, expected: list[str] | bool):  # noqa: FBT001 - drawn
    """By speaker, in first and last turns of theirs, before, after and near something else."""
    assert expected == quoted(read(*TALK), condition)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("I guarantee it", ["guarantee"]), ("I cannot guarantee it", False), ("I cannot, but guarantee", ["guarantee"])],
)
def test_a_phrase_inside_another_does_not_count(text: str, expected: list[str] | bool):  # noqa: FBT001 - drawn
    """`unless` takes back what shares a word with one of its phrases."""
    assert expected == quoted(read(f"A: {text}"), says("guarantee", unless=("t:cannot",)))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Feature(name="times.hold_s", at_least=30, at_most=30), ["Hell"]),
        (Feature(name="times.hold_s", at_least=31), False),
        (Feature(name="channel", values=("voice", "phone")), []),
        (Feature(name="channel", values=("chat",)), False),
        (Feature(name="overall.resolved", at_least=0), None),
        (Not(condition=Feature(name="overall.resolved", at_least=0)), None),
        (Not(condition=says("guarantee")), []),
        (Not(condition=says("hello")), False),
        (All(conditions=(says("hello"), says("sorry"))), ["Hello there", "sorry"]),
        (All(conditions=(Feature(name="overall.resolved", at_least=0), says("guarantee"))), False),
        (All(conditions=(Feature(name="overall.resolved", at_least=0), says("hello"))), None),
        (AnyOf(conditions=(Feature(name="overall.resolved", at_least=0), says("hello"))), ["Hello there"]),
        (AnyOf(conditions=(Feature(name="overall.resolved", at_least=0), says("guarantee"))), None),
        (AnyOf(conditions=(says("guarantee"), says("guarantee"))), False),
    ],
)
def test_what_cannot_be_told_is_neither_true_nor_false(condition: Condition, expected: list[str] | bool | None):  # noqa: FBT001 - drawn
    """Conditions have three outcomes; what decides without the unknown one decides."""
    assert expected == quoted(read("C: hi", "A: Hello there", "A: sorry"), condition)


def test_the_unknown_feature_is_named_with_its_reason():
    """The reason of who computes it, else one by its kind."""
    held = compile_condition(Feature(name="overall.resolved", at_least=1))(read("A: hi"), FACTS)
    reasons = [FACTS.why_unknown(name) for name in (held.unknown, "times.duration_s", "product")]
    assert Held(None, (), "overall.resolved") == held
    assert reasons == [ReasonCode.NO_CUSTOMER_TURNS, ReasonCode.NO_TIMES, ReasonCode.NO_EVIDENCE]
