"""What is sent to one index for a query: pure, from our value to the SDK's keyword arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from azure.search.documents.models import VectorizedQuery

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import SearchQuery
from plugins.search.azure.definitions import INDEXES, PLAIN, PROFILE, RETRIEVED, SEMANTIC, TERMS, VECTOR
from plugins.search.azure.odata import FILTERS, conditions
from plugins.search.azure.simple_syntax import plain_text
from plugins.search.paging import Window
from plugins.search.query import MAX_TERMS, MAX_TEXT, QueryTerms

Mode = Literal["keyword", "vector", "hybrid"]
RERANKED = 50  # documents that the semantic ranker reads: the first ones
MAX_MEANING = 2_000  # characters that the semantic ranker is asked; an incident's text begins with its subject
_MAX_WAIT_MS = 2_000  # for the semantic ranker; after that the results come without it
_MAX_ANSWERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a query is asked: of which kinds, by what, and whether the service ranks by meaning."""

    kinds: tuple[str, ...]
    mode: Mode
    semantic: bool

    @property
    def by_meaning(self) -> bool:
        """Whether the service's own order says more than its word scores do."""
        return self.semantic or self.mode != "keyword"


def plan(query: SearchQuery, *, has_vectors: bool, semantic: bool) -> Plan:
    """The plan of a query; QueryError where it asks for vectors that the index does not have."""
    if query.mode in {"vector", "hybrid"} and not has_vectors:
        raise QueryError(
            f"the search mode {query.mode!r} needs vectors and this index has none; search by 'keyword', "
            "or set SWITCHBOARD_EMBEDDING_MODEL and run `switchboard index fill`"
        )
    chosen: Mode = ("hybrid" if has_vectors else "keyword") if query.mode == "auto" else query.mode
    return Plan(kinds=_kinds(query), mode=chosen, semantic=semantic)


def _kinds(query: SearchQuery) -> tuple[str, ...]:
    wanted = [frozenset(values) for name, values in query.where if name == "kind"]
    wanted += [frozenset(query.kinds)] if query.kinds else []
    return tuple(kind for kind in INDEXES if all(kind in allowed for allowed in wanted))


def matches_nothing(query: SearchQuery, wanted: QueryTerms) -> bool:
    """Whether no document can match: there is no word, or a filter allows no value."""
    return not wanted.weights or any(not values for _, values in query.where)


def request(
    query: SearchQuery, wanted: QueryTerms, planned: Plan, part: Window, *, vector: Sequence[float] | None
) -> dict[str, Any]:
    """Keyword arguments of `SearchClient.search`.

    By words, our own terms are searched in the fields that hold them: the same documents match as in the embedded
    index. By meaning, the text's first words are searched as well, in every field, with their operators escaped; not
    all of them, because the service takes 1,024 clauses.
    """
    asked: dict[str, Any] = {
        "filter": conditions([(name, values) for name, values in query.where if name != "kind"]),
        "include_total_count": True,
        "facets": [f"{FILTERS},count:0"] if any(name != "kind" for name in query.facets) else None,
        "select": list(RETRIEVED),
        "top": part.stop,
    }
    if planned.mode != "vector":
        asked |= _words(query, wanted, by_meaning=planned.by_meaning)
    if vector is not None:
        near = VectorizedQuery(vector=list(vector), k_nearest_neighbors=max(RERANKED, part.stop), fields=VECTOR)
        asked |= {"vector_queries": [near], "vector_filter_mode": "preFilter"}
    if planned.semantic:
        asked |= _semantic(query)
    return asked


def _words(query: SearchQuery, wanted: QueryTerms, *, by_meaning: bool) -> dict[str, Any]:
    terms = " ".join(plain_text(word) for word in wanted.weights)
    said = " ".join(query.text[:MAX_TEXT].split()[:MAX_TERMS])
    text = f"{terms} {plain_text(said)}" if by_meaning else terms
    fields = [*TERMS, *PLAIN] if by_meaning else list(TERMS)
    return {
        "search_text": text,
        "query_type": "simple",
        "search_mode": "any",
        "search_fields": fields,
        "scoring_profile": PROFILE,
    }


def _semantic(query: SearchQuery) -> dict[str, Any]:
    answers = {"query_answer": "extractive", "query_answer_count": min(_MAX_ANSWERS, query.answers)}
    return {
        "query_type": "semantic",
        "semantic_configuration_name": SEMANTIC,
        "semantic_query": " ".join(query.text[:MAX_MEANING].split()),
        "semantic_error_mode": "partial",
        "semantic_max_wait_in_milliseconds": _MAX_WAIT_MS,
        "query_caption": "extractive",
        "query_caption_highlight_enabled": False,
        **(answers if query.answers > 0 else {}),
    }
