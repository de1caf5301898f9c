"""Runs in a Spark executor, where it is shipped as text: scores Arrow batches by modules out of an archive.

It imports the standard library and pyarrow only.
"""

import gc
import importlib
import importlib.abc
import io
import json
import sys
import threading
import traceback
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import ModuleType

Batch = Any  # a pyarrow.RecordBatch: pyarrow is imported where Spark calls
PLACE = ("file", "block", "number")
_GC_THRESHOLD = 100_000
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LOCK = threading.Lock()
_JUDGES: dict[str, Any] = {}


class Order(NamedTuple):
    """What the driver wants of an executor.

    Attributes:
        archive: The zip of the modules.
        key: A fingerprint of all of it; a process makes one judge for each.
        factory: Module and name of what makes a `JudgeMaker` of `configuration`.
        columns: Of the result's table: name, path in the document, type.
        rows: Whether a record is a list of messages rather than a conversation.
        whole: Fields of a conversation that each of its messages may have; `turn`: those of a turn.
        longest: Bytes that a record may have, and what is said of a longer one.
    """

    archive: bytes
    key: str
    factory: tuple[str, str]
    configuration: str
    columns: tuple[tuple[str, tuple[str, ...], str], ...]
    rows: bool
    whole: tuple[str, ...]
    turn: tuple[str, ...]
    longest: tuple[int, str]


class ArchiveFinder(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):  # type: ignore[misc]  # in typeshed's bases
    """Imports modules out of the bytes of a zip archive; nothing is written to disk."""

    def __init__(self, archive: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            self._files = {name: opened.read(name) for name in opened.namelist()}
        self.roots = frozenset(name.partition("/")[0] for name in self._files)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Where a module of the archive is."""
        del path, target
        base = fullname.replace(".", "/")
        for name, package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
            if name in self._files:
                # not `spec_from_file_location`, which makes the path one of the executor's working folder
                spec = ModuleSpec(fullname, self, origin=name, is_package=package)
                spec.has_location = True
                return spec
        return None

    def get_filename(self, fullname: str) -> str:
        """The file of a module, inside the archive."""
        base = fullname.replace(".", "/")
        return f"{base}/__init__.py" if f"{base}/__init__.py" in self._files else f"{base}.py"

    def get_data(self, path: str | bytes) -> bytes:
        """A file of the archive."""
        name = path.decode() if isinstance(path, bytes) else path
        try:
            return self._files[name.replace("\\", "/")]
        except KeyError as fault:
            raise OSError(f"{name!r} is not in the archive") from fault


@contextmanager
def modules_of(archive: bytes) -> Iterator[None]:
    """While it lasts, our names mean the archive's modules, whatever else of those names is installed or imported.

    The modules keep each other afterwards; others that were imported before come back.
    """
    finder = ArchiveFinder(archive)
    before = _taken(finder.roots)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _taken(finder.roots)
        sys.modules.update(before)


def _taken(roots: frozenset[str]) -> "dict[str, ModuleType]":
    """Take those modules out of the imported ones."""
    names = [name for name in sys.modules if name.partition(".")[0] in roots]
    return {name: sys.modules.pop(name) for name in names}


def judge_of(order: Order) -> Any:
    """The judge of an order, made once in a process."""
    with _LOCK:
        judge = _JUDGES.get(order.key)
        if judge is None:
            module, name = order.factory
            with modules_of(order.archive):
                judge = getattr(importlib.import_module(module), name)(order.configuration)()
            _JUDGES[order.key] = judge
            gc.collect()
            gc.freeze()
            gc.set_threshold(_GC_THRESHOLD, 20, 100)
        return judge


def score_batches(batches: Iterable[Batch], order: Order) -> Iterator[Batch]:
    """Score Arrow batches with the columns `record`, `problem`, `known`, `input_sha256` and those of a place.

    A record of which `known` has the conversation's id is as it was when it was scored, and only passes.
    """
    import pyarrow as pa  # noqa: PLC0415  # an executor has it, the driver's other commands need not

    judge = judge_of(order)
    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in result_columns(order.columns)])
    for batch in batches:
        given = batch.to_pydict()
        records = zip(given["record"], given["problem"], given["known"], strict=True)
        found = [
            {"id": known, "unchanged": True} if known else _row(judge, order, record, problem)
            for record, problem, known in records
        ]
        for name in (*PLACE, "input_sha256"):
            for row, value in zip(found, given[name], strict=True):
                row[name] = value
        yield pa.RecordBatch.from_pylist(found, schema=schema)


def result_columns(columns: Sequence[tuple[str, tuple[str, ...], str]]) -> list[tuple[str, str]]:
    """Names and Arrow types of a scored row: the table's, the document, and what a merge and a reject need."""
    types = {"VARCHAR": "string", "JSON": "string", "DOUBLE": "float64", "BIGINT": "int64", "BOOLEAN": "bool_"}
    return [
        *((name, types[kind]) for name, _, kind in columns),
        ("document", "string"),
        ("input_sha256", "string"),
        ("turn_count", "int64"),
        ("unchanged", "bool_"),
        ("reason", "string"),
        ("head", "string"),
        *zip(PLACE, ("string", "int64", "int64"), strict=True),
    ]


def _row(judge: Any, order: Order, record: bytes, problem: str | None) -> dict[str, Any]:
    found = _judged(judge, order, record, problem)
    if hasattr(found, "reason"):
        return {"id": found.id or None, "reason": found.reason, "head": found.head or None}
    document = json.loads(found.line)
    row = {name: _cell(document, path, kind) for name, path, kind in order.columns}
    return row | {"document": found.line.decode(), "turn_count": found.turns}


def _judged(judge: Any, order: Order, record: bytes, problem: str | None) -> Any:
    try:
        if problem:
            return judge.refuse(record, problem)
        record = (
            conversation_of(record, order.whole, order.turn) if order.rows else record.removeprefix(b"\xef\xbb\xbf")
        )
        longest, reason = order.longest
        return judge.refuse(record[:longest], reason) if len(record) > longest else judge.judge(record)
    except Exception as fault:  # noqa: BLE001  # the process edge: one record must not end the batch
        where = traceback.extract_tb(fault.__traceback__)[-1]
        return judge.refuse(record, f"the scorer failed: {type(fault).__name__} in {where.name}: {fault}")


def conversation_of(rows: bytes, whole: Sequence[str], turn: Sequence[str]) -> bytes:
    """The conversation of a JSON list of messages, as a batch on one machine makes it.

    Turns stand in the order of their times where each has one, else in that of the rows.
    """
    messages = json.loads(rows)
    head: dict[str, Any] = {}
    for message in messages:
        for name in whole:
            if message.get(name) not in {None, ""}:
                head.setdefault(name, message[name])
    turns = [{name: one[name] for name in turn if one.get(name) not in {None, ""}} for one in messages]
    times = [_seconds(one.get("at")) for one in turns]
    if None not in times:
        turns = [turns[place] for place in sorted(range(len(turns)), key=lambda place: times[place] or 0.0)]
    for one in turns:
        one.setdefault("text", "")
    return _ENCODE({**head, "turns": turns}).encode()


def _seconds(value: object) -> float | None:
    """A time as seconds, to sort by; None where it is none, which the judge tells."""
    try:
        if isinstance(value, str) and not value.isdigit():
            found = datetime.fromisoformat(value.strip())
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        return float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def _cell(document: Any, path: tuple[str, ...], kind: str) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    if document is None:
        return None
    match kind:
        case "JSON":
            return _ENCODE(document)
        case "DOUBLE":
            return float(document)
        case "VARCHAR":
            return str(document)
        case _:
            return document
