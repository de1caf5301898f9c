"""What waits for a person: an item with its facts and its owner, and who took it, gave it back or settled it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias, assert_never

from orchestrator.core.redaction import redact_value
from orchestrator.core.table import iso_utc

Json = dict[str, object]


class ItemKind(StrEnum):
    """Why something waits for a person."""

    ABSTAINED_RUN = "abstained_run"
    FAILED_RUN = "failed_run"
    MISSING_INPUT = "missing_input"
    UNCOVERED_ALERT = "uncovered_alert"
    UNKNOWN_ACTION = "unknown_action"
    UNVERIFIED_ACTION = "unverified_action"
    BROKEN_GLASS_REVIEW = "broken_glass_review"
    CUSTOMER_REQUEST = "customer_request"
    """A customer wants what the program does not do, or what it did not understand."""
    LATE_SHIPMENT = "late_shipment"
    """It was promised for a time that has passed, and it is not there."""
    SHIPMENT_EXCEPTION = "shipment_exception"
    """The carrier met with something that somebody must see to."""


class Priority(StrEnum):
    """How soon it is wanted."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"


class ItemState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


# how urgent each kind is, and when it is due: what may have changed something is wanted first
_TERMS = {
    ItemKind.UNKNOWN_ACTION: (Priority.URGENT, timedelta(minutes=30)),
    ItemKind.UNVERIFIED_ACTION: (Priority.URGENT, timedelta(minutes=30)),
    ItemKind.FAILED_RUN: (Priority.HIGH, timedelta(hours=1)),
    ItemKind.MISSING_INPUT: (Priority.HIGH, timedelta(hours=1)),
    ItemKind.ABSTAINED_RUN: (Priority.HIGH, timedelta(hours=1)),
    ItemKind.UNCOVERED_ALERT: (Priority.NORMAL, timedelta(hours=8)),
    ItemKind.CUSTOMER_REQUEST: (Priority.HIGH, timedelta(hours=4)),
    ItemKind.SHIPMENT_EXCEPTION: (Priority.HIGH, timedelta(hours=4)),
    ItemKind.LATE_SHIPMENT: (Priority.NORMAL, timedelta(hours=24)),
    ItemKind.BROKEN_GLASS_REVIEW: (Priority.NORMAL, timedelta(hours=24)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known.

    Attributes:
        text: The sentence.
        source: Where it comes from: a run, an action, an alert, by its id.
        evidence: Ids of the run's evidence that show it; none where the source itself says it.
    """

    text: str
    source: str
    evidence: tuple[str, ...] = ()

    def document(self) -> Json:
        """As JSON."""
        return {"text": self.text, "source": self.source, "evidence": list(self.evidence)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Something that a person must see to, before it has a number.

    Attributes:
        kind: Why.
        cause: What of the record it follows from, such as `run:r-1` or `action:A-7:unknown`; one cause has one item.
        title: What it is, in a line.
        question: What the person is to find out or decide.
        facts: What is known.
        opened_at: Since when, aware.
        service: Which service it is about.
        owner: The team to see to it.
        escalation: Whom to call when the team does not answer.
        run: The run that it comes from.
        action: The action that it is about.
        incident: The incident that it belongs to.
    """

    kind: ItemKind
    cause: str
    title: str
    question: str
    opened_at: datetime
    facts: tuple[Fact, ...] = ()
    service: str | None = None
    owner: str | None = None
    escalation: str | None = None
    run: str | None = None
    action: str | None = None
    incident: str | None = None

    @property
    def priority(self) -> Priority:
        """How soon it is wanted."""
        return _TERMS[self.kind][0]

    @property
    def due(self) -> datetime:
        """When somebody should have taken it."""
        return self.opened_at + _TERMS[self.kind][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A person took it."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """It was given back."""

    who: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """It was settled; the note says how."""

    who: str
    at: datetime
    note: str


Change: TypeAlias = Claimed | Released | Resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A change that the item's state does not allow; the reason says what to do."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of the list: what is parked, its number and what became of it."""

    number: int
    parked: Parked
    state: ItemState = ItemState.OPEN
    holder: str | None = None
    changes: tuple[Change, ...] = ()
    reminded_at: datetime | None = None

    @property
    def id(self) -> str:
        """Its id, such as `H-3`."""
        return f"H-{self.number}"

    def overdue(self, now: datetime) -> bool:
        """Whether nobody has taken it in time."""
        return self.state is ItemState.OPEN and now > self.parked.due

    def document(self) -> Json:
        """As JSON, without secrets."""
        parked = self.parked
        found: Json = {
            "id": self.id,
            "kind": parked.kind.value,
            "state": self.state.value,
            "priority": parked.priority.value,
            "title": parked.title,
            "question": parked.question,
            "facts": [fact.document() for fact in parked.facts],
            "service": parked.service,
            "owner": parked.owner,
            "escalation": parked.escalation,
            "run": parked.run,
            "action": parked.action,
            "incident": parked.incident,
            "opened_at": iso_utc(parked.opened_at),
            "due": iso_utc(parked.due),
            "claimed_by": self.holder,
            "reminded_at": iso_utc(self.reminded_at) if self.reminded_at else None,
            "history": [change_document(change) for change in self.changes],
        }
        return {name: redact_value(value) for name, value in found.items()}


def change_document(change: Change) -> Json:
    """A change as JSON."""
    kind = type(change).__name__.lower()
    note = "" if isinstance(change, Claimed) else change.note
    return {"kind": kind, "at": iso_utc(change.at), "who": change.who, "note": note}


def changed(item: Item, change: Change) -> Item | Refusal:
    """The item after a change; the item itself where the change says what already is, and Refusal where it may not be.

    Whoever holds it gives it back; anybody may settle it, because who knows the answer may not be who took it.
    """
    match change:
        case Claimed():
            return _claimed(item, change)
        case Released():
            return _released(item, change)
        case Resolved():
            return _resolved(item, change)
        case _:
            assert_never(change)


def _claimed(item: Item, change: Claimed) -> Item | Refusal:
    if item.state is ItemState.RESOLVED:
        return Refusal(reason=f"{item.id} is resolved: {_how(item)}")
    if item.state is ItemState.CLAIMED:
        if item.holder == change.who:
            return item
        return Refusal(reason=f"{item.id} is taken by {item.holder}: they can release it, or you can resolve it")
    return _with(item, change, state=ItemState.CLAIMED, holder=change.who)


def _released(item: Item, change: Released) -> Item | Refusal:
    match item.state:
        case ItemState.OPEN:
            return item
        case ItemState.RESOLVED:
            return Refusal(reason=f"{item.id} is resolved: {_how(item)}")
        case ItemState.CLAIMED if item.holder != change.who:
            return Refusal(reason=f"{item.id} is taken by {item.holder}, who alone can release it")
        case _:
            return _with(item, change, state=ItemState.OPEN, holder=None)


def _resolved(item: Item, change: Resolved) -> Item | Refusal:
    if not change.note.strip():
        return Refusal(reason=f"{item.id} is not resolved without a note: say what was found or done")
    if item.state is ItemState.RESOLVED:
        last = item.changes[-1]
        if isinstance(last, Resolved) and (last.who, last.note) == (change.who, change.note):
            return item
        return Refusal(reason=f"{item.id} is resolved: {_how(item)}")
    return _with(item, change, state=ItemState.RESOLVED, holder=item.holder)


def _with(item: Item, change: Change, *, state: ItemState, holder: str | None) -> Item:
    return replace(item, state=state, holder=holder, changes=(*item.changes, change))


def _how(item: Item) -> str:
    last = item.changes[-1]
    note = last.note if isinstance(last, Resolved) else ""
    return f"{last.who} at {iso_utc(last.at)}: {note!r}"
