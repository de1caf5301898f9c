"""Puts the scores of a calibration in place of the shipped ones, with the spans that they come from."""

from hashlib import sha256
from json import dumps

from agents.sentiment.scoring.calibrated import Calibrated, calibrate
from agents.sentiment.scoring.calibration_features import (
    CONVERSATION_FEATURES,
    TURN_FEATURES,
    Numbers,
    numbers_of,
)
from agents.sentiment.scoring.consistency import Moods, Outcomes, contradictions
from agents.sentiment.scoring.course import Course
from agents.sentiment.scoring.features import position_weights
from agents.sentiment.scoring.findings import Findings
from agents.sentiment.scoring.judgement import Judgement, TurnJudgement
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.calibration import Calibration, calibration_document, refuse_other_version

_OF_OUTCOME = ("recomputed:satisfaction", "recomputed:resolved", "inconsistent:")


class Calibrator:
    """A calibration that is applied to one conversation after another.

    Args:
        calibration: Its features are held against the scorer's at the first conversation.
        scorer_version: Of this scorer.

    Raises:
        ValueError: The calibration was made for another scorer; says what to do.
    """

    def __init__(self, calibration: Calibration, *, scorer_version: str) -> None:
        refuse_other_version(calibration, scorer_version)
        self._calibration = calibration
        self._checked = False
        document = dumps(calibration_document(calibration), sort_keys=True, separators=(",", ":"))
        self.sha256 = sha256(document.encode()).hexdigest()

    def corrected(self, judged: Judgement, reading: Reading, course: Course, findings: Findings) -> Judgement:
        """The judgement with calibrated scores where the shipped scorer has some; the rest stays as it was.

        What has no value stays without one: a calibration knows no more of a conversation in which nobody speaks.
        """
        if judged.satisfaction is None and judged.resolved is None:
            return judged
        own = numbers_of(course)
        if not self._checked:
            check_features(self._calibration, own)
            self._checked = True
        found = calibrate(self._calibration, reading, own)
        corrected = _with_quality(judged, found)
        if found.satisfaction is not None and judged.satisfaction is not None:
            corrected = corrected._replace(satisfaction=found.satisfaction)
            findings.replace("satisfaction", found.evidence)
        if found.resolved is not None and judged.resolved is not None:
            corrected = corrected._replace(resolved=found.resolved)
            findings.replace("resolved", found.evidence)
        return corrected._replace(flags=(*_flags(judged, corrected), *found.flags))


def check_features(calibration: Calibration, own: Numbers) -> None:
    """ValueError where a calibration weighs other features than those of a conversation's numbers."""
    whole, turns = (*CONVERSATION_FEATURES, *own.whole), (*TURN_FEATURES, *own.turns[0])
    parts = (calibration.satisfaction, calibration.resolved, calibration.quality)
    for part, names in zip(parts, (whole, whole, turns), strict=True):
        if part is not None and part.features != names:
            raise ValueError(
                "this calibration weighs other features than this scorer has: "
                "make it anew with `switchboard reviews calibrate`"
            )


def _with_quality(judged: Judgement, found: Calibrated) -> Judgement:
    if found.qualities is None or judged.quality is None:
        return judged
    turns = tuple(
        TurnJudgement(one.sentiment, one.label, quality)
        for one, quality in zip(judged.turns, found.qualities, strict=True)
    )
    weights = position_weights(len(turns))
    whole = sum([one * weight for one, weight in zip(found.qualities, weights, strict=True)]) / sum(weights)
    return judged._replace(turns=turns, quality=whole)


def _flags(judged: Judgement, corrected: Judgement) -> tuple[str, ...]:
    """Those of the shipped scores that stand, and whether the calibrated ones contradict each other.

    Calibrated scores are not computed again: people's answers weigh more than the rule by which that is done.
    """
    kept = tuple(one for one in judged.flags if not one.startswith(_OF_OUTCOME) and one != "satisfaction_from_prior")
    if corrected.satisfaction is None or corrected.trajectory is None:
        return kept
    outcomes = Outcomes(corrected.satisfaction, corrected.resolved or 0.0, corrected.abandoned or 0.0)
    moods = Moods(
        sentiment=corrected.sentiment or 0.0,
        mean=corrected.customer_sentiment or 0.0,
        end=corrected.trajectory.end,
        last=corrected.trajectory.last,
    )
    return (*kept, *contradictions(outcomes, moods))
