"""Reads a question about insights into one that can be computed, or says why not; nothing of it is left unread."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agents.sentiment.questions.naming import Names, take_names
from agents.sentiment.questions.period import Period, find_periods, told
from agents.sentiment.questions.words import CONVERSATIONS, GROUPS, MARKS, MEASURES, content_words, take
from orchestrator.core.conversations.insights import MOST_EXAMPLES, Filter, Form, Group, InsightQuery, Measure, Span

MOST = 400
"""Characters of a question; who writes more tells of something."""
CAN_ASK = (
    "satisfaction, sentiment, quality, or how many conversations were resolved, abandoned, transferred, repeated or "
    "negative; of a period, by contact reason, product, queue, channel or agent; what changed; and the best and worst "
    "conversations. For example: what changed in satisfaction last week? top reasons for returns in June? which queue "
    "has the worst satisfaction? show me the worst conversations about delivery"
)
_FOLLOWS = re.compile(r"^\W*(?:and|what about|how about|same (?:for|in)|now|also)\b", re.IGNORECASE)
_CONTACT = re.compile(r"\b(?:contact|call|write|reach|get in touch|chat|ask|come)", re.IGNORECASE)
_TOP = re.compile(r"\b(?:top|worst|best|show(?: me)?|the)\s+(\d{1,2})\b", re.IGNORECASE)
_WEEK = timedelta(days=7)
_TWO = 2
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedInsight:
    """A question that was understood.

    Attributes:
        period: In words; empty for all that is stored. `before` likewise.
        about: What it is narrowed to, in words; empty where it is not.
        wants_cause: It asks why.
        notes: What was taken for granted.
    """

    query: InsightQuery
    period: str = ""
    before: str = ""
    about: str = ""
    wants_cause: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAsked:
    """A question that was not understood, and why, as a sentence."""

    reason: str


@dataclass(slots=True)
class _Heard:
    """What a message says, read bit by bit."""

    text: str
    rest: str
    periods: tuple[Period, ...] = ()
    measure: Measure | None = None
    group: Group = Group.NONE
    marks: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    names_conversations: bool = False
    filter: Filter = field(default_factory=Filter)
    strange: tuple[str, ...] = ()


def read_question(
    text: str, *, now: datetime, zone: str, names: Names, previous: InsightQuery | None = None
) -> AskedInsight | NotAsked:
    """What a message asks of the insights.

    Args:
        text: The message.
        now: What relative times are relative to, aware.
        zone: IANA zone of the asker.
        names: By what conversations can be narrowed.
        previous: The question before, which `and in July?` goes on from.
    """
    if len(text) > MOST:
        return NotAsked(reason="That is longer than a question about conversations.")
    heard = _hear(text, now=now, zone=zone, names=names)
    if heard.strange:
        listed = ", ".join(map(repr, heard.strange))
        return NotAsked(reason=f"I do not know what {listed} narrows: {names.told()}.")
    if previous is not None and _FOLLOWS.match(text) and not heard.marks and not heard.group:
        return _followed(previous, heard, zone)
    form = _form(heard)
    if form is None:
        return NotAsked(reason="I could not read from it what is to be measured.")
    return _asked(form, heard, now=now, zone=zone)


def _hear(text: str, *, now: datetime, zone: str, names: Names) -> _Heard:
    periods, rest = find_periods(text, now=now, zone=zone)
    heard = _Heard(text, rest, periods)
    for mark, pattern in MARKS.items():
        said, heard.rest = take(heard.rest, pattern)
        if said:
            heard.marks.add(mark)
    heard.filter, heard.rest = take_names(heard.rest, names, Filter(), compound=True)
    for pattern, measure in MEASURES.items():
        said, heard.rest = take(heard.rest, pattern)
        if said:
            heard.measure = heard.measure or measure
            heard.said.add(said)
    for pattern, group in GROUPS.items():
        said, heard.rest = take(heard.rest, pattern)
        if said:
            heard.group = heard.group or group
    said, heard.rest = take(heard.rest, CONVERSATIONS)
    heard.names_conversations = bool(said)
    heard.filter, heard.rest = take_names(heard.rest, names, heard.filter, compound=False)
    heard.strange = tuple(content_words(heard.rest))
    return heard


def _form(heard: _Heard) -> Form | None:
    """What is wanted; None where nothing says so."""
    marks = heard.marks
    if "why" in marks and heard.measure is None and (heard.group is Group.REASON or _CONTACT.search(heard.text)):
        heard.group = Group.REASON
        return Form.RANKING
    if marks & {"why", "change"} or len(heard.periods) >= _TWO:
        return Form.CHANGE
    some = {"bad", "good", "show"} | ({"top"} if heard.measure is Measure.NEGATIVE else set())
    wants_some = heard.names_conversations and marks & some and not marks & {"many", "share"}
    if wants_some and not heard.group:
        return Form.EXAMPLES
    if heard.group and (marks & {"bad", "good", "top", "by", "show"} or heard.measure is None):
        return Form.RANKING
    if heard.measure is not None or (heard.names_conversations and marks & {"many"}):
        return Form.VALUE
    return None


def _asked(form: Form, heard: _Heard, *, now: datetime, zone: str) -> AskedInsight:
    measure = heard.measure or _usual(form, heard)
    if form is Form.EXAMPLES and measure is Measure.NEGATIVE:
        measure, heard.marks = Measure.SENTIMENT, {*heard.marks, "bad"}
    periods, notes = heard.periods, list[str]()
    if form is Form.CHANGE and not periods:
        periods = (Period(now - _WEEK, now, "the last 7 days"),)
        notes.append("no period was named: the last 7 days, against the 7 days before them")
    then, period = _pair(periods) if form is Form.CHANGE else (None, periods[0] if periods else None)
    query = InsightQuery(
        form=form,
        measure=measure,
        group=heard.group if form is Form.RANKING else Group.NONE,
        span=period.span() if period else Span(),
        before=then.span() if then else None,
        filter=heard.filter,
        highest_first=_highest_first(form, measure, heard),
        limit=_limit(heard.text),
    )
    return AskedInsight(
        query=query,
        period=told(period, zone) if period else "",
        before=told(then, zone) if then else "",
        about=about(heard.filter),
        wants_cause=form is Form.CHANGE and "why" in heard.marks,
        notes=tuple(notes),
    )


def _usual(form: Form, heard: _Heard) -> Measure:
    judged = form in {Form.CHANGE, Form.EXAMPLES} or heard.marks & {"bad", "good"}
    return Measure.SATISFACTION if judged else Measure.CONVERSATIONS


def _pair(periods: Sequence[Period]) -> tuple[Period, Period]:
    """The earlier and the later period; of one, the one before it."""
    if len(periods) == 1:
        return periods[0].before(), periods[0]
    first, second = sorted(periods[:_TWO], key=lambda one: one.start)
    return first, second


def _limit(text: str) -> int:
    found = _TOP.search(text)
    return min(max(int(found[1]), 1), MOST_EXAMPLES) if found else InsightQuery(form=Form.VALUE).limit


def _highest_first(form: Form, measure: Measure, heard: _Heard) -> bool:
    negated = any(said.startswith(("un", "dis", "not ", "least")) for said in heard.said)
    if "bad" in heard.marks or (negated and "good" not in heard.marks):
        return measure.high_is_bad or measure is Measure.CONVERSATIONS
    if "good" in heard.marks and not negated:
        return not measure.high_is_bad
    # who asks for conversations without saying which wants those to look into
    return form is not Form.EXAMPLES or measure.is_share or bool(heard.marks & {"good", "top"})


def _followed(previous: InsightQuery, heard: _Heard, zone: str) -> AskedInsight | NotAsked:
    """The question before with another period, or narrowed otherwise."""
    if not heard.periods and heard.filter == Filter() and heard.measure is None:
        return NotAsked(reason="I could not read from it what is to be measured.")
    query = replace(previous, measure=heard.measure or previous.measure)
    period = before = ""
    if heard.periods:
        then, now_ = _pair(heard.periods)
        query = replace(query, span=now_.span(), before=then.span() if previous.before else None)
        period, before = told(now_, zone), told(then, zone) if previous.before else ""
    else:
        period = _span_told(previous.span)
        before = _span_told(previous.before) if previous.before else ""
    if heard.filter != Filter():
        query = replace(query, filter=heard.filter)
    return AskedInsight(query=query, period=period, before=before, about=about(query.filter))


def _span_told(span: Span) -> str:
    return f"from {span.start} to {span.end}" if span.start else ""


def about(narrowed: Filter) -> str:
    """What a question is narrowed to, in words."""
    parts: Mapping[str, tuple[str, ...]] = {
        "contact reason": narrowed.reasons,
        "product": narrowed.products,
        "queue": narrowed.queues,
        "channel": narrowed.channels,
        "agent": narrowed.agents,
    }
    return "; ".join(f"{name} {_listed(values)}" for name, values in parts.items() if values)


def _listed(values: Sequence[str]) -> str:
    shown = [label(value) for value in values[:_MOST_TOLD]]
    more = len(values) - len(shown)
    return f"{', '.join(shown)} or {more} more" if more else " or ".join(shown)


def label(key: str) -> str:
    """A key as people read it."""
    return key.replace("_", " ")
