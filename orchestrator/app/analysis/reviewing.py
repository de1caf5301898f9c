"""Carries out what people say of scores: answers stored with their revisions, agreement and drift told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from orchestrator.app.analysis.review_files import Json, read_labels
from orchestrator.app.identity import this_user
from orchestrator.app.state import open_state
from orchestrator.core.conversations.review_agreement import ReviewIndex, agreement_document, answered
from orchestrator.core.conversations.review_drift import drift_document
from orchestrator.core.conversations.review_terms import Every
from orchestrator.core.conversations.reviews import TURN_QUALITY, Review, is_question, read_answer
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.store.reviews import StoredReviews
from orchestrator.surfaces.review_application import Answer


@contextmanager
def open_reviews(settings: Settings) -> Iterator[StoredReviews]:
    """The reviews of the state store."""
    with open_state(settings) as database:
        yield StoredReviews(database)


def check_question(question: str) -> None:
    """InputError where there is no such question."""
    if not is_question(question):
        raise InputError(
            f"{question!r} is no question: ask satisfaction, resolved, sentiment, quality, turn_quality "
            "or scorecard.<question>"
        )


def check_answer(question: str, value: str) -> float | None:
    """The value of an answer; InputError where it is none."""
    check_question(question)
    try:
        return read_answer(question, value)
    except ValueError as error:
        raise InputError(str(error)) from error


def store_answers(settings: Settings, answers: Sequence[Answer]) -> Json:
    """Store answers together; what is said again by the same person is not stored again."""
    given = [_review(answer) for answer in answers]
    with open_reviews(settings) as reviews:
        known = {(*one.about, one.reviewer) for one in reviews.reviews()}
        stored = reviews.add(given)
        index = ReviewIndex(reviews.samples())
    revised = sum((*one.about, one.reviewer) in known for one in stored)
    drawn = [index.find(one) for one in given]
    return {
        "read": len(given),
        "stored": len(stored),
        "revised": revised,
        "unchanged": len(given) - len(stored),
        "not_drawn": sum(one is None for one in drawn),
        "answers": [
            {
                "conversation": one.conversation,
                "question": one.question,
                "turn": one.turn,
                "value": one.value,
                "automatic": item.score(one.question, one.turn) if item is not None else None,
            }
            for one, item in zip(given, drawn, strict=True)
        ],
    }


def _review(answer: Answer) -> Review:
    value = check_answer(answer.question, answer.value)
    if (answer.question == TURN_QUALITY) is (answer.turn is None):
        mend = "name the turn, from 0" if answer.turn is None else "leave the turn out, it is of a whole conversation"
        raise InputError(f"{answer.conversation!r}, {answer.question}: {mend}")
    return Review(
        conversation=answer.conversation,
        question=answer.question,
        turn=answer.turn,
        value=value,
        reviewer=answer.reviewer or this_user(),
        sample=answer.sample,
        note=answer.note,
    )


def import_reviews(settings: Settings, file: Path, *, reviewer: str | None) -> Json:
    """Store the answers of a file, all or none."""
    answers = [replace(one, reviewer=one.reviewer or reviewer) for one in read_labels(file)]
    if not answers:
        raise InputError(f"{str(file)!r} holds no answer: give a row for each, or a column for each question")
    document = store_answers(settings, answers)
    del document["answers"]  # blind: who labels in a file may revise it
    return document


def review_agreement(settings: Settings, *, sample: str | None) -> Json:
    """How far people and scores agree, of one sample or of all."""
    with open_reviews(settings) as reviews:
        given, drawn = reviews.reviews(), reviews.samples()
    if sample is not None:
        known = sorted({one.sample for one in drawn})
        if sample not in known:
            raise InputError(f"there is no sample {sample!r}; known are {', '.join(known) or 'none yet'}")
        given = tuple(one for one in given if one.sample == sample)
    return {
        "reviews": len(given),
        "conversations": len({one.conversation for one in given}),
        "reviewers": sorted({one.reviewer for one in given}),
        "sample": sample,
        "questions": agreement_document(answered(given, drawn)),
    }


def review_drift(settings: Settings, *, every: Every) -> Json:
    """How the agreement went over time."""
    with open_reviews(settings) as reviews:
        items = answered(reviews.reviews(), reviews.samples())
    return {"every": every, "questions": drift_document(items, every=every)}
