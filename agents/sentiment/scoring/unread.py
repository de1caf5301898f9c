"""What is known of a conversation whose words are not read, as its language is not supported or it has no words."""

from collections.abc import Iterator

from agents.sentiment.scoring.conduct import NO_CONDUCT
from agents.sentiment.scoring.contact import Contact
from agents.sentiment.scoring.facts import Known
from agents.sentiment.scoring.judgement import Judgement, TurnJudgement
from agents.sentiment.scoring.language import Language
from agents.sentiment.scoring.products import none_found
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.reasons import no_reason
from agents.sentiment.scoring.times import measure_times
from orchestrator.core.conversations.evidence import ReasonCode, Skipped

_JUDGED = (
    "sentiment", "label", "customer_sentiment", "agent_sentiment", "satisfaction", "quality", "resolved", "abandoned",
    "trajectory", "turns", "conduct.empathy", "conduct.politeness", "conduct.promises", "conduct.promises_without_date",
)  # fmt: skip
_CONTACT = ("transferred", "repeated_contact")


def why_unread(reading: Reading, language: Language) -> ReasonCode | None:
    """Why the words of a conversation are not read; None where they are."""
    spoken = (*reading.customer, *reading.agent)
    if not spoken:
        return None  # a system's events: each part says itself that nobody speaks
    if not any(turn.words for turn in spoken):
        return ReasonCode.NO_TEXT
    return None if language.supported else ReasonCode.UNSUPPORTED_LANGUAGE


def nothing_known(reading: Reading, reason: ReasonCode) -> Known:
    """No values but the times, which need no words."""
    turns = tuple(TurnJudgement(None, None, None) for _ in reading.turns)
    contact = Contact(None, None, (), tuple(Skipped(name, reason) for name in _CONTACT))
    times = measure_times(reading, unread=reason)
    return Known(Judgement(turns), contact, times, no_reason(reason), none_found(reason), NO_CONDUCT)


def unscored(reading: Reading, reason: ReasonCode) -> Iterator[Skipped]:
    """What is not judged, and why; `turns` stands for all of every turn."""
    return (Skipped(name, reason) for name in _JUDGED if name != "turns" or reading.turns)


def flags_of(language: Language) -> tuple[str, ...]:
    """What a reader of the scores should know of the language."""
    if not language.supported:
        return ()
    return tuple(f"mixed_language:{code}" for code in language.others)
