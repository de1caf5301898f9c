"""What is kept of a result of the scorer as an insight: one flat row, without any text that was not redacted."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from orchestrator.core.conversations.insights import Measure
from orchestrator.core.table import iso_utc

TEN_THOUSAND = 10_000
TEXTS = (
    "id", "scorer_version", "version_key", "config_sha256", "started_at", "channel", "queue", "agent", "language",
    "reason", "product", "label", "summary", "quotes", "content",
)  # fmt: skip
"""Columns of text; never null, empty where nothing is known."""
NUMBERS = (
    "turns", "satisfaction", "sentiment", "customer_sentiment", "agent_sentiment", "quality", "resolved", "abandoned",
    "transferred", "repeated_contact", "survey_csat", "scorecard",
)  # fmt: skip
"""Columns of whole numbers, null where nothing is known; all but `turns` are the value times 10,000."""
COLUMNS = (*TEXTS, *NUMBERS)
_OVERALL = NUMBERS[1:10]
_QUOTED = ("satisfaction", "resolved", "abandoned", "customer_sentiment", "sentiment", "contact_reason")
"""Features whose evidence is worth quoting, the first first."""
UNREDACTED = "off"
_MOST_QUOTES = 3
_MOST_QUOTE = 300
_MOST_TEXT = 400
_PARTS = 4


class NoResultError(ValueError):
    """A document is no result of the scorer; the message says what is missing."""


def insight_row(result: Mapping[str, object]) -> dict[str, object]:
    """The row of a result document (`docs/schemas/analysis.schema.json`).

    Raises:
        NoResultError: It has no id, no scorer version, or no scores.
    """
    overall, provenance = result.get("overall"), result.get("provenance")
    if not isinstance(result.get("id"), str | int) or result.get("id") == "":
        raise NoResultError("it has no id")
    if not isinstance(provenance, Mapping) or not provenance.get("scorer_version"):
        raise NoResultError("it has no provenance.scorer_version")
    if not isinstance(overall, Mapping):
        raise NoResultError("it has no overall scores")
    version = str(provenance["scorer_version"])
    redacted = provenance.get("redaction") != UNREDACTED  # of a text that is as it was said nothing is kept
    row: dict[str, object] = {
        "id": str(result["id"]),
        "scorer_version": version,
        "version_key": version_key(version),
        "config_sha256": _text(provenance.get("config_sha256")),
        "started_at": _time(result.get("started_at")),
        "channel": _text(result.get("channel")),
        "queue": _text(result.get("queue")),
        "agent": _text(result.get("agent")),
        "language": _text(_of(result.get("language"), "code")),
        "reason": _text(result.get("contact_reason")),
        "product": _text(result.get("product")),
        "label": _text(overall.get("label")),
        "summary": _text(result.get("summary")) if redacted else "",
        "quotes": json.dumps(_quotes(result) if redacted else [], ensure_ascii=False, separators=(",", ":")),
        "turns": len(_list(result.get("turns"))),
        **{name: _scaled(overall.get(name)) for name in _OVERALL},
        "survey_csat": _scaled(result.get("survey_csat")),
        "scorecard": _scaled(_of(result.get("scorecard"), "normalized_score")),
    }
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
    return {**row, "content": digest}


def version_key(version: str) -> str:
    """A text by which versions sort as they follow each other: 1.10.0 after 1.9.2."""
    parts = re.findall(r"\d+", version)[:_PARTS]
    return ".".join(f"{int(part):06d}" for part in parts + ["0"] * (_PARTS - len(parts)))


def column_of(measure: Measure) -> str:
    """The column that holds a measure; of `negative` the label, of `conversations` none."""
    return {Measure.NEGATIVE: "label", Measure.CONVERSATIONS: ""}.get(measure, measure.value)


def _quotes(result: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """The redacted spans that led to the scores, the best first, each turn once."""
    found = [item for item in _list(result.get("evidence")) if isinstance(item, Mapping) and item.get("text")]
    ranked = sorted(
        (item for item in found if item.get("feature") in _QUOTED),
        key=lambda item: (_QUOTED.index(str(item["feature"])), -len(str(item["text"]))),
    )
    chosen: dict[object, Mapping[str, object]] = {}
    for item in ranked:
        text = str(item["text"])[:_MOST_QUOTE]
        chosen.setdefault(item.get("turn"), {"turn": item.get("turn"), "feature": item["feature"], "text": text})
    return list(chosen.values())[:_MOST_QUOTES]


def _scaled(value: object) -> int | None:
    return round(value * TEN_THOUSAND) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _time(value: object) -> str:
    """In UTC and whole seconds, so that texts sort as times do; empty where it is none."""
    if not isinstance(value, str) or not value:
        return ""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return ""
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return iso_utc(aware.replace(microsecond=0))


def _text(value: object) -> str:
    return str(value)[:_MOST_TEXT] if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _of(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
