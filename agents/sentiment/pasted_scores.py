"""The scores of one conversation as rows and as sentences, each with what was said."""

import json
from collections.abc import Mapping, Sequence

from orchestrator.core.claims import DONE, Frame, StepFrame
from orchestrator.core.report import Statement, StatementKind
from orchestrator.core.table import Column, ColumnType, Table, Value

Json = Mapping[str, object]
_STEP = "conversation"
_COLUMNS = (
    Column("feature", ColumnType.STRING),
    Column("value", ColumnType.REAL),
    Column("text", ColumnType.STRING),
    Column("turn", ColumnType.LONG),
    Column("quote", ColumnType.STRING),
)
_SCORES = (
    "satisfaction", "sentiment", "customer_sentiment", "agent_sentiment", "quality", "resolved", "abandoned",
    "transferred", "repeated_contact",
)  # fmt: skip
_SAID = {
    "satisfaction": "Satisfaction is predicted at {%s.value:.1f} on the scale from 1 to 5",
    "sentiment": "Sentiment is {%s.text}, {%s.value:.2f} on the scale from -1 to 1",
    "customer_sentiment": "The customer's sentiment is {%s.value:.2f}",
    "agent_sentiment": "The agent's sentiment is {%s.value:.2f}",
    "quality": "Quality is {%s.value:.1f} on the scale from 1 to 5",
    "resolved": "It was resolved with a probability of {%s.value:.0%%}",
    "abandoned": "It was abandoned with a probability of {%s.value:.0%%}",
    "transferred": "It was transferred with a probability of {%s.value:.0%%}",
    "repeated_contact": "It is a repeated contact with a probability of {%s.value:.0%%}",
    "contact_reason": "The contact reason is {%s.text}",
    "product": "It is about {%s.text}",
    "language": "It is in a language that is not scored: {%s.text}",
}
_LIKELY = 0.5
_ONLY_LIKELY = frozenset({"abandoned", "transferred", "repeated_contact"})


def score_rows(result: Json) -> list[tuple[Value, ...]]:
    """A row for each score that there is, with the first span that led to it, redacted."""
    overall = result.get("overall")
    scores = overall if isinstance(overall, Mapping) else {}
    rows: list[tuple[Value, ...]] = []
    language = result.get("language")
    if isinstance(language, Mapping) and language.get("supported") is False:
        rows.append(("language", None, str(language.get("code") or "unknown"), None, ""))
    for name in _SCORES:
        value = scores.get(name)
        if isinstance(value, int | float) and not (name in _ONLY_LIKELY and value < _LIKELY):
            text = str(scores.get("label") or "") if name == "sentiment" else ""
            rows.append((name, float(value), text, *_quote(result, name)))
    named = ((name, result.get(name)) for name in ("contact_reason", "product"))
    rows += [(name, None, str(value).replace("_", " "), *_quote(result, name)) for name, value in named if value]
    return rows


def score_table(rows: Sequence[tuple[Value, ...]]) -> Table:
    """The rows as evidence."""
    return Table(_COLUMNS, tuple(rows))


def score_statements(rows: Sequence[Mapping[str, Value]], evidence: str) -> list[Statement]:
    """A sentence for each row."""
    return [_statement(row, evidence) for row in rows]


def _statement(row: Mapping[str, Value], evidence: str) -> Statement:
    feature = str(row["feature"])
    found = f"rows.filter(r, r.feature == {json.dumps(feature)})[0]"
    said = _SAID[feature]
    text = said % ((found,) * said.count("%s"))
    if row["quote"]:
        text += f": turn {{{found}.turn}} says “{{{found}.quote}}”"
    return Statement(
        kind=StatementKind.SHOWN,
        template=f"{text}.",
        check=f"rows.exists(r, r.feature == {json.dumps(feature)} && {_same(row)})",
        evidence=(evidence,),
        frame=Frame(values={}, steps=(StepFrame(step=_STEP, evidence=evidence, status=DONE),), current=_STEP),
    )


def _same(row: Mapping[str, Value]) -> str:
    value = row["value"]
    return f"r.text == {json.dumps(str(row['text']))}" if value is None else f"r.value == {value!r}"


def _quote(result: Json, feature: str) -> tuple[int | None, str]:
    """The turn and the words of the longest span that led to a feature; turns count from 1 for people."""
    evidence = result.get("evidence")
    found = [
        item
        for item in (evidence if isinstance(evidence, list) else [])
        if isinstance(item, Mapping) and item.get("feature") == feature and item.get("text")
    ]
    if not found:
        return None, ""
    best = max(found, key=lambda item: len(str(item["text"])))
    return int(str(best["turn"])) + 1, str(best["text"])
