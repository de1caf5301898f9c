"""Reads guides and queries that come as JSON Lines, for searching a collection that is not in the guide format."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.core.errors import InputError, Place
from orchestrator.core.ports import Document
from playbooks.documents import guide_document

QUERY_FIELDS = ("text", "query", "query_full", "query_nameless")
_LISTS = ("alerts", "services", "symptoms", "causes")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideQuery:
    """One question put to the guides; `alert` is the alert's name where the record gives it as such."""

    id: str
    text: str
    alert: str | None = None


def load_corpus(path: Path) -> list[Document]:
    """Guides from `corpus.jsonl`: `id`, `title`, `text`, and lists of text `alerts`, `services`, `symptoms`, `causes`.

    Other fields are left alone. Raises `InputError` naming file, line and field.
    """
    documents: dict[str, Document] = {}
    for line, record in _records(path):
        identifier = _text(path, line, record, "id")
        if identifier in documents:
            raise InputError(f"{Place(str(path), line, 'id')}: {identifier!r} is there twice; ids must be unique")
        lists = {name: _list(path, line, record, name) for name in _LISTS}
        documents[identifier] = guide_document(
            identifier,
            title=_text(path, line, record, "title"),
            text=_text(path, line, record, "text", empty=True),
            **lists,
        )
    return list(documents.values())


def load_queries(path: Path, *, field: str | None = None) -> list[GuideQuery]:
    """Queries from JSON Lines: `id`, text in `field` (default: the first present of `QUERY_FIELDS`), maybe `alert`."""
    queries = []
    for line, record in _records(path):
        name = field or next((known for known in QUERY_FIELDS if known in record), QUERY_FIELDS[0])
        alert = record.get("alert")
        if alert is not None and not isinstance(alert, str):
            raise InputError(f"{Place(str(path), line, 'alert')}: {alert!r} is not text; give the alert's name")
        text = _text(path, line, record, name, empty=True)
        queries.append(GuideQuery(id=_text(path, line, record, "id"), text=text, alert=alert))
    return queries


def _records(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _record(path, number, line)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; give the path of a JSON Lines file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error


def _record(path: Path, line: int, text: str) -> Mapping[str, object]:
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(str(path), line)
        raise InputError(f"{place}: not JSON at column {error.colno}: {error.msg}; write one object a line") from error
    if not isinstance(record, dict):
        raise InputError(f"{Place(str(path), line)}: {record!r:.80} is not an object; write one object a line")
    return record


def _text(path: Path, line: int, record: Mapping[str, object], field: str, *, empty: bool = False) -> str:
    value = record.get(field)
    if not isinstance(value, str) or not (value.strip() or empty):
        raise InputError(f"{Place(str(path), line, field)}: {value!r:.80} is not text; give {field!r} as text")
    return value


def _list(path: Path, line: int, record: Mapping[str, object], field: str) -> tuple[str, ...]:
    value = record.get(field, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f'{Place(str(path), line, field)}: {value!r:.80} is not a list of text; write ["..."]')
    return tuple(value)
