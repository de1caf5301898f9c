"""Conversations of which each message is a row: CSV, Parquet, JSON Lines."""

import csv
import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
from plain_judge import talk

from orchestrator.core.errors import InputError

Batch = Any
HEADER = ("id", "speaker", "text", "at")


def write_csv(path: Path, *rows: tuple[str, ...], delimiter: str = ",") -> Path:
    """A table."""
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=delimiter).writerows(rows)
    return path


def test_scattered_rows_come_together(batch: Batch, tmp_path: Path) -> None:
    """In the order of the first rows; the turns in that of their times."""
    rows = [(f"c{n % 50}", "customer", f"turn {n // 50}", f"2026-05-01T10:{n // 50:02}:00Z") for n in range(1000)]
    random.Random(1).shuffle(rows)  # noqa: S311  # a seed to repeat by
    ran = batch(write_csv(tmp_path / "in.csv", HEADER, *rows))
    assert list(dict.fromkeys(name for name, *_ in rows)) == ran.ids()
    assert {f"c{n}": [f"turn {place}" for place in range(20)] for n in range(50)} == ran.texts()


def test_rows_without_times_keep_their_order(batch: Batch, tmp_path: Path) -> None:
    """Also where only some have one."""
    rows = [("a", "customer", "one", "2026-05-02"), ("b", "agent", "x", ""), ("a", "agent", "two", "")]
    assert batch(write_csv(tmp_path / "in.csv", HEADER, *rows)).texts()["a"] == ["one", "two"]


def test_columns_are_found_under_common_names(batch: Batch, tmp_path: Path) -> None:
    """And what stands between them, by any of the usual delimiters; a text may hold delimiters, quotes and breaks."""
    rows = [("ticket_id", "noise", "Role", "Message"), ("a", "1", "customer", 'say "hi";\nnow')]
    for delimiter in ",;\t|":
        ran = batch(write_csv(tmp_path / "in.csv", *rows, delimiter=delimiter))
        assert ran.texts() == {"a": ['say "hi";\nnow']}


def test_columns_are_named_by_the_user(batch: Batch, tmp_path: Path) -> None:
    """The names of others are then no matter."""
    rows = [("id", "chat", "who", "body"), ("1", "a", "customer", "hello"), ("2", "a", "agent", "hi")]
    source = write_csv(tmp_path / "in.csv", *rows)
    assert batch(source, columns={"id": "chat", "speaker": "who", "text": "body"}).texts() == {"a": ["hello", "hi"]}
    with pytest.raises(InputError, match="has no column 'nobody': it has id, chat, who, body"):
        batch(source, columns={"text": "nobody"})
    with pytest.raises(InputError, match=r"has no column for speaker: .*--columns speaker=COLUMN"):
        batch(source)


def test_bad_rows_reject_their_conversation_alone(batch: Batch, tmp_path: Path) -> None:
    """A row without an id, one with too many cells, one that is not UTF-8."""
    source = tmp_path / "in.csv"
    rows = [b"id,speaker,text", b"a,customer,hi", b",customer,who", b"b,agent,x,y", b"c,agent,\xff", b"d,agent,ok"]
    source.write_bytes(b"\r\n".join(rows))
    ran = batch(source)
    assert ran.ids() == ["a", "d"]
    assert ran.rejected() == [
        (3, "the row has no id: every message needs that of its conversation"),
        (4, "line 4: the row has 4 cells, and the header 3; quote what holds the delimiter"),
        (5, "not UTF-8"),
    ]


def test_lines_of_messages_are_rows(batch: Batch, tmp_path: Path) -> None:
    """Found out by their fields, or named."""
    source = tmp_path / "in.jsonl"
    lines = [{"id": n % 2, "speaker": "customer", "text": f"t{n}"} for n in range(4)]
    source.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert batch(source).texts() == {"0": ["t0", "t2"], "1": ["t1", "t3"]}
    assert batch(source, columns={"speaker": "speaker"}).texts() == {"0": ["t0", "t2"], "1": ["t1", "t3"]}


def test_parquet_holds_messages_or_conversations(batch: Batch, tmp_path: Path) -> None:
    """Told apart by their columns; times are sorted by."""
    messages, whole = tmp_path / "messages.parquet", tmp_path / "whole.parquet"
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(talk(f"w{n}", "one", "two") for n in range(300)), encoding="utf-8")
    with duckdb.connect() as connection:
        rows = connection.sql(
            "SELECT 'p' || (range % 3) AS conversation_id, 'agent' AS role, 't' || range AS body, "
            "TIMESTAMP '2026-01-01' - INTERVAL (range) MINUTE AS sent_at FROM range(9)"
        )
        rows.write_parquet(str(messages))
        connection.read_json(str(lines)).write_parquet(str(whole))
    ran = batch(messages, whole)
    assert {name: texts for name, texts in ran.texts().items() if name.startswith("p")} == {
        "p0": ["t6", "t3", "t0"],
        "p1": ["t7", "t4", "t1"],
        "p2": ["t8", "t5", "t2"],
    }
    assert [f"w{n}" for n in range(300)] == ran.ids()[3:]


def test_a_conversation_may_lie_in_several_files(batch: Batch, tmp_path: Path) -> None:
    """Where they follow each other."""
    first = write_csv(tmp_path / "1.csv", HEADER, ("a", "customer", "late", "2026-05-01 12:00"))
    second = write_csv(tmp_path / "2.csv", HEADER, ("a", "agent", "early", "2026-05-01 11:00"))
    assert batch(first, second).texts() == {"a": ["early", "late"]}


def test_named_columns_are_for_the_files_that_hold_messages(batch: Batch, tmp_path: Path) -> None:
    """Others beside them are read as they are; alone, they are not what was meant."""
    rows = write_csv(tmp_path / "1.csv", ("chat", "speaker", "text", "turns"), ("a", "agent", "hello", "7"))
    whole = tmp_path / "2.jsonl"
    whole.write_text(talk("b"), encoding="utf-8")
    assert batch(rows, whole, columns={"id": "chat"}).ids() == ["a", "b"]
    with pytest.raises(InputError, match="has whole conversations: leave it out"):
        batch(whole, columns={"id": "chat"})
