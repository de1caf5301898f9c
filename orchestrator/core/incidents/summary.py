"""The summary of an incident for whoever joins now, and the status update for those who wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.core.incidents import facts
from orchestrator.core.incidents.dossier import Dossier
from orchestrator.core.incidents.incident import IncidentStatus
from orchestrator.core.incidents.sentences import Section, Sentence, listed
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc

_EVERY = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=8), timedelta(hours=24))
_WORDS = ("a critical problem", "a problem", "a limited problem", "a minor problem", "a minor problem")


def summarise(dossier: Dossier) -> tuple[Section, ...]:
    """What, since when, impact, suspected cause with evidence, what was done, who owns it, what is open."""
    parts = (
        ("what", "What", facts.what(dossier)),
        ("since", "Since", facts.since(dossier)),
        ("impact", "Impact", facts.impact(dossier)),
        ("cause", "Suspected cause", facts.cause(dossier)),
        ("done", "What was done", facts.done(dossier)),
        ("owner", "Owner", facts.owned(dossier)),
        ("open", "Open", facts.left_open(dossier)),
    )
    found = (Section(key=key, heading=heading, sentences=tuple(said)) for key, heading, said in parts)
    return tuple(section for section in found if section.sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """A text to post for people who are not part of the work.

    Attributes:
        sentences: Without internals: no cause ids, hosts, queries, names of people.
        next_at: When the next update is due; None after the end.
    """

    title: str
    sentences: tuple[Sentence, ...]
    next_at: datetime | None

    @property
    def text(self) -> str:
        """Ready to post."""
        return f"{self.title}\n" + "\n".join(sentence.text for sentence in self.sentences)

    def document(self) -> Json:
        """As JSON."""
        return {
            "title": self.title,
            "text": self.text,
            "sentences": [sentence.document() for sentence in self.sentences],
            "next_update_at": iso_utc(self.next_at) if self.next_at else None,
        }


def status_update(dossier: Dossier, *, now: datetime) -> StatusUpdate:
    """Severity, impact, what is being done and when the next update comes."""
    incident = dossier.incident
    over = incident.status is IncidentStatus.RESOLVED
    services = listed(incident.services) or "the service"
    label = "Resolved" if over else "Investigating" if not _identified(dossier) else "Identified"
    next_at = None if over else now + _EVERY[min(incident.severity, len(_EVERY) - 1)]
    sentences = [Sentence(_what(dossier, services, over=over), (dossier.receipt,)), *_felt(dossier, over=over)]
    sentences.append(_doing(dossier, over=over))
    if next_at is not None:
        sentences.append(Sentence(f"Next update by {facts.clock(next_at)}.", (dossier.receipt,)))
    sample = facts.SAMPLE if dossier.sample else ""
    return StatusUpdate(
        title=f"{sample}[{label}] {incident.id}, severity {facts.severity_text(incident.severity)}: {services}",
        sentences=tuple(sentences),
        next_at=next_at,
    )


def _what(dossier: Dossier, services: str, *, over: bool) -> str:
    incident = dossier.incident
    problem = _WORDS[min(incident.severity, len(_WORDS) - 1)]
    began = facts.clock(incident.started_at)
    if over and incident.resolved_at is not None:
        return f"There was {problem} with {services} from {began} to {facts.clock(incident.resolved_at)}."
    return f"There is {problem} with {services} since {began}."


def _felt(dossier: Dossier, *, over: bool) -> tuple[Sentence, ...]:
    """The measured share in plain words; none where it was not measured."""
    run = dossier.concluding
    found = run.report.get("impact") if run else None
    share = found.get("share") if isinstance(found, dict) else None
    if run is None or isinstance(share, bool) or not isinstance(share, int | float):
        return ()
    verb = "failed" if over else "fail"
    return (Sentence(f"About {share:.0%} of requests {verb}.", (run.id,)),)


def _identified(dossier: Dossier) -> bool:
    return bool(dossier.cause)


def _doing(dossier: Dossier, *, over: bool) -> Sentence:
    if over:
        return Sentence("The problem is over and the report will follow.", (dossier.receipt,))
    under_way = [act for act in dossier.acts if not act.settled and not act.waiting]
    waiting = [act for act in dossier.acts if act.waiting]
    settled = [act for act in dossier.acts if act.acted]
    if under_way:
        return Sentence("A fix is being applied.", (under_way[-1].receipt,))
    if waiting:
        return Sentence("A fix was found and is being reviewed.", (waiting[-1].receipt,))
    if settled:
        return Sentence("Measures were taken, and we watch their effect.", (settled[-1].receipt,))
    run = dossier.concluding
    if run is not None and _identified(dossier):
        return Sentence("The likely cause was found, and the team works on a fix.", (run.id,))
    return Sentence("The team is looking for the cause.", (dossier.receipt,))
