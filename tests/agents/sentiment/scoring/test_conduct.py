"""Tests of the agent's conduct and of the coaching hints drawn from it."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.sentiment.scoring.coaching import HINTS, coaching
from agents.sentiment.scoring.conditions import Facts
from agents.sentiment.scoring.conduct import Conduct, conduct
from agents.sentiment.scoring.conduct_phrases import conduct_phrases
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Found, Reading
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import ReasonCode, Skipped

SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER, "B": Speaker.BOT}
TABLE = PhraseTable(conduct_phrases())
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def read(*lines: str, channel: str = "", gaps_s: tuple[float, ...] = ()) -> Reading:
    """A conversation of lines such as `A: hello`; `gaps_s` are the seconds before each turn."""
    times = [START + timedelta(seconds=sum(gaps_s[: number + 1])) if gaps_s else None for number in range(len(lines))]
    turns = tuple(Turn(SPEAKERS[line[0]], line[3:], at) for line, at in zip(lines, times, strict=True))
    return Reading(Conversation("c", turns, channel=channel), TABLE)


def words(found: Found) -> str:
    """The words of a finding."""
    turn, start, end = found.evidence("x")[1:]
    assert turn == found.turn.index
    return found.turn.turn.text[start:end]


def hints(reading: Reading, **values: float) -> list[tuple[str, int, list[str]]]:
    """The hints with their turns and quoted words."""
    seen = conduct(reading)
    facts = Facts({f"times.{name}": value for name, value in values.items()}, {}, {})
    texts = [turn.text for turn in reading.conversation.turns]
    return [
        (one.hint, one.turn, [texts[span.turn][span.start : span.end] for span in one.evidence])
        for one in coaching(reading, seen, facts)
    ]


def framed(*lines: str) -> Reading:
    """A conversation that is greeted and closed well, with those lines between."""
    return read("A: Hello", *lines, "A: Have a nice day!")


@pytest.mark.parametrize(
    ("reply", "empathy"),
    [("I understand your frustration.", 1), ("I am so sorry.", 1), ("Order number?", 0)],
)
def test_empathy_is_the_share_of_upset_turns_that_are_acknowledged(reply: str, empathy: float):
    """Empathy or an apology counts, in one of the next two answers."""
    talk = ("C: This is ridiculous.", "A: One moment.", f"A: {reply}", "C: Fine.", "A: I am so sorry.")
    assert empathy == conduct(read(*talk)).empathy


def test_empathy_is_not_applicable_where_nobody_could_show_it():
    """Nobody is upset, or nobody answers any more."""
    talks = (("C: Hi", "A: Hi"), ("A: Hi", "C: I am angry"), ("A: Hi", "C: I am not angry at all", "A: Good"))
    seen = [conduct(read(*talk)) for talk in talks]
    assert [one.empathy for one in seen] == [None, None, None]
    assert Skipped("conduct.empathy", ReasonCode.NOT_APPLICABLE) in seen[0].skipped


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("A: Please wait.", "A: Thank you."), 1.0),
        (("A: It is late.", "A: Thank you."), 0.75),
        (("A: It is late.",), 0.5),
        (("A: Calm down.", "A: It is late."), 0.0),
        (("C: Please",), None),
    ],
)
def test_politeness_lies_between_0_and_1(lines: tuple[str, ...], expected: float | None):
    """Half where nothing speaks for or against it; none where nobody speaks for the company."""
    assert expected == conduct(read(*lines)).politeness


@pytest.mark.parametrize(
    ("text", "what", "due"),
    [
        ("Sorry. I'll send it by Friday. Bye", "I'll send it by Friday", "by Friday"),
        ("I will get back to you.", "I will get back to you", None),
        ("Tomorrow we'll call you!", "we'll call you", "Tomorrow"),
        ("We will refund you. It takes 5 working days.", "We will refund you", "takes 5 working days"),
        ("You'll receive an e-mail within the hour", "You'll receive an e-mail within the hour", "within the hour"),
        ("Our team will contact you", "Our team will contact you", None),
    ],
)
def test_a_promise_says_what_and_by_when(text: str, what: str, due: str | None):
    """To the end of its sentence; the date may stand before it or in what follows."""
    promise = conduct(read(f"A: {text}")).promises[0]
    turn, start, end = promise.evidence("promise")[1:]
    assert (0, what, due) == (turn, text[start:end], promise.due and words(promise.due))


def test_a_date_belongs_to_one_promise():
    """The second promise of a turn does not take the first one's date; two of one sentence are one."""
    text = "I'll refund you and I'll email you within 3 days. We will call you."
    found = conduct(read(f"A: {text}")).promises
    assert [(words(one.found), one.due is not None) for one in found] == [
        ("I'll refund", True),
        ("We will call", False),
    ]


@pytest.mark.parametrize("text", ["I will not send it.", "Will you send it?", "I sent it.", "We can send it."])
def test_what_is_no_promise(text: str):
    """A refusal, a question, the past and a possibility promise nothing."""
    assert conduct(read(f"A: {text}")).promises == ()


@pytest.mark.parametrize(
    ("text", "blame"),
    [
        ("You should have read the terms", ["You should have read"]),
        ("That is not your fault", []),
        ("You should have received a mail", []),
    ],
)
def test_blame_is_told_from_comfort(text: str, blame: list[str]):
    """Only what puts it on the customer counts."""
    assert blame == [words(one) for one in conduct(read(f"A: {text}")).blame]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("A: Your order number?", "C: 123", "A: What is your order number?"), [2]),
        (("A: Your order number?", "C: One moment", "A: Your order number?"), []),  # it was not given yet
        (("A: Your order number?", "C: 123", "A: So your order number is 123?"), []),  # only confirms it
        (("A: Your order number?", "C: 123", "A: I see your order number."), []),
        (("A: May I have your name?", "C: Kim", "A: May I have your name?"), [2]),
        (("A: Your shipping address?", "C: Here", "A: Your billing address?"), []),
    ],
)
def test_asking_again_is_seen(lines: tuple[str, ...], expected: list[int]):
    """Only where the customer had given it."""
    assert expected == [one.turn.index for one in conduct(read(*lines)).asked_again]


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (framed("C: I am angry", "A: Okay"), ("upset_not_acknowledged", 2, ["angry"])),
        (framed("A: I will call you."), ("promise_without_date", 1, ["I will call you"])),
        (framed("A: Name? City? Street?"), ("many_questions", 1, ["? City? Street?"])),
        (framed("A: Your order number?", "C: 12", "A: Your order number?"), ("asked_again", 3, ["Your order number"])),
        (framed("A: It is your own fault."), ("blamed_customer", 1, ["your own fault"])),
        (framed("A: Calm down."), ("sharp_words", 1, ["Calm down"])),
        (framed("A: I need an RMA."), ("jargon", 1, ["RMA"])),
        (framed("A: I'm putting you on hold."), ("hold_without_asking", 1, ["putting you on hold"])),
        (framed(*["A: We are sorry, the parcel has not moved since then."] * 2),
         ("repeated_answer", 2, ["We are sorry, the parcel has not moved since then."])),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_hint_names_its_turn_and_words(reading: Reading, expected: tuple[str, int, list[str]]):
    """One hint for one slip, and nothing else."""
    assert [expected] == hints(reading)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (read("C: Hi", "A: Yes", "A: Bye"), ("no_greeting", 1, [])),
        (read("A: Hello", "A: It came"), ("no_closing", 1, [])),
        (read("A: Hello", "A: Bye", "C: Thanks. And my refund?"), ("left_unanswered", 2, ["And my refund?"])),
    ],
)
def test_what_is_missing_is_hinted_at(reading: Reading, expected: tuple[str, int, list[str]]):
    """An absence has a turn and no words."""
    assert [expected] == hints(reading)


@pytest.mark.parametrize(("channel", "count"), [("chat", 1), ("email", 0), ("letter", 0)])
def test_a_slow_answer_depends_on_the_channel(channel: str, count: int):
    """Two and a half minutes are slow in a chat and nothing in an e-mail."""
    reading = read("C: Hi", "A: Hello", channel=channel)
    assert [("slow_first_response", 1, [])] * count == hints(reading, first_response_s=150, longest_response_s=150)


def test_the_slowest_answer_is_named():
    """The turn before which the customer waited longest."""
    reading = read("C: Hi", "A: Hello", "C: And?", "C: Hm", "A: Bye", channel="chat", gaps_s=(0, 10, 10, 200, 200))
    assert hints(reading, first_response_s=10, longest_response_s=400) == [("slow_response", 4, [])]


def test_a_hint_is_given_three_times_at_most():
    """A list of twenty is not read."""
    assert len(hints(framed(*["A: I need an RMA."] * 5))) == 3


def test_a_talk_that_goes_well_has_no_hints():
    """Every hint that can be given has words for it."""
    assert hints(framed("C: Hi", "A: Of course.")) == []
    assert hints(read("C: Hello?")) == []
    assert all(text.endswith(".") for text in HINTS.values())


def test_evidence_quotes_conduct():
    """Promises and empathy go out with their spans."""
    seen: Conduct = conduct(read("C: I am angry", "A: I understand your anger. I'll call you today."))
    assert [one.feature for one in seen.evidence] == ["conduct.empathy", "promise"]
