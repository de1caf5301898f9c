"""Which past incidents are like this one: by alert rule, service, words and cause, with the reasons in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.core.incidents.dossier import Dossier, Outcome
from orchestrator.core.incidents.sentences import listed, one_line
from orchestrator.core.ports import Document, Hit
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc

KIND = "incident"
FLOOR = 0.2
_RULE, _SERVICE, _TEXT, _CAUSE = 0.4, 0.25, 0.2, 0.15  # what each likeness is worth; they sum to 1
_WORD = re.compile(r"[^\W_]+")
_SAYS_NOTHING = frozenset(
    """
    a after alert an and are at by error errors for from has have high in into is it many more of on or since than
    that the there this to too was were with
    """.split()  # noqa: SIM905  # a paragraph reads better than quoted words
)
_MOST_WORDS = 4
_SHORTEST = 3  # letters of a word that says something


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What incidents are compared by; names of rules and services as they are written, compared without case."""

    id: str
    title: str
    rules: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    cause: str = ""
    confirmed_by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A past incident.

    Attributes:
        score: 0 to 1; it orders the likenesses and is no probability.
        why: In what they are alike, in words.
        hypothesis: Its cause as a question to this one; empty where its cause is not known. It proves nothing here.
    """

    incident: str
    title: str
    at: str
    score: float
    why: str
    cause: str
    hypothesis: str

    def document(self) -> Json:
        """As JSON."""
        return {
            "incident": self.incident,
            "title": self.title,
            "at": self.at or None,
            "score": self.score,
            "why": self.why,
            "cause": self.cause or None,
            "hypothesis": self.hypothesis or None,
        }


def profile(dossier: Dossier) -> Profile:
    """What this incident is compared by."""
    incident, mark = dossier.incident, dossier.mark
    symptoms = [incident.title, *(alert.title for alert in dossier.alerts)]
    symptoms += [alert.description for alert in dossier.alerts]
    confirmed = mark is not None and bool(mark.cause)
    return Profile(
        id=incident.id,
        title=one_line(incident.title, limit=160),
        rules=frozenset(alert.rule for alert in dossier.alerts if alert.rule),
        services=frozenset(incident.services),
        words=telling_words(" ".join(symptoms)),
        cause=dossier.cause,
        confirmed_by=mark.who if mark is not None and confirmed else "",
        at=iso_utc(incident.started_at),
    )


def telling_words(text: str) -> frozenset[str]:
    """The words of a text that say something, without case."""
    words = (found.casefold() for found in _WORD.findall(text))
    return frozenset(word for word in words if len(word) >= _SHORTEST and word not in _SAYS_NOTHING)


def incident_document(dossier: Dossier) -> Document:
    """An incident as a search index holds it: kind `incident`, id `incident/INC-3`."""
    found = profile(dossier)
    mark = dossier.mark
    run = dossier.concluding
    alerts = dossier.alerts
    body = [f"## Cause\n\n{found.cause}\n{run.verdict.get('summary') or ''}" if run and found.cause else ""]
    body += ["## Found\n\n" + "\n".join(str(claim.get("text") or "") for claim in run.shown.values()) if run else ""]
    symptoms = [dossier.incident.title, *(alert.title for alert in alerts), *(a.description for a in alerts)]
    return Document(
        id=f"{KIND}/{dossier.id}",
        kind=KIND,
        fields={
            "title": found.title,
            "alerts": "\n".join(dict.fromkeys(alert.rule for alert in alerts if alert.rule)),
            "causes": found.cause,
            "services": "\n".join(dossier.incident.services),
            "symptoms": "\n".join(dict.fromkeys(one_line(text) for text in symptoms if text)),
            "body": "\n\n".join(part for part in body if part.strip()),
            "_at": found.at,
            "_run": run.run if run else "",
            "_confirmed_by": found.confirmed_by,
            "_wrong": "1" if mark is not None and mark.outcome is Outcome.WRONG and not mark.cause else "",
        },
        filters={
            "cause": (found.cause,) if found.cause else (),
            "service": tuple(sorted(name.casefold() for name in found.services)),
            "guide": (str(run.guide["id"]),) if run and run.guide.get("id") else (),
            "rule": tuple(sorted(name.casefold() for name in found.rules)),
        },
    )


def profile_of(fields: Mapping[str, str], *, identifier: str) -> Profile:
    """What a document of kind `incident` is compared by, from its fields; those of runs have them, too."""
    symptoms = f"{fields.get('title', '')} {fields.get('symptoms', '')}"
    wrong = bool(fields.get("_wrong"))
    return Profile(
        id=identifier.removeprefix(f"{KIND}/"),
        title=one_line(fields.get("title", ""), limit=160),
        rules=_lines(fields.get("alerts", "")),
        services=_lines(fields.get("services", "")),
        words=telling_words(symptoms),
        cause="" if wrong else fields.get("causes", "").split("\n")[0],
        confirmed_by=fields.get("_confirmed_by", ""),
        at=fields.get("_at", ""),
    )


def similar(mine: Profile, hits: Iterable[Hit], *, without: Iterable[str] = (), top: int = 5) -> tuple[Likeness, ...]:
    """The hits that are like it, best first; itself and what is named in `without` left out."""
    left_out = {mine.id, *without}
    found = []
    for hit in hits:
        past = profile_of(hit.fields, identifier=hit.id)
        if past.id not in left_out:
            likeness = compare(mine, past, text=hit.score)
            if likeness.score >= FLOOR:
                found.append(likeness)
    return tuple(sorted(found, key=lambda item: (-item.score, item.incident))[:top])


def similar_among(mine: Profile, past: Iterable[Profile], *, top: int = 5) -> tuple[Likeness, ...]:
    """The same among profiles at hand, without a search index: words are compared by their share alone."""
    found = (compare(mine, other, text=0.0) for other in past if other.id != mine.id)
    alike = (likeness for likeness in found if likeness.score >= FLOOR)
    return tuple(sorted(alike, key=lambda item: (-item.score, item.incident))[:top])


def compare(mine: Profile, past: Profile, *, text: float) -> Likeness:
    """How alike two incidents are; `text` is the search's score of the past one's words, 0 to 1."""
    rules, services = _common(mine.rules, past.rules), _common(mine.services, past.services)
    words = mine.words & past.words
    told = words - telling_words(" ".join((*rules, *services)))
    share = len(words) / max(1, min(len(mine.words), len(past.words)))
    same_cause = bool(mine.cause) and mine.cause == past.cause
    score = _RULE * bool(rules) + _SERVICE * bool(services) + _TEXT * max(min(text, 1.0), share) + _CAUSE * same_cause
    return Likeness(
        incident=past.id,
        title=past.title,
        at=past.at,
        score=round(score, 3),
        why=_why(rules, services, sorted(told), past.cause if same_cause else ""),
        cause=past.cause,
        hypothesis=_hypothesis(past),
    )


def _common(mine: frozenset[str], past: frozenset[str]) -> list[str]:
    known = {name.casefold() for name in past}
    return sorted(name for name in mine if name.casefold() in known)


def _why(rules: Sequence[str], services: Sequence[str], words: Sequence[str], cause: str) -> str:
    parts = [f"the same alert rule {listed(rules)}"] if rules else []
    parts += [f"the same service {listed(services)}"] if services else []
    parts += [f"the same suspected cause {cause}"] if cause else []
    told = sorted(words, key=lambda word: (-len(word), word))[:_MOST_WORDS]
    parts += [f"the same words: {', '.join(told)}"] if told else []
    return "; ".join(parts) or "similar words"


def _hypothesis(past: Profile) -> str:
    if not past.cause:
        return ""
    how = f"confirmed by {past.confirmed_by}" if past.confirmed_by else "suspected, not confirmed"
    return f"Is it {past.cause} again? It was in {past.id} ({how}); nothing shows it here yet."


def _lines(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.splitlines() if line.strip())
