"""Reads the records of a batch without scoring them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from orchestrator.batch.chunk import Position
from orchestrator.batch.inputs.files import find_files
from orchestrator.batch.inputs.opening import open_sources
from orchestrator.batch.run import BatchJob
from orchestrator.batch.walk import walk


def read_records(job: BatchJob) -> Iterator[bytes]:
    """Each record as the scorer is given it, but for those that the reader gives up; nothing is written beside.

    Raises:
        InputError: The input cannot be read.
    """
    files = find_files(job.inputs, never=(job.out, job.rejects))
    with tempfile.TemporaryDirectory(prefix="switchboard-") as folder:
        sources = open_sources(files, job.columns, job.limits, folder=Path(folder), watch=lambda: None, form=job.form)
        for chunk in walk(sources, Position(), limit=job.limit):
            if not chunk.refused:
                yield from (record for record in chunk.data.split(b"\n") if record and not record.isspace())
