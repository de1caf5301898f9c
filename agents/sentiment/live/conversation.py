"""Scores a conversation while it goes on, turn by turn, by the same models as a whole one.

Words are cut, phrases found and moods read once a turn. The numbers of the whole are computed anew from what is kept of
each turn, some four microseconds a turn, so that they are those of the batch to the last digit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from agents.sentiment.live.state import Cited, LiveScores, LiveState, Raised
from agents.sentiment.live.watch import Seen, Watch, trigger_phrases
from agents.sentiment.scoring.course import CourseReader, Step
from agents.sentiment.scoring.cues import load_cues
from agents.sentiment.scoring.language import LanguageDetector
from agents.sentiment.scoring.lexicon import load_lexicon
from agents.sentiment.scoring.mood import MoodReader, label_of
from agents.sentiment.scoring.outcome import outcome_of
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.trajectory import overall_label, overall_of, sentiment_of, trajectory_of
from orchestrator.core.conversations.conversation import Conversation, Turn
from orchestrator.core.conversations.triggers import Trigger
from orchestrator.core.personal_data.finding import find_personal
from orchestrator.core.personal_data.redacting import redact_spans
from orchestrator.core.personal_data.redactor import UNREDACTED

STANDARD = "standard"


class LiveScorer:
    """What all running conversations share; made once, and not changed by them.

    Args:
        triggers: What is watched for.
        redaction: The name of the rule set for what is cited.
    """

    def __init__(self, triggers: Sequence[Trigger] = (), *, redaction: str = STANDARD) -> None:
        cues = load_cues()
        self.triggers = tuple(triggers)
        self.redaction = redaction
        self.moods = MoodReader(load_lexicon(), cues)
        self.table = PhraseTable(chain(cues.phrases, trigger_phrases(triggers)))
        self.languages = LanguageDetector()

    def begin(self, conversation: Conversation) -> "LiveConversation":
        """A conversation whose turns are still to come; what it has of them already is read, and raises nothing."""
        live = LiveConversation(self, replace(conversation, turns=()))
        for turn in conversation.turns:
            live.add(turn)
        return live


class LiveConversation:
    """One conversation that goes on. It knows no clock and does no work but in `add`."""

    def __init__(self, scorer: LiveScorer, conversation: Conversation) -> None:
        self._scorer = scorer
        self._reading = Reading(conversation, scorer.table)
        self._steps = CourseReader(scorer.moods)
        self._course: list[Step] = []
        self._watch = Watch(scorer.triggers)

    @property
    def conversation(self) -> Conversation:
        """What has been said so far."""
        return self._reading.conversation

    def add(self, turn: Turn) -> LiveState:
        """Read one more turn: its scores, those of the conversation so far, and the triggers that it raises."""
        reading = self._reading
        reading.extend(turn)
        read, hits = reading.turns[-1], reading.hits[-1]
        step = self._steps.read(read, hits)
        self._course.append(step)
        language = self._scorer.languages.detect(reading)
        supported = (
            language.supported or language.code is None
        )  # a few words tell no language, and count until one does
        scores, quality = self._scores(supported=supported)
        spoken = bool(step.turn.words) and (step.customer or step.agent) and supported
        by_name = {name: getattr(scores, name) for name in LiveScores.__slots__ if name != "label"}
        seen = self._watch.look(step, hits, by_name) if supported else []
        return LiveState(
            turn=read.index,
            speaker=turn.speaker,
            sentiment=step.mood.score if spoken else None,
            label=label_of(step.mood.score) if spoken else None,
            quality=quality,
            overall=scores,
            trajectory=trajectory_of(self._course) if supported and self._has_words() else None,
            language=language.code,
            supported=supported,
            raised=tuple(self._raised(one) for one in seen),
        )

    def _has_words(self) -> bool:
        return any(step.turn.words for step in self._course)

    def _scores(self, *, supported: bool) -> tuple[LiveScores, float | None]:
        """Of the conversation, and the quality of its last turn."""
        course, reading = self._course, self._reading
        if not supported or not self._has_words():
            return LiveScores(), None
        outcome = outcome_of(course)
        scores = LiveScores(agent_sentiment=overall_of(course, customer=False))
        if reading.customer:
            mood, trajectory = overall_of(course, customer=True), trajectory_of(course)
            assert mood is not None  # a customer speaks
            assert trajectory is not None
            sentiment = sentiment_of(mood, trajectory)
            scores = replace(
                scores,
                sentiment=sentiment,
                label=overall_label(sentiment, course),
                customer_sentiment=mood,
                satisfaction=outcome.satisfaction,
            )
        if reading.customer and reading.agent:
            scores = replace(scores, quality=outcome.quality, resolved=outcome.resolved, abandoned=outcome.abandoned)
        return scores, outcome.turn_quality[-1]

    def _raised(self, seen: Seen) -> Raised:
        cited: list[Cited] = []
        turns: Mapping[int, str] = {span.turn: self._reading.turns[span.turn].turn.text for span in seen.evidence}
        for span in seen.evidence:
            text = turns[span.turn]
            earlier = self._reading.turns[span.turn - 1].turn.text if span.turn else ""
            personal = find_personal(text, earlier=earlier) if self._scorer.redaction != UNREDACTED else ()
            cited.append(Cited(span, redact_spans(text, personal, start=span.start, end=span.end)))
        return Raised(trigger=seen.trigger, turn=len(self._course) - 1, cited=tuple(cited), value=seen.value)
