"""Keeps occurrences of alerts in the incidents that they belong to, within one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from orchestrator.core.incidents.grouping import Member, Placement, PlacementKind, components, judge, place
from orchestrator.core.incidents.occurrence import GroupingSettings, Occurrence, Signal, occurrences
from orchestrator.core.incidents.topology import Topology, nearby
from orchestrator.store.database import Connection, next_number
from orchestrator.store.documents import stamp
from orchestrator.store.incident_rows import marks, occurrence_text, read_member, read_signal

_COLUMNS = "m.fingerprint, m.start, m.incident, m.tie, m.body"
_OF_ALERT = (
    f"SELECT {_COLUMNS} FROM alert_members m WHERE m.fingerprint = ? AND m.start >= coalesce("  # noqa: S608  # the columns above
    "(SELECT max(l.start) FROM alert_members l WHERE l.fingerprint = ? AND l.start <= ?), '') ORDER BY m.start"
)
_PUT = (
    "INSERT INTO alert_members (fingerprint, start, incident, tie, quiet_until, body) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (fingerprint, start) DO UPDATE SET incident = excluded.incident, tie = excluded.tie, "
    "quiet_until = excluded.quiet_until, body = excluded.body"
)
_MANY = 500  # values in one statement
_Item = TypeVar("_Item")


@dataclass(slots=True, kw_only=True)
class Change:
    """What one message, or one decision of a person, changed.

    Attributes:
        touched: Incidents whose alerts are not what they were.
        begun: Those that are new, with the earlier incident of the same alert, or None.
        merged: What became part of what.
        moved: Alerts that went from one incident to another: fingerprint, from, to.
    """

    touched: set[int] = field(default_factory=set)
    begun: dict[int, int | None] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    moved: list[tuple[str, int, int]] = field(default_factory=list)


class AlertGroups:
    """The members of incidents, read and written on an open transaction that is alone."""

    def __init__(self, connection: Connection, *, topology: Topology, settings: GroupingSettings) -> None:
        self._connection = connection
        self._topology = topology
        self._settings = settings

    def take_in(self, fingerprint: str, signal: Signal) -> tuple[Placement, Change]:
        """Put the occurrences of an alert right after a message that is stored already."""
        change = Change()
        before = self._members_since(fingerprint, min(signal.at, signal.fired_at or signal.at))
        after = self._occurrences(fingerprint, before)
        old = {member.start: member for member in before}
        same = [new.start for new in after if new.start in old and self._alike(old[new.start], new)]
        for new in after:
            if new.start in same and new != old[new.start].occurrence:
                self._put(replace(old[new.start], occurrence=new))
                change.touched.add(_number(old[new.start]))
        gone = [member for member in before if member.start not in same]
        added = [Member(fingerprint=fingerprint, occurrence=new) for new in after if new.start not in same]
        kept = [member for member in before if member.start in same]
        placement = self._regroup(gone, added, kept, change) if gone or added else None
        own = next((new for new in reversed(after) if new.start <= signal.at), None)
        if own is None:
            return Placement(kind=PlacementKind.UNMATCHED, reason="it is about what is not known to have begun"), change
        known = old.get(own.start)
        if placement is not None and known is None:
            return placement, change
        incident = known.incident if known and placement is None else self.incident_of(fingerprint, own.start)
        return judge(signal.condition, known.occurrence if known else None, own, incident), change

    def incident_of(self, fingerprint: str, at: datetime) -> int | None:
        """The incident of the alert's occurrence that holds at that time, or held last before it."""
        rows = self._connection.execute(
            "SELECT incident FROM alert_members WHERE fingerprint = ? AND start <= ? ORDER BY start DESC LIMIT 1",
            fingerprint,
            stamp(at),
        )
        return int(str(rows[0][0])) if rows else None

    def members(self, incidents: Iterable[int]) -> list[Member]:
        """The members of these incidents."""
        found: list[Member] = []
        for numbers in _portions(sorted(set(incidents))):
            sql = f"SELECT {_COLUMNS} FROM alert_members m WHERE m.incident IN ({marks(numbers)})"  # noqa: S608  # places for values
            found += map(read_member, self._connection.execute(sql, *numbers))
        return found

    def unite(self, target: int, others: Sequence[int], *, by_hand: bool) -> Change:
        """Make incidents one; what a person united stays so when the groups are made anew."""
        change = Change()
        if by_hand:
            tie = f"hand:{target}"
            for member in self.members([target, *others]):
                self._put(replace(member, tie=tie))
        self._move(others, target, change)
        return change

    def _members_since(self, fingerprint: str, at: datetime) -> list[Member]:
        """The alert's occurrences from the one on that a time falls in; all of those after it."""
        rows = self._connection.execute(_OF_ALERT, fingerprint, fingerprint, stamp(at))
        return list(map(read_member, rows))

    def _occurrences(self, fingerprint: str, before: Sequence[Member]) -> tuple[Occurrence, ...]:
        """The occurrences as they follow from all messages since the first of those known, or from all there are."""
        whole = not before or not self._is_later(fingerprint, before[0])
        since = None if whole else before[0].start
        rows = self._connection.execute(
            "SELECT condition, at, fired_at, sha256, signal FROM alerts WHERE fingerprint = ? AND at >= ?",
            fingerprint,
            stamp(since) if since else "",
        )
        follows = before[0].occurrence.follows if since else False
        return occurrences(map(read_signal, rows), self._settings, since=since, follows=follows)

    def _is_later(self, fingerprint: str, first: Member) -> bool:
        return bool(
            self._connection.execute(
                "SELECT 1 FROM alert_members WHERE fingerprint = ? AND start < ? LIMIT 1",
                fingerprint,
                stamp(first.start),
            )
        )

    def _regroup(
        self, gone: Sequence[Member], added: Sequence[Member], kept: Sequence[Member], change: Change
    ) -> Placement:
        """Put new occurrences where they belong; where some are no more, make their groups anew."""
        for member in gone:
            self._drop(member)
        for member in added:
            self._index(member)
        if gone:
            return self._make_anew(gone, added, kept, change)
        placements = [self._add(member, change) for member in added]
        return placements[-1]

    def _add(self, member: Member, change: Change) -> Placement:
        placement = place(member, self._near(member), self._topology, self._settings)
        number = placement.incident
        if number is None:
            number = self._begin(member, change)
        self._put(replace(member, incident=number))
        change.touched.add(number)
        if placement.merges:
            self._move(placement.merges, number, change)
        return replace(placement, incident=number)

    def _begin(self, member: Member, change: Change) -> int:
        number = next_number(self._connection, "incidents")
        earlier = self.incident_of(member.fingerprint, member.start) if member.occurrence.follows else None
        change.begun[number] = earlier
        return number

    def _near(self, member: Member) -> list[Member]:
        """All members that may belong to this one: those to which it reaches, and those that may reach to it."""
        found: list[Member] = []
        for scopes, span_s in self._common(member.occurrence):
            earliest = member.start - timedelta(seconds=max(span_s, self._settings.longest_s))
            found += self._within(scopes, earliest, member.occurrence.reaches(span_s, self._settings))
        return found

    def _common(self, occurrence: Occurrence) -> Iterator[tuple[Sequence[str], float]]:
        """What it has in common with others, and what is next to it, with their spans."""
        yield occurrence.scopes, self._settings.service_s
        yield tuple(nearby(occurrence.services, self._topology)), self._settings.topology_s

    def _within(self, scopes: Sequence[str], start: datetime, end: datetime) -> Iterator[Member]:
        for named in _portions(scopes):
            sql = (
                f"SELECT DISTINCT {_COLUMNS} FROM alert_scopes s JOIN alert_members m "  # noqa: S608  # places for values
                "ON m.fingerprint = s.fingerprint AND m.start = s.start "
                f"WHERE s.scope IN ({marks(named)}) AND s.start BETWEEN ? AND ?"
            )
            rows = self._connection.execute(sql, *named, stamp(start), stamp(end))
            yield from map(read_member, rows)

    def _alike(self, old: Member, new: Occurrence) -> bool:
        """Whether grouping sees no difference: the services are the same, and none begins where only one reaches to."""
        was = old.occurrence
        if (was.scopes, was.services) != (new.scopes, new.services):
            return False
        for scopes, span_s in self._common(new):
            first, last = sorted(one.reaches(span_s, self._settings) for one in (was, new))
            if first < last and self._begins(scopes, first, last):
                return False
        return True

    def _begins(self, scopes: Sequence[str], after: datetime, until: datetime) -> bool:
        """Whether an occurrence of something with these scopes begins after a time and until another."""
        return any(
            self._connection.execute(
                f"SELECT 1 FROM alert_scopes WHERE scope IN ({marks(named)}) AND start > ? AND start <= ? LIMIT 1",  # noqa: S608  # places for values
                *named,
                stamp(after),
                stamp(until),
            )
            for named in _portions(scopes)
        )

    def _make_anew(
        self, gone: Sequence[Member], added: Sequence[Member], kept: Sequence[Member], change: Change
    ) -> Placement:
        """Group all members of the incidents concerned once more; each part keeps the lowest number that it had."""
        concerned = {_number(member) for member in (*gone, *kept)}
        concerned |= {_number(other) for member in added for other in self._near(member)}
        inherited = [_inherited(member, gone) for member in added]
        parts = components([*self.members(concerned), *inherited], self._topology, self._settings)
        homes: dict[int, int] = {}
        claimed: set[int] = set()
        for part in parts:
            number = self._settle_part(part, claimed, change)
            claimed.add(number)
            for member in part:
                if member.incident is not None:
                    homes.setdefault(member.incident, number)
        for left in concerned - claimed:
            lost = next((member for member in gone if member.incident == left), None)
            home = homes.get(left) or (self.incident_of(lost.fingerprint, lost.start) if lost else None)
            if home is not None:
                change.merged[left] = home
        last = max((*gone, *added), key=lambda member: member.start)
        incident = self.incident_of(last.fingerprint, last.start)
        return Placement(kind=PlacementKind.LATE, reason="it came late and is put in its place", incident=incident)

    def _settle_part(self, part: Sequence[Member], claimed: AbstractSet[int], change: Change) -> int:
        had = {member.incident for member in part if member.incident is not None} - claimed
        number = min(had) if had else self._begin(part[0], change)
        for member in part:
            if member.incident is not None and member.incident != number:
                change.moved.append((member.fingerprint, member.incident, number))
                change.touched.add(member.incident)
            self._put(replace(member, incident=number))
        change.touched.add(number)
        return number

    def _move(self, others: Sequence[int], target: int, change: Change) -> None:
        for number in others:
            self._connection.execute("UPDATE alert_members SET incident = ? WHERE incident = ?", target, number)
            change.merged[number] = target
        change.touched.add(target)

    def _put(self, member: Member) -> None:
        occurrence = member.occurrence
        ends = occurrence.ends(self._settings)
        quiet = ends if occurrence.flapping and not occurrence.closed else None
        self._connection.execute(
            _PUT,
            member.fingerprint,
            stamp(member.start),
            member.incident,
            member.tie,
            stamp(quiet) if quiet else None,
            occurrence_text(occurrence),
        )

    def _index(self, member: Member) -> None:
        """Let others find it by what they have in common with it."""
        for scope in member.occurrence.scopes:
            self._connection.execute(
                "INSERT INTO alert_scopes (scope, start, fingerprint) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                scope,
                stamp(member.start),
                member.fingerprint,
            )

    def _drop(self, member: Member) -> None:
        for table in ("alert_members", "alert_scopes"):
            self._connection.execute(
                f"DELETE FROM {table} WHERE fingerprint = ? AND start = ?",  # noqa: S608  # the two tables above
                member.fingerprint,
                stamp(member.start),
            )


def _inherited(member: Member, gone: Sequence[Member]) -> Member:
    """A new occurrence with the incident and the tie of what it takes the place of: of the nearest start."""
    nearest = min(gone, key=lambda other: abs(other.start - member.start))
    return replace(member, incident=nearest.incident, tie=nearest.tie)


def _number(member: Member) -> int:
    assert member.incident is not None  # stored members have one
    return member.incident


def _portions(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _MANY):
        yield items[start : start + _MANY]
