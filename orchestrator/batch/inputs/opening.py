"""Chooses how each file of a batch is read."""

import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from orchestrator.batch.inputs.columns import find_columns, is_nested
from orchestrator.batch.inputs.converted import Converted
from orchestrator.batch.inputs.files import InputFile
from orchestrator.batch.inputs.grouped_rows import GroupedRows
from orchestrator.batch.inputs.json_documents import JsonDocuments
from orchestrator.batch.inputs.json_lines import JsonLines
from orchestrator.batch.inputs.nested_parquet import NestedParquet
from orchestrator.batch.inputs.source import Limits, Source
from orchestrator.batch.inputs.tables import open_parquet, parquet_header
from orchestrator.core.conversations.formats.known import Format, find_format, format_named
from orchestrator.core.errors import InputError

_DECODE: Callable[[str], tuple[object, int]] = json.JSONDecoder().raw_decode
_PEEK = 64 * 1024
_LOOKED_AT = 1024 * 1024


def open_sources(
    files: Sequence[InputFile],
    columns: Mapping[str, str],
    limits: Limits,
    *,
    folder: Path,
    watch: Callable[[], None],
    form: str | None = None,
) -> list[Source]:
    """The sources of files, in order; files of messages that follow each other are one source.

    Args:
        files: As they were found.
        columns: Columns by field, as `--columns` names them, of the files that hold messages.
        limits: How much is read at once.
        folder: Where rows of messages are brought together.
        watch: Is called now and then while they are.
        form: Whose form of conversations the files of JSON have, by name; None looks at each file.

    Raises:
        InputError: There is no such form, or the files cannot be read so.
    """
    looked = [_look(file, columns, limits, form) for file in files]
    if columns and not any(one.rows for one in looked):
        names = ", ".join(repr(one.file.name) for one in looked[:3])
        raise InputError(f"--columns is for messages one by one, and {names} has whole conversations: leave it out")
    found: list[Source] = []
    for (kind, is_row), group in groupby(looked, key=lambda one: (one.kind, one.rows)):
        together = list(group)
        members = [one.file for one in together]
        if is_row:
            place = folder / f"rows{len(found)}"
            place.mkdir(exist_ok=True)
            found.append(GroupedRows(members, columns, limits, folder=place, watch=watch))
        elif kind == "parquet":
            found += [NestedParquet(file, limits) for file in members]
        else:
            found += [_json_source(one, limits) for one in together]
    return found


def _json_source(looked: "_Looked", limits: Limits) -> Source:
    source = JsonLines(looked.file, limits) if looked.kind == "lines" else JsonDocuments(looked.file, limits)
    return source if looked.form is None else Converted(source, looked.file, looked.form)


class _Looked(NamedTuple):
    file: InputFile
    kind: str
    rows: bool
    form: Format | None = None


def _look(file: InputFile, columns: Mapping[str, str], limits: Limits, form: str | None) -> _Looked:
    """Whether a file has a conversation or a message in each record and in whose form, and what stdin is."""
    if file.kind == "stream":
        file = replace(file, kind=_kind_of_stream())
    if file.kind in {"lines", "json"} and not columns:
        found = find_format(_first_record(file, limits)) if form is None else _format_named(form)
        if found is not None:
            return _Looked(file, file.kind, rows=False, form=found)
    elif form is not None and _format_named(form) is not None:
        other = "--columns is for" if columns else f"{file.name!r} has"
        raise InputError(
            f"--format {form} is for JSON with a conversation in each record, and {other} rows of messages"
        )
    match file.kind:
        case "csv":
            return _Looked(file, file.kind, rows=True)
        case "parquet":
            with open_parquet(file) as connection:
                return _Looked(file, file.kind, rows=not is_nested(parquet_header(connection)))
        case "lines":
            return _Looked(file, file.kind, rows=_holds_messages(file, columns))
        case _:
            return _Looked(file, file.kind, rows=False)


def _format_named(name: str) -> Format | None:
    try:
        return format_named(name)
    except ValueError as error:
        raise InputError(f"--format: {error}") from None


def _first_record(file: InputFile, limits: Limits) -> object:
    """The first JSON value of a file, of a list the first in it; None where it cannot be read at once."""
    if file.path is None:
        head = _peek_stdin()
    else:
        with file.open() as opened:
            head = (
                opened.stream.readline(limits.longest) if file.kind == "lines" else opened.stream.read(limits.longest)
            )
    text = head.decode(errors="replace").lstrip("\ufeff \t\r\n").removeprefix("[").lstrip()
    try:
        return _DECODE(text)[0] if text else None
    except (ValueError, RecursionError):
        return None


def _kind_of_stream() -> str:
    """Of stdin, from what came first; nothing is taken from it."""
    head = _peek_stdin().lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"[":
        return "json"
    if head[:1] != b"{":
        return "csv" if head else "lines"
    first, line_break, _ = head.partition(b"\n")
    return "json" if line_break and not _is_json(first) else "lines"


def _peek_stdin() -> bytes:
    stream = sys.stdin.buffer
    return stream.peek(_PEEK) if isinstance(stream, io.BufferedReader) else b""


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _holds_messages(file: InputFile, columns: Mapping[str, str]) -> bool:
    """Whether the first line is a message: it has no turns, and the columns of one where they are not named."""
    if file.path is None:
        first = _peek_stdin().partition(b"\n")[0]
    else:
        with file.open() as opened:
            first = opened.stream.readline(_LOOKED_AT)
    try:
        document = json.loads(first.removeprefix(b"\xef\xbb\xbf"))
        if not isinstance(document, dict) or is_nested(list(document)):
            return False
        if not columns:
            find_columns(list(document), {}, file=file.name)
    except (ValueError, RecursionError, InputError):
        return bool(columns)
    return True
