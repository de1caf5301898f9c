"""Questions in plain words, read into what can be computed, or refused."""

from datetime import UTC, datetime

import pytest

from agents.sentiment.questions.asked import AskedInsight, NotAsked, read_question
from agents.sentiment.questions.naming import Names
from orchestrator.core.conversations.insights import Filter, Form, Group, InsightQuery, Measure, Name, Span

NOW = datetime(2026, 6, 16, 10, 49, 47, tzinfo=UTC)
NAMES = Names.of(
    [
        Name(Group.NONE, "", 100),
        *(Name(Group.REASON, value, 9) for value in ("late_delivery", "return_item", "return_label", "refund_delay")),
        Name(Group.QUEUE, "billing", 5),
        Name(Group.CHANNEL, "chat", 3),
        Name(Group.PRODUCT, "Rain Jacket", 3),
    ],
    {"late_delivery": "Late delivery delivery", "return_item": "Return an item returns"},
)
WEEK = Span(start="2026-06-08T00:00:00Z", end="2026-06-15T00:00:00Z")
BEFORE = Span(start="2026-06-01T00:00:00Z", end="2026-06-08T00:00:00Z")
JUNE = Span(start="2026-06-01T00:00:00Z", end="2026-06-16T10:49:47Z")
MAY = Span(start="2026-05-01T00:00:00Z", end="2026-06-01T00:00:00Z")
RETURNS = Filter(reasons=("return_item", "return_label"))
CHANGE = InsightQuery(form=Form.CHANGE, measure=Measure.SATISFACTION, span=WEEK, before=BEFORE)


def read(text: str, previous: InsightQuery | None = None) -> AskedInsight | NotAsked:
    """A message of somebody in UTC."""
    return read_question(text, now=NOW, zone="UTC", names=NAMES, previous=previous)


def query(text: str, previous: InsightQuery | None = None) -> InsightQuery:
    """What it asks."""
    asked = read(text, previous)
    assert isinstance(asked, AskedInsight), asked
    return asked.query


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what changed in satisfaction last week?", CHANGE),
        ("why did satisfaction fall last week?", CHANGE),
        (
            "top reasons for returns in June?",
            InsightQuery(form=Form.RANKING, group=Group.REASON, span=JUNE, filter=RETURNS),
        ),
        (
            "satisfaction by queue in May",
            InsightQuery(form=Form.RANKING, measure=Measure.SATISFACTION, group=Group.QUEUE, span=MAY),
        ),
        (
            "show me the worst conversations about delivery this month",
            InsightQuery(
                form=Form.EXAMPLES,
                measure=Measure.SATISFACTION,
                span=JUNE,
                filter=Filter(reasons=("late_delivery",)),
                highest_first=False,
            ),
        ),
        ("how many chats were abandoned in May?", InsightQuery(form=Form.VALUE, measure=Measure.ABANDONED, span=MAY)),
        (
            "which queue has the worst satisfaction?",
            InsightQuery(form=Form.RANKING, measure=Measure.SATISFACTION, group=Group.QUEUE, highest_first=False),
        ),
        (
            "top 3 reasons why customers contacted us in May",
            InsightQuery(form=Form.RANKING, group=Group.REASON, span=MAY, limit=3),
        ),
        (
            "customer sentiment for rain jacket",
            InsightQuery(form=Form.VALUE, measure=Measure.CUSTOMER_SENTIMENT, filter=Filter(products=("Rain Jacket",))),
        ),
        (
            "how did csat change from May to June?",
            InsightQuery(form=Form.CHANGE, measure=Measure.SATISFACTION, span=JUNE, before=MAY),
        ),
        (
            "what is the resolution rate in the billing queue?",
            InsightQuery(form=Form.VALUE, measure=Measure.RESOLVED, filter=Filter(queues=("billing",))),
        ),
    ],
)
def test_a_question_is_read(text: str, expected: InsightQuery) -> None:
    """Measure, form, group, period, and what it is narrowed to."""
    assert query(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("satisfaction of left-handed customers", "I do not know what 'left-handed' narrows"),
        ("hello", "I could not read from it what is to be measured"),
        ("satisfaction " * 60, "longer than a question"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, reason: str) -> None:
    """Nothing of a question is left unread."""
    asked = read(text)
    assert isinstance(asked, NotAsked)
    assert reason in asked.reason


def test_a_follow_up_goes_on_from_the_question_before() -> None:
    """Another period, another filter, another measure; without one before it is no question."""
    june = query("top reasons for returns in June?")
    may = query("and in May?", june)
    assert (may.form, may.filter, may.span) == (Form.RANKING, RETURNS, MAY)
    assert query("and for the billing queue?", june).filter == Filter(queues=("billing",))
    assert query("what about quality?", CHANGE).measure is Measure.QUALITY
    assert isinstance(read("and in May?"), NotAsked)


def test_why_is_heard_and_a_period_that_is_not_named_is_told() -> None:
    """The answer says that it shows no cause, and which week it took."""
    asked = read("why did satisfaction fall?")
    assert isinstance(asked, AskedInsight)
    assert asked.wants_cause
    assert asked.notes == ("no period was named: the last 7 days, against the 7 days before them",)
