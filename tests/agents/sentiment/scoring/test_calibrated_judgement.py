from typing import Any

import pytest

from agents.sentiment.scoring.calibrated_judgement import Calibrator
from agents.sentiment.scoring.calibration_features import CONVERSATION_FEATURES
from agents.sentiment.scoring.scorer import SCORER_VERSION, Scorer
from orchestrator.core.conversations.calibration import UNLIKE, Calibration, ConversationWeights
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.scoring import Scoring

TALK = Conversation(
    "c1",
    (
        Turn(Speaker.CUSTOMER, "My parcel with the moonday shirt is late, I am annoyed."),
        Turn(Speaker.AGENT, "I am sorry. I have sent it again, it comes tomorrow."),
        Turn(Speaker.CUSTOMER, "Moonday then, thank you, bye."),
    ),
)
SHIPPED = Scorer(Scoring())
NAMES = (*CONVERSATION_FEATURES, *SHIPPED.numbers(TALK)[1].whole)


def weights(constant: float, *, names: tuple[str, ...] = NAMES, logistic: bool = False) -> ConversationWeights:
    """A shop's word counts, and a constant."""
    words = {"moonday": (1.0, 0.0, 1.0, 0.0)}
    return ConversationWeights(ngrams=words, features=names, weights=(*[0.0] * len(names), constant), logistic=logistic)


def calibration(**parts: object) -> Calibration:
    """For this scorer."""
    return Calibration(scorer_version=SCORER_VERSION, made_on="2026-05-04", conversations=40, turns=0, **parts)  # type: ignore[arg-type]


def scored(made: Calibration, conversation: Conversation = TALK) -> Any:
    """The document of a calibrated scorer: the shipped one's tables take long to make, so they are made once."""
    SHIPPED._calibrator = Calibrator(made, scorer_version=SCORER_VERSION)
    try:
        return SHIPPED.score(conversation)
    finally:
        SHIPPED._calibrator = None


def test_calibrated_scores_stand_in_place_of_the_shipped_ones_with_their_own_spans():
    """What the calibration was not made for stays as it was; the provenance names the calibration."""
    made = calibration(satisfaction=weights(3.25))
    shipped, told = SHIPPED.score(TALK), scored(made)
    assert told["overall"] == {**shipped["overall"], "satisfaction": 4.25}
    spans = [one["text"] for one in told["evidence"] if one["feature"] == "satisfaction"]
    assert spans == ["moonday", "Moonday"]
    assert shipped["provenance"]["calibration"] is None
    assert told["provenance"]["calibration"] == Calibrator(made, scorer_version=SCORER_VERSION).sha256


def test_the_outcome_is_a_probability():
    """A logit of 0 plus the word's 1."""
    told = scored(calibration(resolved=weights(0.0, logistic=True)))
    assert told["overall"]["resolved"] == 0.7311


def test_contradictions_between_calibrated_scores_are_flagged():
    """Very dissatisfied and surely resolved."""
    made = calibration(satisfaction=weights(0.0), resolved=weights(3.0, logistic=True))
    told = scored(made)
    assert "inconsistent:satisfaction:resolved" in told["flags"]


def test_what_nobody_said_stays_without_a_score():
    """A conversation in which no customer speaks has no satisfaction, calibrated or not."""
    alone = Conversation("c2", (Turn(Speaker.AGENT, "Hello, is anybody there?"),))
    told = scored(calibration(satisfaction=weights(3.0)), alone)
    assert told["overall"]["satisfaction"] is None


def test_other_words_than_those_it_was_made_from_are_flagged():
    """The share of known words, below the least of the training data."""
    made = calibration(satisfaction=weights(3.0), least_familiar=0.5)
    assert UNLIKE in scored(made)["flags"]


def test_a_calibration_for_another_scorer_is_refused():
    """By its version, and by the features that it weighs."""
    with pytest.raises(ValueError, match=r"made for scorer version '0'.*make it anew"):
        Calibrator(Calibration(scorer_version="0", made_on="", conversations=1, turns=0), scorer_version="1")
    other = calibration(satisfaction=weights(3.0, names=(*NAMES[:-1], "other")))
    with pytest.raises(ValueError, match="weighs other features"):
        scored(other)
