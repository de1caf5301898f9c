"""What a run asks an outside system or a person, what came back, and how an answer is remembered."""

import hashlib
import json
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from orchestrator.core.errors import QueryError, StoreError
from orchestrator.core.memory import Memory
from orchestrator.core.metrics import MetricsQuery
from orchestrator.core.metrics_record import metrics_parameters
from orchestrator.core.ports import QueryParameter, SearchQuery
from orchestrator.core.report import Json
from orchestrator.core.stored_table import read_table, table_document
from orchestrator.core.table import ColumnType, Table, iso_utc, json_value
from orchestrator.core.window import Window

AskedKind: TypeAlias = Literal["query", "search", "metrics", "graph", "record", "insights", "workflow", "note"]
_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as its evidence will show it.

    Attributes:
        key: What it is for: a step's id, or what the caller names it.
        source: Backend and what it reads, such as `logs:files`.
        more: What tells it from another question and is not shown: a page, filters, a person's answer.
    """

    kind: AskedKind
    key: str
    source: str
    query: str = ""
    parameters: tuple[QueryParameter, ...] = ()
    window: Window | None = None
    purpose: str = ""
    more: str = ""

    def digest(self) -> str:
        """Equal for equal questions; a changed one is another question, whose answer is not remembered."""
        asked = [
            self.source,
            self.query,
            [[item.name, item.type.value, json_value(item.value)] for item in self.parameters],
            [iso_utc(self.window.start), iso_utc(self.window.end)] if self.window else None,
            self.more,
        ]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, and when it was asked; `reason` says why there is no table. `recalled`: by an earlier attempt."""

    table: Table | None
    reason: str | None
    at: datetime
    elapsed_s: float
    recalled: bool = False

    def document(self) -> Json:
        """As JSON, whole."""
        return {
            "table": table_document(self.table) if self.table is not None else None,
            "reason": self.reason,
            "at": self.at.isoformat(),
            "elapsed_s": self.elapsed_s,
        }


def asked_search(query: SearchQuery, source: str) -> Asked:
    """A search as a question."""
    return Asked(
        kind="search",
        key="search",
        source=f"search:{source}",
        query=query.text,
        parameters=(
            QueryParameter("kinds", ColumnType.DYNAMIC, list(query.kinds)),
            QueryParameter("top", ColumnType.LONG, query.top),
        ),
        more=repr((query.where, query.skip, query.facets, query.answers, query.mode)),
    )


def asked_metrics(query: MetricsQuery, source: str, *, key: str, purpose: str) -> Asked:
    """A question for metrics."""
    return Asked(
        kind="metrics",
        key=key,
        source=f"metrics:{source}",
        query=query.text(),
        parameters=metrics_parameters(query),
        window=query.window,
        purpose=purpose or query.asked(),
    )


async def answered(answer: Awaitable[Table]) -> tuple[Table | None, str | None]:
    """The table, or why there is none."""
    try:
        return await answer, None
    except QueryError as error:
        return None, error.message


def step_name(turn: int, asked: Asked, evidence_id: str) -> str:
    """A question's name within its run, such as `1/query/E3/8f0c...`: the same in each attempt, whatever the timing."""
    return f"{turn}/{asked.kind}/{evidence_id}/{asked.digest()}"


def recall(memory: Memory, step: str) -> Answer | None:
    """The answer of an earlier attempt; None where there is none."""
    kept = memory.recall(step)
    return None if kept is None else _read(kept)


def keep(memory: Memory, step: str, answer: Answer) -> Answer:
    """Store an answer before what follows it starts; where another attempt was first, that one's is what counts."""
    document = answer.document()
    kept = memory.keep(step, document)
    return answer if kept is document or kept == document else _read(kept)


def _read(document: Json) -> Answer:
    match document:
        case {
            "table": None | dict() as table,
            "reason": None | str() as reason,
            "at": str(at),
            "elapsed_s": int() | float() as elapsed_s,
        }:
            return Answer(
                table=None if table is None else read_table(table),
                reason=reason,
                at=datetime.fromisoformat(at),
                elapsed_s=elapsed_s,
                recalled=True,
            )
        case _:
            raise StoreError(f"a remembered answer has the wrong shape: {document!r:.200}")
