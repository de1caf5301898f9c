"""Worker processes that end, and what becomes of their records."""

from pathlib import Path
from typing import Any

import pytest
from plain_judge import make_no_judge, make_plain_judge, talk

from orchestrator.batch.chunk import Chunk, Position
from orchestrator.batch.pool import Processes
from orchestrator.core.errors import SwitchboardError

Batch = Any


def write(path: Path, count: int, said: dict[int, str]) -> Path:
    """So many conversations, some of which say something."""
    lines = (talk(f"c{number}", said.get(number, "hello")) for number in range(count))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_processes_give_the_bytes_of_one(batch: Batch, tmp_path: Path) -> None:
    """In the order of the input; one of them is killed, and nothing is missing."""
    source = write(tmp_path / "in.jsonl", 300, {40: f"die once {tmp_path / 'died'}", 200: "raise"})
    here = batch(write(tmp_path / "plain.jsonl", 300, {40: f"die once {tmp_path}", 200: "raise"}), out="1.jsonl")
    there = batch(source, out="2.jsonl", processes=2)
    assert (tmp_path / "died").exists()
    assert here.ids() == there.ids()
    assert here.rejected() == there.rejected()
    assert (here.end.processes, there.end.processes) == (0, 2)


def test_a_conversation_that_ends_its_process_twice_is_rejected(batch: Batch, tmp_path: Path) -> None:
    """It alone: those of its chunk are scored."""
    ran = batch(write(tmp_path / "in.jsonl", 40, {7: "die"}), processes=1)
    assert [f"c{number}" for number in range(40) if number != 7] == ran.ids()
    reason = "it ended the process that scored it, twice, the last time by signal SIGKILL"
    assert [(8, reason)] == ran.rejected()


def test_a_process_that_takes_too_long_is_ended() -> None:
    """The record that it hangs on is refused, the other one is scored."""
    chunk = Chunk("in", f"{talk('a', 'hang')}\n{talk('b')}".encode(), 1, Position(offset=1))
    ((_, result),) = Processes(make_plain_judge, count=1, patience_s=3.2).score([chunk])
    assert [one.id for one in result.scored] == ["b"]
    reason = "it ended the process that scored it, twice, the last time as it took longer than 0.4 s"
    assert [(one.place, one.reason) for one in result.refused] == [(0, reason)]


def test_a_judge_that_cannot_be_made_ends_the_batch() -> None:
    """With its reason."""
    chunk = Chunk("in", talk("a").encode(), 1, Position(offset=1))
    with pytest.raises(SwitchboardError, match="could not be made in a worker process: ValueError: told to"):
        list(Processes(make_no_judge, count=1).score([chunk]))
