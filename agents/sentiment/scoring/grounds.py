"""The spans that led to a conversation's scores, kept only where a score moves when they are deleted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agents.sentiment.scoring.course import Course, replaced, whole_turn
from agents.sentiment.scoring.features import CLOSING, TROUBLE, position_weights
from agents.sentiment.scoring.mood import Mood, MoodReader
from agents.sentiment.scoring.outcome import satisfaction_of
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.tokens import ReadTurn
from agents.sentiment.scoring.weights import SATISFACTION, Weights
from orchestrator.core.conversations.conversation import Turn
from orchestrator.core.conversations.evidence import Evidence

LEAST_MOVE = 0.25
"""Satisfaction must move by at least this when its spans are deleted, or none is cited."""
_WANTED = 0.4  # an estimate that goes a little beyond, so that the first try mostly passes
_TRIES = 4  # each reaches twice as far: a sum far off the scale moves late
_MOST = 24
_MOST_OTHERS = 3
_ENDING = frozenset(("anything_else", "closing", "welcome"))
_LAST = 2
_FULL = 2.5  # a sum of valences that makes a mood of .71
_NOTHING: Mapping[str, float] = {}


class Pull(NamedTuple):
    """A span and its estimated pull on a score."""

    pull: float
    turn: int
    first: int
    last: int


class Grounds:
    """Finds the spans of a course's scores, and proves those of satisfaction by scoring without them.

    Args:
        moods: Reads the changed turns again, with the phrases of `table`.
    """

    def __init__(self, moods: MoodReader, table: PhraseTable) -> None:
        self._moods = moods
        self._table = table

    def satisfaction(self, course: Course, satisfaction: float) -> tuple[Evidence, ...]:
        """The spans that pulled satisfaction to where it is from its prior; none where it moves too little."""
        above = satisfaction >= SATISFACTION["bias"]
        pulls = _ranked(pulls_on(course, SATISFACTION), above=above)
        chosen, estimate, step = 0, 0.0, _WANTED / 2
        for _ in range(_TRIES):
            step *= 2
            wanted = estimate + step
            while chosen < min(len(pulls), _MOST) and estimate < wanted:
                estimate += abs(pulls[chosen].pull)
                chosen += 1
            spans = _evidence("satisfaction", course, pulls[:chosen])
            without = satisfaction_of(replaced(course, self._without(course, spans)))
            moved = satisfaction - without if above else without - satisfaction
            if moved >= LEAST_MOVE:
                return tuple(spans)
            if chosen == min(len(pulls), _MOST):
                break
        return ()

    def _without(self, course: Course, spans: Iterable[Evidence]) -> dict[int, tuple[ReadTurn, Mood]]:
        cut: dict[int, list[Evidence]] = {}
        for span in spans:
            cut.setdefault(span.turn, []).append(span)
        return {index: self._read(course[index].turn, found) for index, found in cut.items()}

    def _read(self, turn: ReadTurn, cut: Sequence[Evidence]) -> tuple[ReadTurn, Mood]:
        said = turn.turn
        shorter = ReadTurn(turn.index, Turn(speaker=said.speaker, text=delete(said.text, cut), at=said.at))
        return shorter, self._moods.read(shorter, self._table.scan(shorter.words))


def delete(text: str, spans: Iterable[Evidence]) -> str:
    """A turn's text without its spans, which may overlap."""
    for start, end in reversed(_joined(spans)):
        text = text[:start] + text[end:]
    return text


def _joined(spans: Iterable[Evidence]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted((span.start, span.end) for span in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def of_score(feature: str, course: Course, weights: Weights, *, raised: bool) -> tuple[Evidence, ...]:
    """The spans that pulled most on a score of a linear model, in the direction in which it went."""
    return tuple(_evidence(feature, course, _ranked(pulls_on(course, weights), above=raised)[:_MOST_OTHERS]))


def last_words(feature: str, course: Course) -> tuple[Evidence, ...]:
    """The last turn that says anything: what a score rests on that no single phrase led to."""
    for step in reversed(course):
        if step.turn.words and (step.customer or step.agent):
            return (whole_turn(feature, step),)
    return ()


def of_moods(feature: str, course: Course, *, customer: bool, raised: bool) -> tuple[Evidence, ...]:
    """The spans that said most of one side's mood."""
    pulls = [
        Pull(part.value, step.turn.index, part.first, part.last)
        for step in course
        if (step.customer if customer else step.agent)
        for part in step.mood.parts
    ]
    return tuple(_evidence(feature, course, _ranked(pulls, above=raised)[:_MOST_OTHERS]))


def pulls_on(course: Course, weights: Weights) -> list[Pull]:
    """Every span's estimated pull on a linear model's sum, those of one span added."""
    pulls: dict[tuple[int, int, int], float] = {}
    positions = position_weights(len(course))
    spoken = sum([weight for step, weight in zip(course, positions, strict=True) if step.customer]) or 1.0
    mood = weights.get("customer_mood", 0.0) / spoken / _FULL
    endings = _endings(course, weights)
    for index, (step, position) in enumerate(zip(course, positions, strict=True)):
        if step.mood.cues:
            ending = endings.get(index, _NOTHING)
            who = "customer." if step.customer else "agent."
            for name, first, last in step.mood.cues:
                pull = weights.get(who + name, 0.0) * position + ending.get(name, 0.0)
                if pull:
                    place = index, first, last
                    pulls[place] = pulls.get(place, 0.0) + pull
        if step.customer and mood:
            for value, first, last in step.mood.parts:
                place = index, first, last
                pulls[place] = pulls.get(place, 0.0) + value * position * mood
    return [Pull(pull, *place) for place, pull in pulls.items()]


def _endings(course: Course, weights: Weights) -> dict[int, Mapping[str, float]]:
    """For the turns with a speaker's last words, what their cues pull by standing there."""
    customer = dict.fromkeys(CLOSING, weights.get("closed", 0.0) / _LAST) | dict.fromkeys(
        TROUBLE, weights.get("trouble_last", 0.0) / _LAST
    )
    agent = dict.fromkeys(_ENDING, weights.get("closing", 0.0) / _LAST) | {"silence": weights.get("silence", 0.0)}
    last_customer = [index for index, step in enumerate(course) if step.customer][-_LAST:]
    last_agent = [index for index, step in enumerate(course) if step.agent][-_LAST:]
    return {**dict.fromkeys(last_agent, agent), **dict.fromkeys(last_customer, customer)}


def _ranked(pulls: Iterable[Pull], *, above: bool) -> list[Pull]:
    kept = [pull for pull in pulls if (pull.pull > 0) is above and pull.pull]
    return sorted(kept, key=lambda one: (-abs(one.pull), one.turn, one.first, one.last))


def _evidence(feature: str, course: Course, pulls: Iterable[Pull]) -> list[Evidence]:
    spans = [Evidence(feature, pull.turn, *course[pull.turn].turn.place(pull.first, pull.last)) for pull in pulls]
    return sorted(spans, key=lambda span: span[1:])
