"""What is special about logs in files: reading, types, warnings, limits, the clock."""

import asyncio
import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestrator.core.errors import DataError, QueryError
from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.table import ColumnType, Table, TableStatus
from plugins.monitor.embedded.duckdb import DuckDbLogs


async def _ask(source: Path | str, kql: str, **options: object) -> Table:
    async with DuckDbLogs.open([str(source)], **options) as logs:  # type: ignore[arg-type]
        return await logs.query(kql)


async def _types(source: Path, table: str, **options: object) -> dict[str, str]:
    async with DuckDbLogs.open([str(source)], **options) as logs:  # type: ignore[arg-type]
        return {column.name: column.type.value for column in (await logs.schema())[table].columns}


async def test_types_are_sniffed_from_all_rows(csv_table: Path):
    """Numbers, times, booleans and JSON are recognised; ids with leading zeros and mixed columns stay text."""
    rows = ["n,r,b,t,j,zip,mixed,empty", *['1,1.5,true,2024-01-01 00:00:00,"{""a"":1}",00123,1,'] * 2000]
    rows.append("2,2,FALSE,2024-01-01T01:00:00+02:00,[1],0,x,")
    (csv_table / "T.csv").write_text("\n".join(rows) + "\n")
    assert await _types(csv_table, "T") == {
        "n": "long",
        "r": "real",
        "b": "bool",
        "t": "datetime",
        "j": "dynamic",
        "zip": "string",
        "mixed": "string",
        "empty": "string",
    }


async def test_a_whole_number_column_with_a_late_fraction_is_real(csv_table: Path):
    """A sample is not the file: a fraction far down widens the column."""
    (csv_table / "T.csv").write_text("x\n" + "1\n" * 3000 + "2.5\n")
    assert (await _ask(csv_table, "T | summarize sum(x)")).rows == ((3002.5,),)


async def test_declared_types_come_before_the_azure_schema(csv_table: Path):
    """Types: a guide's, then Azure's, then sniffed."""
    (csv_table / "AppRequests.csv").write_text("TimeGenerated,ResultCode,ItemCount,Own\n2024-01-01,200,1,7\n")
    types = await _types(csv_table, "AppRequests")
    assert (types["ResultCode"], types["ItemCount"], types["Own"]) == ("string", "int", "long")
    declared = {"AppRequests": {"ResultCode": ColumnType.LONG, "Own": ColumnType.STRING}}
    types = await _types(csv_table, "AppRequests", declared=declared)
    assert (types["ResultCode"], types["ItemCount"], types["Own"]) == ("long", "int", "string")


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("TimeGenerated [UTC]", "2024-01-20T10:00:00.5Z", datetime(2024, 1, 20, 10, 0, 0, 500000, tzinfo=UTC)),
        ("TimeGenerated [UTC]", '"1/20/2024, 6:30:08.123 PM"', datetime(2024, 1, 20, 18, 30, 8, 123000, tzinfo=UTC)),
        ("TimeGenerated [UTC]", '"1/20/2024, 6:30:08 AM"', datetime(2024, 1, 20, 6, 30, 8, tzinfo=UTC)),
        ("TimeGenerated [UTC+02:00]", "2024-01-20 10:00:00", datetime(2024, 1, 20, 8, 0, tzinfo=UTC)),
        ("TimeGenerated [Europe/Berlin]", "2024-07-20 10:00:00", datetime(2024, 7, 20, 8, 0, tzinfo=UTC)),
        ("TimeGenerated", "2024-01-20T10:00:00+05:30", datetime(2024, 1, 20, 4, 30, tzinfo=UTC)),
        ("TimeGenerated", "2024-01-20", datetime(2024, 1, 20, tzinfo=UTC)),
    ],
)
async def test_time_headers_and_formats(csv_table: Path, header: str, cell: str, expected: datetime):
    """Portal exports name the zone in the header, and write times as the browser does."""
    (csv_table / "AppTraces.csv").write_text(f"{header},Message\n{cell},x\n")
    assert ((expected,),) == (await _ask(csv_table, "AppTraces | project TimeGenerated")).rows


async def test_local_time_is_the_zone_given_or_utc_with_a_warning(csv_table: Path):
    """`[Local Time]` names no zone."""
    (csv_table / "AppTraces.csv").write_text("TimeGenerated [Local Time],Message\n2024-07-20 10:00:00,x\n")
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        assert datetime(2024, 7, 20, 10, tzinfo=UTC) == logs.newest()
        assert "names no zone: read as UTC" in logs.warnings[0]
    async with DuckDbLogs.open([str(csv_table)], local_zone="America/New_York") as logs:
        assert datetime(2024, 7, 20, 14, tzinfo=UTC) == logs.newest()
        assert logs.warnings == ()


async def test_broken_csv_rows_are_left_out_and_named(csv_table: Path):
    """File, line and what is wrong; the other rows are there."""
    (csv_table / "T.csv").write_text("a,b\n1,2\n3\n4,5,6\n7,8\n")
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        assert (await logs.query("T")).rows == ((1, 2), (7, 8))
        assert [f"T.csv:{line}: " in text for line, text in zip((3, 4), logs.warnings, strict=True)] == [True, True]
        assert "Found: 1 (row left out)" in logs.warnings[0]


async def test_many_broken_rows_are_counted(csv_table: Path):
    """A few are shown, the rest counted."""
    (csv_table / "T.csv").write_text("a,b\n1,2\n" + "3\n" * 20)
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        await logs.query("T")
        assert logs.warnings[-1] == "... and 15 more rows left out"


async def test_strict_stops_at_a_broken_row(csv_table: Path):
    """With strict the first broken row is an error."""
    (csv_table / "T.csv").write_text("a,b\n1,2\n3\n")
    with pytest.raises(DataError, match=r"T\.csv:3: .*Found: 1"):
        await _ask(csv_table, "T", strict=True)


async def test_cells_that_do_not_convert_are_null_and_counted(csv_table: Path):
    """A known column's cell of another type is null with a warning, and an error with strict."""
    (csv_table / "AppRequests.csv").write_text("DurationMs,ItemCount\n1.5,1\nfast,1.5\n")
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        assert (await logs.query("AppRequests")).rows == ((1.5, 1), (None, None))
        assert [warning.split(": ", 1)[1].split(", the first")[0] for warning in logs.warnings] == [
            "column 'DurationMs': 1 cells are no real",
            "column 'ItemCount': 1 cells are no int",
        ]
    with pytest.raises(DataError, match="'fast'"):
        await _ask(csv_table, "AppRequests", strict=True)


async def test_truncated_gzip(csv_table: Path):
    """A gzip cut short is an error, not a shorter table."""
    whole = gzip.compress(("a,b\n" + "".join(f"{n},x{n}\n" for n in range(5000))).encode())
    (csv_table / "T.csv.gz").write_bytes(whole[:-20])
    with pytest.raises(DataError, match=r"T\.csv\.gz: the gzip file is damaged or cut short"):
        await _ask(csv_table, "T | count")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_unreadable_file(csv_table: Path):
    """A file without read permission is named."""
    path = csv_table / "T.csv"
    path.write_text("a\n1\n")
    path.chmod(0)
    with pytest.raises(Exception, match="no right to read"):
        await _ask(csv_table, "T")


async def test_empty_file(csv_table: Path):
    """A file without a header is an error that names it."""
    (csv_table / "T.csv").write_text("")
    with pytest.raises(DataError, match=r"T\.csv"):
        await _ask(csv_table, "T")


async def test_header_without_rows(csv_table: Path):
    """A table may be empty."""
    (csv_table / "AppRequests.csv").write_text("TimeGenerated,DurationMs\n")
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        table = await logs.query("AppRequests")
        assert (table.rows, [c.type for c in table.columns]) == ((), [ColumnType.DATETIME, ColumnType.REAL])
        assert logs.newest() is None


async def test_columns_that_differ_in_case_only(csv_table: Path):
    """The engine cannot keep them apart, so they are refused."""
    (csv_table / "T.csv").write_text("a,A\n1,2\n")
    with pytest.raises(DataError, match="one name"):
        await _ask(csv_table, "T")


async def test_json_lines_with_broken_lines(csv_table: Path):
    """Broken lines are named; objects and lists are dynamic; missing keys are null."""
    lines = ['{"a": 1, "p": {"k": [1, null]}}', "", "broken", '{"a": 2, "extra": "x"}', "[1]"]
    (csv_table / "T.jsonl").write_text("\n".join(lines) + "\n")
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        assert (await logs.query("T")).rows == ((1, {"k": [1, None]}, ""), (2, None, "x"))
        assert [f"T.jsonl:{n}: not a JSON object" in w for n, w in zip((3, 5), logs.warnings, strict=True)] == [
            True,
            True,
        ]


async def test_json_keys_that_differ_in_case_only(csv_table: Path):
    """As for columns of a CSV."""
    (csv_table / "T.jsonl").write_text('{"a": 1, "A": 2}\n')
    with pytest.raises(DataError, match="one name"):
        await _ask(csv_table, "T")


async def test_semicolons_between_cells(csv_table: Path):
    """Spreadsheets of many countries write them."""
    (csv_table / "T.csv").write_text("a;b\n1;x,y\n")
    assert (await _ask(csv_table, "T")).rows == ((1, "x,y"),)


async def test_json_strings_stay_strings(csv_table: Path):
    """JSON tells strings from numbers, so `"123"` is no number; times are recognised."""
    (csv_table / "T.json").write_text(json.dumps([{"id": "123", "n": 5, "t": "2024-01-01T00:00:00Z", "ok": "true"}]))
    assert await _types(csv_table, "T") == {"id": "string", "n": "long", "t": "datetime", "ok": "string"}


async def test_parquet_types(csv_table: Path):
    """Parquet brings its types; zones become UTC, lists and structs dynamic, strings are never null."""
    path = csv_table / "T.parquet"
    duckdb.sql(
        "SELECT TIMESTAMPTZ '2024-01-01 00:00:00+02' AS t, [1, 2] AS l, {'a': 'x'} AS s, 1::TINYINT AS i,"
        " NULL::VARCHAR AS n, '00000000-0000-0000-0000-00000000000A'::UUID AS g, 'NaN'::DOUBLE AS r"
    ).write_parquet(str(path))
    table = await _ask(csv_table, "T | extend x = s.a, y = l[1]")
    guid = "00000000-0000-0000-0000-00000000000a"
    assert ((datetime(2023, 12, 31, 22, tzinfo=UTC), [1, 2], {"a": "x"}, 1, "", guid, None, "x", 2),) == table.rows


async def test_part_files_of_a_folder(csv_table: Path):
    """A subfolder of part files is one table; columns are matched by name."""
    (csv_table / "T").mkdir()
    (csv_table / "T" / "1.csv").write_text("a,b\n1,x\n")
    (csv_table / "T" / "2.csv").write_text("b,a\ny,2\n")
    assert (await _ask(csv_table, "T")).rows == ((1, "x"), (2, "y"))


async def test_names_with_odd_characters(tmp_path: Path):
    """Quotes, brackets and stars in paths and columns are only characters."""
    place = tmp_path / "it's [a] *folder*"
    place.mkdir()
    (place / "My-Table.csv").write_text('"a ""b""",c d\n1,2\n')
    table = await _ask(place, "['My-Table'] | project x = ['c d']")
    assert table.rows == ((2,),)


async def test_clock_is_pinned(folder: Path):
    """`now()` and `ago()` mean the time given."""
    now = datetime(2024, 1, 20, 10, 2, tzinfo=UTC)
    async with DuckDbLogs.open([str(folder)], now=now) as logs:
        assert ((now,),) == (await logs.query("print now()")).rows
        assert (await logs.query("AppRequests | where TimeGenerated between (ago(90s) .. now()) | count")).rows == (
            (1,),
        )


async def test_newest_time_of_all_tables(logs: DuckDbLogs):
    """The clock of a folder is the newest time that it holds."""
    assert datetime(2024, 1, 20, 11, 2, tzinfo=UTC) == logs.newest()


async def test_tables_load_when_named(csv_table: Path):
    """A damaged table does not stop queries on others."""
    (csv_table / "Good.csv").write_text("a\n1\n")
    (csv_table / "Bad.csv.gz").write_bytes(b"no gzip")
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        assert (await logs.query("Good")).rows == ((1,),)
        with pytest.raises(DataError, match="Bad"):
            await logs.query("Bad")


async def test_time_limit(logs: DuckDbLogs):
    """A query over its time is stopped, and the failed table names the limit."""
    kql = "range a from 1 to 100000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 100000 step 1"
    table = await logs.query(f"{kql} | extend k = 1) on k | summarize sum(a * b)", limits=QueryLimits(timeout_s=0.3))
    assert (table.status, table.reason) == (TableStatus.FAILED, "stopped at the time limit of 0.3 s")


async def test_memory_limit(folder: Path):
    """A query over the memory limit gives a failed table that names the limit."""
    async with DuckDbLogs.open([str(folder)], memory_mb=32) as logs:
        table = await logs.query(
            "range a from 1 to 800000 step 1 | summarize make_list(strcat('a long text, so that it does not fit ', a))"
        )
    assert table.status is TableStatus.FAILED
    assert "memory limit of 32 MB" in str(table.reason)


async def test_cancelling_stops_the_query(logs: DuckDbLogs):
    """A cancelled call raises, and the next query runs."""
    kql = "range a from 1 to 100000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 100000 step 1"
    task = asyncio.create_task(logs.query(f"{kql} | extend k = 1) on k | summarize sum(a * b)"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await logs.query("print 1 + 1")).rows == ((2,),)


async def test_sums_do_not_depend_on_the_run(csv_table: Path):
    """One thread adds in one order."""
    rows = "".join(f"{(n * 7919) % 1000 / 7:.12f}\n" for n in range(30_000))
    (csv_table / "T.csv").write_text("x\n" + rows)
    sums = {(await _ask(csv_table, "T | summarize s = sum(x), a = avg(x)")).sha256() for _ in range(5)}
    assert len(sums) == 1


async def test_files_of_the_machine_are_out_of_reach(csv_table: Path, tmp_path: Path):
    """Neither names of files nor names of the engine's own tables are tables."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (csv_table / "T.csv").write_text("a\n1\n")
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        for name in (str(tmp_path / "secret.csv"), "duckdb_settings", "sqlite_master", "pg_tables"):
            with pytest.raises(QueryError, match="no table"):
                await logs.query(f"['{name}'] | take 1")
        with pytest.raises(duckdb.Error):
            logs._con.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")  # noqa: S608
        with pytest.raises(duckdb.Error):
            logs._con.execute("SET enable_external_access = true")


async def test_parameter_named_like_a_column_is_refused(logs: DuckDbLogs):
    """KQL lets the column win, so that `AppRoleName == AppRoleName` would hold for every row."""
    with pytest.raises(QueryError, match="'AppRoleName' has the name of a column of 'AppRequests'"):
        await logs.query(
            "AppRequests | where AppRoleName == AppRoleName",
            parameters=[QueryParameter("AppRoleName", ColumnType.STRING, "pay")],
        )


async def test_parameter_named_like_a_computed_column_is_refused(logs: DuckDbLogs):
    """A column made on the way hides a parameter too."""
    with pytest.raises(QueryError, match="'p_x' has the name of a column") as caught:
        await logs.query(
            "AppRequests\n| extend p_x = 1\n| where DurationMs > p_x",
            parameters=[QueryParameter("p_x", ColumnType.LONG, 20)],
        )
    assert caught.value.line == 3
