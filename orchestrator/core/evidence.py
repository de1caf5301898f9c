"""Evidence: what was asked of a system of record and what it answered, recorded at the port."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, Table, Value, iso_utc, json_value
from orchestrator.core.window import Window

CITED_ROWS = 20
FREE_QUERY = "free investigation"  # the purpose of a query that a model wrote


class EvidenceStatus(StrEnum):
    """What came back."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One recorded query.

    Attributes:
        id: `E1`, `E2`, ... within its run; does not depend on timing.
        key: What it was for: a step's id, `coverage`, or the call's number.
        source: Backend and what it read, such as `logs:files`.
        query: The text as written, without the rendered parameters.
        parameters: What was put before it as `let` statements.
        result_sha256: Hash of the whole result before redaction; empty when it failed.
        rows: The first rows, at most `CITED_ROWS`.
        reason: Why it is partial or failed.
        purpose: What it is for, in words.
        at: When it was asked, wall clock, UTC.
        link: Where a person can run the query again, with its parameters.
        scanned_bytes: What the backend read for it; None where it does not tell.
        window: What bounded the tables' time beside the query's own text.
        recalled: Whether an earlier attempt of its run asked it, and this one did not.
    """

    id: str
    key: str
    source: str
    query: str
    parameters: tuple[QueryParameter, ...]
    status: EvidenceStatus
    row_count: int
    result_sha256: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    at: datetime
    elapsed_s: float
    reason: str | None = None
    window: Window | None = None
    purpose: str = ""
    link: str | None = None
    scanned_bytes: int | None = None
    recalled: bool = False

    def document(self) -> dict[str, object]:
        """As JSON, in the form that `ask --json` prints."""
        return {
            "id": self.id,
            "step": self.key,
            "purpose": self.purpose,
            "source": self.source,
            "query": self.query,
            "parameters": {p.name: {"type": p.type.value, "value": json_value(p.value)} for p in self.parameters},
            "status": self.status.value,
            "reason": self.reason,
            "row_count": self.row_count,
            "result_sha256": self.result_sha256,
            "columns": [{"name": c.name, "type": c.type.value} for c in self.columns],
            "rows": [[json_value(value) for value in row] for row in self.rows],
            "at": iso_utc(self.at),
            "elapsed_ms": round(self.elapsed_s * 1000, 1),
            "link": self.link,
            "scanned_bytes": self.scanned_bytes,
            **self._span(),
        }

    def _span(self) -> dict[str, object]:
        """The window that bounded the question beside its text, where there was one."""
        window = self.window
        return {"window": {"from": iso_utc(window.start), "to": iso_utc(window.end)}} if window else {}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A query's evidence with the whole table that it rests on (None when it failed)."""

    evidence: Evidence
    table: Table | None

    @property
    def evidence_id(self) -> str:
        """The evidence's id."""
        return self.evidence.id

    @property
    def status(self) -> EvidenceStatus:
        """Whether all of the answer is there."""
        return self.evidence.status

    @property
    def error(self) -> str | None:
        """Why there is no answer, where it failed."""
        return self.evidence.reason if self.evidence.status is EvidenceStatus.FAILED else None
