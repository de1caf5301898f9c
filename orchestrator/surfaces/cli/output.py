"""Writes answers to stdout and everything else to stderr."""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from orchestrator.surfaces.terminal.cleaning import clean_lines
from orchestrator.surfaces.terminal.live import LiveRun, live_run
from orchestrator.surfaces.terminal.screen import Screen, screen_for, to_ascii

# Valid inside JSON strings, but a terminal may act on them: they are written as escapes.
_UNSAFE = re.compile(r"[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def out_screen() -> Screen:
    """What stdout can show."""
    return screen_for(sys.stdout, os.environ)


def write(text: str) -> None:
    """Write text for people to stdout, ending in a line break; signs that its encoding lacks become `?`."""
    _write(sys.stdout, text if text.endswith("\n") or not text else f"{text}\n")


def write_json(document: object, *, indent: int | None = 2) -> None:
    """Write one JSON document to stdout; `indent=None` puts it on one line."""
    text = json.dumps(document, ensure_ascii=not _is_utf8(sys.stdout), indent=indent, allow_nan=False)
    _write(sys.stdout, _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def warn(text: str) -> None:
    """Write a message to stderr."""
    _write(sys.stderr, f"{clean_lines(text)}\n")


def _is_utf8(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")


def _write(stream: TextIO, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    known = text if _is_utf8(stream) else to_ascii(text).encode(encoding, "replace").decode(encoding)
    stream.write(known)
    stream.flush()


@contextmanager
def progress(*, keep: bool) -> Iterator[LiveRun | None]:
    """The live display, where there is a terminal to draw it on: stdout if the answer goes there, else stderr."""
    for stream, stays in ((sys.stdout, keep), (sys.stderr, False)):
        screen = screen_for(stream, os.environ)
        if screen.live and (stays or stream is sys.stderr):
            with live_run(stream, screen, keep=stays) as run:
                yield run
            return
    yield None


def field_error(document: Mapping[str, object], name: str) -> str | None:
    """What is wrong with a text field; None when nothing is."""
    value = document.get(name)
    if name not in document:
        return f"the field {name!r} is missing"
    if not isinstance(value, str) or not value.strip():
        return f"the field {name!r} is {value!r}: give text that is not empty"
    return None
