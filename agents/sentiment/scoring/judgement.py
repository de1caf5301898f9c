"""What the embedded scorer's own models say of a conversation: moods, their course, the outcome, and why."""

from typing import NamedTuple

from agents.sentiment.scoring.course import Course, Step
from agents.sentiment.scoring.findings import Findings
from agents.sentiment.scoring.grounds import Grounds, last_words, of_moods, of_score
from agents.sentiment.scoring.mood import NEGATIVE, POSITIVE, label_of
from agents.sentiment.scoring.outcome import Outcome, outcome_of
from agents.sentiment.scoring.trajectory import Trajectory, overall_label, overall_of, sentiment_of, trajectory_of
from agents.sentiment.scoring.weights import ABANDONED, RESOLVED
from orchestrator.core.conversations.evidence import Evidence, ReasonCode

_OF_CUSTOMER = ("sentiment", "label", "customer_sentiment", "trajectory", "satisfaction", "quality", "resolved")
_OF_BOTH = ("quality", "resolved", "abandoned")
_MOST = 2
_BELOW = frozenset((
    "refusal", "redirect", "asks_again", "friction", "silence", "correction", "confused", "repeats_self",
    "still_problem", "waiting", "protest",
))  # fmt: skip
_ABOVE = frozenset(("progress", "solved", "thanks", "praise", "nothing_else", "welcome", "closing"))
_GOOD_QUALITY = 4.0
_MOST_QUALITY = 3


class TurnJudgement(NamedTuple):
    """A turn's results; the mood of a turn without words, or of a system's, is None."""

    sentiment: float | None
    label: str | None
    quality: float | None


class Judgement(NamedTuple):
    """A conversation's results; None for what has no value, which is named among the skipped."""

    turns: tuple[TurnJudgement, ...]
    sentiment: float | None = None
    label: str | None = None
    customer_sentiment: float | None = None
    agent_sentiment: float | None = None
    satisfaction: float | None = None
    quality: float | None = None
    resolved: float | None = None
    abandoned: float | None = None
    trajectory: Trajectory | None = None
    flags: tuple[str, ...] = ()


def judge(course: Course, grounds: Grounds, findings: Findings) -> Judgement:
    """All results of a course; evidence and what was skipped goes to the findings."""
    customer, agent = any(step.customer for step in course), any(step.agent for step in course)
    if not any(step.turn.words for step in course):
        return _nothing(course, findings)
    outcome = outcome_of(course)
    turns = tuple(_turn(step, quality, findings) for step, quality in zip(course, outcome.turn_quality, strict=True))
    judged = Judgement(turns)
    if agent:
        judged = _with_agent(judged, course, findings)
    else:
        findings.skip("agent_sentiment", ReasonCode.NO_AGENT_TURNS)
    if not customer:
        for feature in (*_OF_CUSTOMER, "abandoned"):
            findings.skip(feature, ReasonCode.NO_CUSTOMER_TURNS)
        return judged
    judged = _with_customer(judged, course, findings)
    judged = _with_satisfaction(judged, outcome, course, grounds, findings)
    if agent:
        return _with_outcome(judged, outcome, course, findings)
    for feature in _OF_BOTH:
        findings.skip(feature, ReasonCode.NO_AGENT_TURNS)
    return judged


def _nothing(course: Course, findings: Findings) -> Judgement:
    for feature in (*_OF_CUSTOMER, "agent_sentiment", "abandoned", "turns"):
        findings.skip(feature, ReasonCode.NO_TEXT)
    return Judgement(tuple(TurnJudgement(None, None, None) for _ in course))


def _turn(step: Step, quality: float, findings: Findings) -> TurnJudgement:
    if not step.turn.words or not (step.customer or step.agent):
        reason = ReasonCode.NOT_APPLICABLE if step.turn.words else ReasonCode.NO_TEXT
        findings.skip(f"turns.{step.turn.index}.sentiment", reason)
        return TurnJudgement(None, None, quality)
    score = step.mood.score
    if not NEGATIVE < score < POSITIVE:
        parts = [part for part in step.mood.parts if (part.value > 0) is (score > 0)]
        parts.sort(key=lambda part: (-abs(part.value), part.first))
        index, place = step.turn.index, step.turn.place
        findings.add(Evidence("sentiment", index, *place(part.first, part.last)) for part in parts[:_MOST])
    return TurnJudgement(score, label_of(score), quality)


def _with_agent(judged: Judgement, course: Course, findings: Findings) -> Judgement:
    mood = overall_of(course, customer=False)
    assert mood is not None  # an agent speaks
    findings.add(of_moods("agent_sentiment", course, customer=False, raised=mood >= 0))
    return judged._replace(agent_sentiment=mood)


def _with_customer(judged: Judgement, course: Course, findings: Findings) -> Judgement:
    mood, trajectory = overall_of(course, customer=True), trajectory_of(course)
    assert mood is not None  # a customer speaks
    assert trajectory is not None
    sentiment = sentiment_of(mood, trajectory)
    findings.add(of_moods("customer_sentiment", course, customer=True, raised=mood >= 0))
    findings.add(trajectory.evidence)
    return judged._replace(
        sentiment=sentiment, label=overall_label(sentiment, course), customer_sentiment=mood, trajectory=trajectory
    )


def _with_satisfaction(
    judged: Judgement, outcome: Outcome, course: Course, grounds: Grounds, findings: Findings
) -> Judgement:
    spans = grounds.satisfaction(course, outcome.satisfaction)
    findings.add(spans)
    flags = outcome.flags if spans else (*outcome.flags, "satisfaction_from_prior")
    return judged._replace(satisfaction=outcome.satisfaction, flags=flags)


def _with_outcome(judged: Judgement, outcome: Outcome, course: Course, findings: Findings) -> Judgement:
    likely = 0.5
    spans = {
        "resolved": of_score("resolved", course, RESOLVED, raised=outcome.resolved >= likely),
        "abandoned": of_score("abandoned", course, ABANDONED, raised=outcome.abandoned >= likely),
        "quality": _quality_spans(course, outcome.quality),
    }
    for feature, found in spans.items():
        findings.add(found or last_words(feature, course))
    return judged._replace(quality=outcome.quality, resolved=outcome.resolved, abandoned=outcome.abandoned)


def _quality_spans(course: Course, quality: float) -> tuple[Evidence, ...]:
    """What went well, or did not, latest first."""
    names = _ABOVE if quality >= _GOOD_QUALITY else _BELOW
    spans: list[Evidence] = []
    for step in reversed(course):
        if step.names & names:
            cue = next(cue for cue in step.mood.cues if cue.name in names)
            spans.append(Evidence("quality", step.turn.index, *step.turn.place(cue.first, cue.last)))
            if len(spans) == _MOST_QUALITY:
                break
    return tuple(reversed(spans))
