"""Result documents as one flat table, a row for each conversation: CSV or Parquet."""

import csv
import json
from pathlib import Path

from orchestrator.core.errors import SwitchboardError

TABLES = (".csv", ".parquet")
_MEMORY = "512MB"
_ROWS = 5_000  # of a row group, which is held as a whole
_LEAST_BUFFER = 2 * 1024 * 1024
_TEXT, _REAL, _WHOLE, _TRUTH, JSON = "VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN", "JSON"
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
COLUMNS: dict[str, tuple[str, str]] = {
    "id": ("id", _TEXT),
    "started_at": ("started_at", _TEXT),
    "channel": ("channel", _TEXT),
    "queue": ("queue", _TEXT),
    "agent": ("agent", _TEXT),
    "survey_csat": ("survey_csat", _REAL),
    "generated": ("generated", _TRUTH),
    "language": ("language.code", _TEXT),
    "language_confidence": ("language.confidence", _REAL),
    "language_supported": ("language.supported", _TRUTH),
    "sentiment": ("overall.sentiment", _REAL),
    "label": ("overall.label", _TEXT),
    "customer_sentiment": ("overall.customer_sentiment", _REAL),
    "agent_sentiment": ("overall.agent_sentiment", _REAL),
    "satisfaction": ("overall.satisfaction", _REAL),
    "quality": ("overall.quality", _REAL),
    "resolved": ("overall.resolved", _REAL),
    "abandoned": ("overall.abandoned", _REAL),
    "transferred": ("overall.transferred", _REAL),
    "repeated_contact": ("overall.repeated_contact", _REAL),
    "trajectory_shape": ("trajectory.shape", _TEXT),
    "trajectory_start": ("trajectory.start", _REAL),
    "trajectory_end": ("trajectory.end", _REAL),
    "trajectory_low": ("trajectory.low", _REAL),
    "trajectory_low_turn": ("trajectory.low_turn", _WHOLE),
    "trajectory_turned_at": ("trajectory.turned_at", _WHOLE),
    "contact_reason": ("contact_reason", _TEXT),
    "product": ("product", _TEXT),
    "first_response_s": ("times.first_response_s", _REAL),
    "median_response_s": ("times.median_response_s", _REAL),
    "longest_response_s": ("times.longest_response_s", _REAL),
    "hold_s": ("times.hold_s", _REAL),
    "duration_s": ("times.duration_s", _REAL),
    "empathy": ("conduct.empathy", _REAL),
    "politeness": ("conduct.politeness", _REAL),
    "promises": ("conduct.promises", _WHOLE),
    "promises_without_date": ("conduct.promises_without_date", _WHOLE),
    "scorecard": ("scorecard.id", _TEXT),
    "scorecard_revision": ("scorecard.revision", _WHOLE),
    "scorecard_score": ("scorecard.score", _REAL),
    "scorecard_potential_score": ("scorecard.potential_score", _REAL),
    "scorecard_normalized_score": ("scorecard.normalized_score", _REAL),
    "summary": ("summary", _TEXT),
    "contact_reasons": ("contact_reasons", JSON),
    "turns": ("turns", JSON),
    "scorecard_answers": ("scorecard.answers", JSON),
    "compliance": ("compliance", JSON),
    "coaching": ("coaching", JSON),
    "evidence": ("evidence", JSON),
    "skipped": ("skipped", JSON),
    "flags": ("flags", JSON),
    "disagreements": ("disagreements", JSON),
    "scorer_version": ("provenance.scorer_version", _TEXT),
    "config_sha256": ("provenance.config_sha256", _TEXT),
    "model": ("provenance.model", _TEXT),
    "redaction": ("provenance.redaction", _TEXT),
    "calibration": ("provenance.calibration", _TEXT),
}
"""By column, where it stands in the document, and its type."""


def write_table(lines: Path, table: Path) -> None:
    """Write the documents of a file of lines as a table, in order; equal documents give equal bytes.

    Parquet is made of the CSV: DuckDB's own reading of JSON takes gigabytes for that many fields.
    """
    rows = table if table.suffix == ".csv" else table.with_suffix(".csv")
    longest = _write_rows(lines, rows)
    if rows != table:
        _write_parquet(rows, table, longest=longest)
        rows.unlink()


def _write_rows(lines: Path, rows: Path) -> int:
    """Write CSV; the longest line's length, in bytes at most."""
    paths = [(tuple(path.split(".")), kind) for path, kind in COLUMNS.values()]
    longest = 0
    with lines.open("rb") as given, rows.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for line in given:
            document = json.loads(line)
            # quotes are doubled, at the most
            longest = max(longest, 2 * len(line))
            writer.writerow([_cell(document, path, kind) for path, kind in paths])
    return longest


def _cell(document: object, path: tuple[str, ...], kind: str) -> object:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    if document is None:
        return None
    if kind == JSON:
        return _ENCODE(document)
    return str(document).lower() if isinstance(document, bool) else document


def _write_parquet(rows: Path, table: Path, *, longest: int) -> None:
    import duckdb  # noqa: PLC0415  # only where Parquet is wanted

    columns = ", ".join(f"'{name}': '{'VARCHAR' if kind == JSON else kind}'" for name, (_, kind) in COLUMNS.items())
    read = (
        f"read_csv('{_quoted(rows)}', header=true, delim=',', quote='\"', escape='\"', parallel=false, "
        f"auto_detect=false, max_line_size={max(_LEAST_BUFFER, longest)}, columns={{{columns}}})"
    )
    form = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS})"
    config = {"threads": 1, "memory_limit": _MEMORY, "temp_directory": str(table.parent)}
    try:
        with duckdb.connect(config=config) as connection:  # type: ignore[arg-type]  # it takes numbers too
            connection.execute(f"COPY (SELECT * FROM {read}) TO '{_quoted(table)}' {form}")  # noqa: S608  # quoted
    except duckdb.Error as error:
        raise SwitchboardError(
            f"the table cannot be written: {str(error).splitlines()[0]}; try --out of .csv"
        ) from error


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
