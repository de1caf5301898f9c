"""The report's values and its JSON form; `docs/report.md` describes every field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from orchestrator.core.claims import Frame
from orchestrator.core.table import iso_utc
from orchestrator.core.window import Window

Json = dict[str, object]


class Status(StrEnum):
    """How a run ended."""

    ANSWERED = "answered"
    NEEDS_INPUT = "needs_input"
    WAITING = "waiting"
    FAILED = "failed"
    ABSTAINED = "abstained"


class StatementKind(StrEnum):
    """What a statement says."""

    SHOWN = "shown"
    RULED_OUT = "ruled_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence that asks to become a claim."""

    kind: StatementKind
    template: str
    check: str
    evidence: tuple[str, ...]
    frame: Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What could not be told."""

    text: str
    step: str | None = None
    reason: str | None = None

    def document(self) -> Json:
        """As JSON."""
        return {"step": self.step, "text": self.text, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is asked."""

    text: str
    parameter: str | None = None
    type: str | None = None
    choices: tuple[str, ...] = ()

    def document(self) -> Json:
        """As JSON."""
        return {"parameter": self.parameter, "type": self.type, "text": self.text, "choices": list(self.choices)}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """The verdict as reported; `cause` is None unless `status` is cause_found."""

    status: str
    cause: str | None = None
    object: str | None = None
    confidence: str | None = None
    summary: str = ""
    reason: str = ""

    def document(self) -> Json:
        """As JSON."""
        return {
            "status": self.status,
            "cause": self.cause,
            "object": self.object,
            "confidence": self.confidence,
            "summary": self.summary,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """The span looked at, in UTC and in the user's zone."""

    window: Window
    zone: str
    origin: str

    def document(self) -> Json:
        """As JSON."""
        local = ZoneInfo(self.zone)
        return {
            "from": iso_utc(self.window.start),
            "to": iso_utc(self.window.end),
            "from_local": self.window.start.astimezone(local).isoformat(),
            "to_local": self.window.end.astimezone(local).isoformat(),
            "timezone": self.zone,
            "origin": self.origin,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactView:
    """How bad it is; None where it is not measured."""

    started_at: datetime | str | None = None
    ongoing: bool | None = None
    affected: int | float | None = None
    share: float | None = None

    def document(self) -> Json:
        """As JSON."""
        started = iso_utc(self.started_at) if isinstance(self.started_at, datetime) else self.started_at
        return {"started_at": started, "ongoing": self.ongoing, "affected": self.affected, "share": self.share}


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideResult:
    """What one run of one guide adds to a report.

    Attributes:
        statements: Findings and conclusions, then what was ruled out, in the guide's order.
        guide: `{"id", "title", "version", "reviewed", "path"}`; None where no guide covers the incident.
        values: Parameters by name, kept for follow-ups.
        origins: Where each parameter's value came from: message, alert, session, given or default.
    """

    guide: Json | None
    verdict: VerdictView
    window: WindowView | None = None
    impact: ImpactView = field(default_factory=ImpactView)
    statements: tuple[Statement, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    next: tuple[str, ...] = ()
    actions: tuple[Json, ...] = ()
    steps: tuple[Json, ...] = ()
    conclusions: tuple[Json, ...] = ()
    hypotheses: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A turn's answer, ready to be printed."""

    status: Status
    run: str
    session: str
    agent: str
    asked: str
    message: str
    source: str
    result: GuideResult | None = None
    window: WindowView | None = None
    claims: tuple[Json, ...] = ()
    ruled_out: tuple[Json, ...] = ()
    evidence: tuple[Json, ...] = ()
    hypotheses: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    next: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()
    route: Json = field(default_factory=dict)
    actions: tuple[Json, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)

    def document(self) -> Json:
        """As JSON, in the form that `ask --json` prints."""
        result = self.result
        window = self.window or (result.window if result else None)
        return {
            "status": self.status.value,
            "run": self.run,
            "session": self.session,
            "agent": self.agent,
            "asked": self.asked,
            "message": self.message,
            "source": self.source,
            "window": window.document() if window else None,
            "verdict": result.verdict.document() if result and self.status is not Status.NEEDS_INPUT else None,
            "impact": (result.impact if result else ImpactView()).document(),
            "guide": dict(result.guide) if result and result.guide else None,
            "claims": list(self.claims),
            "evidence": list(self.evidence),
            "hypotheses": list(self.hypotheses),
            "ruled_out": list(self.ruled_out),
            "unknown": [item.document() for item in self.unknown],
            "next": list(self.next),
            "actions": [*(result.actions if result else ()), *self.actions],
            "conclusions": list(result.conclusions) if result else [],
            "steps": list(result.steps) if result else [],
            "questions": [item.document() for item in self.questions],
            "notes": list(self.notes),
            "parameters": _plain({**(result.values if result else {}), **self.values}),
            "origins": dict(result.origins) if result else {},
            "route": dict(self.route),
        }


def _plain(values: Mapping[str, object]) -> Json:
    return {name: iso_utc(value) if isinstance(value, datetime) else value for name, value in values.items()}


def merge(reports: Sequence[Json]) -> Json:
    """One document for several turns: the first report's fields, with every report under `turns`."""
    return {**reports[0], "turns": list(reports)} if len(reports) > 1 else {**reports[0], "turns": []}


def in_words(text: str, *, source: str) -> str:
    """A report's message; one from sample data says so first."""
    return f"SAMPLE DATA. {text}" if source == "sample" else text
