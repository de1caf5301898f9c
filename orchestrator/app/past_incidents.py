"""Past incidents as documents: the runs that named a cause in real logs, so that the next incident finds them."""

from collections.abc import Iterator, Mapping, Sequence

from orchestrator.core.ports import Document
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.settings import Settings

MOST_RUNS = 1_000  # the newest ones
_TITLE = 120  # characters
_FOUND = "cause_found"


def past_incidents(settings: Settings) -> list[Document]:
    """A document per incident of the newest runs, secrets redacted; runs on sample data are left out."""
    from orchestrator.app.past import list_runs, show_run  # noqa: PLC0415  # brings every room

    found = [str(run["run"]) for run in list_runs(settings, limit=MOST_RUNS) if run["verdict"] == _FOUND]
    return [document for run in found for document in incident_documents(show_run(settings, run))]


def incident_documents(report: Json) -> Iterator[Document]:
    """A document for each subject of a report whose cause was found; kind `incident`, id `incident/<run>`.

    Fields: `title` (what was asked), `causes`, `services`, `symptoms`, `body` (what was concluded, found, ruled out),
    `_at`, `_run`. Filters: `cause`, `service`, `guide`.
    """
    cleaned = redact_value(report)
    assert isinstance(cleaned, dict)
    if cleaned.get("source") == "sample":
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
