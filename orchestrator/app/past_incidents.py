"""Past incidents as documents: those of the record, and runs that named a cause, so that the next one finds them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from orchestrator.core.ports import Document
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.settings import Settings

if TYPE_CHECKING:
    from orchestrator.store.database import Database

MOST_RUNS = 1_000  # the newest ones
_TITLE = 120  # characters
_FOUND = "cause_found"


def past_incidents(settings: Settings) -> list[Document]:
    """A document per incident of the record, and per run that named a cause and belongs to none; secrets redacted.

    What was concluded from sample data is left out.
    """
    from orchestrator.app.state import open_state  # noqa: PLC0415  # brings the store

    with open_state(settings) as database:
        return stored_incidents(database)


def stored_incidents(database: "Database", *, sample: bool = False) -> list[Document]:
    """The same of an open store; with `sample`, what was concluded from sample data, too."""
    from orchestrator.app.dossiers import load_run  # noqa: PLC0415  # brings the store
    from orchestrator.app.incident_search import past_dossiers  # noqa: PLC0415  # same
    from orchestrator.core.incidents.similar import incident_document  # noqa: PLC0415  # where they are wanted
    from orchestrator.store.journal import StoredJournal  # noqa: PLC0415  # same

    dossiers = past_dossiers(database)
    attached = {run for dossier in dossiers for run in dossier.incident.runs}
    kept = (item for item in dossiers if sample or not any(run.report.get("source") == "sample" for run in item.runs))
    found = [incident_document(dossier) for dossier in kept]
    for summary in StoredJournal(database).runs(limit=MOST_RUNS):
        if summary.verdict == _FOUND and summary.run not in attached:
            run = load_run(database, summary.run)
            found += incident_documents(run.report, sample=sample) if run else ()
    return found


def incident_documents(report: Json, *, sample: bool = False) -> Iterator[Document]:
    """A document for each subject of a report whose cause was found; kind `incident`, id `incident/<run>`.

    Fields: `title` (what was asked), `causes`, `services`, `symptoms`, `body` (what was concluded, found, ruled out),
    `_at`, `_run`. Filters: `cause`, `service`, `guide`.
    """
    cleaned = redact_value(report)
    assert isinstance(cleaned, dict)
    if cleaned.get("source") == "sample" and not sample:
        return
    subjects = _dicts(cleaned.get("turns")) or [cleaned]
    for place, subject in enumerate(subjects, start=1):
        verdict = _dict(subject.get("verdict"))
        if verdict.get("status") == _FOUND:
            number = f"/{place}" if len(subjects) > 1 else ""
            yield _document(f"incident/{cleaned['run']}{number}", subject, verdict, window=_dict(cleaned.get("window")))


def _document(
    identifier: str, subject: Mapping[str, object], verdict: Mapping[str, object], *, window: Mapping[str, object]
) -> Document:
    asked = " ".join(str(subject.get("asked") or "").split())
    parameters = _dict(subject.get("parameters"))
    services = tuple(str(value) for name, value in parameters.items() if name == "p_service" and value)
    guide = str(_dict(subject.get("guide")).get("id") or "")
    cause = str(verdict.get("cause") or "")
    return Document(
        id=identifier,
        kind="incident",
        fields={
            "title": asked[:_TITLE] or cause,
            "causes": f"{cause}\n{verdict.get('object') or ''}".strip(),
            "services": "\n".join(services),
            "symptoms": asked,
            "body": _body(subject, verdict),
            "_at": str(window.get("from") or ""),
            "_run": identifier.split("/")[1],
        },
        filters={
            "cause": (cause,),
            "service": tuple(name.casefold() for name in services),
            "guide": (guide,) if guide else (),
        },
    )


def _body(subject: Mapping[str, object], verdict: Mapping[str, object]) -> str:
    parts = [("Cause", [str(verdict.get("summary") or "")])]
    parts += [
        (heading, _texts(subject.get(name))) for heading, name in (("Found", "claims"), ("Ruled out", "ruled_out"))
    ]
    return "\n\n".join(f"## {heading}\n\n" + "\n".join(texts) for heading, texts in parts if any(texts))


def _texts(value: object) -> list[str]:
    return [str(item.get("text") or "") for item in _dicts(value)]


def _dict(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> Sequence[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list | tuple) else []
