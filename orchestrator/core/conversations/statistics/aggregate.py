"""A batch of result documents taken in one by one, in memory that does not grow with their number."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple, TypeVar

from orchestrator.core.conversations.statistics.answers import Answers
from orchestrator.core.conversations.statistics.breakdown import Breakdown
from orchestrator.core.conversations.statistics.case import Quote, first_quote
from orchestrator.core.conversations.statistics.cases import Cases
from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.durations import Durations
from orchestrator.core.conversations.statistics.kept import Kept, lot
from orchestrator.core.conversations.statistics.measures import BROKEN_DOWN, Measure
from orchestrator.core.conversations.statistics.movement import Movement, movement
from orchestrator.core.conversations.statistics.result import (
    GENERATED,
    Document,
    Known,
    is_generated,
    known,
    number,
    part,
    parts,
    values,
    word,
)
from orchestrator.core.conversations.statistics.scores import Scores
from orchestrator.core.conversations.statistics.series import Series

DIMENSIONS = ("contact_reason", "product", "queue", "channel")
"""What conversations are counted by, in all and over time."""
TIMES = ("first_response_s", "median_response_s", "longest_response_s", "hold_s", "duration_s")
SURVEY = "survey"
"""The scores that customers gave in a survey."""
REVIEWS = "reviews"
"""The scores that people gave in reviews."""
STEPS = 4
"""Bars of the distribution of satisfaction in one point."""
_MOST_QUOTES = 4
_MOST_COUNTED = 400
Key = TypeVar("Key")


class Said(NamedTuple):
    """A quote and the conversation that it is from."""

    conversation: str
    quote: Quote


class Origin(NamedTuple):
    """What made a result."""

    scorer_version: str
    config_sha256: str
    model: str
    redaction: str


@dataclass(slots=True)
class Aggregate:
    """All that a report says. Parts of a batch may be taken in apart and merged: the result is the same.

    Attributes:
        zone: Of days and hours.
        undated: Conversations without `started_at`; they are in no period, day or hour.
        satisfaction: Conversations by satisfaction in quarters of a point, from 1.
        quotes: What contact reasons rest on, drawn by chance for each.
        skipped: Conversations by feature and reason code.
    """

    zone: tzinfo = UTC
    count: int = 0
    turns: int = 0
    generated: int = 0
    undated: int = 0
    unsupported: int = 0
    flagged: int = 0
    first: datetime | None = None
    last: datetime | None = None
    languages: Counter[str] = field(default_factory=Counter)
    overall: Cell = field(default_factory=Cell)
    trend: Series = field(default_factory=Series)
    breakdowns: dict[str, Breakdown] = field(default_factory=lambda: {name: Breakdown() for name in DIMENSIONS})
    agents: Breakdown = field(default_factory=Breakdown)
    hours: dict[int, Cell] = field(default_factory=dict)
    satisfaction: Counter[int] = field(default_factory=Counter)
    shapes: Counter[str] = field(default_factory=Counter)
    times: dict[str, Durations] = field(default_factory=lambda: {name: Durations() for name in TIMES})
    answers: Answers = field(default_factory=Answers)
    scores: dict[str, Scores] = field(default_factory=dict)
    cases: Cases = field(default_factory=Cases)
    quotes: dict[str, Kept[Said]] = field(default_factory=dict)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    origins: Counter[Origin] = field(default_factory=Counter)

    def add(self, document: Document) -> None:
        """Take in a result document."""
        found = known(document)
        names = {name: word(document, name) for name in DIMENSIONS}
        agent = word(document, "agent")
        self.count += 1
        self.turns += len(values(document, "turns"))
        self.generated += is_generated(document)
        self._add_origin(document)
        self.overall.add(found.measures)
        day = self._add_time(found)
        broken = {measure: found.measures[measure] for measure in BROKEN_DOWN if measure in found.measures}
        for name, breakdown in self.breakdowns.items():
            breakdown.add(names[name], day, broken)
        if agent:
            self.agents.add(agent, None, broken)
        self._add_scores(document, found)
        self.answers.add(document)
        self.cases.add(document, found, {**names, "agent": agent})
        if names["contact_reason"]:
            self._add_quote(document, names["contact_reason"], found.id)

    def compare(self, source: str, conversation: str, *, human: float, machine: float) -> None:
        """Take in a person's score of a conversation beside ours, both on the scale 1 to 5."""
        self.scores.setdefault(source, Scores()).add(conversation, human=human, machine=machine)

    def movement(self, measure: Measure, dimension: str, day: date) -> Movement | None:
        """What moved from before a day to it and after, told apart by a dimension."""
        return movement(measure, self.breakdowns[dimension].periods(day))

    def merge(self, other: "Aggregate") -> None:
        """Take in what another took in."""
        for name in ("count", "turns", "generated", "undated", "unsupported", "flagged"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("languages", "satisfaction", "shapes", "skipped", "flags", "origins"):
            getattr(self, name).update(getattr(other, name))
        for name in ("overall", "trend", "agents", "answers", "cases"):
            getattr(self, name).merge(getattr(other, name))
        self._span(other.first)
        self._span(other.last)
        for name, breakdown in other.breakdowns.items():
            self.breakdowns[name].merge(breakdown)
        for name, durations in other.times.items():
            self.times[name].merge(durations)
        for hour, cell in other.hours.items():
            self.hours.setdefault(hour, Cell()).merge(cell)
        for source, scores in other.scores.items():
            self.scores.setdefault(source, Scores()).merge(scores)
        for reason, kept in other.quotes.items():
            self.quotes.setdefault(reason, Kept(_MOST_QUOTES)).merge(kept)

    def _add_origin(self, document: Document) -> None:
        language, provenance = part(document, "language"), part(document, "provenance")
        self.languages[word(language, "code")] += 1
        self.unsupported += language.get("supported") is False
        skipped = {(_of_turns(word(item, "feature")), word(item, "reason_code")) for item in parts(document, "skipped")}
        for item in sorted(skipped):
            _count(self.skipped, item)
        flags = [flag for flag in values(document, "flags") if isinstance(flag, str) and flag != GENERATED]
        self.flagged += bool(flags)
        for flag in flags:
            _count(self.flags, flag)
        told = (str(provenance.get(name) or "") for name in Origin._fields)
        _count(self.origins, Origin(*told))

    def _add_time(self, found: Known) -> date | None:
        """Count a conversation by its time; its day, or None where that is not known."""
        if found.at is None:
            self.undated += 1
            return None
        self._span(found.at)
        local = found.at.astimezone(self.zone)
        day = local.date()
        self.trend.add(day, found.measures)
        broken = {measure: found.measures[measure] for measure in BROKEN_DOWN if measure in found.measures}
        self.hours.setdefault(local.hour, Cell()).add(broken)
        return day

    def _add_scores(self, document: Document, found: Known) -> None:
        satisfaction = found.measures.get(Measure.SATISFACTION)
        if satisfaction is not None:
            self.satisfaction[min(int((satisfaction - 1) * STEPS), 4 * STEPS - 1)] += 1
            survey = number(document, "survey_csat")
            if survey is not None:
                self.compare(SURVEY, found.id, human=survey, machine=satisfaction)
        shape = word(part(document, "trajectory"), "shape")
        if shape:
            _count(self.shapes, shape)
        times = part(document, "times")
        for name, durations in self.times.items():
            seconds = number(times, name)
            if seconds is not None:
                durations.add(seconds)

    def _add_quote(self, document: Document, reason: str, conversation: str) -> None:
        kept = self.quotes.get(reason)
        if kept is None:
            if len(self.quotes) >= _MOST_COUNTED:
                return
            kept = self.quotes[reason] = Kept(_MOST_QUOTES)
        draw = lot(conversation)
        if kept.wants((), draw) and (quote := first_quote(document, "contact_reason")):
            kept.put((), draw, Said(conversation, quote))

    def _span(self, at: datetime | None) -> None:
        if at is not None:
            self.first = at if self.first is None else min(self.first, at)
            self.last = at if self.last is None else max(self.last, at)


def _of_turns(feature: str) -> str:
    """A feature of one turn under the name that it has for all: `turns.7.sentiment` is `turns.sentiment`."""
    first, _, rest = feature.partition(".")
    return f"{first}.{rest.partition('.')[2]}" if first == "turns" and rest else feature


def _count(counter: Counter[Key], key: Key) -> None:
    """Count one more of a key, among the first `_MOST_COUNTED`: what others write must not fill the memory."""
    if key in counter or len(counter) < _MOST_COUNTED:
        counter[key] += 1
