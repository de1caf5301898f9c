"""Batches that are interrupted, refused, and gone on with."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from plain_judge import talk

from orchestrator.batch.partial import PartialFolder
from orchestrator.core.errors import InputError, SwitchboardError

Batch = Any


def lines(path: Path, *, trouble: str = "") -> Path:
    """Five hundred conversations with a bad record and a repeated id; the last but one says something."""
    texts = [talk(f"c{number}", f"text {number}") for number in range(500)]
    texts[100], texts[200], texts[498] = "{broken", talk("c3"), talk("c498", trouble or "hello")
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def rows(path: Path, *, trouble: str = "") -> Path:
    """The same as rows of messages, apart from each other."""
    messages = [(f"c{number % 250}", f"text {number}") for number in range(500)] + [("last", trouble or "hello")]
    text = "".join(f"{name},customer,{text}\n" for name, text in messages)
    path.write_text(f"id,speaker,text\n{text}", encoding="utf-8")
    return path


@pytest.mark.parametrize(("make", "name"), [(lines, "in.jsonl"), (rows, "in.csv")])
def test_an_interrupted_batch_is_gone_on_with_to_the_same_bytes(
    batch: Batch, tmp_path: Path, make: Any, name: str
) -> None:
    """The result appears when it is whole, and what was being written is gone then."""
    trouble = f"interrupt once {tmp_path / 'interrupted'}"
    source = make(tmp_path / name, trouble=trouble)
    with pytest.raises(KeyboardInterrupt):
        batch(source)
    assert not (tmp_path / "out.jsonl").exists()
    held = json.loads((tmp_path / "out.jsonl.partial" / "checkpoint.json").read_text())
    assert held["conversations"] > 100
    again = batch(source, resume=True)
    assert again.end.resumed
    straight = batch(source, out="straight.jsonl")
    assert straight.out.read_bytes() == again.out.read_bytes()
    assert straight.rejected() == again.rejected()
    assert (straight.end.conversations, straight.end.turns, straight.end.rejected) == (
        again.end.conversations,
        again.end.turns,
        again.end.rejected,
    )
    assert not (tmp_path / "out.jsonl.partial").exists()


def interrupt(batch: Batch, tmp_path: Path) -> Path:
    """Leave an unfinished batch behind; its input."""
    source = lines(tmp_path / "in.jsonl", trouble=f"interrupt once {tmp_path / 'interrupted'}")
    with pytest.raises(KeyboardInterrupt):
        batch(source)
    return source


def test_an_unfinished_batch_is_not_written_over_unasked(batch: Batch, tmp_path: Path) -> None:
    """Either option says what is meant."""
    source = interrupt(batch, tmp_path)
    with pytest.raises(InputError, match="go on with it by --resume, or begin anew by --overwrite"):
        batch(source)
    assert not batch(source, overwrite=True).end.resumed


def test_what_is_gone_on_with_is_the_same_batch(batch: Batch, tmp_path: Path) -> None:
    """The same files as they were, and the same settings."""
    source = interrupt(batch, tmp_path)
    with pytest.raises(InputError, match="the scorer's version is '2', and was 'none'"):
        batch(source, resume=True, settings={"scorer's version": "2"})
    with pytest.raises(InputError, match="the limit is '7', and was 'None'"):
        batch(source, resume=True, limit=7)
    os.utime(source, (1, 1))
    with pytest.raises(InputError, match="has changed since"):
        batch(source, resume=True)


def test_resuming_what_was_not_begun_begins_it(batch: Batch, tmp_path: Path) -> None:
    """So that the same command can be given again and again."""
    ran = batch(lines(tmp_path / "in.jsonl"), resume=True)
    assert (ran.end.conversations, ran.end.resumed) == (498, False)


def test_a_failure_after_the_scoring_scores_nothing_again(batch: Batch, tmp_path: Path) -> None:
    """What uses the result failed: it is given the lines once more, and no conversation is scored."""
    source = lines(tmp_path / "in.jsonl")
    given: list[int] = []

    def use(result: Path) -> None:
        given.append(result.stat().st_size)
        if len(given) == 1:
            raise OSError("no space")

    with pytest.raises(SwitchboardError, match="no space; mend that, then use --resume"):
        batch(source, use=use)
    assert not (tmp_path / "out.jsonl").exists()
    again = batch(source, use=use, resume=True)
    assert (again.end.conversations, again.end.turns_now) == (498, 0)
    assert [again.out.stat().st_size] * 2 == given


def test_a_checkpoint_that_cannot_be_read_says_so(batch: Batch, tmp_path: Path) -> None:
    """With the mend."""
    source = interrupt(batch, tmp_path)
    (tmp_path / "out.jsonl.partial" / "checkpoint.json").write_text("{")
    with pytest.raises(SwitchboardError, match=r"cannot be read .* begin anew with --overwrite"):
        batch(source, resume=True)


def test_two_processes_never_write_one_result(batch: Batch, tmp_path: Path) -> None:
    """The second is refused, and the first goes on."""
    with PartialFolder(tmp_path / "out.jsonl").owned(), pytest.raises(InputError, match="another process writes"):
        batch(lines(tmp_path / "in.jsonl"))


def test_a_lock_goes_with_its_process(batch: Batch, tmp_path: Path) -> None:
    """However that ended."""
    code = (
        "import os, signal, sys; from pathlib import Path; from orchestrator.batch.partial import PartialFolder\n"
        "with PartialFolder(Path(sys.argv[1])).owned(): os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path / "out.jsonl")], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert batch(lines(tmp_path / "in.jsonl")).end.conversations == 498


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may become larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [5_000, 15_000, 40_000])
def test_a_full_disk_is_told_and_the_batch_goes_on_later(batch: Batch, tmp_path: Path, size: int) -> None:
    """Whichever file did not fit."""
    source = lines(tmp_path / "in.jsonl")
    with full_disk(size), pytest.raises(SwitchboardError, match="mend that, then use --resume"):
        batch(source)
    again, straight = batch(source, resume=True), batch(source, out="straight.jsonl")
    assert straight.out.read_bytes() == again.out.read_bytes()


def test_bad_input_leaves_nothing_to_go_on_with(batch: Batch, tmp_path: Path) -> None:
    """Mended, the same command works."""
    source = rows(tmp_path / "in.csv")
    with pytest.raises(InputError, match="has no column 'body'"):
        batch(source, columns={"text": "body"})
    assert batch(source).end.conversations == 251


def test_a_rejects_file_of_before_does_not_stay(batch: Batch, tmp_path: Path) -> None:
    """It would look like that of the batch without any."""
    source = lines(tmp_path / "in.jsonl")
    assert len(batch(source).rejected()) == 2
    source.write_text(talk("a"), encoding="utf-8")
    assert batch(source).rejected() == []


def test_places_for_rejects_are_found_before_the_work(batch: Batch, tmp_path: Path) -> None:
    """A folder that is missing is made; a file where a folder is needed ends it."""
    source = lines(tmp_path / "in.jsonl")
    batch(source, rejects=tmp_path / "made" / "rejects.jsonl")
    assert len((tmp_path / "made" / "rejects.jsonl").read_bytes().splitlines()) == 2
    with pytest.raises(InputError, match=r"--rejects .* cannot be written: File exists"):
        batch(source, rejects=source / "rejects.jsonl")
    with pytest.raises(InputError, match=r"--rejects .* is a folder"):
        batch(source, rejects=tmp_path)
