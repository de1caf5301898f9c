"""One broken row costs that row and no other."""

import gzip
from pathlib import Path

import pytest

from orchestrator.core.errors import DataError
from plugins.monitor.embedded.duckdb import DuckDbLogs

ROWS = [f"{n},x{n},z" for n in range(200)]
OPEN = '7,"open,z'
UNCLOSED = "Value with unterminated quote found."
MISPLACED = "A quote stands where none may: ',' expected after '\"'"
QUOTED = '8,"q ""d"" q","two\nlines"'


async def _read(folder: Path) -> tuple[int, tuple[str, ...]]:
    async with DuckDbLogs.open([str(folder)]) as logs:
        count = (await logs.query("T | count")).rows[0][0]
        assert isinstance(count, int)
        return count, logs.warnings


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("lines", "broken", "fault"),
    [
        ([*ROWS, OPEN], 202, UNCLOSED),
        ([*ROWS[:100], OPEN, *ROWS[100:]], 102, UNCLOSED),
        ([*ROWS[:100], OPEN, *ROWS[100:], QUOTED], 102, MISPLACED),
        ([*ROWS * 150, OPEN, *ROWS], 30_002, UNCLOSED),
        ([*ROWS * 150, OPEN, *ROWS, QUOTED, *ROWS], 30_002, MISPLACED),
    ],
)
async def test_an_unclosed_quote_costs_its_row(
    csv_table: Path, lines: list[str], broken: int, fault: str, *, packed: bool
):
    """Wherever it stands, the row is named, and all others are there."""
    text = "\n".join(["a,b,c", *lines]) + "\n"
    name = "T.csv.gz" if packed else "T.csv"
    (csv_table / name).write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    count, warnings = await _read(csv_table)
    assert count == len(lines) - 1
    assert warnings == (f"{csv_table / name}:{broken}: {fault} (row left out)",)


async def test_strict_stops_at_an_unclosed_quote(csv_table: Path):
    """The error names the row."""
    (csv_table / "T.csv").write_text("\n".join(["a,b,c", *ROWS[:100], OPEN, *ROWS[100:]]) + "\n")
    async with DuckDbLogs.open([str(csv_table)], strict=True) as logs:
        with pytest.raises(DataError, match=r"T\.csv:102: .*mend the row"):
            await logs.query("T")


@pytest.mark.parametrize("repeats", [1, 50])
@pytest.mark.parametrize(("usual", "odd"), [("\n", "\r\n"), ("\r\n", "\n")])
async def test_mixed_line_ends_are_no_fault(csv_table: Path, usual: str, odd: str, repeats: int):
    """A line of another system among the others reads as any; strictly too."""
    half = usual.join(ROWS * repeats)
    (csv_table / "T.csv").write_bytes(f"a,b,c{usual}{half}{odd}{half}{usual}".encode())
    assert await _read(csv_table) == (400 * repeats, ())
    async with DuckDbLogs.open([str(csv_table)], strict=True) as logs:
        assert (await logs.query("T | summarize countif(c == 'z'), max(a)")).rows == ((400 * repeats, 199),)


async def test_other_faults_of_a_damaged_file_are_named_too(csv_table: Path):
    """Short rows and bytes that are no text, each by its line; empty lines are no rows."""
    lines = [b"a,b,c", b"1,x,y", b"", b"2,x", b"3,\xff,y", OPEN.encode(), b"4,\xc3\xa4,y"]
    (csv_table / "T.csv").write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines) + b"\n")
    async with DuckDbLogs.open([str(csv_table)]) as logs:
        assert (await logs.query("T")).rows == ((1, "x", "y"), (4, "ä", "y"))
        assert [int(warning.split(":")[1]) for warning in logs.warnings] == [4, 5, 6]
