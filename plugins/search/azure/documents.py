"""Documents as the fields of an Azure AI Search index, and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.core.ports import Document
from plugins.search import analysis
from plugins.search.azure.batches import Action
from plugins.search.azure.definitions import INDEXES, PLAIN, TERMS, VECTOR
from plugins.search.azure.keys import MAX_KEY, encode_key
from plugins.search.azure.odata import FILTERS, pair, unpair

_MAX_FILTER = 32_766  # bytes of a value that can be filtered on
_EMBEDDED = ("title", "heading", "alerts", "symptoms", "causes", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document as it comes back from a search, with the terms that `ranking` reads."""

    id: str
    kind: str
    fields: Mapping[str, str]
    names: tuple[tuple[str, ...], ...]
    sections: tuple[tuple[str, ...], ...]


def refusal(document: Document) -> str | None:
    """Why the service cannot take a document, with the mend, or None."""
    if reason := analysis.unstorable(document):
        return reason
    if document.kind not in INDEXES:
        return f"{document.id!r} is of kind {document.kind!r}, which has no index; there are {', '.join(INDEXES)}"
    if len(encode_key(document.id)) > MAX_KEY:
        return f"{document.id[:40]!r}... makes a key of more than {MAX_KEY} characters; shorten the id"
    for value in _filters(document):
        if len(value.encode()) > _MAX_FILTER:
            return f"{document.id!r} has a filter of more than {_MAX_FILTER} bytes ({value[:40]!r}...); shorten it"
    return None


def upsert(document: Document, *, vector: Sequence[float] | None = None) -> Action:
    """Insert or replace: `mergeOrUpload` with every field said, so that nothing of an older version stays."""
    names = analysis.name_terms(document)
    sections = analysis.text_terms(document.fields)
    content: dict[str, object] = {
        "@search.action": "mergeOrUpload",
        "key": encode_key(document.id),
        "id": document.id,
        "kind": document.kind,
        **{name: document.fields.get(name) for name in PLAIN},
        "extra": json.dumps({k: v for k, v in document.fields.items() if k not in PLAIN}, ensure_ascii=False),
        **dict(zip(TERMS, (analysis.pack(names), analysis.pack(sections)), strict=True)),
        FILTERS: _filters(document),
        "terms": sorted({word for part in (*names, *sections) for word in part}),
        "length": sum(len(part) for part in sections),
        "sections": len(sections),
    }
    if vector is not None:
        content[VECTOR] = list(vector)
    return _action(document.id, content)


def removal(identifier: str) -> Action:
    """Delete; the service says yes to a key that it does not have."""
    return _action(identifier, {"@search.action": "delete", "key": encode_key(identifier)})


def embedded_text(document: Document) -> str:
    """What of a document its vector is made from."""
    return "\n".join(text for name in _EMBEDDED if (text := document.fields.get(name)))


def stored(row: Mapping[str, Any]) -> StoredDocument:
    """The document of a row of search results; fields that it never had are left out."""
    fields = {name: row[name] for name in PLAIN if row.get(name) is not None}
    fields |= json.loads(row.get("extra") or "{}")
    names, sections = (analysis.unpack(row.get(name) or "") for name in TERMS)
    return StoredDocument(id=row["id"], kind=row["kind"], fields=fields, names=names, sections=sections)


def restored(row: Mapping[str, Any]) -> Document:
    """The document as it was written, of a row that has its filters."""
    found = stored(row)
    filters: dict[str, tuple[str, ...]] = {}
    for item in row.get(FILTERS) or ():
        name, value = unpair(item)
        filters[name] = (*filters.get(name, ()), value)
    return Document(id=found.id, kind=found.kind, fields=found.fields, filters=filters)


def _filters(document: Document) -> list[str]:
    filters = dict(document.filters or {})
    return sorted({pair(name, value) for name, values in filters.items() for value in values})


def _action(identifier: str, content: Mapping[str, object]) -> Action:
    size = len(json.dumps(content)) + 2  # as the SDK writes it: ASCII, and a comma between two
    return Action(id=identifier, key=str(content["key"]), content=content, size=size)
