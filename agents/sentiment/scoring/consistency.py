"""Holds a conversation's scores against each other: what contradicts is computed again once, then flagged."""

from typing import NamedTuple

CONTENT, DISCONTENT = 4.0, 2.0
"""From and up to these, satisfaction speaks of a customer who is content, or who is not."""
NEGATIVE, POSITIVE = -0.15, 0.15
"""A conversation is negative at or below the first, positive at or above the second: means lie near 0."""
STRONG = 0.4
"""A mood so far from 0 cannot stand beside the opposite satisfaction."""
LIKELY = 0.7
_MIDDLE, _SPREAD = 3.0, 2.0


class Moods(NamedTuple):
    """The customer's moods that satisfaction must agree with, -1 to 1.

    Attributes:
        sentiment: Of the conversation; its label follows from it.
        mean: Over all of the customer's turns.
        end: Of the last two turns; `last`: of the last one.
    """

    sentiment: float
    mean: float
    end: float
    last: float


class Outcomes(NamedTuple):
    """Satisfaction, 1 to 5, and the probabilities that it must agree with."""

    satisfaction: float
    resolved: float
    abandoned: float


class Agreed(NamedTuple):
    """The outcomes as they stand, and what is to be said of them."""

    outcomes: Outcomes
    flags: tuple[str, ...]


def agreed(found: Outcomes, moods: Moods) -> Agreed:
    """The outcomes with what contradicts computed again once, and flagged where it still does.

    Satisfaction beside the opposite mood becomes the mean of itself and what that mood alone says. Of resolved and
    abandoned, both likely, the less certain becomes the other's complement. A content customer's `abandoned` becomes
    the mean of itself and of `resolved`'s complement; a discontent customer's `resolved` the mean of itself and of what
    satisfaction says.
    """
    flags: list[str] = []
    satisfaction = settled(found.satisfaction, moods)
    if satisfaction != found.satisfaction:
        flags.append("recomputed:satisfaction")
    resolved, abandoned = found.resolved, found.abandoned
    if resolved >= LIKELY and abandoned >= LIKELY:
        if resolved >= abandoned:
            abandoned = 1 - resolved
        else:
            resolved = 1 - abandoned
    if satisfaction >= CONTENT and abandoned >= LIKELY:
        abandoned = (abandoned + 1 - resolved) / 2
    if satisfaction <= DISCONTENT and resolved >= LIKELY:
        resolved = (resolved + (satisfaction - 1) / 4) / 2
    if resolved != found.resolved:
        flags.append("recomputed:resolved")
    if abandoned != found.abandoned:
        flags.append("recomputed:abandoned")
    outcomes = Outcomes(satisfaction, resolved, abandoned)
    return Agreed(outcomes, (*flags, *contradictions(outcomes, moods)))


def settled(satisfaction: float, moods: Moods) -> float:
    """Satisfaction as it stands beside the customer's moods."""
    against = [mood for _, mood in _against(satisfaction, moods)]
    if not against:
        return satisfaction
    return (satisfaction + _MIDDLE + _SPREAD * max(against, key=abs)) / 2


def contradictions(found: Outcomes, moods: Moods) -> tuple[str, ...]:
    """`inconsistent:<one>:<other>` for every two scores that cannot both be right."""
    satisfaction, resolved, abandoned = found
    flags = [f"inconsistent:satisfaction:{name}" for name, _ in _against(satisfaction, moods)]
    if resolved >= LIKELY and abandoned >= LIKELY:
        flags.append("inconsistent:resolved:abandoned")
    if satisfaction >= CONTENT and abandoned >= LIKELY:
        flags.append("inconsistent:satisfaction:abandoned")
    if satisfaction <= DISCONTENT and resolved >= LIKELY:
        flags.append("inconsistent:satisfaction:resolved")
    return tuple(dict.fromkeys(flags))


def _against(satisfaction: float, moods: Moods) -> list[tuple[str, float]]:
    """The moods that say the opposite, by the name of the score that shows them."""
    if DISCONTENT < satisfaction < CONTENT:
        return []
    side = 1 if satisfaction >= CONTENT else -1
    named = (
        ("label", moods.sentiment, -NEGATIVE),
        ("customer_sentiment", moods.mean, STRONG),
        ("trajectory", moods.end, STRONG),
        ("trajectory", moods.last, STRONG),
    )
    return [(name, mood) for name, mood, least in named if -side * mood >= least]
