"""The post-incident report: sections of sentences, and a numbered receipt for each source that they rest on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.errors import ClaimError
from orchestrator.core.handoffs import ItemState
from orchestrator.core.incidents import facts
from orchestrator.core.incidents.dossier import ActKind, Dossier, Outcome
from orchestrator.core.incidents.receipts import Receipt, receipts_of
from orchestrator.core.incidents.sentences import Section, Sentence, stopped
from orchestrator.core.incidents.timeline import Entry, EntryKind, timeline
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmortem:
    """The report.

    Attributes:
        entries: The timeline; each entry is a sentence with its receipts, too.
        receipts: Numbered from 1 in the order in which the report first cites them.
    """

    incident: str
    title: str
    status: str
    severity: int
    written_at: datetime
    sample: bool
    sections: tuple[Section, ...]
    entries: tuple[Entry, ...]
    receipts: tuple[Receipt, ...]

    def number(self, receipt_id: str) -> int:
        """The receipt's number in the appendix."""
        return next(place for place, item in enumerate(self.receipts, start=1) if item.id == receipt_id)

    def document(self) -> Json:
        """As JSON."""
        return {
            "incident": self.incident,
            "title": self.title,
            "status": self.status,
            "severity": self.severity,
            "written_at": iso_utc(self.written_at),
            "sample": self.sample,
            "sections": [section.document() for section in self.sections],
            "timeline": [entry.document() for entry in self.entries],
            "receipts": [{"number": place, **item.document()} for place, item in enumerate(self.receipts, start=1)],
        }


def write_postmortem(dossier: Dossier, *, now: datetime) -> Postmortem:
    """The report of what the record holds now.

    Raises:
        ClaimError: A sentence cites what the record does not hold.
    """
    parts = (
        ("summary", "Summary", (*facts.what(dossier), *facts.since(dossier), *facts.owned(dossier))),
        ("impact", "Impact", facts.impact(dossier)),
        ("cause", _cause_heading(dossier), facts.cause(dossier)),
        ("ruled_out", "What was ruled out", facts.excluded(dossier)),
        ("actions", "Actions and approvals", _acted(dossier)),
        ("verification", "Verification", _verified(dossier)),
        ("unknown", "What was not known", facts.unknown(dossier)),
        ("follow_ups", "Open follow-ups", _follow_ups(dossier)),
    )
    sections = tuple(Section(key=key, heading=heading, sentences=tuple(said)) for key, heading, said in parts)
    entries = timeline(dossier)
    cited = [name for section in sections for sentence in section.sentences for name in sentence.receipts]
    cited += [name for entry in entries for name in entry.receipts]
    return Postmortem(
        incident=dossier.id,
        title=dossier.incident.title,
        status=dossier.incident.status.value,
        severity=dossier.incident.severity,
        written_at=now,
        sample=dossier.sample,
        sections=tuple(section for section in sections if section.sentences),
        entries=entries,
        receipts=resolved(dossier, cited),
    )


def resolved(dossier: Dossier, ids: Iterable[str]) -> tuple[Receipt, ...]:
    """The receipts of those ids, each once, in the order in which they are first named."""
    known = receipts_of(dossier)
    found = []
    for name in dict.fromkeys(ids):
        if name not in known:
            raise ClaimError(f"{dossier.id} cites {name!r}, which its record does not hold")
        found.append(known[name]())
    return tuple(found)


def _cause_heading(dossier: Dossier) -> str:
    confirmed = dossier.mark is not None and dossier.mark.outcome is Outcome.CONFIRMED
    return "Root cause" if confirmed else "Suspected root cause"


def _acted(dossier: Dossier) -> Iterator[Sentence]:
    for entry in _of_kinds(dossier, EntryKind.ACTION, EntryKind.APPROVAL):
        yield Sentence(f"{facts.clock(entry.at)}: {stopped(entry.text, limit=600)}", entry.receipts)
    if not dossier.acts:
        yield from facts.done(dossier)


def _verified(dossier: Dossier) -> Iterator[Sentence]:
    for act in dossier.acts:
        for event in act.events:
            if event.kind is ActKind.VERIFICATION:
                yield Sentence(f"{act.id}, {act.title}: {stopped(event.text, limit=600)}", (act.event_id(event),))
    incident = dossier.incident
    if incident.resolved_at is not None:
        yield Sentence(f"All alerts were resolved at {facts.clock(incident.resolved_at)}.", (dossier.receipt,))
    else:
        yield Sentence("The incident is not resolved yet.", (dossier.receipt,))


def _follow_ups(dossier: Dossier) -> Iterator[Sentence]:
    for item in dossier.items:
        if item.state is not ItemState.RESOLVED:
            holder = item.holder or item.parked.owner or "nobody"
            yield Sentence(
                f"{item.id}, with {holder}: {stopped(item.parked.title)} {stopped(item.parked.question)}".strip(),
                (f"handoff:{item.id}",),
            )
    for act in dossier.acts:
        if act.waiting:
            yield Sentence(f"{act.id} ({act.title}) still waits for a decision.", (act.receipt,))
    if dossier.mark is None and dossier.concluding is not None:
        yield Sentence(
            f"Nobody has confirmed the cause: switchboard incidents confirm {dossier.id} --cause CAUSE, or --wrong.",
            (dossier.concluding.id,),
        )


def _of_kinds(dossier: Dossier, *kinds: EntryKind) -> Iterator[Entry]:
    return (entry for entry in timeline(dossier) if entry.kind in kinds)
