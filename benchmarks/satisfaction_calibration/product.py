"""The product's way from labels to scores: reviews in a state store, weights fitted to them, documents of results."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from agents.sentiment.scoring.scorer import SCORER_VERSION, Scorer
from orchestrator.app.analysis.calibrating import fit_labels, label
from orchestrator.core.conversations.calibration import Calibration, calibration_document, read_calibration
from orchestrator.core.conversations.review_labels import labels_of
from orchestrator.core.conversations.reviews import RESOLVED, SATISFACTION, TURN_QUALITY, Review
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.store.database import FILE, SqliteDatabase
from orchestrator.store.reviews import StoredReviews
from satisfaction_calibration.cases import SUCCESS, Case


def reviews_of(case: Case) -> list[Review]:
    """What people said of a conversation, as `reviews score` would store it.

    Turns are labelled by those who labelled the turns that count, so that every model learns from the same labels.
    """
    name, given = case.conversation.id, []
    if case.success is not None:
        resolved = float(case.success >= SUCCESS)
        given.append(Review(conversation=name, question=SATISFACTION, value=case.success, reviewer="people"))
        given.append(Review(conversation=name, question=RESOLVED, value=resolved, reviewer="people"))
    given += [
        Review(conversation=name, question=TURN_QUALITY, turn=turn, value=value, reviewer="people")
        for turn, value in (case.qualities.items() if case.counted else ())
    ]
    return given


def calibration_of(cases: Sequence[Case], *, seed: int) -> Calibration:
    """Weights made from these cases' reviews, stored and read back; written as JSON and read back."""
    with tempfile.TemporaryDirectory() as folder, SqliteDatabase(Path(folder) / FILE) as database:
        stored = StoredReviews(database)
        stored.add([review for case in cases for review in reviews_of(case)])
        labels = labels_of(stored.reviews(), stored.disputes())
    conversations = {case.conversation.id: case.conversation for case in cases if case.conversation.id in labels}
    fitted = fit_labels(label(conversations, labels), seed=seed)
    return read_calibration(json.loads(json.dumps(calibration_document(fitted))), scorer_version=SCORER_VERSION)


def documents_of(cases: Iterable[Case], calibration: Calibration | None) -> dict[str, dict[str, Any]]:
    """Result documents by conversation."""
    scorer = Scorer(Scoring(calibration=calibration))
    return {case.conversation.id: scorer.score(case.conversation) for case in cases}
