"""Recognises the type of a column's text and renders the DuckDB expression that converts it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrator.core.table import ColumnType

DUCKDB_TYPES: Mapping[ColumnType, str] = {
    ColumnType.BOOL: "BOOLEAN",
    ColumnType.INT: "INTEGER",
    ColumnType.LONG: "BIGINT",
    ColumnType.REAL: "DOUBLE",
    ColumnType.DECIMAL: "DECIMAL(38,12)",
    ColumnType.STRING: "VARCHAR",
    ColumnType.GUID: "UUID",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.TIMESPAN: "INTERVAL",
    ColumnType.DYNAMIC: "JSON",
}
KUSTO_TYPES: Mapping[str, ColumnType] = {
    "BOOLEAN": ColumnType.BOOL,
    "TINYINT": ColumnType.INT,
    "UTINYINT": ColumnType.INT,
    "SMALLINT": ColumnType.INT,
    "USMALLINT": ColumnType.INT,
    "INTEGER": ColumnType.INT,
    "UINTEGER": ColumnType.LONG,
    "BIGINT": ColumnType.LONG,
    "UBIGINT": ColumnType.LONG,
    "HUGEINT": ColumnType.LONG,
    "UHUGEINT": ColumnType.LONG,
    "FLOAT": ColumnType.REAL,
    "DOUBLE": ColumnType.REAL,
    "VARCHAR": ColumnType.STRING,
    "BLOB": ColumnType.STRING,
    "BIT": ColumnType.STRING,
    "UUID": ColumnType.GUID,
    "DATE": ColumnType.DATETIME,
    "TIMESTAMP": ColumnType.DATETIME,
    "TIMESTAMP WITH TIME ZONE": ColumnType.DATETIME,
    "TIMESTAMP_S": ColumnType.DATETIME,
    "TIMESTAMP_MS": ColumnType.DATETIME,
    "TIMESTAMP_NS": ColumnType.DATETIME,
    "TIME": ColumnType.TIMESPAN,
    "INTERVAL": ColumnType.TIMESPAN,
    "JSON": ColumnType.DYNAMIC,
    '"NULL"': ColumnType.DYNAMIC,
}
SNIFFED = (ColumnType.LONG, ColumnType.REAL, ColumnType.BOOL, ColumnType.DATETIME, ColumnType.DYNAMIC)
"""What sniffing may conclude. Not guid and timespan: as text they compare with string literals, as KQL users expect."""

# The portal's CSV export writes times in the browser's format.
_PORTAL_TIMES = "['%m/%d/%Y, %I:%M:%S.%g %p', '%m/%d/%Y, %I:%M:%S %p', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %H:%M:%S']"
_TIME_SHAPE = "^([0-9]{4}-[0-9]{2}-[0-9]{2}([T ]|$)|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4},? )"
_ZONED_HEADER = re.compile(r"^(?P<name>.+?)\s*\[(?P<zone>[^\]]+)\]$")
_OFFSET = re.compile(r"^(?:UTC|GMT)?\s*(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A file's column: `source` as written, `name` in KQL, `zone` where a portal export names one."""

    source: str
    name: str
    zone: str | None = None
    offset_minutes: int = 0
    local: bool = False


def parse_header(text: str) -> Header:
    """Read `TimeGenerated [UTC]`, `TimeGenerated [Local Time]`, `[UTC+02:00]` or `[Europe/Berlin]`; else the name."""
    clean = text.strip().lstrip("\ufeff")
    match = _ZONED_HEADER.match(clean)
    if not match:
        return Header(source=text, name=clean)
    zone = match["zone"].strip()
    if zone.upper() in {"UTC", "GMT", "Z"}:
        return Header(source=text, name=match["name"], zone="UTC")
    if zone.lower() in {"local time", "local"}:
        return Header(source=text, name=match["name"], local=True)
    offset = _OFFSET.match(zone)
    if offset:
        minutes = int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
        sign = -1 if offset["sign"] == "-" else 1
        return Header(source=text, name=match["name"], zone="UTC", offset_minutes=sign * minutes)
    if _is_zone(zone):
        return Header(source=text, name=match["name"], zone=zone)
    return Header(source=text, name=clean)


def kusto_type(duckdb_type: str) -> ColumnType:
    """Kusto's name of a DuckDB type; composites are dynamic, what is unknown is a string."""
    name = duckdb_type.upper()
    if name.startswith("DECIMAL"):
        return ColumnType.DECIMAL
    if name.endswith("]") or name.startswith(("STRUCT", "MAP", "UNION", "LIST")):
        return ColumnType.DYNAMIC
    return KUSTO_TYPES.get(name, ColumnType.STRING)


def quote_name(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def from_text(  # noqa: PLR0911  # one return a type
    text: str, kind: ColumnType, header: Header, *, local_zone: str = "UTC"
) -> str:
    """SQL that converts the text expression `text` to `kind`; NULL where it does not convert."""
    match kind:
        case ColumnType.STRING:
            return f"coalesce({text}, '')"
        case ColumnType.BOOL:
            low = f"lower({text})"
            return f"CASE WHEN {low} IN ('true', '1') THEN true WHEN {low} IN ('false', '0') THEN false END"
        case ColumnType.INT | ColumnType.LONG:
            # A cast alone would round 1.7 to 2.
            integral = f"nullif(regexp_replace({text}, '\\.0*$', ''), {text})"
            whole = f"CASE WHEN contains({text}, '.') THEN {integral} ELSE {text} END"
            return f"TRY_CAST({whole} AS {DUCKDB_TYPES[kind]})"
        case ColumnType.REAL | ColumnType.DECIMAL | ColumnType.GUID:
            return f"TRY_CAST(nullif({text}, '') AS {DUCKDB_TYPES[kind]})"
        case ColumnType.DATETIME:
            return _datetime_from_text(text, header, local_zone)
        case ColumnType.TIMESPAN:
            return _timespan_from_text(text)
        case ColumnType.DYNAMIC:
            return f"CASE WHEN {text} = '' THEN NULL WHEN json_valid({text}) THEN {text}::JSON ELSE to_json({text}) END"


def from_typed(value: str, duckdb_type: str, kind: ColumnType, header: Header) -> str:
    """SQL that converts a typed expression (of a Parquet file) to `kind`."""
    given = duckdb_type.upper()
    actual = kusto_type(given)
    if kind is ColumnType.STRING:
        text = f"decode({value})" if given == "BLOB" else f"CAST({value} AS VARCHAR)"
        return f"coalesce({text}, '')"
    if actual is ColumnType.STRING:
        return from_text(f"CAST({value} AS VARCHAR)", kind, header)
    if kind is ColumnType.DATETIME and given == "TIMESTAMP WITH TIME ZONE":
        return f"({value} AT TIME ZONE 'UTC')"
    if kind is ColumnType.DYNAMIC:
        return value if given == "JSON" else f"to_json({value})"
    return f"TRY_CAST({value} AS {DUCKDB_TYPES[kind]})"


def looks_like(text: str, kind: ColumnType) -> str:
    """SQL: true where the text, taken alone, could be nothing but a `kind`."""
    match kind:
        case ColumnType.LONG:
            return f"regexp_full_match({text}, '-?(0|[1-9][0-9]{{0,17}})')"
        case ColumnType.REAL:
            return f"regexp_full_match({text}, '-?(0|[1-9][0-9]{{0,17}})(\\.[0-9]+)?([eE][+-]?[0-9]+)?')"
        case ColumnType.BOOL:
            return f"lower({text}) IN ('true', 'false')"
        case ColumnType.DATETIME:
            return f"regexp_matches({text}, '{_TIME_SHAPE}')"
        case ColumnType.DYNAMIC:
            return f"(({text} LIKE '{{%' OR {text} LIKE '[%') AND json_valid({text}))"
        case _:
            return "false"


def _datetime_from_text(text: str, header: Header, local_zone: str) -> str:
    # A cast to TIMESTAMP would drop an offset written in the text; one to TIMESTAMPTZ applies it.
    zone = local_zone if header.local else header.zone or "UTC"
    plain = f"TRY_CAST({text} AS TIMESTAMPTZ)::TIMESTAMP"
    portal = f"try_strptime({text}, {_PORTAL_TIMES})"
    if zone == "UTC" and not header.offset_minutes:
        return f"coalesce({plain}, {portal})"
    naive = f"coalesce(TRY_CAST({text} AS TIMESTAMP), {portal})"
    if header.offset_minutes:
        return f"({naive} - to_minutes({header.offset_minutes}))"
    return f"(({naive}) AT TIME ZONE {quote_text(zone)} AT TIME ZONE 'UTC')"


def _timespan_from_text(text: str) -> str:
    """Kusto's `[-][d.]hh:mm:ss[.fffffff]`, or what DuckDB reads as an interval."""
    pattern = "'^(-?)(?:([0-9]+)\\.)?([0-9]{1,2}):([0-9]{2}):([0-9]{2}(?:\\.[0-9]+)?)$'"
    part = f"regexp_extract({text}, {pattern}, {{0}})"
    seconds = (
        f"(coalesce(TRY_CAST(nullif({part.format(2)}, '') AS DOUBLE), 0) * 86400 + {part.format(3)}::DOUBLE * 3600"
        f" + {part.format(4)}::DOUBLE * 60 + {part.format(5)}::DOUBLE)"
    )
    signed = f"(CASE WHEN {part.format(1)} = '-' THEN -1 ELSE 1 END * {seconds})"
    return (
        f"CASE WHEN regexp_matches({text}, {pattern}) THEN to_microseconds(round({signed} * 1000000)::BIGINT)"
        f" ELSE TRY_CAST(nullif({text}, '') AS INTERVAL) END"
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
