"""Result documents as one flat table, a row for each conversation: CSV or Parquet."""

from pathlib import Path

TABLES = (".csv", ".parquet")
_MEMORY = "512MB"
_ROWS = 5_000  # of a row group, which is held as a whole
_LEAST_BUFFER = 1024 * 1024
_TEXT, _REAL, _WHOLE, _JSON = "VARCHAR", "DOUBLE", "BIGINT", "JSON"
_COLUMNS: dict[str, tuple[str, str]] = {
    "id": ("$.id", _TEXT),
    "started_at": ("$.started_at", _TEXT),
    "channel": ("$.channel", _TEXT),
    "queue": ("$.queue", _TEXT),
    "agent": ("$.agent", _TEXT),
    "survey_csat": ("$.survey_csat", _REAL),
    "language": ("$.language.code", _TEXT),
    "language_supported": ("$.language.supported", "BOOLEAN"),
    "sentiment": ("$.overall.sentiment", _REAL),
    "label": ("$.overall.label", _TEXT),
    "customer_sentiment": ("$.overall.customer_sentiment", _REAL),
    "agent_sentiment": ("$.overall.agent_sentiment", _REAL),
    "satisfaction": ("$.overall.satisfaction", _REAL),
    "quality": ("$.overall.quality", _REAL),
    "resolved": ("$.overall.resolved", _REAL),
    "abandoned": ("$.overall.abandoned", _REAL),
    "transferred": ("$.overall.transferred", _REAL),
    "repeated_contact": ("$.overall.repeated_contact", _REAL),
    "trajectory_shape": ("$.trajectory.shape", _TEXT),
    "trajectory_start": ("$.trajectory.start", _REAL),
    "trajectory_end": ("$.trajectory.end", _REAL),
    "trajectory_low": ("$.trajectory.low", _REAL),
    "trajectory_low_turn": ("$.trajectory.low_turn", _WHOLE),
    "trajectory_turned_at": ("$.trajectory.turned_at", _WHOLE),
    "contact_reason": ("$.contact_reason", _TEXT),
    "product": ("$.product", _TEXT),
    "first_response_s": ("$.times.first_response_s", _REAL),
    "median_response_s": ("$.times.median_response_s", _REAL),
    "longest_response_s": ("$.times.longest_response_s", _REAL),
    "hold_s": ("$.times.hold_s", _REAL),
    "duration_s": ("$.times.duration_s", _REAL),
    "scorecard": ("$.scorecard.id", _TEXT),
    "scorecard_revision": ("$.scorecard.revision", _TEXT),
    "scorecard_score": ("$.scorecard.score", _REAL),
    "scorecard_potential_score": ("$.scorecard.potential_score", _REAL),
    "scorecard_normalized_score": ("$.scorecard.normalized_score", _REAL),
    "summary": ("$.summary", _TEXT),
    "contact_reasons": ("$.contact_reasons", _JSON),
    "turns": ("$.turns", _JSON),
    "scorecard_answers": ("$.scorecard.answers", _JSON),
    "compliance": ("$.compliance", _JSON),
    "coaching": ("$.coaching", _JSON),
    "evidence": ("$.evidence", _JSON),
    "skipped": ("$.skipped", _JSON),
    "flags": ("$.flags", _JSON),
    "scorer_version": ("$.provenance.scorer_version", _TEXT),
    "config_sha256": ("$.provenance.config_sha256", _TEXT),
    "model": ("$.provenance.model", _TEXT),
    "redaction": ("$.provenance.redaction", _TEXT),
}


def write_table(lines: Path, table: Path) -> None:
    """Write the documents of a file of lines as a table, in order; equal documents give equal bytes."""
    import duckdb  # noqa: PLC0415  # only where a table is wanted

    columns = ", ".join(_column(name, path, kind) for name, (path, kind) in _COLUMNS.items())
    form = (
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS})"
        if table.suffix == ".parquet"
        else "(FORMAT csv, HEADER)"
    )
    read = f"read_ndjson_objects('{_quoted(lines)}', maximum_object_size={_longest(lines)})"
    config = {"threads": 1, "memory_limit": _MEMORY, "temp_directory": str(table.parent)}
    with duckdb.connect(config=config) as connection:  # type: ignore[arg-type]  # it takes numbers too
        connection.execute("SET preserve_insertion_order = true")
        connection.execute(f"COPY (SELECT {columns} FROM {read}) TO '{_quoted(table)}' {form}")  # noqa: S608  # quoted


def _column(name: str, path: str, kind: str) -> str:
    found = f"json_extract(json, '{path}')" if kind == _JSON else f"json_extract_string(json, '{path}')"
    return f"CAST({found} AS {'VARCHAR' if kind == _JSON else kind}) AS {name}"


def _longest(lines: Path) -> int:
    """What the reader must be ready to hold: as it holds several times as much, no more than is needed."""
    with lines.open("rb") as stream:
        return max(_LEAST_BUFFER, max(map(len, stream), default=0) + 1)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
