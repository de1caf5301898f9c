"""Watches a running conversation for the causes of triggers: each is raised once for one cause, with what was said."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, assert_never

from agents.sentiment.scoring.course import Step
from agents.sentiment.scoring.phrases import Hit
from orchestrator.core.conversations.conditions import By
from orchestrator.core.conversations.evidence import Evidence
from orchestrator.core.conversations.triggers import NegativeTurns, Saying, ScoreReached, Trigger

_MOST = 2  # spans that are cited of a turn
_OWN, _NOT = "trigger:", "trigger_not:"


class Seen(NamedTuple):
    """A trigger's cause that has just come.

    Attributes:
        evidence: What was said, by turn.
        value: The score that was reached, of a trigger on one.
    """

    trigger: Trigger
    evidence: tuple[Evidence, ...]
    value: float | None = None


def trigger_phrases(triggers: Iterable[Trigger]) -> Iterator[tuple[str, str]]:
    """The phrases that triggers bring, for the phrase table."""
    for trigger in triggers:
        if isinstance(trigger.cause, Saying):
            yield from ((phrase, f"{_OWN}{trigger.id}") for phrase in trigger.cause.phrases)
            yield from ((phrase, f"{_NOT}{trigger.id}") for phrase in trigger.cause.unless)


class Watch:
    """What was raised in one conversation. Each turn costs the same, however long the conversation is."""

    def __init__(self, triggers: Sequence[Trigger]) -> None:
        self._triggers = triggers
        self._raised: dict[str, int] = {}
        self._held: set[str] = set()
        self._run: list[Step] = []
        self._longest = max((one.cause.count for one in triggers if isinstance(one.cause, NegativeTurns)), default=0)

    def look(self, step: Step, hits: Sequence[Hit], scores: "dict[str, float | None]") -> list[Seen]:
        """The triggers whose cause came with this turn.

        Args:
            step: The turn.
            hits: The phrases in it.
            scores: Of the conversation so far, by name.
        """
        if step.customer:
            self._run = [*self._run, step][-self._longest :] if self._longest else []
        seen = [found for trigger in self._triggers if (found := self._cause(trigger, step, hits, scores)) is not None]
        raised = []
        for one in seen:
            before, again = self._raised.get(one.trigger.id), one.trigger.again_after
            if before is None or (again is not None and step.turn.index - before >= again):
                self._raised[one.trigger.id] = step.turn.index
                raised.append(one)
        return raised

    def _cause(
        self, trigger: Trigger, step: Step, hits: Sequence[Hit], scores: "dict[str, float | None]"
    ) -> Seen | None:
        """The cause, where it has come with this turn and was not there before it."""
        cause = trigger.cause
        match cause:
            case NegativeTurns():
                return self._negative(trigger, cause, step)
            case Saying():
                evidence = _said(trigger, cause, step, hits)
                return Seen(trigger, evidence) if evidence else None
            case ScoreReached():
                if not step.customer:
                    return None
                value = scores.get(cause.score)
                if not self._begins(trigger, holds=_reached(cause, value) and step.turn.index + 1 >= cause.after_turns):
                    return None
                return Seen(trigger, _moods(trigger, [step]), value)
            case _:
                assert_never(cause)

    def _negative(self, trigger: Trigger, cause: NegativeTurns, step: Step) -> Seen | None:
        if not step.customer:
            return None
        last = self._run[-cause.count :]
        holds = len(last) == cause.count and all(one.mood.score <= cause.at_most for one in last)
        return Seen(trigger, _moods(trigger, last)) if self._begins(trigger, holds=holds) else None

    def _begins(self, trigger: Trigger, *, holds: bool) -> bool:
        """Whether what holds now did not hold before. A new run is a new cause."""
        if not holds:
            self._held.discard(trigger.id)
            return False
        if trigger.id in self._held:
            return False
        self._held.add(trigger.id)
        self._raised.pop(trigger.id, None)
        return True


def _reached(cause: ScoreReached, value: float | None) -> bool:
    if value is None:
        return False
    return (cause.at_least is None or value >= cause.at_least) and (cause.at_most is None or value <= cause.at_most)


def _said(trigger: Trigger, cause: Saying, step: Step, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """Where a turn says it; the longest of several that overlap."""
    if (cause.by is By.CUSTOMER and not step.customer) or (cause.by is By.AGENT and not step.agent):
        return ()
    labels = {f"{_OWN}{trigger.id}", *(f"cue:customer.{name}" for name in cause.cues)}
    barred = [hit for hit in hits if hit.label == f"{_NOT}{trigger.id}"]
    found = [hit for hit in hits if hit.label in labels and not any(_overlap(hit, other) for other in barred)]
    chosen: list[Hit] = []
    for hit in sorted(found, key=lambda one: (one.first - one.last, one.first)):
        if not any(_overlap(hit, other) for other in chosen):
            chosen.append(hit)
    feature = f"trigger.{trigger.id}"
    spans = [Evidence(feature, step.turn.index, *step.turn.place(hit.first, hit.last)) for hit in chosen[:_MOST]]
    return tuple(sorted(spans))


def _moods(trigger: Trigger, steps: Iterable[Step]) -> tuple[Evidence, ...]:
    """The words that made the mood of some turns worst, by turn; of one without such words the whole turn."""
    spans: list[Evidence] = []
    for step in steps:
        bad = sorted((part for part in step.mood.parts if part.value < 0), key=lambda part: (part.value, part.first))
        places = [(part.first, part.last) for part in bad[:_MOST]]
        if not places and step.turn.words:
            places = [(0, len(step.turn.words) - 1)]
        spans += [
            Evidence(f"trigger.{trigger.id}", step.turn.index, *step.turn.place(*place)) for place in sorted(places)
        ]
    return tuple(spans)


def _overlap(one: Hit, other: Hit) -> bool:
    return one.first <= other.last and other.first <= one.last
