"""Fits scores of whole conversations: satisfaction by ridge, the outcome by logistic regression; both calibrated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.calibration.labels import Labelled
from agents.sentiment.calibration.regression import (
    chance,
    folds,
    logistic_dual,
    platt,
    ridge_dual,
)
from agents.sentiment.calibration.vectors import Matrix, Standard, Vector, Vocabulary, gram, rounded, weighed
from agents.sentiment.scoring.calibration_features import (
    CONVERSATION_FEATURES,
    LAST_TURNS,
    conversation_row,
    ngrams,
)
from orchestrator.core.conversations.calibration import ConversationWeights
from orchestrator.core.conversations.conversation import Speaker

FOLDS = 5
RIDGE_PENALTIES = (0.5, 1.0, 2.0, 4.0)
LOGISTIC_PENALTIES = (0.05, 0.1, 0.2, 0.4)
# how much each view counts, decided once and never fitted
ANYWHERE, CUSTOMER, LAST, FORM = 1.0, 1.0, 0.3, 0.2
_SHARES = (ANYWHERE, CUSTOMER, LAST)
Fit = Callable[[Matrix, Vector, float], tuple[Vector, float]]


@dataclass(slots=True)
class _Conversations:
    views: Sequence[NDArray[np.float32]]
    form: Matrix
    standard: Standard
    vocabulary: Vocabulary
    names: tuple[str, ...]
    alike: Matrix


def fit_satisfaction(labelled: Sequence[Labelled], *, seed: int = 1) -> ConversationWeights:
    """Weights of satisfaction, 1 to 5."""
    known = [(one, one.satisfaction) for one in labelled if one.satisfaction is not None]
    values = np.array([value for _, value in known])
    read = _read([one for one, _ in known])
    fold = folds([one.id for one, _ in known], FOLDS, seed=seed, strata=list(values))
    held_out = {one: _held_out(read.alike, values, fold, ridge_dual, one) for one in RIDGE_PENALTIES}
    errors = {one: float(((found - values) ** 2).mean()) for one, found in held_out.items()}
    penalty = min(errors, key=errors.__getitem__)
    weights, constant = ridge_dual(read.alike, values, penalty)
    slope, shift = _line(held_out[penalty], values)
    return _weights(read, weights * slope, constant * slope + shift, logistic=False)


def fit_resolved(labelled: Sequence[Labelled], *, seed: int = 1) -> ConversationWeights:
    """Weights of the probability that the customer's matter was resolved."""
    known = [(one, float(one.resolved >= 0.5)) for one in labelled if one.resolved is not None]  # noqa: PLR2004  # most
    outcomes = np.array([value for _, value in known])
    read = _read([one for one, _ in known])
    fold = folds([one.id for one, _ in known], FOLDS, seed=seed, strata=list(outcomes))
    held_out = {one: _held_out(read.alike, outcomes, fold, logistic_dual, one) for one in LOGISTIC_PENALTIES}
    losses = {one: _loss(found, outcomes) for one, found in held_out.items()}
    penalty = min(losses, key=losses.__getitem__)
    weights, constant = logistic_dual(read.alike, outcomes, penalty)
    slope, shift = platt(held_out[penalty], outcomes)
    return _weights(read, weights * slope, constant * slope + shift, logistic=True)


def _loss(logits: Vector, outcomes: Vector) -> float:
    """Log loss after Platt's correction: how well the order serves, not how far the logits are stretched."""
    slope, shift = platt(logits, outcomes)
    chances = chance(logits * slope + shift)
    return -float(np.where(outcomes > 0, np.log(chances), np.log(1 - chances)).mean())


def _line(estimates: Vector, values: Vector) -> tuple[float, float]:
    """The straight line from held-out estimates to labels; flat, where they say nothing."""
    spread = float(estimates.var())
    together = float(((estimates - estimates.mean()) * (values - values.mean())).mean())
    slope = max(together / spread, 0.0) if spread > 0 else 0.0
    return slope, float(values.mean() - slope * estimates.mean())


def _held_out(alike: Matrix, values: Vector, fold: NDArray[np.int64], fit: Fit, penalty: float) -> Vector:
    found = np.zeros(len(values))
    for one in range(FOLDS):
        seen, unseen = fold != one, fold == one
        weights, constant = fit(alike[np.ix_(seen, seen)], values[seen], penalty)
        found[unseen] = alike[np.ix_(unseen, seen)] @ weights + constant
    return found


def _read(labelled: Sequence[Labelled]) -> _Conversations:
    words = [[ngrams(turn) for turn in one.reading.turns] for one in labelled]
    speaks = [[turn.turn.speaker is Speaker.CUSTOMER for turn in one.reading.turns] for one in labelled]
    anywhere = [_joined(found) for found in words]
    customer = [
        _joined([ngrams_ for ngrams_, said in zip(found, said_by, strict=True) if said])
        for found, said_by in zip(words, speaks, strict=True)
    ]
    last = [_joined(found[-LAST_TURNS:]) for found in words]
    vocabulary = Vocabulary((one.id, found) for one, found in zip(labelled, anywhere, strict=True))
    views = [vocabulary.rows(view) for view in (anywhere, customer, last)]
    rows = np.array([conversation_row(one.reading, one.numbers.whole) for one in labelled])
    standard = Standard(rows)
    form = standard.of(rows)
    alike = FORM * (form @ form.T) / form.shape[1]
    for share, view in zip(_SHARES, views, strict=True):
        alike = alike + share * gram(view)
    return _Conversations(
        views, form, standard, vocabulary, (*CONVERSATION_FEATURES, *labelled[0].numbers.whole), alike
    )


def _joined(turns: Sequence[Sequence[str]]) -> list[str]:
    return [ngram for turn in turns for ngram in turn]


def _weights(read: _Conversations, weights: Vector, constant: float, *, logistic: bool) -> ConversationWeights:
    views = [share * (view.T @ weights) for share, view in zip(_SHARES, read.views, strict=True)]
    form = FORM * (read.form.T @ weights) / read.form.shape[1] * read.standard.scale
    return ConversationWeights(
        ngrams=weighed(read.vocabulary, views),
        features=read.names,
        weights=rounded([*form, constant - float(form @ read.standard.mean)]),
        logistic=logistic,
    )
