"""How the loopback server ranks: BM25 with field weights, cosines, their fusion, a stand-in for the semantic ranker."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import azure_search_language as language

_K1, _B = 1.2, 0.75
_RERANKED = 50


class Unfit(ValueError):  # noqa: N818  # it becomes the server's 400
    """The query does not fit the definition."""


def fits(value: Any, field: Mapping[str, Any]) -> bool:
    """Whether a value is of its field's type."""
    match field["type"]:
        case _ if value is None:
            return not field.get("key")
        case "Edm.String":
            return isinstance(value, str)
        case "Edm.Int32":
            return isinstance(value, int)
        case "Collection(Edm.String)":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case "Collection(Edm.Single)":
            return isinstance(value, list) and len(value) == field["dimensions"]
    return False


@dataclass
class Found:
    """What matches a query, best first, with each document's scores."""

    fields: Mapping[str, Mapping[str, Any]]
    asked: Mapping[str, Any]
    matching: list[dict[str, Any]]
    scores: list[float]
    reranked: list[float | None]

    @property
    def total(self) -> int:
        """How many match."""
        return len(self.matching)

    @classmethod
    def of(cls, index: Mapping[str, Any], documents: Sequence[dict[str, Any]], asked: Mapping[str, Any]) -> "Found":
        """Search the documents of an index."""
        fields = {item["name"]: item for item in index["fields"]}
        allowed = _filtered(fields, documents, asked.get("filter"))
        orders = []
        if asked.get("search") is not None:
            orders.append(_by_words(index, fields, allowed, asked))
        orders += [_by_vector(fields, allowed, near) for near in asked.get("vectorQueries") or ()]
        found = orders[0] if len(orders) == 1 else _fused(orders)
        ranked = sorted(found.items(), key=lambda one: (-one[1], allowed[one[0]]["key"]))
        matching, scores = [allowed[at] for at, _ in ranked], [score for _, score in ranked]
        result = cls(fields, asked, matching, scores, [None] * len(matching))
        return result._by_meaning(index) if asked.get("queryType") == "semantic" else result

    def _by_meaning(self, index: Mapping[str, Any]) -> "Found":
        names = [one["name"] for one in (index.get("semantic") or {}).get("configurations", ())]
        if self.asked.get("semanticConfiguration") not in names:
            raise Unfit(f"There is no semantic configuration {self.asked.get('semanticConfiguration')!r}")
        share = [4.0 * _said(self._words(), self._text(one)) for one in self.matching[:_RERANKED]]
        rest: list[float | None] = [None] * (len(self.matching) - len(share))
        order = sorted(range(len(self.matching)), key=lambda at: -(share[at] if at < len(share) else -1.0))
        scored = [*share, *rest]
        matching = [self.matching[at] for at in order]
        return Found(self.fields, self.asked, matching, [self.scores[at] for at in order], [scored[at] for at in order])

    def _words(self) -> set[str]:
        return set(language.analyze(self.asked.get("semanticQuery") or self.asked["search"], "en.microsoft"))

    def _text(self, document: Mapping[str, Any]) -> str:
        return " ".join(str(document.get(name) or "") for name in ("title", "heading", "symptoms", "body"))

    def rows(self, skip: int, top: int) -> list[dict[str, Any]]:
        """A page of rows as they are sent."""
        chosen = self.asked.get("select")
        every = [name for name, item in self.fields.items() if item.get("retrievable", True)]
        names = chosen.split(",") if isinstance(chosen, str) and chosen else every
        for name in names:
            if not self.fields.get(name, {}).get("retrievable", True) or name not in self.fields:
                raise Unfit(f"The field {name!r} is not retrievable")
        places = range(skip, min(skip + top, self.total))
        return [self._row(at, names) for at in places]

    def _row(self, at: int, names: Sequence[str]) -> dict[str, Any]:
        row: dict[str, Any] = {"@search.score": self.scores[at]}
        if self.reranked[at] is not None:
            row["@search.rerankerScore"] = self.reranked[at]
            if self.asked.get("captions"):
                caption = self._best_sentence(self.matching[at])
                row["@search.captions"] = [{"text": caption, "highlights": ""}]
        return {**row, **{name: self.matching[at].get(name) for name in names}}

    def _best_sentence(self, document: Mapping[str, Any]) -> str:
        sentences = re.split(r"(?<=[.!?])\s+|\n", document.get("body") or document.get("title") or "")
        return max(sentences, key=lambda one: _said(self._words(), one))

    def facets(self) -> dict[str, list[dict[str, Any]]]:
        """The counts of each facet asked for."""
        return {text.split(",")[0]: self._facet(*text.split(",")) for text in self.asked["facets"]}

    def _facet(self, name: str, *options: str) -> list[dict[str, Any]]:
        if not self.fields.get(name, {}).get("facetable"):
            raise Unfit(f"The field {name!r} is not facetable")
        limit = next((int(one.removeprefix("count:")) for one in options if one.startswith("count:")), 10)
        counts: Counter[Any] = Counter()
        for document in self.matching:
            value = document.get(name)
            counts.update(set(value) if isinstance(value, list) else {value} - {None})
        ordered = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
        return [{"count": count, "value": value} for value, count in ordered[: limit or None]]

    def answers(self) -> list[dict[str, Any]]:
        """The best sentences of the documents that the ranker likes."""
        limit = int(self.asked["answers"].partition("count-")[2] or 1)
        liked = [
            (score / 4, one) for score, one in zip(self.reranked, self.matching, strict=True) if score and score > 2
        ]
        return [
            {"key": one["key"], "text": self._best_sentence(one), "highlights": "", "score": score}
            for score, one in liked[:limit]
        ]


def _filtered(
    fields: Mapping[str, Mapping[str, Any]], documents: Sequence[dict[str, Any]], text: str | None
) -> list[dict[str, Any]]:
    if not text:
        return list(documents)
    predicate, read = language.parse_filter(text)
    for name in read:
        if not fields.get(name, {}).get("filterable"):
            raise Unfit(f"The field {name!r} is not filterable")
    return [document for document in documents if predicate(document)]


def _by_words(
    index: Mapping[str, Any],
    fields: Mapping[str, Mapping[str, Any]],
    documents: Sequence[dict[str, Any]],
    asked: Mapping[str, Any],
) -> dict[int, float]:
    if asked["search"] == "*":
        return dict.fromkeys(range(len(documents)), 1.0)
    chosen = asked.get("searchFields")
    searchable = [name for name, item in fields.items() if item.get("searchable") and item.get("analyzer")]
    names = chosen.split(",") if isinstance(chosen, str) and chosen else searchable
    if unfit := [name for name in names if name not in searchable]:
        raise Unfit(f"The field {unfit[0]!r} is not searchable")
    weights = _weights(index, asked.get("scoringProfile"))
    tokens = {
        name: [language.analyze(one.get(name) or "", fields[name]["analyzer"]) for one in documents] for name in names
    }
    clauses = language.parse_simple(asked["search"])
    scores: dict[int, float] = {}
    dropped: set[int] = set()
    for clause in clauses:
        hits = _clause_scores(clause, tokens, fields, weights)
        if clause.prohibited:
            dropped |= hits.keys()
        elif clause.required:
            dropped |= set(range(len(documents))) - hits.keys()
        for at, score in {}.items() if clause.prohibited else hits.items():
            scores[at] = scores.get(at, 0.0) + score
    return {at: score for at, score in scores.items() if at not in dropped}


def _weights(index: Mapping[str, Any], profile: str | None) -> Mapping[str, float]:
    if profile is None:
        return {}
    found = [one for one in index.get("scoringProfiles") or () if one["name"] == profile]
    if not found:
        raise Unfit(f"There is no scoring profile {profile!r}")
    weights: Mapping[str, float] = found[0]["text"]["weights"]
    return weights


def _clause_scores(
    clause: Any,
    tokens: Mapping[str, Sequence[Sequence[str]]],
    fields: Mapping[str, Mapping[str, Any]],
    weights: Mapping[str, float],
) -> dict[int, float]:
    """BM25 of a clause, summed over the fields; a clause may be cut into several words by a field's analyzer."""
    scores: dict[int, float] = {}
    for name, texts in tokens.items():
        mean = sum(map(len, texts)) / max(1, len(texts)) or 1.0
        for word in language.analyze(clause.text, fields[name]["analyzer"]):
            counts = [_count(text, word, prefix=clause.prefix) for text in texts]
            holding = sum(map(bool, counts))
            idf = math.log1p((len(texts) - holding + 0.5) / (holding + 0.5))
            for at, count in enumerate(counts):
                if count:
                    norm = _K1 * (1 - _B + _B * len(texts[at]) / mean)
                    gain = weights.get(name, 1.0) * idf * count * (_K1 + 1) / (count + norm)
                    scores[at] = scores.get(at, 0.0) + gain
    return scores


def _count(text: Sequence[str], word: str, *, prefix: bool) -> int:
    return sum(one.startswith(word) for one in text) if prefix else list(text).count(word)


def _by_vector(
    fields: Mapping[str, Mapping[str, Any]], documents: Sequence[dict[str, Any]], near: Mapping[str, Any]
) -> dict[int, float]:
    field = fields.get(near["fields"], {})
    if near["kind"] != "vector" or field.get("dimensions") != len(near["vector"]):
        raise Unfit(f"The vector has {len(near['vector'])} numbers, the field {near['fields']!r} has another length")
    scored = {
        at: 1 / (2 - _cosine(near["vector"], one[near["fields"]]))
        for at, one in enumerate(documents)
        if one.get(near["fields"])
    }
    return dict(sorted(scored.items(), key=lambda one: -one[1])[: near["k"]])


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    norm = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / norm if norm else 0.0


def _fused(orders: Sequence[Mapping[int, float]]) -> dict[int, float]:
    fused: dict[int, float] = {}
    for order in orders:
        for place, at in enumerate(sorted(order, key=lambda one: -order[one]), start=1):
            fused[at] = fused.get(at, 0.0) + 1 / (60 + place)
    return fused


def _said(words: set[str], text: str) -> float:
    return len(words & set(language.analyze(text, "en.microsoft"))) / max(1, len(words))
