"""How a document becomes the names, sections and terms that `ranking` reads; every backend uses this one reading."""

import json
from collections.abc import Iterable, Mapping, Sequence

from orchestrator.core.ports import Document
from plugins.search.query import terms
from plugins.search.sections import Section, searchable, sections
from plugins.search.vocabulary import GENERIC_NAMES

ANALYSIS_VERSION = 1  # of the terms; an index is built anew when it changes
_LINES = ("alerts", "symptoms", "causes")  # fields whose every line is a name of its own
_OWN_PLACE = {"title", "heading", "body"}


def unstorable(document: Document) -> str | None:
    """Why a document cannot be stored, with the mend, or None."""
    if not document.id:
        return "the id is empty; give every document an id"
    try:
        content = [document.id, document.kind, dict(document.fields), dict(document.filters or {})]
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        return f"{document.id!r} holds text that is not Unicode ({error.reason}); decode it as UTF-8 first"
    except TypeError as error:
        return f"{document.id!r} has a field that is not text ({error}); give text"
    return None


def passages(fields: Mapping[str, str]) -> tuple[Section, ...]:
    """The body's sections; where the document is itself a section, that one."""
    if heading := fields.get("heading"):
        return (Section(heading, fields.get("body", "")),)
    return sections(fields.get("body", ""))


def text_terms(fields: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The terms of each passage in order, then those of every other searched field."""
    parts = [tuple(terms(searchable(f"{part.heading}\n{part.text}"))) for part in passages(fields)]
    others = [text for name, text in sorted(fields.items()) if name[:1] != "_" and name not in _OWN_PLACE]
    return parts + [tuple(terms(text)) for text in others]


def name_terms(document: Document) -> list[tuple[str, ...]]:
    """A document's names as terms: title and id together, title and heading together, each alert, symptom and cause."""
    title, heading = document.fields.get("title", ""), document.fields.get("heading", "")
    path = document.id.split("/", 1)[-1]  # the first part of a path names the collection, not the subject
    identity = [word for word in terms(path) if word not in GENERIC_NAMES]
    names = [terms(title), terms(f"{title} {heading}")] if heading else [terms(title) + identity]
    lines = [line for field in _LINES for line in document.fields.get(field, "").splitlines()]
    return [tuple(name) for name in (*names, *(terms(line) for line in lines)) if name]


def pack(parts: Iterable[Sequence[str]]) -> str:
    """Lists of terms as text that a word breaker reads as words and `unpack` as the same lists."""
    return "\n".join(" ".join(part) for part in parts)


def unpack(text: str) -> tuple[tuple[str, ...], ...]:
    """The lists of terms that were packed."""
    return tuple(tuple(line.split()) for line in text.split("\n"))
