"""Finds what somebody says where it counts: in first or last turns, before or after something else is said."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from agents.sentiment.scoring.phrases import Hit
from agents.sentiment.scoring.reading import Found, Reading
from agents.sentiment.scoring.tokens import ReadTurn
from orchestrator.core.conversations.conditions import By, Nearby, Says

Finder: TypeAlias = Callable[[Reading], "list[Found]"]
_Narrow: TypeAlias = Callable[[Reading, "list[Found]"], "list[Found]"]
_Lookup: TypeAlias = Callable[[Reading, str], "list[Found]"]

_LOOKUPS: dict[By, _Lookup] = {
    By.AGENT: Reading.by_agent,
    By.CUSTOMER: Reading.by_customer,
    By.ANYONE: Reading.found,
}


def finder_of(says: Says) -> Finder:
    """Finds where it is said, in order; what several phrases share is found once."""
    lookup, labels, unless = _LOOKUPS[says.by], says.lists, says.unless
    narrows = tuple(_narrows(says))
    only = labels[0] if len(labels) == 1 else None

    def find(reading: Reading) -> list[Found]:
        found = (
            lookup(reading, only) if only is not None else [one for label in labels for one in lookup(reading, label)]
        )
        if not found:
            return found
        if len(found) > 1:
            found = apart(found)
        if unless:
            found = without(found, [one for label in unless for one in reading.found(label)])
        for narrow in narrows:
            if not found:
                break
            found = narrow(reading, found)
        return found

    return find


def place_of(found: Found) -> tuple[int, int]:
    """Its turn and its first word: the order in which things are said."""
    return found.turn.index, found.first


def apart(found: Iterable[Found]) -> list[Found]:
    """The findings in order, those that overlap joined into one."""
    joined: list[Found] = []
    for one in sorted(found, key=place_of):
        last = joined[-1] if joined else None
        if last is None or last.turn is not one.turn or one.first > last.last:
            joined.append(one)
        elif one.last > last.last:
            joined[-1] = Found(last.turn, Hit(last.label, last.first, one.last))
    return joined


def without(found: Sequence[Found], others: Sequence[Found]) -> list[Found]:
    """The findings that share no word with one of the others."""
    if not others:
        return list(found)
    return [
        one
        for one in found
        if not any(other.turn is one.turn and other.first <= one.last and one.first <= other.last for other in others)
    ]


def _narrows(says: Says) -> Iterable[_Narrow]:
    if says.first_turns is not None or says.last_turns is not None:
        yield _window(says.by, first=says.first_turns, last=says.last_turns)
    if says.after is not None:
        yield _after(says.after)
    if says.before is not None:
        yield _before(says.before)


def _window(by: By, *, first: int | None, last: int | None) -> _Narrow:
    def narrow(reading: Reading, found: list[Found]) -> list[Found]:
        turns = _turns(reading, by)
        upto = turns[min(first, len(turns)) - 1].index if first is not None else len(reading.turns)
        since = turns[-min(last, len(turns))].index if last is not None else 0
        return [one for one in found if since <= one.turn.index <= upto]

    return narrow


def _turns(reading: Reading, by: By) -> Sequence[ReadTurn]:
    if by is By.AGENT:
        return reading.agent
    return reading.customer if by is By.CUSTOMER else reading.turns


def _after(other: Nearby) -> _Narrow:
    find, turns = finder_of(other.says), other.turns

    def narrow(reading: Reading, found: list[Found]) -> list[Found]:
        earlier = find(reading)
        return [
            one
            for one in found
            if any(
                place_of(that) < place_of(one) and (turns is None or one.turn.index - that.turn.index <= turns)
                for that in earlier
            )
        ]

    return narrow


def _before(other: Nearby) -> _Narrow:
    find, turns = finder_of(other.says), other.turns

    def narrow(reading: Reading, found: list[Found]) -> list[Found]:
        later = find(reading)
        if not later:
            return []
        first = later[0]
        return [
            one
            for one in found
            if place_of(one) < place_of(first) and (turns is None or first.turn.index - one.turn.index <= turns)
        ]

    return narrow
