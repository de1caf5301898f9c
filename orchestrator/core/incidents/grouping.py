"""Which alerts are one incident, and why.

Two occurrences belong together where they have a service or a resource in common and one begins while the other holds,
or within a span of its beginning or its end; or where one's service calls the other's, with a shorter span. What
belongs together through others is one incident, too, so that the outcome does not depend on the order of arrival.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.core.alerts.alert import Condition
from orchestrator.core.incidents.occurrence import GroupingSettings, Occurrence
from orchestrator.core.incidents.topology import Topology, nearby

_MINUTE = 60
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An alert's occurrence in an incident.

    Attributes:
        incident: The incident's number; None while it has none.
        tie: Members of one tie belong together because a person said so.
    """

    fingerprint: str
    occurrence: Occurrence
    incident: int | None = None
    tie: str | None = None

    @property
    def start(self) -> datetime:
        """When it began."""
        return self.occurrence.start

    @property
    def key(self) -> tuple[datetime, str]:
        """Its place among all."""
        return self.occurrence.start, self.fingerprint


class PlacementKind(StrEnum):
    """What becomes of an alert."""

    NEW = "new"
    JOINED = "joined"
    DUPLICATE = "duplicate"
    REOPENED = "reopened"
    FLAPPING = "flapping"
    ACKNOWLEDGED = "acknowledged"
    RESOLVES = "resolves"
    UPDATED = "updated"
    LATE = "late"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an alert goes, with the reason in words.

    Attributes:
        incident: The incident's number; None for a new one, or for an end of which no beginning is known.
        merges: Further incidents that the alert shows to be the same.
    """

    kind: PlacementKind
    reason: str
    incident: int | None = None
    merges: tuple[int, ...] = ()


def relation(one: Member, other: Member, topology: Topology, settings: GroupingSettings) -> str | None:
    """Why two occurrences belong together, in words; None where they do not."""
    early, late = sorted((one, other), key=lambda item: item.start)
    shared = sorted(set(one.occurrence.scopes) & set(other.occurrence.scopes))
    title = repr(other.occurrence.title)
    if shared and late.start <= early.occurrence.reaches(settings.service_s, settings):
        kind, _, name = shared[0].partition(":")
        held = _held(one, other, settings, span_s=settings.service_s)
        when = f"which {held}" if held else _when(one.start, other.start)
        return f"same {kind} ({name.rsplit('/', 1)[-1]}) as {title}, {when}"
    if late.start <= early.occurrence.reaches(settings.topology_s, settings):
        near = nearby(one.occurrence.services, topology)
        why = next((near[scope] for scope in other.occurrence.scopes if scope in near), None)
        held = _held(one, other, settings, span_s=settings.topology_s)
        return f"{why}, and {title} {held or f'fired {_when(one.start, other.start)}'}" if why else None
    return None


def _held(one: Member, other: Member, settings: GroupingSettings, *, span_s: float) -> str | None:
    """What the other did where the earlier of the two held when the later began, or had just ended.

    None where they begin within the span.
    """
    apart = (one.start - other.start).total_seconds()
    if abs(apart) <= span_s:
        return None
    first, last = (other, one) if apart > 0 else (one, other)
    ended = first.occurrence.ends(settings)
    after = (last.start - ended).total_seconds() if ended is not None else 0
    if apart > 0:
        return f"ended {span_text(after)} earlier" if after > 0 else f"fired {span_text(apart)} earlier and still held"
    if after > 0:
        return f"fired {span_text(after)} after this one ended"
    return f"fired {span_text(-apart)} later, while this one still held"


def _when(one: datetime, other: datetime) -> str:
    seconds = (one - other).total_seconds()
    if abs(seconds) < 1:
        return "at the same time"
    return f"{span_text(abs(seconds))} {'earlier' if seconds > 0 else 'later'}"


def span_text(seconds: float) -> str:
    """A span in words."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"


def place(member: Member, others: Iterable[Member], topology: Topology, settings: GroupingSettings) -> Placement:
    """Where an occurrence that has just become known goes: to the incident of what it belongs to, or to a new one."""
    reasons: dict[int, str] = {}
    for other in sorted(others, key=lambda item: (abs(item.start - member.start), *item.key)):
        if other.incident is not None and other.incident not in reasons:
            why = relation(member, other, topology, settings)
            if why is not None:
                reasons[other.incident] = why
    if reasons:
        first, *merges = sorted(reasons)
        return Placement(kind=PlacementKind.JOINED, reason=reasons[first], incident=first, merges=tuple(merges))
    if member.occurrence.follows:
        text = f"fired again more than {span_text(settings.reopen_s)} after it was resolved"
        return Placement(kind=PlacementKind.NEW, reason=text)
    return Placement(kind=PlacementKind.NEW, reason="nothing that is known belongs to it")


def judge(condition: Condition, before: Occurrence | None, after: Occurrence, incident: int | None) -> Placement:
    """What one more message does to an occurrence that was known."""
    text: str
    match condition:
        case Condition.RESOLVED:
            kind, text = PlacementKind.RESOLVES, "its condition no longer holds"
            if after.flapping and not after.closed:
                text = "it flaps: it counts as resolved after a quiet time"
        case Condition.ACKNOWLEDGED:
            kind, text = PlacementKind.ACKNOWLEDGED, "somebody has seen it"
        case Condition.ASSIGNED | Condition.RATED | Condition.NOTED:
            return Placement(kind=PlacementKind.UPDATED, reason=_UPDATES[condition], incident=incident)
        case Condition.FIRED if before is None or len(after.active) == len(before.active):
            kind, text = PlacementKind.DUPLICATE, f"it fired before and goes on ({after.firings} times by now)"
        case Condition.FIRED if after.flapping:
            kind, text = PlacementKind.FLAPPING, f"it flaps: it fired {len(after.active)} times, with an end each time"
        case Condition.FIRED:
            kind, text = PlacementKind.REOPENED, "it fired again soon after it was resolved"
    if condition is not Condition.ACKNOWLEDGED and before is not None and after.active == before.active:
        late = condition is Condition.RESOLVED
        kind, text = (PlacementKind.LATE, "a later message is known already") if late else (kind, text)
    return Placement(kind=kind, reason=text, incident=incident)


_UPDATES: Mapping[Condition, str] = {
    Condition.ASSIGNED: "it was given to somebody at its sender",
    Condition.RATED: "its severity was set at its sender",
    Condition.NOTED: "somebody wrote about it at its sender",
}


def components(
    members: Sequence[Member], topology: Topology, settings: GroupingSettings
) -> tuple[tuple[Member, ...], ...]:
    """What belongs together, each part and the parts themselves in the order in which they began."""
    parts = _Parts(members)
    scopes = _by_scope(members)
    for listed in scopes.values():
        _link(parts, listed, listed, span_s=settings.service_s, settings=settings)
    for services, listed in _by_services(members).items():
        for scope in nearby(services, topology):
            _link(parts, listed, scopes.get(scope, ()), span_s=settings.topology_s, settings=settings)
    for tied in _by_tie(members).values():
        for member in tied[1:]:
            parts.join(tied[0], member)
    return parts.groups()


class _Parts:
    """A forest of members that belong together."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._members = sorted(members, key=lambda item: item.key)
        self._above = {item.key: item.key for item in self._members}

    def join(self, one: Member, other: Member) -> None:
        first, second = sorted((self._top(one.key), self._top(other.key)))
        self._above[second] = first

    def groups(self) -> tuple[tuple[Member, ...], ...]:
        found: dict[tuple[datetime, str], list[Member]] = {}
        for member in self._members:
            found.setdefault(self._top(member.key), []).append(member)
        return tuple(map(tuple, found.values()))

    def _top(self, key: tuple[datetime, str]) -> tuple[datetime, str]:
        while self._above[key] != key:
            self._above[key] = self._above[self._above[key]]
            key = self._above[key]
        return key


def _by_scope(members: Sequence[Member]) -> Mapping[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for member in sorted(members, key=lambda item: item.key):
        for scope in member.occurrence.scopes:
            found.setdefault(scope, []).append(member)
    return found


def _by_tie(members: Sequence[Member]) -> Mapping[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for member in members:
        if member.tie is not None:
            found.setdefault(member.tie, []).append(member)
    return found


def _by_services(members: Sequence[Member]) -> Mapping[tuple[str, ...], list[Member]]:
    found: dict[tuple[str, ...], list[Member]] = {}
    for member in sorted(members, key=lambda item: item.key):
        found.setdefault(member.occurrence.services, []).append(member)
    return found


def _link(
    parts: _Parts, early: Sequence[Member], late: Sequence[Member], *, span_s: float, settings: GroupingSettings
) -> None:
    """Join each of the late with those of the early, both in order, that began before it and reach to it.

    Those that reach to one of the late are one part from then on, so that only the one that reaches farthest is kept.
    """
    reaching: list[tuple[datetime, Member]] = []
    place = 0
    for member in late:
        while place < len(early) and early[place].start <= member.start:
            reaching.append((early[place].occurrence.reaches(span_s, settings), early[place]))
            place += 1
        reaching = [item for item in reaching if item[0] >= member.start]
        for _, other in reaching:
            parts.join(other, member)
        if reaching:
            reaching = [max(reaching, key=lambda item: item[0])]
