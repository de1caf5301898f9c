"""Coaching hints: what the agent may do better next time, each with its turn and the words that show it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from agents.sentiment.scoring.conditions import Facts
from agents.sentiment.scoring.conduct import Conduct
from agents.sentiment.scoring.reading import Found, Reading
from orchestrator.core.conversations.conversation import Speaker
from orchestrator.core.conversations.evidence import Evidence

HINTS: Mapping[str, str] = MappingProxyType({
    "slow_first_response": "The first answer took long. Greet at once, even where the solution takes time.",
    "slow_response": "The customer waited long for an answer. Say what you are doing and how long it takes.",
    "no_greeting": "No greeting in the first two turns. Greet, and say who you are.",
    "no_closing": "The conversation ends without a closing. Ask whether anything is left, and say goodbye.",
    "upset_not_acknowledged": "The customer is upset and the next two answers do not say so. Name it before you go on.",
    "promise_without_date": "A promise without a date. Say by when it will be done.",
    "many_questions": "Three or more questions at once. Ask for one thing at a time.",
    "asked_again": "Asked for what the customer had given already. Look it up in the conversation.",
    "blamed_customer": "This puts the blame on the customer. Say what you can do now.",
    "sharp_words": "These words sound sharp. Say it in a friendly way.",
    "jargon": "A word of the house that customers may not know. Say it in plain words.",
    "hold_without_asking": "The customer was put on hold without being asked. Ask first, and say how long.",
    "left_unanswered": "The customer's last question has no answer.",
    "repeated_answer": "The same answer twice, word for word. Say it in other words, or ask what is still open.",
})  # fmt: skip
"""What each hint says."""

SLOW_FIRST_S: Mapping[str, float] = MappingProxyType({"voice": 30.0, "phone": 30.0, "chat": 120.0, "email": 86_400.0})
"""From how many seconds on a first answer is slow, by channel; `ELSE_SLOW_S` for all others."""
ELSE_SLOW_S = 300.0
_MOST = 3  # of one hint in a conversation: a list of twenty is not read
_QUESTIONS = 3
_LONG_ANSWER = 40


class Hint(NamedTuple):
    """A hint, the turn of the conversation that it is about, and the words that show it (none for an absence)."""

    hint: str
    turn: int
    evidence: tuple[Evidence, ...] = ()


def coaching(reading: Reading, seen: Conduct, facts: Facts) -> tuple[Hint, ...]:
    """The hints of a conversation, by turn; none where nobody speaks for the company."""
    if not reading.agent:
        return ()
    found = [hint for rule in _RULES for hint in rule(reading, seen, facts)]
    return tuple(sorted(found, key=lambda hint: (hint.turn, hint.hint)))


def _shown(hint: str, found: Iterator[Found] | list[Found] | tuple[Found, ...]) -> Iterator[Hint]:
    for number, one in enumerate(found):
        if number == _MOST:
            return
        yield Hint(hint, one.turn.index, (one.evidence(f"coaching.{hint}"),))


def _slow(reading: Reading, _seen: Conduct, facts: Facts) -> Iterator[Hint]:
    limit = SLOW_FIRST_S.get(reading.conversation.channel.lower(), ELSE_SLOW_S)
    first, longest = (facts.values.get(f"times.{name}_response_s") for name in ("first", "longest"))
    if isinstance(first, float | int) and first > limit:
        yield Hint("slow_first_response", reading.agent[0].index)
    if isinstance(longest, float | int) and longest > 2 * limit and longest != first:
        yield Hint("slow_response", _slowest(reading))


def _slowest(reading: Reading) -> int:
    """The agent's turn that came latest after the customer's one before it."""
    asked: datetime | None = None
    slowest, longest = reading.agent[-1].index, 0.0
    for one in reading.turns:
        at = one.turn.at
        if one.turn.speaker is Speaker.CUSTOMER:
            asked = asked or at
        elif asked is not None and at is not None:
            if (waited := (at - asked).total_seconds()) > longest:
                slowest, longest = one.index, waited
            asked = None
    return slowest


def _frame(reading: Reading, _seen: Conduct, _facts: Facts) -> Iterator[Hint]:
    """Greeting and closing; a talk of one answer needs no closing."""
    agent = reading.agent
    first, last = agent[min(1, len(agent) - 1)].index, agent[-min(2, len(agent))].index
    if not any(one.turn.index <= first for one in reading.by_agent("conduct:greeting")):
        yield Hint("no_greeting", agent[0].index)
    if len(agent) > 1 and not any(
        one.turn.index >= last
        for label in ("conduct:farewell", "conduct:anything_else")
        for one in reading.by_agent(label)
    ):
        yield Hint("no_closing", agent[-1].index)


def _upset(reading: Reading, seen: Conduct, _facts: Facts) -> Iterator[Hint]:
    for one in seen.unanswered[:_MOST]:
        reply = next(turn.index for turn in reading.agent if turn.index > one.turn.index)
        yield Hint("upset_not_acknowledged", reply, (one.evidence("coaching.upset_not_acknowledged"),))


def _promises(_reading: Reading, seen: Conduct, _facts: Facts) -> Iterator[Hint]:
    undated = [one for one in seen.promises if one.due is None]
    for one in undated[:_MOST]:
        evidence = one.evidence("coaching.promise_without_date")
        yield Hint("promise_without_date", evidence.turn, (evidence,))


def _questions(reading: Reading, seen: Conduct, _facts: Facts) -> Iterator[Hint]:
    index, most = seen.questions
    if most >= _QUESTIONS:
        text = reading.conversation.turns[index].text
        span = Evidence("coaching.many_questions", index, text.index("?"), text.rindex("?") + 1)
        yield Hint("many_questions", index, (span,))


def _words(_reading: Reading, seen: Conduct, _facts: Facts) -> Iterator[Hint]:
    yield from _shown("asked_again", [*seen.asked_again])
    yield from _shown("blamed_customer", [*seen.blame])
    yield from _shown("sharp_words", [*seen.rude])
    yield from _shown("jargon", [*seen.jargon])


def _hold(reading: Reading, _seen: Conduct, _facts: Facts) -> Iterator[Hint]:
    held = reading.by_agent("conduct:put_on_hold")
    if held:
        asked = [one.turn.index for one in reading.by_agent("conduct:hold_asked")]
        yield from _shown(
            "hold_without_asking", [one for one in held if not any(index <= one.turn.index for index in asked)]
        )


def _unanswered(reading: Reading, _seen: Conduct, _facts: Facts) -> Iterator[Hint]:
    if not reading.customer:
        return
    last = reading.customer[-1]
    text = last.turn.text.rstrip()
    if text.endswith("?") and last.index > reading.agent[-1].index:
        begin = max(text.rfind(mark, 0, len(text) - 1) for mark in ".!?\n") + 1
        begin += len(text[begin:]) - len(text[begin:].lstrip())
        yield Hint("left_unanswered", last.index, (Evidence("coaching.left_unanswered", last.index, begin, len(text)),))


def _repeated(reading: Reading, _seen: Conduct, _facts: Facts) -> Iterator[Hint]:
    known: set[str] = set()
    for one in reading.agent:
        text = one.turn.text
        if len(text) >= _LONG_ANSWER and one.turn.speaker is not Speaker.BOT:
            if text in known:
                yield Hint(
                    "repeated_answer", one.index, (Evidence("coaching.repeated_answer", one.index, 0, len(text)),)
                )
                return
            known.add(text)


_RULES: tuple[Callable[[Reading, Conduct, Facts], Iterator[Hint]], ...] = (
    _slow, _frame, _upset, _promises, _questions, _words, _hold, _unanswered, _repeated,
)  # fmt: skip
