import json
import subprocess
import sys
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from agents.sentiment.calibration import conversations, turns
from agents.sentiment.calibration.figures import auc, calibration_error, figures, gain
from agents.sentiment.calibration.fitting import fit, held_out, refusals
from agents.sentiment.calibration.labels import Labelled, Scores
from agents.sentiment.calibration.regression import folds, platt, ridge_dual
from agents.sentiment.scoring.calibrated import calibrate
from agents.sentiment.scoring.scorer import SCORER_VERSION, Scorer
from orchestrator.core.conversations.agreement import Pair
from orchestrator.core.conversations.calibration import Calibration, calibration_document, read_calibration
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.scoring import Scoring

SCORER = Scorer(Scoring())
WORDS = ("parcel", "order", "shirt", "size", "colour", "bag", "date", "number", "street", "invoice", "label", "box")
# a shop's own words, which no general scorer knows to be good or bad
GOOD, BAD = ("goldlined", "moonday", "swiftbox"), ("greytag", "loopback", "pinkslip")
TURNS = 6


def talk(chance: Random, at: int) -> tuple[Conversation, float]:
    """A conversation whose satisfaction is in the shop's own words, and that satisfaction."""
    score = chance.choice((1, 2, 4, 5))
    said = []
    for turn in range(TURNS):
        words = chance.choices(WORDS, k=7)
        if turn % 2 == 0:
            words.insert(chance.randrange(7), chance.choice(GOOD if chance.random() < (score - 0.5) / 5 else BAD))
        said.append(Turn(Speaker.AGENT if turn % 2 else Speaker.CUSTOMER, " ".join(words) + "."))
    return Conversation(f"c{at:03}", tuple(said)), float(score)


def label(conversation: Conversation, score: float) -> Labelled:
    """With labels for everything."""
    reading, numbers = SCORER.numbers(conversation)
    return Labelled(
        reading=reading,
        numbers=numbers,
        shipped=Scores(satisfaction=3.0, resolved=0.5, qualities=(3.0,) * TURNS),
        satisfaction=score,
        resolved=float(score > 3),
        qualities=dict.fromkeys(range(TURNS), score),
    )


@pytest.fixture(scope="module")
def labelled() -> list[Labelled]:
    """Sixty labelled conversations."""
    chance = Random(5)  # noqa: S311  # reproducible on purpose
    return [label(*talk(chance, at)) for at in range(60)]


@pytest.fixture(scope="module")
def calibration(labelled: list[Labelled]) -> Calibration:
    """Made from them."""
    return fit(labelled, scorer_version=SCORER_VERSION, made_on="2026-05-04")


def test_labels_improve_scores_on_conversations_that_were_not_seen(labelled: list[Labelled]):
    """Each score's squared error falls, with an interval that excludes none."""
    found = held_out(labelled, count=3)
    for part in ("satisfaction", "resolved", "quality"):
        gained = gain(getattr(found.shipped, part), getattr(found.calibrated, part))
        assert gained.low is not None
        assert gained.low > 0
    told = figures(found.calibrated)
    assert told["resolved_auc"] > 0.8
    assert told["turn_quality_spearman"] > 0.45


def test_the_same_labels_give_the_same_weights(labelled: list[Labelled], calibration: Calibration):
    """Also read from JSON."""
    document = json.loads(json.dumps(calibration_document(calibration)))
    assert read_calibration(document, scorer_version=SCORER_VERSION) == calibration
    assert conversations.fit_resolved(list(labelled)) == calibration.resolved


def test_weights_of_conversations_tell_what_the_fit_told(labelled: list[Labelled], calibration: Calibration):
    """The pure Python of the scorer and the matrices of the fit agree."""
    read = conversations._read(labelled)
    values = np.array([one.satisfaction for one in labelled])
    weights, constant = ridge_dual(read.alike, values, 4.0)
    part = conversations._weights(read, weights, constant, logistic=False)
    applied = [
        calibrate(replace(calibration, satisfaction=part), one.reading, one.numbers).satisfaction for one in labelled
    ]
    assert applied == pytest.approx(np.clip(read.alike @ weights + constant, 1, 5), abs=1e-3)


def test_weights_of_turns_tell_what_the_fit_told(labelled: list[Labelled], calibration: Calibration):
    """Likewise, with a second step that changes nothing."""
    read = turns._read(labelled)
    known = ~np.isnan(read.labels)
    weights, constant = ridge_dual(read.alike, read.labels, 4.0)
    course = (1.0, *[0.0] * (len(calibration.quality.course) - 1))
    part = turns._weights(read, known, weights, constant, course)
    applied = [
        quality
        for one in labelled
        for quality in calibrate(replace(calibration, quality=part), one.reading, one.numbers).qualities
    ]
    assert applied == pytest.approx(np.clip(read.alike @ weights + constant, 1, 5), abs=1e-3)


def test_weights_are_applied_without_numpy(calibration: Calibration, labelled: list[Labelled]):
    """In a process that has imported the scorer only; it tells what this process tells."""
    conversation = labelled[0].reading.conversation
    said = [(one.speaker.value, one.text) for one in conversation.turns]
    program = (
        "import json, sys; given = json.load(sys.stdin)\n"
        "from agents.sentiment.scoring.scorer import Scorer, SCORER_VERSION\n"
        "from orchestrator.core.conversations.calibration import read_calibration\n"
        "from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn\n"
        "from orchestrator.core.conversations.scoring import Scoring\n"
        "weights = read_calibration(given['weights'], scorer_version=SCORER_VERSION)\n"
        "turns = tuple(Turn(Speaker(who), text) for who, text in given['turns'])\n"
        "document = Scorer(Scoring(calibration=weights)).score(Conversation('c', turns))\n"
        "assert 'numpy' not in sys.modules\n"
        "print(json.dumps(document['overall']))"
    )
    given = json.dumps({"weights": calibration_document(calibration), "turns": said})
    done = subprocess.run([sys.executable, "-c", program], input=given, capture_output=True, text=True, check=True)
    reading, numbers = SCORER.numbers(Conversation("c", conversation.turns))
    told, overall = calibrate(calibration, reading, numbers), json.loads(done.stdout)
    assert (overall["satisfaction"], overall["resolved"]) == (round(told.satisfaction, 4), round(told.resolved, 4))


def test_too_few_labels_are_refused(labelled: list[Labelled]):
    """Fewer than thirty conversations, or one outcome only; each score for itself."""
    told = refusals(labelled[:20])
    assert set(told) == {"satisfaction", "resolved", "turn_quality"}
    assert told["satisfaction"] == "20 labelled conversations: at least 30 are needed"
    one_sided = [replace(one, resolved=1.0) for one in labelled]
    assert refusals(one_sided) == {"resolved": "0 labels on one side (resolved and not): at least 8 of each are needed"}


def test_the_order_of_scores_is_never_turned_round():
    """Logits that are held against the opposite outcomes are flattened, not reversed."""
    logits = np.linspace(-2, 2, 40)
    slope, _ = platt(logits, (logits < 0).astype(float))
    assert slope == 0.0
    slope, _ = platt(logits, (logits > 0).astype(float))
    assert slope > 0


def test_groups_stay_together_and_strata_are_spread():
    """Every turn of a conversation is in one fold; each fold has both outcomes alike."""
    groups = [f"c{at // 4}" for at in range(80)]
    fold = folds(groups, 5, seed=1, strata=[float(at // 4 < 10) for at in range(80)])
    assert all(len({fold[at] for at in range(80) if groups[at] == name}) == 1 for name in set(groups))
    assert [int(sum(fold[:40] == one)) for one in range(5)] == [8] * 5


def test_the_figures_are_those_worked_out_by_hand():
    """A case above a non-case in three of four pairs; a calibration error of .1 in each bin."""
    pairs = [Pair("a", 0.9, 1), Pair("b", 0.4, 1), Pair("c", 0.6, 0), Pair("d", 0.1, 0)]
    assert auc(pairs) == 0.75
    sure = [Pair(f"c{at}", 0.9, 1.0) for at in range(5)] + [Pair(f"d{at}", 0.1, 0.0) for at in range(5)]
    assert calibration_error(sure, bins=2) == pytest.approx(0.1)
    assert auc(sure[:5]) is None
