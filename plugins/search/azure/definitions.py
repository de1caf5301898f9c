"""The index definitions of Azure AI Search, all made from one schema of ours, and what differs from one that exists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from azure.search.documents.indexes.models import (
    HnswAlgorithmConfiguration,
    HnswParameters,
    ScoringProfile,
    SearchField,
    SearchIndex,
    SemanticConfiguration,
    SemanticField,
    SemanticPrioritizedFields,
    SemanticSearch,
    TextWeights,
    VectorSearch,
    VectorSearchProfile,
)

from plugins.search.analysis import ANALYSIS_VERSION
from plugins.search.azure.odata import FILTERS

# Every kind of document and the last part of its index's name.
INDEXES: Mapping[str, str] = {"guide": "guides", "policy": "policies", "manual": "manuals", "incident": "incidents"}
PROSE = ("title", "heading", "symptoms", "causes", "body")
NAMES = ("alerts", "services")
PLAIN = (*PROSE, *NAMES)  # fields of a document that have a field of their own; the others are JSON in `extra`
TERMS = ("name_terms", "text_terms")  # what the embedded index searches: `analysis`, packed
RETRIEVED = ("key", "id", "kind", *PLAIN, "extra", *TERMS)
VECTOR = "vector"
SEMANTIC = "by-meaning"
PROFILE = "names-first"
_VECTOR_PROFILE, _ALGORITHM = "cosine-hnsw", "hnsw"
# Prose gets Microsoft's lemmatizer: "failing", "failed" and "fails" are one word to it, irregular forms as well. Names
# of alerts and services are identifiers: cut into words, never inflected. Our own terms are words already.
_ANALYZERS = {**dict.fromkeys(PROSE, "en.microsoft"), **dict.fromkeys(NAMES, "standard.lucene")}
_TERM_ANALYZER = "whitespace"
# As in the embedded index, which finds candidates with names at 4 and text at 1.
_WEIGHTS = {"name_terms": 4.0, "title": 4.0, "alerts": 4.0, "symptoms": 4.0, "heading": 4.0, "causes": 4.0}
_FIXED = ("type", "key", "analyzer", "dimensions", "vectorSearchProfile", "searchable", "filterable", "facetable")

State: TypeAlias = Literal["missing", "current", "updatable", "rebuild"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How an index that exists relates to our definition; `reasons` say what is different."""

    state: State
    reasons: tuple[str, ...] = ()


def index_name(prefix: str, kind: str) -> str:
    """The index of a kind of document."""
    return f"{prefix}-{INDEXES[kind]}"


def definition(name: str, *, dimensions: int | None) -> SearchIndex:
    """The index; with a vector field where `dimensions`, the length of the embedding's vectors, is given."""
    return SearchIndex(
        name=name,
        description=f"Documents of Switchboard, terms of version {ANALYSIS_VERSION}",
        fields=[*_fields(), *([_vector(dimensions)] if dimensions else [])],
        scoring_profiles=[ScoringProfile(name=PROFILE, text_weights=TextWeights(weights=dict(_WEIGHTS)))],
        semantic_search=SemanticSearch(configurations=[_semantic()]),
        vector_search=_vector_search() if dimensions else None,
    )


def _fields() -> Iterable[SearchField]:
    yield _field("key", key=True)
    yield _field("id", filterable=True)
    yield _field("kind", filterable=True, facetable=True)
    for name, analyzer in _ANALYZERS.items():
        yield _field(name, searchable=True, analyzer_name=analyzer)
    yield _field("extra")
    for name in TERMS:
        yield _field(name, searchable=True, analyzer_name=_TERM_ANALYZER)
    yield _field(FILTERS, type="Collection(Edm.String)", filterable=True, facetable=True)
    # What the ranking's statistics are counted from, by facets.
    yield _field("terms", type="Collection(Edm.String)", facetable=True)
    for name in ("length", "sections"):
        yield _field(name, type="Edm.Int32", facetable=True)


def _field(name: str, **given: Any) -> SearchField:
    """Every attribute is said, because the service's defaults index more than is needed."""
    plain = {"type": "Edm.String", "key": False, "searchable": False, "filterable": False, "facetable": False}
    return SearchField(**{**plain, "name": name, "sortable": False, "retrievable": True, **given})


def _vector(dimensions: int) -> SearchField:
    return SearchField(
        name=VECTOR,
        type="Collection(Edm.Single)",
        searchable=True,
        retrievable=False,
        stored=False,  # it is never read back
        vector_search_dimensions=dimensions,
        vector_search_profile_name=_VECTOR_PROFILE,
    )


def _vector_search() -> VectorSearch:
    return VectorSearch(
        profiles=[VectorSearchProfile(name=_VECTOR_PROFILE, algorithm_configuration_name=_ALGORITHM)],
        algorithms=[HnswAlgorithmConfiguration(name=_ALGORITHM, parameters=HnswParameters(metric="cosine"))],
    )


def _semantic() -> SemanticConfiguration:
    return SemanticConfiguration(
        name=SEMANTIC,
        prioritized_fields=SemanticPrioritizedFields(
            title_field=SemanticField(field_name="title"),
            content_fields=[SemanticField(field_name=name) for name in ("body", "symptoms", "causes")],
            keywords_fields=[SemanticField(field_name=name) for name in ("heading", "alerts", "services")],
        ),
    )


def compare(found: SearchIndex | None, wanted: SearchIndex) -> Difference:
    """What must be done to the index that exists: nothing, an update in place, or a rebuild.

    A field's type, analyzer and searchable, filterable or facetable state cannot be changed once it exists; new fields
    can be added, but stay empty until the documents are written again.
    """
    if found is None:
        return Difference(state="missing")
    have, want = _by_name(found), _by_name(wanted)
    broken = [reason for name in want if name in have for reason in _changed(name, have[name], want[name])]
    if found.description and found.description != wanted.description:
        broken.append(f"it holds {found.description!r}, this program writes {wanted.description!r}")
    if broken:
        return Difference(state="rebuild", reasons=tuple(broken))
    added = [f"the field {name!r} is missing" for name in want if name not in have]
    added += _settings(found, wanted)
    return Difference(state="updatable", reasons=tuple(added)) if added else Difference(state="current")


def merged(found: SearchIndex, wanted: SearchIndex) -> SearchIndex:
    """Our definition with the further fields of an index that exists: an update may not leave out a field."""
    ours = _by_name(wanted)
    wanted.fields = [*wanted.fields, *(field for field in found.fields if field.name not in ours)]
    return wanted


def _by_name(index: SearchIndex) -> dict[str, dict[str, Any]]:
    return {field.name: field.as_dict() for field in index.fields}


def _changed(name: str, have: Mapping[str, Any], want: Mapping[str, Any]) -> Iterable[str]:
    for attribute in _FIXED:
        if (have.get(attribute) or None) != (want.get(attribute) or None):
            yield f"the field {name!r} has {attribute} {have.get(attribute)!r}, wanted is {want.get(attribute)!r}"


def _settings(found: SearchIndex, wanted: SearchIndex) -> list[str]:
    parts = {
        "scoring profile": (_names(found.scoring_profiles), _names(wanted.scoring_profiles)),
        "semantic configuration": (_semantic_names(found), _semantic_names(wanted)),
        "vector profile": (_vector_names(found), _vector_names(wanted)),
    }
    return [f"the {what} {name!r} is missing" for what, (have, want) in parts.items() for name in sorted(want - have)]


def _names(items: Iterable[Any] | None) -> set[str]:
    return {item.name for item in items or ()}


def _semantic_names(index: SearchIndex) -> set[str]:
    return _names(index.semantic_search.configurations) if index.semantic_search else set()


def _vector_names(index: SearchIndex) -> set[str]:
    return _names(index.vector_search.profiles) if index.vector_search else set()
