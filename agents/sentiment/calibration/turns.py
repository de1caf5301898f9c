"""Fits the quality of turns: ridge regression on words and form, then a second step over neighbours' estimates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.calibration.labels import Labelled
from agents.sentiment.calibration.regression import folds, ridge_dual, ridge_primal
from agents.sentiment.calibration.vectors import Matrix, Standard, Vector, Vocabulary, gram, rounded, weighed
from agents.sentiment.scoring.calibration_features import (
    TURN_FEATURES,
    by_company,
    course_rows,
    ngrams,
    turn_rows,
)
from orchestrator.core.conversations.calibration import TurnWeights

Number = TypeVar("Number", np.float32, np.float64)
FOLDS = 5
PENALTIES = (2.0, 4.0, 8.0)
COURSE_PENALTIES = (10.0, 30.0, 100.0)
# how much each view of the words counts against the turn's own, decided once and never fitted
BEFORE, AFTER, ANYWHERE, FORM = 0.3, 0.3, 0.5, 0.3
MOST_TURNS = 6_000
"""Turns that are learned from at most: the time grows with their cube. Whole conversations are left out at random."""


@dataclass(slots=True)
class _Turns:
    """All turns of the labelled conversations, and how alike any two are in each view."""

    conversation: NDArray[np.int64]
    company: NDArray[np.bool_]
    words: NDArray[np.float32]
    anywhere: NDArray[np.float32]
    form: Matrix
    standard: Standard
    vocabulary: Vocabulary
    names: tuple[str, ...]
    labels: Vector
    alike: Matrix

    @property
    def before(self) -> NDArray[np.float32]:
        """The words of the turn before each, none for the first."""
        return _shifted(self.words, self.conversation, 1)

    @property
    def after(self) -> NDArray[np.float32]:
        """The words of the turn after each, none for the last."""
        return _shifted(self.words, self.conversation, -1)


def fit_turns(labelled: Sequence[Labelled], *, seed: int = 1) -> TurnWeights:
    """The weights of turns' quality; penalties are chosen by cross-validation over conversations."""
    turns = _read([one for one in _affordable(labelled, seed) if one.qualities])
    fold = folds([str(one) for one in turns.conversation], FOLDS, seed=seed)
    known = ~np.isnan(turns.labels)
    held_out = {penalty: _held_out(turns, fold, penalty) for penalty in PENALTIES}
    errors = {one: float(((found - turns.labels)[known] ** 2).mean()) for one, found in held_out.items()}
    penalty = min(errors, key=errors.__getitem__)
    weights, mean = ridge_dual(turns.alike[np.ix_(known, known)], turns.labels[known], penalty)
    course = _fit_course(held_out[penalty], turns, fold)
    return _weights(turns, known, weights, mean, course)


def _affordable(labelled: Sequence[Labelled], seed: int) -> Sequence[Labelled]:
    order = np.random.default_rng(seed).permutation(len(labelled))
    kept, count = [], 0
    for at in order:
        count += len(labelled[at].reading.turns)
        if count > MOST_TURNS:
            break
        kept.append(int(at))
    return [labelled[at] for at in sorted(kept)]


def _read(labelled: Sequence[Labelled]) -> _Turns:
    documents = [(one.id, ngrams(turn)) for one in labelled for turn in one.reading.turns]
    vocabulary = Vocabulary(documents)
    words = vocabulary.rows([found for _, found in documents])
    conversation = np.repeat(np.arange(len(labelled)), [len(one.reading.turns) for one in labelled])
    company = np.array([by_company(turn) for one in labelled for turn in one.reading.turns])
    rows = np.array([row for one in labelled for row in turn_rows(one.reading, one.numbers.turns)])
    of_turn = labelled[0].numbers.turns
    names = (*TURN_FEATURES, *(of_turn[0] if of_turn else ()))
    own = np.hstack([rows, rows * company[:, None], company[:, None]])
    standard = Standard(own)
    form = standard.of(own)
    means = np.vstack([words[conversation == at].mean(axis=0) for at in range(len(labelled))])
    labels = np.array(
        [one.qualities.get(turn.index, np.nan) for one in labelled for turn in one.reading.turns], dtype=np.float64
    )
    alike = _alike(words, conversation, company, means, form)
    return _Turns(conversation, company, words, means, form, standard, vocabulary, names, labels, alike)


def _alike(
    words: NDArray[np.float32],
    conversation: NDArray[np.int64],
    company: NDArray[np.bool_],
    means: NDArray[np.float32],
    form: Matrix,
) -> Matrix:
    own = gram(words)
    found: Matrix = own * (1.0 + (company[:, None] == company))
    found += BEFORE * _shifted(_shifted(own, conversation, 1).T, conversation, 1)
    found += AFTER * _shifted(_shifted(own, conversation, -1).T, conversation, -1)
    found += ANYWHERE * gram(means)[np.ix_(conversation, conversation)]
    found += FORM * (form @ form.T) / form.shape[1]
    return found


def _shifted(rows: NDArray[Number], conversation: NDArray[np.int64], by: int) -> NDArray[Number]:
    """Each row's neighbour within its conversation, zeros where there is none."""
    found = np.roll(rows, by, axis=0)
    edge = conversation != np.roll(conversation, by)
    edge[0 if by > 0 else -1] = True
    found[edge] = 0
    return found


def _held_out(turns: _Turns, fold: NDArray[np.int64], penalty: float) -> Vector:
    """The first estimates of all turns, each by weights that have not seen its conversation."""
    found = np.zeros(len(turns.labels))
    known = ~np.isnan(turns.labels)
    for one in range(FOLDS):
        seen, unseen = known & (fold != one), fold == one
        if not seen.any():
            continue
        weights, mean = ridge_dual(turns.alike[np.ix_(seen, seen)], turns.labels[seen], penalty)
        found[unseen] = turns.alike[np.ix_(unseen, seen)] @ weights + mean
    return found


def _fit_course(estimates: Vector, turns: _Turns, fold: NDArray[np.int64]) -> tuple[float, ...]:
    known = ~np.isnan(turns.labels)
    rows = np.array(
        [
            row
            for at in range(int(turns.conversation[-1]) + 1)
            for row in course_rows([float(one) for one in estimates[turns.conversation == at]])
        ]
    )[known]
    labels, fold = turns.labels[known], fold[known]
    standard = Standard(rows)
    form = standard.of(rows)
    errors = {penalty: _course_error(form, labels, fold, penalty) for penalty in COURSE_PENALTIES}
    weights = ridge_primal(form, labels, min(errors, key=errors.__getitem__)) * standard.scale
    return (*map(float, weights), float(labels.mean() - weights @ standard.mean))


def _course_error(form: Matrix, labels: Vector, fold: NDArray[np.int64], penalty: float) -> float:
    error = 0.0
    for one in range(FOLDS):
        seen, unseen = fold != one, fold == one
        if seen.any() and unseen.any():
            weights = ridge_primal(form[seen], labels[seen], penalty)
            error += float(((form[unseen] @ weights + labels[seen].mean() - labels[unseen]) ** 2).sum())
    return error


def _weights(
    turns: _Turns, known: NDArray[np.bool_], weights: Vector, mean: float, course: tuple[float, ...]
) -> TurnWeights:
    """The dual weights as those of words and numbers."""
    company = turns.company[known]
    own = turns.words[known].T
    views: list[Vector] = [
        np.asarray(own @ (weights * np.where(company, 1.0, 2.0)), dtype=np.float64),
        np.asarray(own @ (weights * np.where(company, 2.0, 1.0)), dtype=np.float64),
        BEFORE * (turns.before[known].T @ weights),
        AFTER * (turns.after[known].T @ weights),
        ANYWHERE * (turns.anywhere[turns.conversation[known]].T @ weights),
    ]
    form = FORM * (turns.form[known].T @ weights) / turns.form.shape[1] * turns.standard.scale
    constant = mean - float(form @ turns.standard.mean)
    count = len(turns.names)
    both, more, speaks = form[:count], form[count : 2 * count], float(form[-1])
    return TurnWeights(
        ngrams=weighed(turns.vocabulary, views),
        features=turns.names,
        customer=rounded([*both, constant]),
        company=rounded([*(both + more), constant + speaks]),
        course=rounded(course),
    )
