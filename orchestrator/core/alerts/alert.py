"""An alert as one value, whichever tool sent it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc
from orchestrator.core.window import Window

WORST, MILDEST = 0, 4
SEVERITIES = ("critical", "error", "warning", "informational", "verbose")


class Condition(StrEnum):
    """What a message tells about its rule's condition, or about whoever looks after it."""

    FIRED = "fired"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    ASSIGNED = "assigned"
    RATED = "rated"
    NOTED = "noted"


UPDATES = frozenset({Condition.ASSIGNED, Condition.RATED, Condition.NOTED})
"""What leaves the condition as it is: somebody was given it, gave it a severity, or wrote something about it."""


@dataclass(frozen=True, slots=True)
class AlertLink:
    """An address that the sender gave, with what it leads to."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertQuery:
    """The query of a log alert: what it asked, of which span, and of which dimensions' values.

    Attributes:
        kql: The rule's text.
        window: The span that the rule looked at; None where the alert does not tell.
        dimensions: Columns and the values for which it fired.
    """

    kql: str
    window: Window | None = None
    dimensions: tuple[tuple[str, str], ...] = ()

    def document(self) -> Json:
        """As JSON."""
        window = self.window
        return {
            "kql": self.kql,
            "from": iso_utc(window.start) if window else None,
            "to": iso_utc(window.end) if window else None,
            "dimensions": dict(self.dimensions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert, fired, acknowledged or resolved.

    Attributes:
        format: How it was written, such as `azure_monitor`.
        fingerprint: The same for every message about one rule and one object of it, in whatever state.
        rule: The rule's name.
        title: What it says in one line.
        severity: 0 is the worst, 4 the mildest.
        severity_word: The sender's own word for it.
        services: What the sender calls the service, as given.
        resource_ids: Resources that it is about, as given.
        labels: Further names and values.
        fired_at: When the condition began to hold, UTC; None where a resolution does not tell.
        resolved_at: When it ceased to; None unless it is resolved.
        changed_at: When this message's state began: the time by which messages about one alert are put in order.
        timed: Whether `changed_at` is the sender's; else it is the time of receipt.
        runbook: The address of a runbook.
        query: The rule's own query, where it has one that logs can answer.
        owner: Who it was given to, where the message tells that.
        details: Further facts by name, such as a metric and its threshold.
        raw_sha256: Hash of the payload as received.
    """

    format: str
    fingerprint: str
    rule: str
    title: str
    condition: Condition
    changed_at: datetime
    severity: int
    severity_word: str = ""
    description: str = ""
    services: tuple[str, ...] = ()
    resource_ids: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    fired_at: datetime | None = None
    resolved_at: datetime | None = None
    timed: bool = True
    links: tuple[AlertLink, ...] = ()
    runbook: str | None = None
    query: AlertQuery | None = None
    details: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    raw_sha256: str = ""

    def document(self) -> Json:
        """As JSON; `read_alert` builds the alert again."""
        return {
            "format": self.format,
            "fingerprint": self.fingerprint,
            "rule": self.rule,
            "title": self.title,
            "condition": self.condition.value,
            "changed_at": iso_utc(self.changed_at),
            "severity": self.severity,
            "severity_word": self.severity_word,
            "description": self.description,
            "services": list(self.services),
            "resource_ids": list(self.resource_ids),
            "labels": [list(pair) for pair in self.labels],
            "fired_at": iso_utc(self.fired_at) if self.fired_at else None,
            "resolved_at": iso_utc(self.resolved_at) if self.resolved_at else None,
            "timed": self.timed,
            "links": [{"label": link.label, "url": link.url} for link in self.links],
            "runbook": self.runbook,
            "query": self.query.document() if self.query else None,
            "details": [list(pair) for pair in self.details],
            **({"owner": self.owner} if self.owner else {}),
            "raw_sha256": self.raw_sha256,
        }


def read_alert(document: Mapping[str, object]) -> Alert:
    """The alert that `document` wrote."""
    found = {**document}
    query = found.pop("query", None)
    moments = {name: _moment(found.pop(name, None)) for name in ("fired_at", "resolved_at", "changed_at")}
    return Alert(
        condition=Condition(str(found.pop("condition"))),
        services=_texts(found.pop("services", [])),
        resource_ids=_texts(found.pop("resource_ids", [])),
        labels=_pairs(found.pop("labels", [])),
        details=_pairs(found.pop("details", [])),
        links=tuple(AlertLink(str(link["label"]), str(link["url"])) for link in _dicts(found.pop("links", []))),
        query=_query(query) if isinstance(query, Mapping) else None,
        **moments,  # type: ignore[arg-type]  # `changed_at` is always written
        **found,  # type: ignore[arg-type]  # the rest is text and numbers, as written
    )


def _query(document: Mapping[str, object]) -> AlertQuery:
    start, end = _moment(document.get("from")), _moment(document.get("to"))
    dimensions = document.get("dimensions")
    return AlertQuery(
        kql=str(document["kql"]),
        window=Window(start, end) if start and end else None,
        dimensions=tuple((str(k), str(v)) for k, v in dimensions.items()) if isinstance(dimensions, Mapping) else (),
    )


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(text)) for name, text in value) if isinstance(value, list) else ()


def _dicts(value: object) -> tuple[Mapping[str, object], ...]:
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
