"""Results as tables: the same content as the lines, in typed columns."""

import csv
import json
from pathlib import Path

import duckdb
import pytest

from agents.sentiment.scoring.lines import LineJudge
from orchestrator.batch.flat_tables import COLUMNS, JSON, write_table
from orchestrator.core.conversations.lines import ScoredLine
from orchestrator.core.conversations.scoring import Scoring

Result = tuple[Path, list[dict[str, object]]]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A file of lines, and its documents: real scores of texts with quotes, breaks and other scripts."""
    judge = LineJudge(Scoring())
    made = []
    for number, text in enumerate(('"No", she said;\nno, 7,5', "Thanks!", "=SUM(A1)", "ありがとう 🙂")):
        turns = [{"speaker": "customer", "text": text, "at": "2026-05-01T10:00:00Z"}]
        queue = "" if number else 'a "b", c'
        document = {"id": f"{number:03}", "turns": turns, "survey_csat": number + 1, "queue": queue}
        line = judge.judge(json.dumps(document).encode())
        assert isinstance(line, ScoredLine)
        made.append(line.line)
    path = tmp_path_factory.mktemp("result") / "lines.jsonl"
    path.write_bytes(b"".join(b"%s\n" % line for line in made))
    return path, [json.loads(line) for line in made]


def value_of(document: object, path: str) -> object:
    """What stands at a dotted path."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def test_parquet_holds_what_the_lines_hold(result: Result, tmp_path: Path) -> None:
    """Numbers as numbers, lists as JSON, missing as null."""
    lines, documents = result
    table = tmp_path / "out.parquet"
    write_table(lines, table)
    read = duckdb.read_parquet(str(table))
    assert {name: "VARCHAR" if kind == JSON else kind for name, (_, kind) in COLUMNS.items()} == {
        name: str(kind) for name, kind in zip(read.columns, read.types, strict=True)
    }
    for row, document in zip(read.fetchall(), documents, strict=True):
        for cell, (path, kind) in zip(row, COLUMNS.values(), strict=True):
            assert value_of(document, path) == (json.loads(cell) if kind == JSON and cell is not None else cell)


def test_csv_holds_what_the_lines_hold(result: Result, tmp_path: Path) -> None:
    """A row for each conversation, whatever its texts hold."""
    lines, documents = result
    table = tmp_path / "out.csv"
    write_table(lines, table)
    with table.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [document["id"] for document in documents] == [row["id"] for row in found]
    assert [document["turns"] for document in documents] == [json.loads(row["turns"]) for row in found]
    moods = [value_of(document, "overall.sentiment") for document in documents]
    assert ["" if mood is None else str(mood) for mood in moods] == [row["sentiment"] for row in found]


def test_equal_lines_give_equal_tables(result: Result, tmp_path: Path) -> None:
    """Byte by byte."""
    lines, _ = result
    for kind in ("csv", "parquet"):
        first, second = tmp_path / f"1.{kind}", tmp_path / f"2.{kind}"
        write_table(lines, first)
        write_table(lines, second)
        assert first.read_bytes() == second.read_bytes()


def test_no_lines_give_a_table_without_rows(tmp_path: Path) -> None:
    """Its columns are there."""
    lines = tmp_path / "lines.jsonl"
    lines.touch()
    write_table(lines, tmp_path / "out.parquet")
    assert (list(COLUMNS), []) == (
        duckdb.read_parquet(str(tmp_path / "out.parquet")).columns,
        duckdb.read_parquet(str(tmp_path / "out.parquet")).fetchall(),
    )
