"""What of a model's answer stands."""

import json

import pytest

from agents.sentiment.model_scoring.asked import answer_schema, ask_about
from agents.sentiment.model_scoring.checked import Checked, TurnScore, check_answer
from agents.sentiment.model_scoring.shown import ShownTurn, show
from orchestrator.core.conversations.conditions import Says
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scorecard import Anchor, Answering, Question, Scale, Scorecard, Section
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import ModelError

TALK = Conversation(
    "c1",
    (
        Turn(Speaker.CUSTOMER, "My parcel is lost and I am furious."),
        Turn(Speaker.AGENT, "Hello! I am sorry, I sent a new one."),
        Turn(Speaker.CUSTOMER, "Great, thank you!"),
    ),
)
GREETING = Question(
    id="greeting",
    text="Does the agent greet?",
    section="opening",
    scale=Scale.YES_NO,
    anchors=(Anchor(value=1, text="greets"), Anchor(value=0, text="does not")),
    weight=2,
    best=1,
    worst=0,
    answers=(Answering(value=1, when=Says(lists=("scorecard:hello",))),),
    otherwise=0,
)
SCORING = Scoring(
    reasons=(ContactReason(id="lost_parcel", title="Lost parcel"),),
    scorecard=Scorecard(
        id="chat", title="Chat", revision=1, sections=(Section(id="opening", title="Opening"),), questions=(GREETING,)
    ),
)


def turns() -> tuple[ShownTurn, ...]:
    """The talk as a model sees it."""
    return show(TALK, lambda *_: ())


def scored(value: object, *quotes: tuple[int, str]) -> dict[str, object]:
    """A value with its quotes, as a model gives it."""
    return {"value": value, "quotes": [{"turn": turn, "quote": quote} for turn, quote in quotes]}


def check(**fields: object) -> Checked:
    """What stands of an answer with these fields."""
    return check_answer(json.dumps(fields), turns(), SCORING)


def test_a_quoted_number_stands_with_its_span() -> None:
    """Code finds the words and says where they are."""
    checked = check(satisfaction=scored(4.5, (2, "thank you")))
    assert (checked.numbers["satisfaction"], checked.evidence) == (4.5, (Evidence("satisfaction", 2, 7, 16),))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (scored(4.5, (2, "thanks a million")), ReasonCode.BAD_EVIDENCE),
        (scored(4.5, (7, "thank you")), ReasonCode.BAD_EVIDENCE),
        (scored(4.5), ReasonCode.BAD_EVIDENCE),
        (scored(9, (2, "thank you")), ReasonCode.MODEL_FAILED),
        (scored(None), ReasonCode.NO_EVIDENCE),
        (scored("5", (2, "thank you")), ReasonCode.NO_EVIDENCE),
        ("five", ReasonCode.NO_EVIDENCE),
    ],
)
def test_a_number_that_nothing_carries_does_not_stand(given: object, code: ReasonCode) -> None:
    """And the reason is told."""
    checked = check(satisfaction=given)
    assert ("satisfaction" in checked.numbers, Skipped("satisfaction", code) in checked.skipped) == (False, True)


def test_what_did_not_happen_needs_no_quote() -> None:
    """A small chance and a neutral sentiment have no place in the text."""
    checked = check(abandoned=scored(0.1), agent_sentiment=scored(0.0))
    assert (checked.numbers["abandoned"], checked.numbers["agent_sentiment"]) == (0.1, 0.0)


def test_a_contact_reason_must_be_one_of_the_list() -> None:
    """An invented one does not stand."""
    known = check(contact_reason=scored("lost_parcel", (0, "parcel is lost"))).choices
    invented = check(contact_reason=scored("bad_luck", (0, "parcel is lost"))).choices
    assert (known, invented) == ({"contact_reason": "lost_parcel"}, {})


def test_turns_stand_once_each_with_a_quote_of_their_own() -> None:
    """A quote of another turn, a second entry and a sentiment off the scale do not."""
    entries = [
        {"turn": 0, "sentiment": -0.9, "quote": "I am furious"},
        {"turn": 0, "sentiment": 0.9, "quote": "I am furious"},
        {"turn": 1, "sentiment": 0.5, "quote": "Great"},
        {"turn": 2, "sentiment": 3, "quote": "Great"},
    ]
    assert check(turns=entries).turns == (TurnScore(turn=0, sentiment=-0.9),)


def test_scorecard_answers_stand_with_a_quote_or_as_the_worst() -> None:
    """What was never said has no place; what was said has one."""
    quoted = check(answers={"greeting": scored("1", (1, "Hello!"))}).answers[0]
    unquoted = check(answers={"greeting": scored("1")}).answers[0]
    absent = check(answers={"greeting": scored("0")}).answers[0]
    assert (quoted.value, quoted.evidence, unquoted.value, absent.value) == (
        True,
        (Evidence("scorecard.greeting", 1, 0, 6),),
        None,
        False,
    )


def test_not_applicable_is_refused_where_a_question_always_applies() -> None:
    """A model cannot take a question out of the denominator by itself."""
    answer = check(answers={"greeting": scored("not_applicable")}).answers[0]
    assert (answer.value, answer.na) == (None, False)


def test_a_summary_needs_a_quote() -> None:
    """And is kept to one line."""
    quotes = [{"turn": 0, "quote": "parcel is lost"}]
    told = check(summary={"text": "A parcel\n was lost.", "quotes": quotes}).summary
    untold = check(summary={"text": "All was well.", "quotes": []}).summary
    assert (told, untold) == ("A parcel was lost.", "")


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '"yes"'])
def test_an_answer_that_is_no_object_is_asked_for_again(text: str) -> None:
    """It is an error that another try may mend."""
    with pytest.raises(ModelError) as caught:
        check_answer(text, turns(), SCORING)
    assert caught.value.retryable is True


def test_every_object_of_the_schema_is_closed() -> None:
    """Strict structured output wants all fields required and no others."""

    def objects(node: object) -> list[dict[str, object]]:
        if isinstance(node, dict):
            inner = [found for value in node.values() for found in objects(value)]
            return [node, *inner] if node.get("type") == "object" else inner
        return [found for value in node for found in objects(value)] if isinstance(node, list) else []

    found = objects(answer_schema(SCORING))
    assert [
        one
        for one in found
        if one["additionalProperties"] is not False or one["required"] != [*one["properties"]]  # type: ignore[misc]
    ] == []


def test_the_request_holds_anchors_reasons_and_numbered_turns() -> None:
    """What a model needs to answer, and nothing else."""
    asked = ask_about(TALK, turns(), SCORING)
    assert [
        part in f"{asked.system}\n{asked.user}"
        for part in ("1 = greets", "lost_parcel: Lost parcel", "[0] customer: My parcel is lost and I am furious.")
    ] == [True, True, True]
