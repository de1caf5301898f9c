"""Guides that run by the clock: when they are due, and the one run of each due time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from orchestrator.core.asking import Question
from orchestrator.core.errors import InputError
from orchestrator.core.queueing import RunRequest
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc

SCHEDULED = "schedule"  # the kind of their requests
SHORTEST = timedelta(minutes=1)
_EVERY = re.compile(r"(?P<count>\d{1,6})\s*(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A guide that runs every so often as a health check, at whole multiples of `every` since 1970, UTC."""

    name: str
    guide: str
    every: timedelta
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_span(text: str) -> timedelta | None:
    """`30s`, `15m`, `2h`, `1d`; None where it is none of these."""
    found = _EVERY.fullmatch(text.strip())
    return timedelta(**{_UNITS[found["unit"]]: int(found["count"])}) if found else None


def read_every(text: str) -> timedelta:
    """A span of time; InputError where it is none, or shorter than a minute."""
    span = read_span(text)
    if span is None:
        raise InputError(f"every {text!r} is no span of time; give one such as 15m, 2h or 1d")
    if span < SHORTEST:
        raise InputError(f"every {text!r} is shorter than a minute; give one such as 1m or 15m")
    return span


def last_due(schedule: Schedule, now: datetime) -> datetime:
    """The newest due time that is not after `now`; those before it that were missed are not made up for."""
    return now - (now - _START) % schedule.every


def next_due(schedule: Schedule, now: datetime) -> datetime:
    """The first due time after `now`."""
    return last_due(schedule, now) + schedule.every


def due_requests(schedules: Sequence[Schedule], now: datetime) -> Sequence[RunRequest]:
    """The run of each schedule's newest due time: its id and key are the same in every process that asks."""
    return tuple(_request(schedule, last_due(schedule, now)) for schedule in schedules)


def is_healthy(report: Json) -> bool:
    """Whether a health check found nothing to be told: no other verdict is, nor a run that failed."""
    verdict = report.get("verdict")
    return isinstance(verdict, Mapping) and verdict.get("status") == "healthy"


def _request(schedule: Schedule, due: datetime) -> RunRequest:
    return RunRequest(
        run=f"{schedule.name}-{due:%Y%m%dT%H%M%SZ}",
        kind=SCHEDULED,
        body=Question(message=f"run guide {schedule.guide}", agent="triage", parameters=schedule.parameters).document(),
        by=f"{SCHEDULED}:{schedule.name}",
        key=f"{SCHEDULED}:{schedule.name}:{iso_utc(due)}",
    )
