"""Writes all answers with their revisions, beside the automatic scores of then."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from orchestrator.app.analysis.review_files import Json
from orchestrator.app.analysis.reviewing import open_reviews
from orchestrator.core.conversations.review_agreement import ReviewIndex
from orchestrator.core.conversations.reviews import Review
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings

EXPORTED = (
    "number", "at", "reviewer", "revision", "latest", "conversation", "question", "turn", "value", "automatic",
    "sample", "stratum", "probability", "scorer_version", "note",
)  # fmt: skip


def export_reviews(settings: Settings, out: Path) -> Json:
    """Write all answers as CSV or JSON Lines."""
    with open_reviews(settings) as reviews:
        given, index = reviews.reviews(), ReviewIndex(reviews.samples())
    rows = _exported(given, index)
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            if out.suffix.lower() == ".csv":
                writer = csv.DictWriter(file, EXPORTED, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            else:
                file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    except OSError as error:
        raise InputError(f"--out {str(out)!r} cannot be written: {error.strerror}") from error
    return {"out": str(out), "rows": len(rows)}


def _exported(given: Sequence[Review], index: ReviewIndex) -> list[Json]:
    revisions: Counter[tuple[object, ...]] = Counter()
    totals = Counter((*one.about, one.reviewer) for one in given)
    rows = []
    for one in given:
        key = (*one.about, one.reviewer)
        revisions[key] += 1
        item = index.find(one)
        rows.append({
            "number": one.number,
            "at": one.at.isoformat() if one.at is not None else None,
            "reviewer": one.reviewer,
            "revision": revisions[key],
            "latest": revisions[key] == totals[key],
            "conversation": one.conversation,
            "question": one.question,
            "turn": one.turn,
            "value": one.value,
            "automatic": item.score(one.question, one.turn) if item is not None else None,
            "sample": one.sample or (item.sample if item is not None else ""),
            "stratum": item.stratum if item is not None else "",
            "probability": item.probability if item is not None else None,
            "scorer_version": item.scorer_version if item is not None else "",
            "note": one.note,
        })  # fmt: skip
    return rows
