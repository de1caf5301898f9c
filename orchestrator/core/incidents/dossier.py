"""Everything that the record holds of one incident, read once; what is shown of an incident follows from it alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from orchestrator.core.alerts.alert import Alert
from orchestrator.core.handoffs import Item
from orchestrator.core.incidents.incident import Incident, IncidentEvent
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc


class NoteKind(StrEnum):
    """What a person wrote: for those who work on it, for those who wait, or what matters of the record."""

    NOTE = "note"
    UPDATE = "update"
    PIN = "pin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person wrote about an incident.

    Attributes:
        number: Its place among the incident's notes, from 1.
        about: The receipt's id that a pin holds up, such as `claim:R#C1`; empty otherwise.
    """

    incident: str
    number: int
    at: datetime
    who: str
    kind: NoteKind
    text: str
    about: str = ""

    @property
    def id(self) -> str:
        """Its receipt's id."""
        return f"note:{self.incident}/{self.number}"

    def document(self) -> Json:
        """As JSON."""
        return {
            "id": self.id,
            "incident": self.incident,
            "at": iso_utc(self.at),
            "who": self.who,
            "kind": self.kind.value,
            "text": self.text,
            "about": self.about,
        }


class Outcome(StrEnum):
    """What a person says of a verdict."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A person's word on what a run concluded.

    Attributes:
        number: Its place among the incident's marks, from 1; the last one counts.
        run: The run whose verdict is meant; empty where none had ended.
        guide: The guide whose verdict is meant, and its version; empty where the run had none, or it settled nothing.
        cause: What the cause was, where that is known; of a verdict that was wrong, the right one.
    """

    incident: str
    number: int
    at: datetime
    who: str
    outcome: Outcome
    run: str = ""
    guide: str = ""
    version: str = ""
    cause: str = ""
    note: str = ""

    @property
    def id(self) -> str:
        """Its receipt's id."""
        return f"mark:{self.incident}/{self.number}"

    def document(self) -> Json:
        """As JSON."""
        return {
            "id": self.id,
            "incident": self.incident,
            "at": iso_utc(self.at),
            "who": self.who,
            "outcome": self.outcome.value,
            "run": self.run,
            "guide": {"id": self.guide, "version": self.version} if self.guide else None,
            "cause": self.cause or None,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run as the journal has it; `report` is its document, as `ask --json` prints it."""

    run: str
    at: datetime
    asked: str
    report: Json
    finished_at: datetime | None = None

    @property
    def id(self) -> str:
        """Its receipt's id."""
        return f"run:{self.run}"

    @property
    def verdict(self) -> Mapping[str, object]:
        """`status`, `cause`, `object`, `confidence`, `summary`, `reason`; empty where it has none."""
        found = self.report.get("verdict")
        return found if isinstance(found, Mapping) else {}

    @property
    def guide(self) -> Mapping[str, object]:
        """`id`, `title`, `version`, ...; empty where none was run."""
        found = self.report.get("guide")
        return found if isinstance(found, Mapping) else {}

    @property
    def claims(self) -> Mapping[str, Json]:
        """What it showed and then what it ruled out, by the receipt's id."""
        every = [*dicts(self.report.get("claims")), *dicts(self.report.get("ruled_out"))]
        return {f"claim:{self.run}#C{number}": claim for number, claim in enumerate(every, start=1)}

    @property
    def shown(self) -> Mapping[str, Json]:
        """The claims without what was ruled out."""
        return dict([*self.claims.items()][: len(dicts(self.report.get("claims")))])

    @property
    def ruled_out(self) -> Mapping[str, Json]:
        """The claims of what was ruled out."""
        return dict([*self.claims.items()][len(dicts(self.report.get("claims"))) :])

    @property
    def evidence(self) -> Mapping[str, Json]:
        """Its evidence by the receipt's id."""
        return {f"evidence:{self.run}#{item.get('id')}": item for item in dicts(self.report.get("evidence"))}

    def receipts_of(self, claim_id: str) -> tuple[str, ...]:
        """A claim's receipts: itself and the evidence that it cites."""
        cited = self.claims[claim_id].get("evidence")
        names = cited if isinstance(cited, list | tuple) else ()
        found = (f"evidence:{self.run}#{name}" for name in names)
        return (claim_id, *(name for name in found if name in self.evidence))


class ActKind(StrEnum):
    """What an event of an action is about."""

    ACTION = "action"
    APPROVAL = "approval"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEvent:
    """What happened to an action.

    Attributes:
        seq: Its place among the action's events, from 1.
        name: The event's name in the ledger.
        text: What happened, in words of the code.
        facts: Further names and values.
        evidence: The queries of a verification, as evidence documents.
    """

    seq: int
    at: datetime
    kind: ActKind
    name: str
    text: str
    who: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An action as the ledger has it.

    Attributes:
        name: Which action, such as `restart_service`.
        subject: What it acts upon.
        state: How it stands.
        waiting: Whether it waits for a person's decision.
        settled: Whether nothing more is done by it: it was done, refused, or its time ran out.
        acted: Whether it was done.
    """

    id: str
    name: str
    subject: str
    state: str
    waiting: bool = False
    settled: bool = False
    acted: bool = False
    incident: str = ""
    run: str = ""
    by_hand: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    events: tuple[ActEvent, ...] = ()

    @property
    def receipt(self) -> str:
        """Its receipt's id."""
        return f"action:{self.id}"

    def event_id(self, event: ActEvent) -> str:
        """The receipt's id of one of its events."""
        return f"action:{self.id}/{event.seq}"

    @property
    def title(self) -> str:
        """What it does, in words."""
        return f"{self.name.replace('_', ' ')} {self.subject}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """An incident with all that belongs to it, each list oldest first."""

    incident: Incident
    alerts: tuple[Alert, ...] = ()
    events: tuple[IncidentEvent, ...] = ()
    runs: tuple[RunRecord, ...] = ()
    acts: tuple[Act, ...] = ()
    notes: tuple[Note, ...] = ()
    marks: tuple[Mark, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def id(self) -> str:
        """The incident's id."""
        return self.incident.id

    @property
    def receipt(self) -> str:
        """The receipt's id of the incident itself."""
        return f"incident:{self.incident.id}"

    @property
    def sample(self) -> bool:
        """Whether a run of it looked at made-up data."""
        return any(run.report.get("source") == "sample" for run in self.runs)

    @property
    def concluding(self) -> RunRecord | None:
        """The newest run that named a cause, else the newest that ended with a verdict."""
        ended = [run for run in self.runs if run.verdict]
        named = [run for run in ended if run.verdict.get("status") == "cause_found"]
        return (named or ended)[-1] if ended else None

    @property
    def mark(self) -> Mark | None:
        """The last word of a person on the cause."""
        return self.marks[-1] if self.marks else None

    @property
    def cause(self) -> str:
        """What the last word of a person says, else what the concluding run suspects; empty where neither is known."""
        mark, run = self.mark, self.concluding
        if mark is not None and (mark.cause or run is None or mark.run == run.run):
            return mark.cause
        return str(run.verdict.get("cause") or "") if run else ""


def event_id(event: IncidentEvent) -> str:
    """The receipt's id of an entry of the incident's record."""
    return f"event:{event.incident}/{event.seq}"


def alert_id(alert: Alert) -> str:
    """The receipt's id of an alert."""
    return f"alert:{alert.fingerprint}"


def dicts(value: object) -> Sequence[Json]:
    """The objects of a JSON list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list | tuple) else []


def mapped(value: object) -> Mapping[str, object]:
    """A JSON object; empty where it is none."""
    return value if isinstance(value, Mapping) else {}
