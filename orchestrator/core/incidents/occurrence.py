"""Occurrences of one alert: from its first firing on, through repeats and short recoveries, to its end.

A pure function of the messages about it, whatever the order in which they arrived: each says at which times its
condition began, was acknowledged or ended, and the times are put in order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise

from orchestrator.core.alerts.alert import MILDEST, UPDATES, Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingSettings:
    """The spans by which alerts are grouped, in seconds.

    Attributes:
        service_s: Alerts of one service, or of one resource, are one incident where one begins while the other holds,
            or within this span after its beginning or its end.
        topology_s: The same for services of which one calls the other.
        longest_s: So long after its beginning an alert that holds takes no more in.
        reopen_s: An alert that fires again so soon after its end goes on; later it is a new incident.
        flap_count: An alert that fires so often within `flap_s`, with an end each time, flaps.
        quiet_s: How long one that flaps must be silent before it counts as resolved.
    """

    service_s: float = 1800
    topology_s: float = 600
    longest_s: float = 14_400
    reopen_s: float = 1800
    flap_count: int = 4
    flap_s: float = 1800
    quiet_s: float = 900


class _Kind(IntEnum):
    FIRED = 0
    ACKNOWLEDGED = 1
    RESOLVED = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What one message says about an alert.

    Attributes:
        at: When the state that it tells of began.
        fired_at: When the condition began to hold, where the message says so.
        services: Ids of the inventory, else the sender's name.
        scopes: What it has in common with others: `service:...`, `resource:...`.
        owner: Who it was given to, where the message tells that.
        by_hand: A person closed it: it ends at once, be it flapping or not.
        tag: Tells messages of one time apart, the same on every machine.
    """

    at: datetime
    condition: Condition
    fired_at: datetime | None = None
    title: str = ""
    severity: int = MILDEST
    services: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    owner: str = ""
    by_hand: bool = False
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One stretch of an alert.

    Attributes:
        active: When it began and ended, again and again where it fired anew soon after; the last may have no end.
        firings: How often it fired.
        closed: A person closed it.
        given: When it was given to somebody last, and to whom.
        follows: Whether the alert had occurred before, too long ago to be the same.
    """

    start: datetime
    active: tuple[tuple[datetime, datetime | None], ...]
    firings: int = 1
    acknowledged_at: datetime | None = None
    closed: bool = False
    flapping: bool = False
    follows: bool = False
    title: str = ""
    severity: int = MILDEST
    services: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    given: tuple[datetime, str] | None = None

    def ends(self, settings: GroupingSettings) -> datetime | None:
        """When it is over: at its last end, after the quiet time where it flaps; None while it holds."""
        ended = self.active[-1][1]
        if ended is None or self.closed or not self.flapping:
            return ended
        return ended + timedelta(seconds=settings.quiet_s)

    def reaches(self, span_s: float, settings: GroupingSettings) -> datetime:
        """Until when what begins belongs to it: a span after its beginning, or after its end within the longest."""
        span = timedelta(seconds=span_s)
        latest = self.start + timedelta(seconds=settings.longest_s)
        ends = self.ends(settings)
        return max(self.start + span, latest if ends is None else min(ends + span, latest))

    def open_at(self, now: datetime, settings: GroupingSettings) -> bool:
        """Whether it is not over at that time."""
        ends = self.ends(settings)
        quiet = self.flapping and not self.closed
        return ends is None or (quiet and now < ends)


@dataclass(slots=True)
class _Stretch:
    """An occurrence that is being put together."""

    active: list[tuple[datetime, datetime | None]]
    follows: bool
    firings: int = 1
    acknowledged_at: datetime | None = None
    closed: bool = False
    flapping: bool = False
    signals: list[Signal] = field(default_factory=list)

    @property
    def ended(self) -> datetime | None:
        return self.active[-1][1]

    def goes_on(self, at: datetime, settings: GroupingSettings) -> bool:
        """Whether a firing at that time belongs to it."""
        if self.ended is None:
            return True
        gap = max(settings.reopen_s, settings.quiet_s) if self.flapping else settings.reopen_s
        return at - self.ended <= timedelta(seconds=gap)

    def fire(self, at: datetime, settings: GroupingSettings) -> None:
        """Take in a firing."""
        self.firings += 1
        if self.ended is not None:
            self.active.append((at, None))
            self.closed = False
            self.flapping = self.flapping or _flaps(self.active, settings)


def _flaps(active: Sequence[tuple[datetime, datetime | None]], settings: GroupingSettings) -> bool:
    if len(active) < settings.flap_count:
        return False
    return active[-1][0] - active[-settings.flap_count][0] <= timedelta(seconds=settings.flap_s)


def occurrences(
    signals: Iterable[Signal], settings: GroupingSettings, *, since: datetime | None = None, follows: bool = False
) -> tuple[Occurrence, ...]:
    """The occurrences of one alert, in order; an end of which no beginning is known is in none.

    Args:
        signals: All messages about it, or all from the start of one of its occurrences on.
        settings: The spans.
        since: The start of that occurrence; None for all.
        follows: Whether it follows an earlier one.
    """
    ordered = sorted(signals, key=_order)
    found = {point for signal in ordered for point in _points(signal)}
    points = sorted(point for point in found if since is None or point[0] >= since)
    made: list[_Stretch] = []
    for at, kind in points:
        current = made[-1] if made else None
        match kind:
            case _Kind.FIRED:
                if current is not None and current.goes_on(at, settings):
                    current.fire(at, settings)
                else:
                    made.append(_Stretch(active=[(at, None)], follows=follows or current is not None))
            case _Kind.ACKNOWLEDGED if current is not None and current.ended is None:
                current.acknowledged_at = at
            case _Kind.RESOLVED | _Kind.CLOSED if current is not None:
                _end(current, at, by_hand=kind is _Kind.CLOSED)
            case _:
                pass
    _share_out(ordered, made)
    return tuple(map(_finished, made))


def _order(signal: Signal) -> tuple[datetime, int, str]:
    return signal.at, list(Condition).index(signal.condition), signal.tag


def _points(signal: Signal) -> Iterable[tuple[datetime, _Kind]]:
    """The times that a message tells; one that tells of an end tells of the beginning, too, where it says when."""
    if signal.fired_at is not None:
        yield signal.fired_at, _Kind.FIRED
    match signal.condition:
        case Condition.FIRED:
            yield signal.at, _Kind.FIRED
        case Condition.ACKNOWLEDGED:
            yield signal.at, _Kind.ACKNOWLEDGED
        case Condition.RESOLVED:
            yield signal.at, _Kind.CLOSED if signal.by_hand else _Kind.RESOLVED
        case Condition.ASSIGNED | Condition.RATED | Condition.NOTED:
            pass


def _end(stretch: _Stretch, at: datetime, *, by_hand: bool) -> None:
    began, ended = stretch.active[-1]
    if ended is None:
        stretch.active[-1] = (began, at)
    stretch.closed = stretch.closed or by_hand


def _share_out(signals: Sequence[Signal], made: Sequence[_Stretch]) -> None:
    """Give each message to the stretch in which its state began."""
    bounds = [(one.active[0][0], following.active[0][0]) for one, following in pairwise(made)]
    for signal in signals:
        place = next((i for i, (_, end) in enumerate(bounds) if signal.at < end), len(made) - 1)
        if made and signal.at >= made[place].active[0][0]:
            made[place].signals.append(signal)


def _finished(stretch: _Stretch) -> Occurrence:
    states = [signal for signal in stretch.signals if signal.condition not in UPDATES]
    told = [signal for signal in states if signal.condition is Condition.FIRED] or states
    given = [(signal.at, signal.owner) for signal in stretch.signals if signal.owner]
    title = next((signal.title for signal in told if signal.title), "")
    return Occurrence(
        start=stretch.active[0][0],
        active=tuple(stretch.active),
        firings=stretch.firings,
        acknowledged_at=stretch.acknowledged_at,
        closed=stretch.closed,
        flapping=stretch.flapping,
        follows=stretch.follows,
        title=title,
        severity=_severity(stretch.signals, told),
        given=given[-1] if given else None,
        services=tuple(dict.fromkeys(name for signal in stretch.signals for name in signal.services)),
        scopes=tuple(sorted({scope for signal in stretch.signals for scope in signal.scopes})),
    )


def _severity(signals: Sequence[Signal], told: Sequence[Signal]) -> int:
    """What a person rated it last, else the worst that was told."""
    rated = [signal.severity for signal in signals if signal.condition is Condition.RATED]
    return rated[-1] if rated else min((signal.severity for signal in told), default=MILDEST)
