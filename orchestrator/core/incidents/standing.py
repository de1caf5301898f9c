"""How an incident stands, given its alerts' occurrences and the time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.incidents.grouping import Member
from orchestrator.core.incidents.incident import IncidentStatus
from orchestrator.core.incidents.occurrence import GroupingSettings

MAX_SERVICES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What follows from an incident's alerts."""

    status: IncidentStatus
    title: str
    severity: int
    services: tuple[str, ...]
    started_at: datetime
    resolved_at: datetime | None
    acknowledged_at: datetime | None
    alerts: tuple[str, ...]
    open_alerts: int
    repeats: int
    flapping: bool
    given: tuple[datetime, str] | None


def standing(
    members: Sequence[Member],
    *,
    now: datetime,
    settings: GroupingSettings,
    acknowledged_at: datetime | None = None,
) -> Standing:
    """How an incident of these members stands.

    Args:
        members: At least one.
        now: Decides whether a quiet time is over.
        settings: The quiet time.
        acknowledged_at: When a person acknowledged the incident itself.
    """
    ordered = sorted(members, key=lambda item: item.key)
    still_open = [item for item in ordered if item.occurrence.open_at(now, settings)]
    ends = [item.occurrence.ends(settings) for item in ordered]
    acknowledged = _seen(ordered, acknowledged_at)
    status = IncidentStatus.OPEN if still_open else IncidentStatus.RESOLVED
    if still_open and acknowledged is not None:
        status = IncidentStatus.ACKNOWLEDGED
    names = dict.fromkeys(name for item in ordered for name in item.occurrence.services)
    return Standing(
        status=status,
        title=ordered[0].occurrence.title,
        severity=min(item.occurrence.severity for item in still_open or ordered),
        services=tuple(names)[:MAX_SERVICES],
        started_at=ordered[0].start,
        resolved_at=None if still_open else max(end for end in ends if end is not None),
        acknowledged_at=acknowledged,
        alerts=tuple(dict.fromkeys(item.fingerprint for item in ordered)),
        open_alerts=len({item.fingerprint for item in still_open}),
        repeats=sum(item.occurrence.firings - 1 for item in ordered),
        flapping=any(item.occurrence.flapping for item in still_open),
        given=max((item.occurrence.given for item in ordered if item.occurrence.given), default=None),
    )


def _seen(members: Iterable[Member], by_person: datetime | None) -> datetime | None:
    """When somebody acknowledged what holds now: an acknowledgement ends with the stretch in which it was given."""
    listed = list(members)
    given = [item.occurrence.acknowledged_at for item in listed] + [by_person]
    last = max((at for at in given if at is not None), default=None)
    return last if last is not None and last >= _last_stretch(listed) else None


def _last_stretch(members: Sequence[Member]) -> datetime:
    """When the last time began in which at least one of the alerts held."""
    spans = sorted((span for item in members for span in item.occurrence.active), key=lambda span: span[0])
    began, ended = spans[0]
    for start, end in spans[1:]:
        if ended is not None and start > ended:
            began, ended = start, end
        elif ended is not None:
            ended = None if end is None else max(ended, end)
    return began
