"""Conversations of JSON, JSON Lines, folders and stdin."""

import gzip
import io
import json
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from plain_judge import talk

from orchestrator.core.errors import InputError

Batch = Any


def write(path: Path, *lines: str, end: str = "\n") -> Path:
    """A file of lines."""
    path.write_bytes("".join(f"{line}{end}" for line in lines).encode())
    return path


def test_lines_are_scored_in_their_order(batch: Batch, tmp_path: Path) -> None:
    """Whatever the number of chunks, and without a line break at the end."""
    names = [f"c{number}" for number in range(100)]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(talk(name) for name in names), encoding="utf-8")
    ran = batch(source)
    assert names == ran.ids()
    assert (ran.end.conversations, ran.end.turns, ran.end.rejected) == (100, 100, 0)


def test_bad_records_are_rejected_with_line_and_reason(batch: Batch, tmp_path: Path) -> None:
    """The others are scored; blank lines are no records, but count as lines."""
    source = tmp_path / "in.jsonl"
    lines = [talk("a").encode(), b"{broken", b"", b"\xff\xfe{}", b'{"a": "\x00"}', talk("b", "raise").encode()]
    source.write_bytes(b"\n".join([*lines, talk("c").encode(), b""]))
    ran = batch(source)
    assert ran.ids() == ["a", "c"]
    reasons = dict(ran.rejected())
    assert list(reasons) == [2, 4, 5, 6]
    assert reasons[4] == "not UTF-8"
    assert reasons[6] == "the scorer failed: ZeroDivisionError in obey: told to"


def test_an_id_that_comes_twice_is_rejected_the_second_time(batch: Batch, tmp_path: Path) -> None:
    """Also in another file; the reason names the place of the first."""
    first = write(tmp_path / "1.jsonl", talk("a", "one"), talk("b"), talk("a", "two"))
    second = write(tmp_path / "2.jsonl", talk("c"), talk("b"))
    ran = batch(first, second)
    assert ran.ids() == ["a", "b", "c"]
    assert ran.texts()["a"] == ["one"]
    assert [
        (3, f"the id 'a' is taken: it came first at {first}:1"),
        (2, f"the id 'b' is taken: it came first at {first}:2"),
    ] == ran.rejected()


def test_byte_order_mark_and_windows_line_ends_are_no_matter(batch: Batch, tmp_path: Path) -> None:
    """In lines and in a list."""
    lines = write(tmp_path / "1.jsonl", f"\ufeff{talk('a')}", talk("b"), end="\r\n")
    listed = write(tmp_path / "2.json", f"\ufeff[{talk('c')},", f"{talk('d')}]", end="\r\n")
    assert batch(lines, listed).ids() == ["a", "b", "c", "d"]


def test_packed_lines_are_read(batch: Batch, tmp_path: Path) -> None:
    """A `.gz` of any kind of text."""
    source = tmp_path / "in.jsonl.gz"
    source.write_bytes(gzip.compress("\n".join(talk(f"c{n}") for n in range(200)).encode()))
    assert [f"c{n}" for n in range(200)] == batch(source).ids()


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("form", ["list", "objects"])
def test_json_is_read_however_it_is_laid_out(batch: Batch, tmp_path: Path, form: str, indent: int | None) -> None:
    """A list or objects one after another, on one line or many; a text may hold what looks like an end."""
    documents = [json.loads(talk(f"c{n}", 'a "}] [{" text', "ä\n\u2028ö")) for n in range(60)]
    source = tmp_path / "in.json"
    objects = "\n".join(json.dumps(document, indent=indent) for document in documents)
    text = json.dumps(documents, indent=indent) if form == "list" else objects
    source.write_text(text, encoding="utf-8")
    ran = batch(source)
    assert {document["id"]: [turn["text"] for turn in document["turns"]] for document in documents} == ran.texts()


def test_a_json_file_is_given_up_where_it_breaks(batch: Batch, tmp_path: Path) -> None:
    """What stands before is scored."""
    source = write(tmp_path / "in.json", f"[{talk('a')},", f"{talk('b')},", '{"id": oops},', f"{talk('c')}]")
    ran = batch(source)
    assert ran.ids() == ["a", "b"]
    ((line, reason),) = ran.rejected()
    assert line == 3
    assert reason.startswith("not JSON: ")
    assert reason.endswith("; what follows in the file is not read")


@pytest.mark.parametrize("name", ["in.jsonl", "in.json", "in.csv"])
def test_an_empty_file_holds_no_conversations(batch: Batch, tmp_path: Path, name: str) -> None:
    """The result is there, and empty."""
    ran = batch(write(tmp_path / name))
    assert (ran.ids(), ran.rejected()) == ([], [])


def test_a_folder_is_read_by_name(batch: Batch, tmp_path: Path) -> None:
    """All kinds, folders within; hidden ones, other files and what the batch writes are left out."""
    folder = tmp_path / "talks"
    for name in ("b", "a/z", ".hidden"):
        (folder / name).mkdir(parents=True)
        write(folder / name / "in.jsonl", talk(name))
    write(folder / "c.json", talk("c"))
    write(folder / "notes.txt", "not read")
    ran = batch(folder, out="talks/out.jsonl")
    assert ran.ids() == ["a/z", "b", "c"]
    assert batch(folder, out="talks/out.jsonl").ids() == ["a/z", "b", "c"]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join([talk("a"), talk("b")]),
        f"[{talk('a')},\n {talk('b')}]",
        json.dumps(json.loads(talk("a")), indent=1) + talk("b"),
        "id,speaker,text\na,customer,hello\nb,customer,hello\n",
    ],
    ids=["lines", "list", "objects", "csv"],
)
def test_stdin_is_told_apart(batch: Batch, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """By its first characters."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(text.encode()))))
    assert batch("-").ids() == ["a", "b"]


def test_stdin_is_not_gone_on_with(batch: Batch) -> None:
    """It is not there twice."""
    with pytest.raises(InputError, match="save it to a file first"):
        batch("-", resume=True)


def test_a_line_of_a_hundred_megabytes_is_refused_and_never_held(batch: Batch, tmp_path: Path) -> None:
    """The lines around it are scored."""
    source = tmp_path / "in.jsonl"
    with source.open("wb") as out:
        out.write(f"{talk('a')}\n".encode())
        for _ in range(100):
            out.write(b"x" * 1_000_000)
        out.write(f"\n{talk('b')}\n".encode())
    tracemalloc.start()
    ran = batch(source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ran.ids() == ["a", "b"]
    assert ran.rejected() == [(2, "longer than 100,000 bytes, which is the most for one record; split it")]
    assert peak < 2_000_000


def test_only_so_many_records_are_read_as_asked(batch: Batch, tmp_path: Path) -> None:
    """Bad ones count."""
    source = write(tmp_path / "in.jsonl", talk("a"), "", "{broken", talk("b"), talk("c"))
    ran = batch(source, limit=3)
    assert ran.ids() == ["a", "b"]
    assert [line for line, _ in ran.rejected()] == [3]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.jsonl", None, "No such file"),
        ("in.docx", b"x", "is of no known kind"),
        ("in.csv", "id".encode("utf-16"), "is UTF-16: convert it"),
        ("folder", None, "holds no file that can be read"),
        ("in.parquet", b"PAR?", "cannot be read as Parquet"),
    ],
)
def test_what_cannot_be_read_at_all_ends_the_batch(
    batch: Batch, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    """Before anything is written."""
    (tmp_path / "folder").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        batch(tmp_path / name)
    assert not (tmp_path / "out.jsonl").exists()


def test_an_input_is_never_written_over(batch: Batch, tmp_path: Path) -> None:
    """Nor given twice."""
    source = write(tmp_path / "out.jsonl", talk("a"))
    with pytest.raises(InputError, match="would be overwritten"):
        batch(source)
    other = write(tmp_path / "in.jsonl", talk("a"))
    with pytest.raises(InputError, match="is given twice"):
        batch(other, other)
