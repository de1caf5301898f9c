"""The talk of a plan: who says what in which order, and how long it takes them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from playbooks.samples.chance import chance
from playbooks.samples.conversations.phrases import phrases
from playbooks.samples.conversations.plan import AGENTS, Plan

_GOOD, _BAD = 0.15, -0.3
_FILLERS = ("um, ", "so, ", "well, ", "uh, ", "")


class Line(NamedTuple):
    """One turn."""

    speaker: str
    text: str
    at: datetime


@dataclass(slots=True)
class Talk:
    """A talk as it is being written.

    Attributes:
        at: When the next turn is said.
    """

    rng: Random
    plan: Plan
    slots: Mapping[str, str]
    at: datetime
    lines: list[Line] = field(default_factory=list)

    def say(self, speaker: str, *rules: str) -> None:
        """A turn of some rules' texts, one after the other; none where they are all empty."""
        said = [phrases().say(self.rng, rule, self.slots) for rule in rules]
        text = " ".join(_ended(one) for one in said if one)
        if text:
            self.add(speaker, _voiced(self.rng, text, self.plan.channel) if speaker == "customer" else text)

    def add(self, speaker: str, text: str) -> None:
        """A turn, after a while that it took."""
        self.lines.append(Line(speaker, text, self.at))
        self.wait(3 + 0.12 * len(text) * self.rng.uniform(0.6, 1.6))

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.at += timedelta(seconds=round(seconds, 1))


def write_talk(rng: Random, plan: Plan, slots: Mapping[str, str]) -> list[Line]:
    """The turns of a plan."""
    talk = Talk(rng, plan, slots, plan.at)
    if plan.language != "en":
        _abroad(talk)
        return talk.lines
    skill = AGENTS[plan.agent][1]
    tone = "good" if skill > _GOOD else "cold" if skill < _BAD else "plain"
    _open(talk, tone)
    _look(talk)
    if plan.transferred:
        _move(talk)
    _settle(talk, tone)
    _close(talk, tone)
    return talk.lines


def _open(talk: Talk, tone: str) -> None:
    rng, plan = talk.rng, talk.plan
    if plan.channel == "chat" and chance(rng, 0.4):
        talk.say("bot", "bot")
    parts = ["hello", f"{plan.reason}.problem", *(["again"] if plan.repeated else []), f"start_{plan.mood}"]
    talk.say("customer", *parts)
    talk.wait(rng.uniform(5, 60) + (5 - plan.satisfaction) * rng.uniform(0, 50))
    talk.say("agent", f"agent_{tone}", "ask_cold" if tone == "cold" else "ask")
    talk.say("customer", "data")


def _look(talk: Talk) -> None:
    rng, plan = talk.rng, talk.plan
    if chance(rng, 0.55):
        talk.say("agent", "hold")
        talk.wait(rng.uniform(30, 120) + (5 - plan.satisfaction) * rng.uniform(0, 90))
        if plan.mood <= 2 and chance(rng, 0.6):  # noqa: PLR2004  # the two lowest steps
            talk.say("customer", "waited")
        talk.say("agent", "thanks_wait", f"{plan.reason}.find")
    else:
        talk.say("agent", f"{plan.reason}.find")
    if chance(rng, 0.7):
        talk.say("customer", f"react_{min(plan.mood + 1, 4) if plan.resolved else plan.mood}")


def _move(talk: Talk) -> None:
    talk.say("agent", "move")
    talk.add("system", f"{talk.slots['agent2']} joined the conversation.")
    talk.wait(talk.rng.uniform(20, 150))
    talk.say("agent", "moved_in")
    talk.say("customer", "retell")


def _settle(talk: Talk, tone: str) -> None:
    rng, plan = talk.rng, talk.plan
    if not plan.resolved or plan.mood <= 2:  # noqa: PLR2004  # as above
        talk.say("agent", f"{plan.reason}.cannot")
        if plan.abandoned:
            return
        talk.say("customer", f"react_{plan.mood}", *(["push"] if chance(rng, 0.6) else []))
        talk.say("agent", "push_good" if tone == "good" else "push_cold" if tone == "cold" else "hold")
    if plan.resolved:
        talk.say("agent", f"{plan.reason}.fix")
        talk.say("customer", f"react_{plan.mood}")


def _close(talk: Talk, tone: str) -> None:
    rng, plan = talk.rng, talk.plan
    if plan.abandoned:
        talk.wait(rng.uniform(240, 500))
        talk.say("agent", "gone")
        talk.add("system", "The conversation was closed: no answer from the customer.")
        return
    if tone != "cold" and chance(rng, 0.75):
        talk.say("agent", "else")
    talk.say("customer", f"close_{plan.mood}")
    talk.say("agent", "bye_cold" if tone == "cold" else "bye")


def _abroad(talk: Talk) -> None:
    code, plan = talk.plan.language, talk.plan
    for speaker, part in _PARTS_ABROAD:
        talk.say(speaker, f"{code}.{plan.reason if part == 'problem' else part}")
        talk.wait(talk.rng.uniform(4, 70))
    talk.say("customer", f"{code}.{'good' if plan.resolved else 'bad'}")


_PARTS_ABROAD = (("customer", "problem"), ("agent", "agent"), ("customer", "data"), ("agent", "answer"))


def _ended(text: str) -> str:
    return f"{text}." if text[-1].isalnum() else text


def _voiced(rng: Random, text: str, channel: str) -> str:
    """A customer's text as the channel has it: transcribed speech, hasty typing, or as it is."""
    if channel == "phone":
        return rng.choice(_FILLERS) + "".join(_spoken(text)) if chance(rng, 0.4) else text
    return text.lower().rstrip(".") if channel == "messaging" and chance(rng, 0.6) else text


def _spoken(text: str) -> Iterator[str]:
    yield text[:1].lower()
    yield text[1:]
