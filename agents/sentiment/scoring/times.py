"""How long customers waited: responses, announced holds and duration, from the times of the turns."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

from agents.sentiment.scoring.reading import Found, Reading, evidence_of
from orchestrator.core.conversations.conversation import Speaker, Turn
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped

_ON_HOLD, _RETURNED = "hold:announced", "hold:returned"
_RESPONSES = ("first_response_s", "median_response_s", "longest_response_s")
_PEOPLE = frozenset({Speaker.AGENT, Speaker.SUPERVISOR})


class Times(NamedTuple):
    """Seconds; None where they are not known.

    Attributes:
        first_response_s: From what the customer said first until a person answered; a bot, where no person speaks.
        hold_s: Of the holds that the agent announced, each until the agent spoke again; 0 where none was announced.
        duration_s: From the first to the last turn.
    """

    first_response_s: float | None
    median_response_s: float | None
    longest_response_s: float | None
    hold_s: float | None
    duration_s: float | None
    evidence: tuple[Evidence, ...]
    skipped: tuple[Skipped, ...]


class _Hold(NamedTuple):
    """From the turn that announces it to the one that ends it, if any does."""

    start: int
    end: int | None
    spans: tuple[Found, ...]


def measure_times(reading: Reading, *, unread: ReasonCode | None = None) -> Times:
    """The times of a conversation, in the order of its turns; steps back in time count for nothing.

    Args:
        reading: With `talk_phrases` in its table.
        unread: Why the words are not read, where they are not: how long anybody was on hold is not known then.
    """
    turns = reading.conversation.turns
    skipped: list[Skipped] = []
    known = [turn.at for turn in turns if turn.at is not None]
    # one time on all turns is that of the conversation, not theirs
    if len(known) < 2 or min(known) == max(known):  # noqa: PLR2004 - a difference takes two
        code = ReasonCode.NO_TIMES
        names = (*_RESPONSES, "hold_s", "duration_s")
        return Times(None, None, None, None, None, (), tuple(Skipped(name, code) for name in names))
    waits = list(_waits(turns))
    first, middle, longest = (waits[0], median(waits), max(waits)) if waits else (None, None, None)
    if not waits:
        skipped += [Skipped(name, _no_waits(reading)) for name in _RESPONSES]
    held, spans, missing = _held(reading) if unread is None else (None, (), unread)
    if missing is not None:
        skipped.append(Skipped("hold_s", missing))
    duration = _seconds(min(known), max(known))
    return Times(first, middle, longest, held, duration, tuple(evidence_of("hold", spans)), tuple(skipped))


def _waits(turns: Sequence[Turn]) -> Iterator[float]:
    """How long each first unanswered turn of the customer waited; those without both times are left out."""
    answering = _PEOPLE if any(turn.speaker in _PEOPLE for turn in turns) else frozenset({Speaker.BOT})
    asked: Turn | None = None
    for turn in turns:
        if turn.speaker is Speaker.CUSTOMER:
            asked = asked or turn
        elif turn.speaker in answering and asked is not None:
            if asked.at is not None and turn.at is not None and turn.at >= asked.at:
                yield _seconds(asked.at, turn.at)
            asked = None


def _no_waits(reading: Reading) -> ReasonCode:
    if not reading.customer:
        return ReasonCode.NO_CUSTOMER_TURNS
    if not reading.agent:
        return ReasonCode.NO_AGENT_TURNS
    last = max(turn.index for turn in reading.agent)
    # nobody answers after the customer spoke, or the times say nothing
    return ReasonCode.NO_TIMES if reading.customer[0].index < last else ReasonCode.NOT_APPLICABLE


def _held(reading: Reading) -> tuple[float | None, tuple[Found, ...], ReasonCode | None]:
    total = 0.0
    spans: list[Found] = []
    turns = reading.conversation.turns
    for hold in _holds(reading):
        spans += hold.spans
        if hold.end is None:
            continue
        since, until = turns[hold.start].at, turns[hold.end].at
        if since is None or until is None or until < since:
            return None, tuple(spans), ReasonCode.NO_TIMES
        total += _seconds(since, until)
    return total, tuple(spans), None


def _holds(reading: Reading) -> Iterator[_Hold]:
    """Each hold once, in order: what is announced while the last one goes on belongs to it."""
    announced = {found.turn.index: found for found in reversed(reading.by_agent(_ON_HOLD))}
    returned = {found.turn.index: found for found in reversed(reading.by_agent(_RETURNED))}
    agents = [turn.index for turn in reading.agent if turn.turn.speaker in _PEOPLE]
    if not (announced or returned):
        return
    for place, index in enumerate(agents):
        following = agents[place + 1] if place + 1 < len(agents) else None
        ends = returned.get(following) if following is not None else None
        # "thank you for holding" in the turn after says that the turn before was a hold, announced or not
        found = tuple(one for one in (announced.get(index), ends) if one is not None)
        if found:
            yield _Hold(index, following, found)


def _seconds(since: datetime, until: datetime) -> float:
    return round((until - since).total_seconds(), 3)
