"""Scores KQL on local data against recorded results: our log port and the bare translator side by side.

    python benchmarks/kql.py [--data PATH] [--json] [--show wrong|refused|error] [--only ID]

`PATH` is a folder of, or one, JSON Lines file: `{"id", "query", "expected": {"columns", "column_types", "rows"}}` or
`{"id", "query", "columns": [[name, type]], "rows_text": ["a; b"]}`, or `{"id", "query", "expected_text", "comparison",
"extractor"}` (the last line, or all, of the result as text). A query whose result is not determined (rand, now, take
without sort) counts as `undetermined`, whatever comes out.

`equal`: same column names and rows in any order, numbers within 1e-9 relative; as text, what the record compares.
`refused`: a clear error that names what is not supported or wrong. `wrong`: another answer, silently. `error`: anything
else (an engine's raw error).
"""

import argparse
import asyncio
import json
import math
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import duckdb_kql

from orchestrator.core.errors import SwitchboardError
from orchestrator.core.ports import QueryLimits
from orchestrator.core.table import ColumnType, TableStatus, iso_utc, timespan_text
from plugins.monitor.embedded.column_types import kusto_type
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.embedded.results import table_value

DEFAULT_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "kql"
OUTCOMES = ("equal", "refused", "wrong", "error", "undetermined")
NET_TYPES = {
    "Object": "dynamic",
    "String": "string",
    "Int64": "long",
    "Double": "real",
    "DateTime": "datetime",
    "SByte": "bool",
    "Boolean": "bool",
    "Int32": "int",
    "TimeSpan": "timespan",
    "Guid": "guid",
    "SqlDecimal": "decimal",
}
RELATIVE, ABSOLUTE = 1e-9, 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A query with its recorded result; rows are JSON values, or text with `; ` between the cells."""

    id: str
    source: str
    query: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    as_text: bool
    undetermined: bool
    text: str = ""
    comparison: str = ""
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a side answered: rows, or the reason why not."""

    outcome: str
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    reason: str = ""


def read_cases(path: Path) -> list[Case]:
    """All cases of a file, or of a folder's files."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    cases: list[Case] = []
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()
        cases.extend(read_case(json.loads(line), source=file.stem) for line in lines if line.strip())
    return cases


def read_case(record: Mapping[str, Any], *, source: str) -> Case:
    """One record of either form."""
    if "expected" in record:
        expected = record["expected"]
        types = [NET_TYPES.get(name, name) for name in expected.get("column_types") or [""] * len(expected["columns"])]
        columns = tuple(zip(expected["columns"], types, strict=False))
        rows = tuple(tuple(row) for row in expected["rows"])
    else:
        columns = tuple((name, kind) for name, kind in record.get("columns") or ())
        rows = tuple((text,) for text in record.get("rows_text") or ())
    return Case(
        id=record["id"],
        source=source,
        query=record["query"],
        columns=columns,
        rows=rows,
        as_text="expected" not in record,
        undetermined=bool(record.get("nondeterministic_hint") or record.get("skipped_upstream")),
        text=record.get("expected_text", "") if "comparison" in record else "",
        comparison=record.get("comparison", ""),
        extractor=record.get("extractor", ""),
    )


async def ask_port(logs: DuckDbLogs, case: Case) -> Answer:
    """The answer of our port."""
    try:
        table = await logs.query(case.query, limits=QueryLimits(rows=100_000, timeout_s=60))
    except SwitchboardError as error:
        return Answer("refused", reason=error.message)
    if table.status is TableStatus.FAILED:
        return Answer("refused", reason=table.reason or "")
    return Answer("answered", tuple((c.name, c.type.value) for c in table.columns), table.rows)


def ask_bare(case: Case) -> Answer:
    """The answer of the translator alone."""
    con = duckdb_kql.connect()
    try:
        relation = duckdb_kql.query(con, case.query)
        raw = relation.fetchall()
    except duckdb_kql.KqlError as error:
        return Answer("refused", reason=str(error))
    except (duckdb.Error, RecursionError) as error:
        return Answer("error", reason=str(error))
    else:
        kinds = [kusto_type(str(kind)) for kind in relation.types]
        rows = tuple(tuple(bare_value(v, k) for v, k in zip(row, kinds, strict=True)) for row in raw)
        return Answer("answered", tuple(zip(relation.columns, (k.value for k in kinds), strict=True)), rows)
    finally:
        con.close()


def bare_value(value: object, kind: ColumnType) -> Any:
    """As the bare library gives it; dynamic text is decoded, or every dynamic column would count as wrong."""
    return table_value(value, kind) if value is not None else None


def judge(case: Case, answer: Answer) -> tuple[str, str]:
    """The outcome, and what differs."""
    if answer.outcome != "answered":
        return answer.outcome, answer.reason
    difference = compare(case, answer)
    if case.undetermined:
        return "undetermined", difference
    return ("wrong", difference) if difference else ("equal", "")


def compare(case: Case, answer: Answer) -> str:
    """What differs, or ''."""
    if case.comparison:
        return compare_extract(case, answer)
    names, expected_names = [name for name, _ in answer.columns], [name for name, _ in case.columns]
    if names != expected_names:
        return f"columns {names} instead of {expected_names}"
    if len(answer.rows) != len(case.rows):
        return f"{len(answer.rows)} rows instead of {len(case.rows)}"
    if case.as_text:
        return compare_text(case, answer)
    missing = unmatched(answer.rows, case.rows)
    return f"row {missing} is not there; got {answer.rows[:3]}" if missing else ""


def unmatched(rows: Sequence[Sequence[Any]], expected: Sequence[Sequence[Any]]) -> Sequence[Any] | None:
    """The first expected row that no remaining row equals."""
    remaining = list(rows)
    for row in expected:
        index = next((i for i, other in enumerate(remaining) if same_row(other, row)), None)
        if index is None:
            return row
        del remaining[index]
    return None


def same_row(row: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Whether all cells are equal."""
    return len(row) == len(expected) and all(same(a, b) for a, b in zip(row, expected, strict=True))


def same(value: Any, expected: Any) -> bool:  # noqa: PLR0911  # one return a case
    """Whether our value is the recorded one: `expected` is JSON, times and timespans are text, booleans may be 0/1."""
    match value, expected:
        case (datetime(), str()):
            return same_time(value, expected)
        case (timedelta(), str()):
            return timespan_text(value) == timespan_text(parse_timespan(expected))
        case (bool(), bool() | int() | float()):
            return value == bool(expected)
        case (int() | float(), bool()):
            return bool(value) == expected
        case (int() | float(), int() | float()):
            return math.isclose(value, expected, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        case (None, "NaN" | "Infinity" | "-Infinity"):
            return True
        case (list(), list()):
            return len(value) == len(expected) and all(same(a, b) for a, b in zip(value, expected, strict=True))
        case (dict(), dict()):
            return value.keys() == expected.keys() and all(same(value[key], expected[key]) for key in value)
        case (list() | dict(), str()):
            return same_json(value, expected)
        case _:
            return value == expected


def same_json(value: Any, expected: str) -> bool:
    """A dynamic value that was recorded as JSON text."""
    try:
        return same(value, json.loads(expected))
    except ValueError:
        return False


def same_time(value: datetime, expected: str) -> bool:
    """Equal to the microsecond: the recorded times have ticks of 100 ns."""
    try:
        text = expected.replace("Z", "+00:00")
        head, dot, tail = text.partition(".")
        if dot:
            digits, _, zone = tail.partition("+")
            text = f"{head}.{digits[:6]:0<6}+{zone}" if zone else f"{head}.{digits[:6]:0<6}"
        other = datetime.fromisoformat(text)
    except ValueError:
        return False
    other = other if other.tzinfo else other.replace(tzinfo=UTC)
    return abs(value - other) < timedelta(microseconds=1)


def parse_timespan(text: str) -> timedelta:
    """Kusto's `[-][d.]hh:mm:ss[.fffffff]`."""
    sign = -1 if text.startswith("-") else 1
    days, hours = 0, text.lstrip("-")
    head, _, rest = hours.partition(":")
    if "." in head:
        day_text, _, head = head.partition(".")
        days = int(day_text)
    minutes, _, seconds = rest.partition(":")
    return sign * timedelta(days=days, hours=int(head or 0), minutes=int(minutes or 0), seconds=float(seconds or 0))


def compare_text(case: Case, answer: Answer) -> str:
    """Rows recorded as text: cell by cell, numbers as numbers."""
    remaining = [[cell_text(value) for value in row] for row in answer.rows]
    for (text,) in case.rows:
        # A last empty cell was recorded without the blank behind its semicolon.
        cells = re.split(r"; |;$", text) if len(case.columns) > 1 else [text]
        index = next((i for i, row in enumerate(remaining) if same_cells(row, cells)), None)
        if index is None:
            return f"row {text!r} is not there; got {remaining[:3]}"
        del remaining[index]
    return ""


def compare_extract(case: Case, answer: Answer) -> str:
    """A part of the result as text, equal to or containing the recorded text."""
    rows = [[cell_text(value) for value in row] for row in answer.rows]
    if case.extractor.endswith("LastLineOfResult"):
        # Without a sort any row may be the last one.
        return "" if any(same_extract(case, [row]) for row in rows) else f"{rows[-3:]} without {case.text!r}"
    rows.sort()
    return "" if same_extract(case, rows) else f"{rows} instead of {case.text!r} ({case.comparison})"


def same_extract(case: Case, rows: list[list[str]]) -> bool:
    """Whether these rows are, or contain, the recorded text; several rows in any order."""
    cells = [cell for row in rows for cell in row]
    text, expected = squashed("\n".join(",".join(row) for row in rows)), squashed(case.text)
    wanted = [cell.strip() for line in case.text.splitlines() for cell in line.split(",")]
    if case.comparison == "Contain":
        return expected in text or (expected == "null" and "(null)" in text)
    if text == expected or same_cells(cells, wanted) or (len(cells) == 1 and same_text(cells[0], case.text)):
        return True
    return len(rows) > 1 and sorted(cells) == sorted("(null)" if cell == "<null>" else cell for cell in wanted)


def squashed(text: str) -> str:
    """Without blanks; times as `2024-01-15 12:35:35Z` and ISO 8601 are one."""
    return "".join(text.replace("T", " ").split()).removesuffix("Z") if text[:2] == "20" else "".join(text.split())


def cell_text(value: Any) -> str:
    """A value as the recorded text writes it."""
    match value:
        case None:
            return "(null)"
        case bool():
            return str(value)
        case datetime():
            return iso_utc(value)
        case timedelta():
            return timespan_text(value)
        case list() | dict():
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        case _:
            return str(value)


def same_cells(row: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether all cells say the same."""
    return len(row) == len(cells) and all(same_text(a, b) for a, b in zip(row, cells, strict=True))


def same_text(value: str, expected: str) -> bool:
    """Equal as text but for case of booleans and blanks, as numbers, as times or as JSON."""
    value, expected = value.strip(), expected.strip()
    if value == "(null)" and expected in {"<null>", "null", "NaN", ""}:
        return True
    if value == expected or value.lower() == expected.lower() in {"true", "false"}:
        return True
    try:
        return math.isclose(float(value), float(expected), rel_tol=1e-6, abs_tol=1e-9)
    except ValueError:
        pass
    try:
        return same(datetime.fromisoformat(value), expected)
    except ValueError:
        pass
    try:
        return bool(json.loads(value) == json.loads(expected))
    except ValueError:
        return False


async def score(cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """One result a case, for both sides."""
    results: list[dict[str, Any]] = []
    # The bare side first: our port adds rows to the translator's registry of functions.
    bare_answers = [ask_bare(case) for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder) / "Unused.csv"
        seed.write_text("TimeGenerated\n", encoding="utf-8")
        async with DuckDbLogs.open([folder]) as logs:
            for case, bare_answer in zip(cases, bare_answers, strict=True):
                answer = await ask_port(logs, case)
                ours, why = judge(case, answer)
                bare, bare_why = judge(case, bare_answer)
                types = ours == "equal" and [k for _, k in answer.columns] != [k for _, k in case.columns]
                results.append(
                    {
                        "id": case.id,
                        "source": case.source,
                        "query": case.query,
                        "ours": ours,
                        "ours_reason": why,
                        "bare": bare,
                        "bare_reason": bare_why,
                        "types_differ": types and f"{answer.columns} {case.columns}",
                    }
                )
    return iter(results)


def summarize(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts and ratios by source and side."""
    summary: dict[str, Any] = {}
    for source in [*sorted({r["source"] for r in results}), "all"]:
        chosen = [r for r in results if source in ("all", r["source"])]
        summary[source] = {"queries": len(chosen), "ours": ratios(chosen, "ours"), "bare": ratios(chosen, "bare")}
        summary[source]["ours"]["types_differ"] = sum(bool(r["types_differ"]) for r in chosen)
    return summary


def ratios(results: Sequence[Mapping[str, Any]], side: str) -> dict[str, Any]:
    """Counts by outcome; `right_when_answered` is equal / (equal + wrong)."""
    counts = Counter(result[side] for result in results)
    answered = counts["equal"] + counts["wrong"]
    return {
        **{name: counts[name] for name in OUTCOMES},
        "equal_ratio": round(counts["equal"] / len(results), 4) if results else None,
        "right_when_answered": round(counts["equal"] / answered, 4) if answered else None,
    }


def print_summary(summary: Mapping[str, Any]) -> None:
    """A table of both sides."""
    heads = ("queries", *OUTCOMES, "equal/all", "right/answered")
    print(f"{'source':<28}{'side':<6}" + "".join(f"{head:>15}" for head in heads))
    for source, sides in summary.items():
        for side in ("ours", "bare"):
            figures = sides[side]
            cells = [sides["queries"], *(figures[name] for name in OUTCOMES)]
            cells += [figures["equal_ratio"], figures["right_when_answered"]]
            print(f"{source:<28}{side:<6}" + "".join(f"{cell!s:>15}" for cell in cells))


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON document")
    parser.add_argument("--show", choices=OUTCOMES, help="print the queries of ours with this outcome")
    parser.add_argument("--only", help="run the cases whose id contains this")
    arguments = parser.parse_args()
    if not arguments.data.exists():
        print(f"no data at {arguments.data}: give --data PATH", file=sys.stderr)
        return 2
    cases = [case for case in read_cases(arguments.data) if not arguments.only or arguments.only in case.id]
    results = list(asyncio.run(score(cases)))
    summary = summarize(results)
    if arguments.json:
        print(json.dumps({"summary": summary, "results": results}, ensure_ascii=False))
        return 0
    print_summary(summary)
    for result in results:
        if result["ours"] == arguments.show:
            print(f"\n{result['id']} (bare: {result['bare']})\n{result['query']}\n=> {result['ours_reason']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
