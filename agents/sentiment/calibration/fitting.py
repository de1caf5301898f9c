"""Makes a calibration from labels, says how good it is on conversations that it has not seen, or why there is none."""

from collections.abc import Callable, Sequence

from agents.sentiment.calibration.conversations import fit_resolved, fit_satisfaction
from agents.sentiment.calibration.figures import CONTENT, HeldOut, Scored
from agents.sentiment.calibration.labels import Labelled, Scores
from agents.sentiment.calibration.regression import folds
from agents.sentiment.calibration.turns import fit_turns
from agents.sentiment.calibration.vectors import LEAST_CONVERSATIONS as LEAST_SPREAD
from agents.sentiment.calibration.vectors import rounded
from agents.sentiment.scoring.calibrated import calibrate
from orchestrator.core.conversations.agreement import Pair, quantile
from orchestrator.core.conversations.calibration import (
    LEAST_CONVERSATIONS,
    LEAST_OF_EACH,
    LEAST_TURNS,
    Calibration,
)

FOLDS = 5
Tell = Callable[[str], None]


def refusals(labelled: Sequence[Labelled]) -> dict[str, str]:
    """By score, why there are too few labels for it; a score that is not named here can be fitted."""
    found = {}
    satisfaction = [one.satisfaction for one in labelled if one.satisfaction is not None]
    resolved = [one.resolved for one in labelled if one.resolved is not None]
    content = [value >= CONTENT for value in satisfaction]
    if why := _too_few(content, "satisfied (4 or more) and not"):
        found["satisfaction"] = why
    if why := _too_few([value >= 0.5 for value in resolved], "resolved and not"):  # noqa: PLR2004  # most reviewers
        found["resolved"] = why
    turns = sum(len(one.qualities) for one in labelled)
    conversations = sum(bool(one.qualities) for one in labelled)
    if turns < LEAST_TURNS or conversations < LEAST_CONVERSATIONS:
        found["turn_quality"] = (
            f"{turns} labelled turns of {conversations} conversations: "
            f"at least {LEAST_TURNS} of {LEAST_CONVERSATIONS} are needed"
        )
    return found


def _too_few(outcomes: Sequence[bool], what: str) -> str:
    fewer = min(sum(outcomes), len(outcomes) - sum(outcomes))
    if len(outcomes) < LEAST_CONVERSATIONS:
        return f"{len(outcomes)} labelled conversations: at least {LEAST_CONVERSATIONS} are needed"
    if fewer < LEAST_OF_EACH:
        return f"{fewer} labels on one side ({what}): at least {LEAST_OF_EACH} of each are needed"
    return ""


def fit(labelled: Sequence[Labelled], *, scorer_version: str, made_on: str, seed: int = 1) -> Calibration:
    """Weights for every score that has labels enough (see `refusals`), without figures."""
    refused = refusals(labelled)
    parts = [
        fit_turns(labelled, seed=seed) if "turn_quality" not in refused else None,
        fit_satisfaction(labelled, seed=seed) if "satisfaction" not in refused else None,
        fit_resolved(labelled, seed=seed) if "resolved" not in refused else None,
    ]
    return Calibration(
        scorer_version=scorer_version,
        made_on=made_on,
        conversations=len(labelled),
        turns=sum(len(one.qualities) for one in labelled),
        quality=parts[0],  # type: ignore[arg-type]  # in that order
        satisfaction=parts[1],  # type: ignore[arg-type]  # same
        resolved=parts[2],  # type: ignore[arg-type]  # same
        least_familiar=least_familiar(labelled),
    )


def held_out(labelled: Sequence[Labelled], *, seed: int = 1, count: int = FOLDS, tell: Tell | None = None) -> HeldOut:
    """Nested cross-validation: every choice is made without the conversations that are then scored."""
    strata = [one.satisfaction if one.satisfaction is not None else one.resolved or 0.0 for one in labelled]
    fold = folds([one.id for one in labelled], count, seed=seed, strata=strata)
    calibrated, shipped = _Pairs(), _Pairs()
    for one in range(count):
        if tell is not None:
            tell(f"checking on unseen conversations, part {one + 1} of {count}")
        seen = [item for item, place in zip(labelled, fold, strict=True) if place != one]
        calibration = fit(seen, scorer_version="", made_on="", seed=seed)
        for item in (item for item, place in zip(labelled, fold, strict=True) if place == one):
            found = calibrate(calibration, item.reading, item.numbers)
            scores = Scores(satisfaction=found.satisfaction, resolved=found.resolved, qualities=found.qualities)
            calibrated.add(item, scores, only=item.shipped)
            shipped.add(item, item.shipped, only=scores)
    return HeldOut(calibrated=calibrated.scored(), shipped=shipped.scored())


class _Pairs:
    """Scores beside labels, where both sides that are compared have one."""

    def __init__(self) -> None:
        self._found: dict[str, list[Pair]] = {"satisfaction": [], "resolved": [], "quality": []}

    def add(self, item: Labelled, scores: Scores, *, only: Scores) -> None:
        for name in ("satisfaction", "resolved"):
            score, label = getattr(scores, name), getattr(item, name)
            if score is not None and label is not None and getattr(only, name) is not None:
                self._found[name].append(Pair(item.id, score, label))
        if scores.qualities is None or only.qualities is None:
            return
        for turn, label in sorted(item.qualities.items()):
            score = scores.qualities[turn]
            if score is not None and only.qualities[turn] is not None:
                self._found["quality"].append(Pair(item.id, score, label))

    def scored(self) -> Scored:
        return Scored(**{name: tuple(found) for name, found in self._found.items()})


def least_familiar(labelled: Sequence[Labelled]) -> float:
    """The share of known words below which a conversation is unlike all but one in a hundred of these.

    A conversation's own words do not make it familiar: those count that other conversations have often enough.
    """
    spread: dict[str, int] = {}
    said = [[word for turn in one.reading.turns for word in turn.words] for one in labelled]
    for words in said:
        for word in set(words):
            spread[word] = spread.get(word, 0) + 1
    shares = sorted(sum(spread[word] > LEAST_SPREAD for word in words) / len(words) for words in said if words)
    return rounded([quantile(shares, 0.01)])[0] if shares else 0.0
