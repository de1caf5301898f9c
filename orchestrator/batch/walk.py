"""Walks over the sources of a batch, from any place between two chunks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchestrator.batch.chunk import Chunk, Position
from orchestrator.batch.inputs.source import Source


def walk(sources: Sequence[Source], start: Position, *, limit: int | None) -> Iterator[Chunk]:
    """The chunks of all sources after a place, each with its place and share in the whole.

    Args:
        sources: In order.
        start: Where to begin.
        limit: How many records are read at most, with those before `start`; None is all.
    """
    total = sum(source.size for source in sources)
    known = all(source.size for source in sources)
    records = start.records
    done = sum(source.size for source in sources[: start.source])
    for number, source in enumerate(sources[start.source :], start.source):
        first = number == start.source
        for chunk in source.chunks(offset=start.offset if first else 0, line=start.line if first else 0):
            if limit is not None and records >= limit:
                return
            cut = chunk if limit is None else _first_records(chunk, limit - records)
            records += 0 if limit is None else _count(cut)
            share = (done + source.size * (chunk.share or 0)) / total if known else None
            yield replace(cut, after=replace(cut.after, source=number, records=records), share=share)
        done += source.size


def _count(chunk: Chunk) -> int:
    return sum(1 for record in chunk.data.split(b"\n") if record.strip())


def _first_records(chunk: Chunk, most: int) -> Chunk:
    count = 0
    for place, record in enumerate(chunk.data.split(b"\n")):
        count += bool(record.strip())
        if count == most:
            return chunk.part(0, place + 1)
    return chunk
