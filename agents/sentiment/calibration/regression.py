"""Ridge and logistic regression in their dual form: as many unknowns as labels, however many words there are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.calibration.vectors import Matrix, Vector

_ROUNDS = 40
_CLOSE = 1e-8
_LEAST_WEIGHT = 1e-5


def ridge_dual(alike: Matrix, values: Vector, penalty: float) -> tuple[Vector, float]:
    """Dual weights and the constant; the estimate of `x` is its likeness to each label's row times those weights.

    Source: Saunders, Gammerman and Vovk, Ridge Regression Learning Algorithm in Dual Variables, 1998.
    """
    mean = float(values.mean())
    return np.asarray(np.linalg.solve(alike + penalty * np.eye(len(values)), values - mean)), mean


def logistic_dual(alike: Matrix, outcomes: Vector, penalty: float) -> tuple[Vector, float]:
    """Dual weights and constant of a penalised logistic regression, by iteratively reweighted least squares.

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, sections 4.4.1 and 12.3.3.
    """
    count = len(outcomes)
    weights, constant = np.zeros(count), 0.0
    for _ in range(_ROUNDS):
        logits = alike @ weights + constant
        chances = chance(logits)
        curvature = np.maximum(chances * (1 - chances), _LEAST_WEIGHT)
        system = np.ones((count + 1, count + 1))
        system[:count, :count] = alike + penalty * np.diag(1 / curvature)
        system[count, count] = 0
        found = np.linalg.solve(system, np.append(logits + (outcomes - chances) / curvature, 0.0))
        moved = float(np.abs(found[:count] - weights).max())
        weights, constant = found[:count], float(found[count])
        if moved < _CLOSE:
            break
    return weights, constant


def chance(logits: Vector) -> Vector:
    """Probabilities of logits."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


def ridge_primal(rows: Matrix, values: Vector, penalty: float) -> Vector:
    """Weights of few columns that have mean 0; the constant is the mean of the values."""
    system = rows.T @ rows + penalty * np.eye(rows.shape[1])
    return np.asarray(np.linalg.solve(system, rows.T @ (values - values.mean())))


def platt(logits: Vector, outcomes: Vector) -> tuple[float, float]:
    """The slope and constant that make held-out logits calibrated (Platt 1999, with his softened targets)."""
    yes, no = outcomes.sum(), len(outcomes) - outcomes.sum()
    targets = np.where(outcomes > 0.5, (yes + 1) / (yes + 2), 1 / (no + 2))  # noqa: PLR2004  # yes or no
    rows = np.column_stack([logits, np.ones_like(logits)])
    found = np.array([1.0, 0.0])
    for _ in range(_ROUNDS):
        chances = chance(rows @ found)
        curvature = np.maximum(chances * (1 - chances), _LEAST_WEIGHT)
        step = np.linalg.solve(rows.T @ (rows * curvature[:, None]) + 1e-6 * np.eye(2), rows.T @ (targets - chances))
        found = found + step
        if float(np.abs(step).max()) < _CLOSE:
            break
    # a slope below nothing would turn the order round: then nothing was learned
    return max(float(found[0]), 0.0), float(found[1])


def folds(groups: Sequence[str], count: int, *, seed: int, strata: Sequence[float] | None = None) -> NDArray[np.int64]:
    """The fold of each row, whole groups together and, where given, strata (one value a group) spread evenly."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    if strata is not None:
        value = dict(zip(groups, strata, strict=True))
        order = np.array(sorted(order, key=lambda at: value[names[at]]))
    fold_of = {names[at]: place % count for place, at in enumerate(order)}
    return np.array([fold_of[group] for group in groups], dtype=np.int64)
