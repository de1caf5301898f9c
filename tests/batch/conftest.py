"""Batches of a judge that only gives back what it reads."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plain_judge import make_plain_judge

from orchestrator.batch.inputs.source import Limits
from orchestrator.batch.run import BatchEnd, BatchJob, run_batch

SMALL = Limits(chunk=2_000, longest=100_000)


@dataclass(frozen=True)
class Ran:
    """What a batch left behind."""

    end: BatchEnd
    out: Path
    rejects: Path

    def results(self) -> list[dict[str, Any]]:
        """The result's documents."""
        return [json.loads(line) for line in self.out.read_bytes().splitlines()]

    def ids(self) -> list[str]:
        """Those of the scored conversations, in order."""
        return [document["id"] for document in self.results()]

    def texts(self) -> dict[str, list[str]]:
        """What is said in each conversation."""
        return {one["id"]: [turn["text"] for turn in one["turns"]] for one in self.results()}

    def rejected(self) -> list[tuple[int, str]]:
        """Line and reason of each rejected record."""
        if not self.rejects.exists():
            return []
        documents = [json.loads(line) for line in self.rejects.read_bytes().splitlines()]
        return [(document["line"], document["reason"]) for document in documents]


RunBatch = Callable[..., Ran]


@pytest.fixture
def batch(tmp_path: Path) -> RunBatch:
    """Runs a batch in this process over files, into `out.jsonl` beside them; options are those of a `BatchJob`."""

    def run(*inputs: Path | str, out: str = "out.jsonl", **options: Any) -> Ran:
        given = {"processes": 0, "limits": SMALL, **options}
        rejects = given.pop("rejects", tmp_path / f"{out}.rejects.jsonl")
        use = given.pop("use", None)
        job = BatchJob(inputs=tuple(str(one) for one in inputs), out=tmp_path / out, rejects=rejects, **given)
        return Ran(run_batch(job, make_plain_judge, watch=lambda _: None, use=use), tmp_path / out, rejects)

    return run
