"""The files that a batch reads: found, opened, and told apart."""

import gzip
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from orchestrator.core.errors import InputError

STDIN = "-"
_KINDS = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
_OTHER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of records.

    Attributes:
        path: None for stdin.
        kind: `lines` (JSON Lines), `json`, `csv` or `parquet`; `stream` for stdin.
        size: In bytes as it lies there, packed or not; 0 for stdin.
        changed_ns: When it was last changed.
    """

    name: str
    path: Path | None
    kind: str
    packed: bool = False
    size: int = 0
    changed_ns: int = 0

    @contextmanager
    def open(self) -> Iterator["OpenFile"]:
        """Its bytes, unpacked."""
        if self.path is None:
            yield OpenFile(sys.stdin.buffer, None, 0)
            return
        with self.path.open("rb") as raw:
            if not self.packed:
                yield OpenFile(raw, raw, self.size)
                return
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield OpenFile(cast("BinaryIO", unpacked), raw, self.size)


class OpenFile:
    """An open file, and how much of it was read."""

    def __init__(self, stream: BinaryIO, raw: BinaryIO | None, size: int) -> None:
        self.stream = stream
        self._raw = raw
        self._size = size

    def share(self) -> float | None:
        """Of the file that was read, 0 to 1; None for stdin."""
        if self._raw is None:
            return None
        return min(1.0, self._raw.tell() / self._size) if self._size else 1.0


def find_files(inputs: Sequence[str], *, never: Sequence[Path]) -> list[InputFile]:
    """The files of files and folders, in the order given, a folder's by name.

    Args:
        inputs: As given on the command line; `-` is stdin.
        never: What the batch itself writes, left out where it lies in a folder that is read.

    Raises:
        InputError: There is no such file, or it is of no kind that is read.
    """
    found: list[InputFile] = []
    for text in inputs:
        if text == STDIN:
            found.append(InputFile("stdin", None, "stream"))
            continue
        path = Path(text)
        if path.is_dir():
            found += _folder(path, never=[place.resolve() for place in never])
        else:
            found.append(_file(path))
    names = [file.name for file in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{twice!r} is given twice: give it once")
    return found


def _folder(folder: Path, *, never: Sequence[Path]) -> list[InputFile]:
    paths = sorted(
        path
        for path in folder.rglob("*")
        if _kind(path) and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    )
    found = [
        _file(path)
        for path in paths
        if path.is_file() and not any(path.resolve().is_relative_to(place) for place in never)
    ]
    if not found:
        raise InputError(
            f"the folder {str(folder)!r} holds no file that can be read: give one with {', '.join(_KINDS)}"
        )
    return found


def _kind(path: Path) -> str | None:
    suffixes = path.suffixes[:-1] if path.suffix.lower() == ".gz" else path.suffixes
    return _KINDS.get(suffixes[-1].lower()) if suffixes else None


def _file(path: Path) -> InputFile:
    kind = _kind(path)
    try:
        status = path.stat()
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}; name a file, a folder, or -") from None
    if kind is None:
        raise InputError(f"{str(path)!r} is of no known kind: give a file with {', '.join(_KINDS)} (.gz too)")
    encoding = _OTHER_MARKS.get(head[:2])
    if encoding is not None:
        raise InputError(f"{str(path)!r} is {encoding}: convert it, as with iconv -f {encoding} -t UTF-8")
    packed = path.suffix.lower() == ".gz"
    if packed and kind == "parquet":
        raise InputError(f"{str(path)!r}: Parquet packs itself; unpack it with gunzip")
    return InputFile(os.fspath(path), path, kind, packed, status.st_size, status.st_mtime_ns)
