"""Whether the automatic scores agree with people as they did: told by period, a change only where intervals say so."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from orchestrator.core.conversations.agreement import (
    LEAST_GROUPS,
    LEAST_SAMPLES,
    RESAMPLES,
    Pair,
    estimate,
    mean_difference,
    quantile,
)
from orchestrator.core.conversations.review_agreement import (
    Answered,
    by_question,
    human_pairs,
    kappa,
    kappa_of,
    steps,
)
from orchestrator.core.conversations.review_terms import Every

_CERTAINTY = 0.05
_Statistic = Callable[[Sequence[Pair]], float | None]


def drift_document(items: Sequence[Answered], *, every: Every = "month") -> dict[str, object]:
    """By question: the agreement of each period, and what changed against all periods before it."""
    return {question: _question(found, every) for question, found in by_question(items).items()}


def _question(items: Sequence[Answered], every: Every) -> dict[str, object]:
    periods: dict[str, list[Answered]] = {}
    for item in items:
        if item.automatic is not None and (name := period(item.at, every)):
            periods.setdefault(name, []).append(item)
    told = [
        {
            "period": name,
            "kappa": kappa(found).document(),
            "above": estimate(_automatic_first(found), mean_difference).document(),
            "scorer_versions": sorted({one.scorer_version for one in found}),
        }
        for name, found in sorted(periods.items())
    ]
    return {"periods": told, "changes": _changes(items, periods)}


def _automatic_first(items: Sequence[Answered]) -> list[Pair]:
    return [Pair(pair.group, pair.second, pair.first) for pair in human_pairs(items)]


class _Figure(NamedTuple):
    name: str
    pairs: Callable[[Sequence[Answered]], list[Pair]]
    statistic: _Statistic


def _changes(items: Sequence[Answered], periods: dict[str, list[Answered]]) -> list[dict[str, object]]:
    """Every period with samples enough against those before it; intervals are wider the more is compared."""
    names = sorted(periods)
    before = {name: [one for other in names[:at] for one in periods[other]] for at, name in enumerate(names)}
    compared = [name for name in names if _enough(periods[name]) and _enough(before[name])]
    figures = (_Figure("kappa", steps, kappa_of(items)), _Figure("above", _automatic_first, mean_difference))
    certainty = _CERTAINTY / max(1, len(compared) * len(figures))
    return [
        {
            "period": name,
            "figure": figure.name,
            **_change(figure.pairs(before[name]), figure.pairs(periods[name]), figure.statistic, certainty),
        }
        for name in compared
        for figure in figures
    ]


def _enough(items: Sequence[Answered]) -> bool:
    return len(items) >= LEAST_SAMPLES and len({one.conversation for one in items}) >= LEAST_GROUPS


def _change(before: Sequence[Pair], now: Sequence[Pair], statistic: _Statistic, certainty: float) -> dict[str, object]:
    was, found = statistic(before), statistic(now)
    low, high = _interval(before, now, statistic, certainty)
    if was is None or found is None or low is None or high is None:
        return {"change": None, "low": None, "high": None, "changed": False}
    figures = {"change": found - was, "low": low, "high": high}
    return {**{name: round(value, 4) for name, value in figures.items()}, "changed": low > 0 or high < 0}


def _interval(
    before: Sequence[Pair], now: Sequence[Pair], statistic: _Statistic, certainty: float
) -> tuple[float | None, float | None]:
    """Of the difference, by the bootstrap: conversations of both sides are drawn apart, with replacement."""
    chance = random.Random(1)  # noqa: S311  # reproducible on purpose
    sides = [_grouped(before), _grouped(now)]
    drawn = []
    for _ in range(RESAMPLES):
        was, found = (
            statistic([one for group in chance.choices(side, k=len(side)) for one in group]) for side in sides
        )
        if was is not None and found is not None:
            drawn.append(found - was)
    if not drawn:
        return None, None
    drawn.sort()
    return quantile(drawn, certainty / 2), quantile(drawn, 1 - certainty / 2)


def _grouped(pairs: Sequence[Pair]) -> list[list[Pair]]:
    groups: dict[str, list[Pair]] = {}
    for pair in sorted(pairs):
        groups.setdefault(pair.group, []).append(pair)
    return list(groups.values())


def period(at: str, every: Every) -> str:
    """The name of a time's period, such as 2026-04, 2026-W15 or 2026-Q2; empty where there is no time."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return ""
    match every:
        case "week":
            year, week, _ = moment.isocalendar()
            return f"{year}-W{week:02}"
        case "quarter":
            return f"{moment.year}-Q{(moment.month + 2) // 3}"
        case "month":
            return f"{moment:%Y-%m}"
