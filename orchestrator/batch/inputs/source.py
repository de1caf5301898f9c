"""A source of a batch's records, and the limits that hold for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from orchestrator.batch.chunk import Chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read at once.

    Attributes:
        chunk: Bytes that one process gets at a time.
        longest: Bytes that one record may have; a longer one is refused, and never held whole.
    """

    chunk: int = 128 * 1024
    longest: int = 16 * 1024 * 1024


class Source(Protocol):
    """Records of one kind, in an order that is always the same."""

    @property
    def size(self) -> int:
        """Bytes of its files; 0 where that is not known."""
        ...

    def chunks(self, *, offset: int, line: int) -> Iterator[Chunk]:
        """The chunks after an offset, which is 0 or that of an earlier chunk's end, as `line` is."""
        ...


HEAD = 400
"""Bytes of a record that is too long, kept to show what it was."""


def too_long(length: int) -> str:
    """What is said of a record over the limit."""
    return f"longer than {length:,d} bytes, which is the most for one record; split it"
