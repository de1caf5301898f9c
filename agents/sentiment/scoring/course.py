"""The course of a conversation: turn by turn who said what, in what mood, and what had been said before."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agents.sentiment.scoring.mood import Mood, MoodReader
from agents.sentiment.scoring.phrases import Hit
from agents.sentiment.scoring.reading import AGENTS, Reading
from agents.sentiment.scoring.tokens import ReadTurn
from orchestrator.core.conversations.conversation import Speaker
from orchestrator.core.conversations.evidence import Evidence

_SHORTEST = 4  # letters of a word that carries meaning, roughly
_LEAST_WORDS = 3
_ALIKE = 0.6
_LOOKED_BACK = 3
_NO_NAMES: frozenset[str] = frozenset()


class Step(NamedTuple):
    """A turn in its conversation.

    Attributes:
        turn: The turn's words.
        customer: Whether the customer speaks; `agent`: whether somebody does for the company. A system is neither.
        mood: How, and the cues in it.
        names: Of its cues.
        repeated: Whether it says much the same as one of the speaker's last turns.
        asks: Whether it holds a question.
    """

    turn: ReadTurn
    customer: bool
    agent: bool
    mood: Mood
    names: frozenset[str]
    repeated: bool
    asks: bool


Course = Sequence[Step]


class CourseReader:
    """Reads a conversation's steps one after the other; of what was said before it keeps the last few turns' words."""

    def __init__(self, moods: MoodReader) -> None:
        self._moods = moods
        self._said: dict[bool, deque[frozenset[str]]] = {side: deque(maxlen=_LOOKED_BACK) for side in (True, False)}

    def read(self, turn: ReadTurn, hits: Iterable[Hit]) -> Step:
        """The step of the turn that follows."""
        speaker = turn.turn.speaker
        customer = speaker is Speaker.CUSTOMER
        mood = self._moods.read(turn, hits)
        words = frozenset([word for word in turn.words if len(word) >= _SHORTEST])
        step = Step(
            turn=turn,
            customer=customer,
            agent=speaker in AGENTS,
            mood=mood,
            names=frozenset([cue.name for cue in mood.cues]) if mood.cues else _NO_NAMES,
            repeated=_repeats(words, self._said[customer]),
            asks="?" in turn.turn.text,
        )
        self._said[customer].append(words)
        return step


def read_course(reading: Reading, moods: MoodReader) -> list[Step]:
    """The course of a conversation that was read."""
    reader = CourseReader(moods)
    return [reader.read(turn, hits) for turn, hits in zip(reading.turns, reading.hits, strict=True)]


def whole_turn(feature: str, step: Step) -> Evidence:
    """A turn's span from its first word to its last, for one that has words."""
    return Evidence(feature, step.turn.index, *step.turn.place(0, len(step.turn.words) - 1))


def replaced(course: Course, moods: Mapping[int, tuple[ReadTurn, Mood]]) -> list[Step]:
    """A course with some turns' words and moods others than they were; what repeats what stays as it was."""
    steps = list(course)
    for index, (turn, mood) in moods.items():
        steps[index] = steps[index]._replace(
            turn=turn, mood=mood, names=frozenset([cue.name for cue in mood.cues]), asks="?" in turn.turn.text
        )
    return steps


def _repeats(words: frozenset[str], earlier: Iterable[frozenset[str]]) -> bool:
    if len(words) < _LEAST_WORDS:
        return False
    return any(
        len(known) >= _LEAST_WORDS and len(words & known) >= _ALIKE * min(len(words), len(known)) for known in earlier
    )
