"""A result document by the model and the embedded scorer both."""

import json
from typing import Any

import pytest

from agents.sentiment.model_scoring.blended import blend, unscored
from agents.sentiment.model_scoring.checked import check_answer
from agents.sentiment.model_scoring.contradictions import Contradiction, contradictions
from agents.sentiment.model_scoring.shown import show
from agents.sentiment.scoring.scorer import Scorer
from orchestrator.core.conversations.conditions import Says
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import ReasonCode
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scorecard import Anchor, Answering, Question, Scale, Scorecard, Section
from orchestrator.core.conversations.scoring import Scoring

TALK = Conversation(
    "c1",
    (
        Turn(Speaker.CUSTOMER, "My parcel is lost and I am furious, write to ann@example.com."),
        Turn(Speaker.AGENT, "Hello! I am sorry to hear that. I sent a new one today."),
        Turn(Speaker.CUSTOMER, "Great, thank you so much!"),
    ),
)
YES_NO = (Anchor(value=1, text="does"), Anchor(value=0, text="does not"))


def question(name: str, phrase: str) -> Question:
    """A question that the embedded scorer answers by a phrase of its own."""
    answering = (Answering(value=1, when=Says(lists=(f"scorecard:{phrase}",))),)
    return Question(
        id=name, text=f"{name}?", section="all", scale=Scale.YES_NO, anchors=YES_NO, weight=2, best=1, worst=0,
        answers=answering, otherwise=0,
    )  # fmt: skip


SCORING = Scoring(
    reasons=(
        ContactReason(id="lost_parcel", title="Lost parcel", phrases={"parcel is lost": 1.0}),
        ContactReason(id="thanks", title="Thanks"),
    ),
    scorecard=Scorecard(
        id="chat",
        title="Chat",
        revision=1,
        sections=(Section(id="all", title="All"),),
        questions=(question("greeting", "hello"), question("refund", "refund")),
    ),
)


def quoted(value: object, turn: int, quote: str) -> dict[str, object]:
    """A value and its quote."""
    return {"value": value, "quotes": [{"turn": turn, "quote": quote}]}


def blended(talk: Conversation = TALK, **fields: object) -> dict[str, Any]:
    """The document of an answer with these fields."""
    turns = show(talk, lambda *_: ())
    checked = check_answer(json.dumps(fields), turns, SCORING)
    return blend(talk, Scorer(SCORING).score(talk), checked, turns, SCORING, model="m")


def test_numbers_that_stand_take_the_place_of_the_embedded_ones() -> None:
    """Quoted ones; the others stay, and say why."""
    document = blended(satisfaction=quoted(4.5, 2, "thank you so much"), quality=quoted(1.0, 0, "never said"))
    embedded = Scorer(SCORING).score(TALK)["overall"]
    assert (document["overall"]["satisfaction"], document["overall"]["quality"]) == (4.5, embedded["quality"])  # type: ignore[index]
    assert {"feature": "model.quality", "reason_code": "bad_evidence"} in document["skipped"]
    assert document["provenance"]["model"] == "m"


def test_the_models_spans_take_the_place_of_the_embedded_ones() -> None:
    """One feature has the spans of one scorer."""
    document = blended(satisfaction=quoted(4.5, 2, "thank you so much"))
    assert [one for one in document["evidence"] if one["feature"] == "satisfaction"] == [
        {"feature": "satisfaction", "turn": 2, "start": 7, "end": 24, "text": "thank you so much"}
    ]


def test_places_of_spans_still_lead_to_their_features() -> None:
    """Answers of the scorecard point at their own spans, whoever gave them."""
    document = blended(
        satisfaction=quoted(4.5, 2, "Great"), answers={"refund": quoted("1", 1, "I sent a new one"), "greeting": None}
    )
    features = {
        one["question"]: [document["evidence"][place]["feature"] for place in one["evidence"]]
        for one in document["scorecard"]["answers"]
    }
    assert features["refund"] == ["scorecard.refund"]
    assert set(features["greeting"]) <= {"scorecard.greeting"}


def test_the_scorecard_is_added_up_anew() -> None:
    """Two of four with one question, four with both."""
    document = blended(answers={"refund": quoted("1", 1, "I sent a new one"), "greeting": quoted("1", 1, "Hello")})
    card = document["scorecard"]
    assert (card["score"], card["potential_score"], card["normalized_score"]) == (4.0, 4.0, 1.0)


def test_turns_that_the_model_does_not_list_are_neutral() -> None:
    """It was told to list those that are not; the course follows from them."""
    document = blended(turns=[{"turn": 0, "sentiment": -0.9, "quote": "furious"}])
    assert [(one["sentiment"], one["label"]) for one in document["turns"]] == [
        (-0.9, "negative"),
        (0.0, "neutral"),
        (0.0, "neutral"),
    ]
    assert (document["trajectory"]["low"], document["trajectory"]["low_turn"]) == (-0.9, 0)


def test_a_difference_beyond_noise_is_told() -> None:
    """With both values, and as a flag for review."""
    embedded = Scorer(SCORING).score(TALK)["overall"]["satisfaction"]  # type: ignore[index]
    document = blended(satisfaction=quoted(1.0, 0, "furious"))
    assert document["disagreements"] == [{"feature": "satisfaction", "embedded": embedded, "model": 1.0}]
    assert "model_disagrees:satisfaction" in document["flags"]


def test_the_models_reason_stands_first() -> None:
    """Without a score where the embedded scorer did not find it."""
    document = blended(contact_reason=quoted("thanks", 2, "thank you"))
    assert document["contact_reason"] == "thanks"
    assert document["contact_reasons"][0] == {"id": "thanks", "score": None}


def test_what_the_model_fills_is_skipped_no_longer() -> None:
    """A conversation in another language has no embedded scores, but the model's."""
    talk = Conversation("c2", (Turn(Speaker.CUSTOMER, "Das Paket ist nicht da, und das zum dritten Mal."),))
    document = blended(talk, satisfaction=quoted(1.5, 0, "zum dritten Mal"), summary={"text": "Lost.", "quotes": []})
    assert document["overall"]["satisfaction"] == 1.5
    assert "satisfaction" not in {one["feature"] for one in document["skipped"]}


def test_a_conversation_without_the_model_says_why() -> None:
    """And has no disagreements."""
    document = unscored(Scorer(SCORING).score(TALK), ReasonCode.BUDGET_SPENT)
    assert document["skipped"][-1] == {"feature": "model", "reason_code": "budget_spent"}
    assert document["disagreements"] == []


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ({"satisfaction": 5.0, "customer_sentiment": -0.6}, (Contradiction("satisfaction", "customer_sentiment"),)),
        ({"satisfaction": 1.5, "sentiment": 0.7}, (Contradiction("satisfaction", "sentiment"),)),
        ({"resolved": 0.9, "abandoned": 0.8}, (Contradiction("resolved", "abandoned"),)),
        ({"satisfaction": 4.2, "abandoned": 0.9}, (Contradiction("satisfaction", "abandoned"),)),
        ({"satisfaction": 1.0, "resolved": 0.9}, (Contradiction("satisfaction", "resolved"),)),
        ({"satisfaction": 4.5, "customer_sentiment": 0.6, "resolved": 0.9}, ()),
        ({}, ()),
    ],
)
def test_scores_that_cannot_both_be_right_are_found(
    numbers: dict[str, float], found: tuple[Contradiction, ...]
) -> None:
    """By fixed bounds."""
    assert contradictions(numbers) == found
