"""Tests of summaries, and of the times, contact and reasons that they tell, as the whole scorer finds them."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.sentiment.scoring.document import Document
from agents.sentiment.scoring.scorer import Scorer
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.products import Product
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scoring import Scoring

SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER, "B": Speaker.BOT, "S": Speaker.SYSTEM}
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
REASONS = (
    ContactReason(
        id="late",
        title="A delivery is late",
        phrases={"(has|have) not arrived": 2.0, "late": 1.0},
        excluded=("late fee",),
    ),
    ContactReason(id="refund", title="Ask for money back", phrases={"money back": 2.0, "refund": 1.0}),
    ContactReason(id="fee", title="Fees", phrases={"late fee": 2.0}),
)
LINES = (
    "C: Hello. My kettle still has not arrived, write to jo@example.com. This is the third time I contact you!",
    "A: I'm so sorry. Can I put you on hold for a moment?",
    "A: Thank you for holding. I have refunded the postage. I'll call you within two days.",
    "C: Great, that is sorted. Thank you!",
)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """With three reasons and a product."""
    return Scorer(Scoring(reasons=REASONS, products=(Product(id="kettle", title="Kettle"),)))


def scored(scorer: Scorer, *lines: str, seconds: tuple[int, ...] = ()) -> Document:
    """A conversation of lines, its turns so many seconds after its beginning."""
    times = [BEGAN + timedelta(seconds=one) for one in seconds] or [None] * len(lines)
    turns = (Turn(SPEAKERS[line[0]], line[3:], at) for line, at in zip(lines, times, strict=True))
    return scorer.score(Conversation("c", tuple(turns)))


def test_a_summary_says_what_it_was_about_what_was_done_and_how_it_ended(scorer: Scorer):
    """Sentences of what was found, quotes redacted; each quote is among the evidence."""
    document = scored(scorer, *LINES, seconds=(0, 30, 150, 160))
    text = document["summary"]
    assert text.startswith(
        "Contact reason: A delivery is late (Kettle). "
        'The customer: "My kettle still has not arrived, write to [email]." It was not the first contact. '
        "The customer was on hold for about 2 minutes."
    )
    assert 'Done: "I have refunded the postage."' in text
    assert 'Promised: "I\'ll call you within two days."' in text
    assert 'In the end the customer: "Great, that is sorted."' in text
    quotes = [one["text"] for one in document["evidence"] if one["feature"] == "summary"]
    assert len(quotes) == 4
    assert all(f'"{quote}"' in text for quote in quotes)


def test_the_times_of_a_conversation(scorer: Scorer):
    """From what was asked to the answer; a hold lasts from its announcement to the agent's next turn."""
    times = scored(scorer, *LINES, seconds=(0, 30, 150, 160))["times"]
    assert times == {
        "first_response_s": 30.0, "median_response_s": 30.0, "longest_response_s": 30.0, "hold_s": 120.0,
        "duration_s": 160.0,
    }  # fmt: skip
    assert {None} == set(scored(scorer, *LINES)["times"].values())


def test_times_out_of_order_are_not_counted(scorer: Scorer):
    """An answer before its question is none."""
    times = scored(
        scorer, "C: Where is it?", "A: Here it is.", "C: And the other?", "A: Here.", seconds=(50, 20, 60, 75)
    )
    assert (times["times"]["first_response_s"], times["times"]["duration_s"]) == (15.0, 55.0)


@pytest.mark.parametrize(
    ("lines", "transferred", "repeated"),
    [
        (("C: Where is my order?", "A: Let me look."), False, False),
        (("C: This is the third time I contact you.", "A: Sorry."), False, True),
        (
            ("C: I need help.", "A: I'll transfer you to billing now.", "S: Transferred to billing."),
            True,
            False,
        ),
        (("C: It is my first time contacting you.", "A: Welcome."), False, False),
    ],
)
def test_what_the_contact_was(scorer: Scorer, lines: tuple[str, ...], *, transferred: bool, repeated: bool):
    """Passed on, not the first time; both are probabilities."""
    overall = scored(scorer, *lines)["overall"]
    assert (transferred, repeated) == (overall["transferred"] >= 0.5, overall["repeated_contact"] >= 0.5)


@pytest.mark.parametrize(
    ("lines", "reason", "ids"),
    [
        (("C: My order has not arrived.", "A: Sorry."), "late", ["late"]),
        (("C: What is this late fee?", "A: Sorry."), "fee", ["fee"]),
        (("C: My order has not arrived.", "C: I want my money back."), "late", ["late", "refund"]),
        (("C: I do not want a refund, it is late.", "A: Sorry."), "late", ["late"]),
        (("C: hello there", "A: Do you want a refund?"), None, []),
    ],
)
def test_reasons_are_what_customers_say_first(
    scorer: Scorer, lines: tuple[str, ...], reason: str | None, ids: list[str]
):
    """What they say they do not want, and what agents offer, does not count."""
    document = scored(scorer, *lines)
    assert (reason, ids) == (document["contact_reason"], [one["id"] for one in document["contact_reasons"]])
