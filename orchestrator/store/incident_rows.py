"""How alerts, their occurrences and incidents are written in rows, and read again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from orchestrator.core.alerts.alert import AlertLink, Condition
from orchestrator.core.errors import StoreError
from orchestrator.core.incidents.grouping import Member
from orchestrator.core.incidents.incident import Incident, IncidentEvent, IncidentEventKind, IncidentStatus
from orchestrator.core.incidents.occurrence import Occurrence, Signal
from orchestrator.store.database import Row
from orchestrator.store.documents import from_stamp, from_text, stamp, to_text

PREFIX = "INC-"


def incident_id(number: int) -> str:
    """`INC-n`."""
    return f"{PREFIX}{number}"


def number_of(incident: str) -> int | None:
    """The number of an id in any case, or of a bare number; None where it is neither."""
    digits = incident.strip().upper().removeprefix(PREFIX)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None  # noqa: PLR2004  # an INTEGER


def signal_text(signal: Signal) -> str:
    """What grouping needs of a message; its times and condition have columns."""
    return to_text(
        {
            "title": signal.title,
            "severity": signal.severity,
            "services": signal.services,
            "scopes": signal.scopes,
            "owner": signal.owner,
            "by_hand": signal.by_hand,
        }
    )


def read_signal(row: Row) -> Signal:
    """The signal of (condition, at, fired_at, sha256, signal)."""
    condition, at, fired_at, sha256, body = row
    found = from_text(body, what="an alert's signal")
    return Signal(
        condition=Condition(str(condition)),
        at=from_stamp(at),
        fired_at=from_stamp(fired_at) if fired_at else None,
        title=found["title"],
        severity=found["severity"],
        services=tuple(found["services"]),
        scopes=tuple(found["scopes"]),
        owner=found.get("owner", ""),
        by_hand=found["by_hand"],
        tag=str(sha256),
    )


def occurrence_text(occurrence: Occurrence) -> str:
    """An occurrence as text; its start has a column."""
    return to_text(
        {
            "active": [[stamp(start), stamp(end) if end else None] for start, end in occurrence.active],
            "firings": occurrence.firings,
            "acknowledged_at": stamp(occurrence.acknowledged_at) if occurrence.acknowledged_at else None,
            "closed": occurrence.closed,
            "flapping": occurrence.flapping,
            "follows": occurrence.follows,
            "title": occurrence.title,
            "severity": occurrence.severity,
            "services": occurrence.services,
            "scopes": occurrence.scopes,
            "given": [stamp(occurrence.given[0]), occurrence.given[1]] if occurrence.given else None,
        }
    )


@lru_cache(maxsize=4_096)  # in a storm, one incident's members are read again with each batch, and few have changed
def read_member(row: Row) -> Member:
    """The member of (fingerprint, start, incident, tie, body)."""
    fingerprint, start, incident, tie, body = row
    found = from_text(body, what=f"an occurrence of alert {fingerprint}")
    return Member(
        fingerprint=str(fingerprint),
        incident=int(str(incident)),
        tie=None if tie is None else str(tie),
        occurrence=Occurrence(
            start=from_stamp(start),
            active=tuple((from_stamp(began), from_stamp(end) if end else None) for began, end in found["active"]),
            firings=found["firings"],
            acknowledged_at=_moment(found["acknowledged_at"]),
            closed=found["closed"],
            flapping=found["flapping"],
            follows=found["follows"],
            title=found["title"],
            severity=found["severity"],
            services=tuple(found["services"]),
            scopes=tuple(found["scopes"]),
            given=(from_stamp(given[0]), given[1]) if (given := found.get("given")) else None,
        ),
    )


def read_incident(row: Row) -> Incident:
    """The incident of (number, body)."""
    number, body = row
    found: dict[str, Any] = from_text(body, what=f"incident {number}")
    try:
        return Incident(
            id=incident_id(int(str(number))),
            title=found["title"],
            severity=found["severity"],
            status=IncidentStatus(found["status"]),
            started_at=from_stamp(found["started_at"]),
            services=tuple(found["services"]),
            owner=found["owner"],
            escalation=found["escalation"],
            acknowledged_at=_moment(found["acknowledged_at"]),
            acknowledged_by=found["acknowledged_by"],
            resolved_at=_moment(found["resolved_at"]),
            alerts=tuple(found["alerts"]),
            open_alerts=found["open_alerts"],
            repeats=found["repeats"],
            flapping=found["flapping"],
            links=tuple(AlertLink(link["label"], link["url"]) for link in found["links"]),
            runs=tuple(found["runs"]),
            verdict=found["verdict"],
            causes=tuple(found["causes"]),
            merged_into=found["merged_into"],
            follows=found["follows"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise StoreError(
            f"the state store holds incident {number} in a form that this program does not know; use the newer program"
        ) from error


def read_event(row: Row) -> IncidentEvent:
    """The event of (number, seq, at, recorded_at, kind, actor, text, refs)."""
    number, seq, at, recorded_at, kind, actor, text, refs = row
    return IncidentEvent(
        incident=incident_id(int(str(number))),
        seq=int(str(seq)),
        at=from_stamp(at),
        recorded_at=from_stamp(recorded_at),
        kind=IncidentEventKind(str(kind)),
        actor=str(actor),
        text=str(text),
        refs=_mapping(from_text(refs, what=f"an event of incident {number}")),
    )


def marks(values: Sequence[object] | Iterable[object]) -> str:
    """A place for each value of a list in a statement."""
    return ", ".join("?" for _ in values)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _moment(value: object) -> datetime | None:
    return None if value is None else from_stamp(value)
