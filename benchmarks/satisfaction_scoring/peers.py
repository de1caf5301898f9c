"""The baselines: VADER, which knows no conversations, and TF-IDF models that have seen others of the same source."""

from collections.abc import Sequence
from dataclasses import replace

from satisfaction_calibration.baselines import success_chances, turn_qualities
from satisfaction_calibration.cases import Case
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from agents.sentiment.calibration.regression import folds as divide
from orchestrator.core.conversations.conversation import Speaker

FOLDS = 5
VADER_NEGATIVE = -0.05
"""From which its authors call a text negative."""


class Vader:
    """VADER's compound score: of a text, of a turn beside the one before, of all turns."""

    def __init__(self) -> None:
        self._read = SentimentIntensityAnalyzer()
        self._known: dict[str, float] = {}

    def text(self, text: str) -> float:
        """Of one text, -1 to 1."""
        if text not in self._known:
            self._known[text] = float(self._read.polarity_scores(text)["compound"])
        return self._known[text]

    def turn(self, case: Case, at: int) -> float:
        """Mean of a turn and the one before it."""
        return self._mean([turn.text for turn in case.conversation.turns[max(at - 1, 0) : at + 1]])

    def whole(self, case: Case) -> float:
        """Mean of all turns, which serves VADER better than the customer's alone."""
        return self._mean([turn.text for turn in case.conversation.turns])

    def customer(self, case: Case) -> float:
        """Mean of the customer's turns."""
        return self._mean([turn.text for turn in case.conversation.turns if turn.speaker is Speaker.CUSTOMER])

    def _mean(self, texts: Sequence[str]) -> float:
        return sum(map(self.text, texts)) / max(len(texts), 1)


def trained(cases: Sequence[Case], *, seed: int) -> tuple[dict[str, float], dict[tuple[str, int], float]]:
    """TF-IDF with logistic regression for success, with ridge regression for turns; each on what it has not seen.

    Folds are of whole conversations; penalties are chosen within what is learned from.
    """
    fold = divide(
        [case.conversation.id for case in cases], FOLDS, seed=seed, strata=[case.success or 0.0 for case in cases]
    )
    chances: dict[str, float] = {}
    qualities: dict[tuple[str, int], float] = {}
    for one in range(FOLDS):
        seen = [case for case, place in zip(cases, fold, strict=True) if place != one]
        unseen = [case for case, place in zip(cases, fold, strict=True) if place == one]
        if any(case.success is not None for case in cases):
            chances |= success_chances(seen, unseen, seed=seed)
        for turns in (True, False):  # files of turns and of conversations are learned apart: other scales, other shops
            part = [[replace(case, counted=case.counted is turns) for case in half] for half in (seen, unseen)]
            if any(case.counted for case in part[1]):
                qualities |= turn_qualities(*part)
    return chances, qualities
