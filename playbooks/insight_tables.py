"""Insights in the workflow host's file: what the workflows `store_insights` and `read_insights` do there."""

import sqlite3
from collections.abc import Mapping, Sequence

from orchestrator.core.conversations.insight_rows import COLUMNS, TEXTS
from orchestrator.core.conversations.insight_sql import (
    NOW,
    Sql,
    examples_sql,
    extent_sql,
    names_sql,
    newest_of,
    totals_sql,
)
from orchestrator.core.conversations.insights import (
    Example,
    Filter,
    Form,
    Group,
    InsightQuery,
    Measure,
    Name,
    Span,
    Total,
)
from orchestrator.core.report import Json

STORED = "store_insights"
_TYPED = ", ".join(f"{name} TEXT NOT NULL" if name in TEXTS else f"{name} INTEGER" for name in COLUMNS)
_SCHEMA = f"CREATE TABLE IF NOT EXISTS insights ({_TYPED}, PRIMARY KEY (id, scorer_version)) WITHOUT ROWID"
_PUT = f"REPLACE INTO insights ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608  # our names
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "totals": Total._fields,
    "examples": Example._fields,
    "names": Name._fields,
    "extent": ("first", "last"),
}


def store_rows(connection: sqlite3.Connection, rows: Sequence[Mapping[str, object]], *, key: str) -> Json:
    """Add or replace rows within the caller's transaction; of those of one id and version the last counts."""
    connection.execute(_SCHEMA)
    counts = {"new": 0, "changed": 0, "same": 0}
    for row in {(row["id"], row["scorer_version"]): row for row in rows}.values():
        found = connection.execute(
            "SELECT content FROM insights WHERE id = ? AND scorer_version = ?", (row["id"], row["scorer_version"])
        ).fetchone()
        became = "new" if found is None else "same" if found[0] == row["content"] else "changed"
        counts[became] += 1
        if became != "same":
            connection.execute(_PUT, tuple(row[name] for name in COLUMNS))
    return {"key": key, **counts}


def read_rows(connection: sqlite3.Connection, question: Mapping[str, object]) -> Json:
    """The rows that answer a question, as the workflow answers it."""
    connection.execute(_SCHEMA)
    sql = _sql(question)
    newest = newest_of("insights", order="content")
    found = connection.execute(f"WITH {NOW} AS {newest} {sql.text}", sql.values).fetchall()  # our names
    fields = _FIELDS[str(question["about"])]
    return {"rows": [dict(zip(fields, row, strict=True)) for row in found]}


def _sql(question: Mapping[str, object]) -> Sql:
    match question["about"]:
        case "totals":
            query = _query(question)
            return totals_sql(query, query.span, query.group)
        case "examples":
            return examples_sql(_query(question))
        case "names":
            return names_sql()
        case _:
            return extent_sql()


def _query(question: Mapping[str, object]) -> InsightQuery:
    limit = question.get("limit")
    return InsightQuery(
        form=Form.VALUE,
        measure=Measure(str(question["measure"])),
        group=Group(str(question.get("group", ""))),
        span=Span(start=str(question.get("start", "")), end=str(question.get("end", ""))),
        filter=Filter(
            **{name: _texts(question.get(name)) for name in ("reasons", "products", "queues", "channels", "agents")}
        ),
        highest_first=bool(question.get("highest_first", True)),
        limit=limit if isinstance(limit, int) else 0,
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
