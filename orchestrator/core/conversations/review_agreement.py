"""How far people agree with each other, and the automatic scores with people: told apart, by question."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from orchestrator.core.conversations.agreement import (
    Estimate,
    Metric,
    Pair,
    Unit,
    Weights,
    cohen_kappa,
    estimate,
    krippendorff_alpha,
    mean_difference,
    raw_agreement,
    spearman,
)
from orchestrator.core.conversations.reviews import Review, Sampled, category, latest, scale_kind

_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What people answered to one question about one conversation or turn, beside the automatic score.

    Attributes:
        values: By reviewer, the last answer of each; "not applicable" is left out.
        automatic: Of the latest sample that the answers are of; None where there is no such score.
        probability: With which the conversation was drawn; 1 where it was not drawn.
        at: ISO 8601: when the conversation began, else when it was answered.
        scorer_version: Of the automatic score.
    """

    conversation: str
    question: str
    turn: int | None
    values: Mapping[str, float]
    automatic: float | None
    probability: float
    at: str
    scorer_version: str

    @property
    def human(self) -> float:
        """The mean of people's answers."""
        return fmean(self.values.values())


class Weighed(NamedTuple):
    """A pair of scores, and how many conversations of the whole it stands for."""

    group: str
    first: float
    second: float
    weight: float


class ReviewIndex:
    """Finds the draw that an answer belongs to: its own sample's, else the latest of the conversation."""

    def __init__(self, drawn: Iterable[Sampled]) -> None:
        self._own: dict[tuple[str, str], Sampled] = {}
        self._latest: dict[str, Sampled] = {}
        for one in drawn:  # oldest first
            self._own[one.sample, one.conversation] = self._latest[one.conversation] = one

    def find(self, review: Review) -> Sampled | None:
        """The draw, None where the conversation was never drawn."""
        return self._own.get((review.sample, review.conversation)) or self._latest.get(review.conversation)


def answered(reviews: Sequence[Review], drawn: Iterable[Sampled]) -> tuple[Answered, ...]:
    """Everything that was answered, in order of conversation, question and turn."""
    index = ReviewIndex(drawn)
    found: dict[tuple[str, str, int], list[Review]] = {}
    for review in latest(tuple(reviews)):
        if review.value is not None:
            turn = -1 if review.turn is None else review.turn
            found.setdefault((review.conversation, review.question, turn), []).append(review)
    return tuple(_answered(found[key], index) for key in sorted(found))


def _answered(given: Sequence[Review], index: ReviewIndex) -> Answered:
    last = given[-1]
    drawn = next((one for review in reversed(given) if (one := index.find(review)) is not None), None)
    answered_at = last.at.isoformat() if last.at is not None else ""
    return Answered(
        conversation=last.conversation,
        question=last.question,
        turn=last.turn,
        values={review.reviewer: review.value for review in given if review.value is not None},
        automatic=drawn.score(last.question, last.turn) if drawn is not None else None,
        probability=drawn.probability if drawn is not None else 1.0,
        at=(drawn.started_at if drawn is not None else "") or answered_at,
        scorer_version=drawn.scorer_version if drawn is not None else "",
    )


def by_question(items: Iterable[Answered]) -> dict[str, list[Answered]]:
    """The answered things of each question."""
    found: dict[str, list[Answered]] = {}
    for item in items:
        found.setdefault(item.question, []).append(item)
    return found


def agreement_document(items: Iterable[Answered]) -> dict[str, object]:
    """By question, the agreement of people with each other and, apart from it, of the automatic scores with people."""
    return {
        question: {"human_human": among_people(found), "human_automatic": with_people(found)}
        for question, found in by_question(items).items()
    }


def among_people(items: Sequence[Answered]) -> dict[str, object]:
    """Krippendorff's alpha of all who answered, and how many did; only what two or more answered counts."""
    question = items[0].question
    several = [item for item in items if len(item.values) >= _TWO]
    people = sorted({name for item in several for name in item.values})
    units = [
        Unit(item.conversation, tuple(_step(question, item.values.get(name)) for name in people)) for item in several
    ]
    metric: Metric = "nominal" if _is_binary(items) else "ordinal"
    return {
        "reviewers": len(people),
        "metric": metric,
        "alpha": estimate(units, lambda some: krippendorff_alpha(some, metric)).document(),
        "equal": estimate(_couples(several), raw_agreement).document(),
    }


def _step(question: str, value: float | None) -> float | None:
    return None if value is None else category(question, value)


def _couples(items: Iterable[Answered]) -> list[Pair]:
    """Every two people's answers to one thing."""
    found = []
    for item in items:
        values = [category(item.question, item.values[name]) for name in sorted(item.values)]
        found += [Pair(item.conversation, a, b) for at, a in enumerate(values) for b in values[at + 1 :]]
    return found


def with_people(items: Sequence[Answered]) -> dict[str, object]:
    """Weighted kappa and rank correlation of people's mean with the automatic score, and how far that is above it.

    `above_weighed` weighs by how many conversations of the whole each stands for, since the sample is not even.
    """
    pairs = human_pairs(items)
    weights = _weights(items)
    return {
        "weights": weights,
        "kappa": kappa(items).document(),
        "equal": estimate(steps(items), raw_agreement).document(),
        "spearman": estimate(pairs, spearman).document(),
        "above": estimate([Pair(one.group, one.second, one.first) for one in pairs], mean_difference).document(),
        "above_weighed": estimate(_weighed(items), _weighed_difference).document(),
        "scorer_versions": sorted({item.scorer_version for item in items if item.automatic is not None}),
    }


def human_pairs(items: Iterable[Answered]) -> list[Pair]:
    """People's mean and the automatic score, where there is one."""
    return [Pair(one.conversation, one.human, one.automatic) for one in items if one.automatic is not None]


def kappa(items: Sequence[Answered]) -> Estimate:
    """Cohen's kappa of people's mean and the automatic score, both as steps of the question's scale."""
    return estimate(steps(items), kappa_of(items))


def kappa_of(items: Sequence[Answered]) -> Callable[[Sequence[Pair]], float | None]:
    """Kappa with the weights that fit the question."""
    weights = _weights(items)
    return lambda some: cohen_kappa(some, weights)


def _weights(items: Sequence[Answered]) -> Weights:
    return "nominal" if _is_binary(items) else "quadratic"


def _is_binary(items: Sequence[Answered]) -> bool:
    values = frozenset(value for item in items for value in item.values.values())
    return scale_kind(items[0].question, values) == "binary"


def steps(items: Iterable[Answered]) -> list[Pair]:
    """The pairs of `human_pairs`, both as steps of the question's scale."""
    return [
        Pair(one.conversation, category(one.question, one.human), category(one.question, one.automatic))
        for one in items
        if one.automatic is not None
    ]


def _weighed(items: Iterable[Answered]) -> list[Weighed]:
    return [
        Weighed(one.conversation, one.automatic, one.human, 1 / one.probability)
        for one in items
        if one.automatic is not None
    ]


def _weighed_difference(pairs: Sequence[Weighed]) -> float | None:
    total = sum(pair.weight for pair in pairs)
    return sum(pair.weight * (pair.first - pair.second) for pair in pairs) / total if total else None
