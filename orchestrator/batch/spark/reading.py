"""Reads conversations of files or a table by DataFrames: one record for each, with its place."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.batch.inputs.columns import FIELDS, TURN, WHOLE, find_columns, is_nested
from orchestrator.batch.spark.names import quoted
from orchestrator.core.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_KINDS = {"jsonl": "lines", "ndjson": "lines", "csv": "csv", "tsv": "csv", "parquet": "parquet"}
_DELIMITERS = (",", ";", "\t", "|")
_TIMES = {
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}
_WRONG = "_switchboard_wrong"
PLACE = ("file", "block", "number")
NO_ID = "the row has no id: every message needs that of its conversation"


class Records(NamedTuple):
    """Records of one form.

    Attributes:
        frame: With the columns `file`, `block`, `number`, `record` (bytes), `problem`.
        rows: Whether a record is a list of messages.
        ordered: The places of all rows there are, with `before`, the lines of a file that are no rows; None for a
            table, whose rows stand in no order.
    """

    frame: "DataFrame"
    rows: bool
    ordered: "DataFrame | None"


class Found(NamedTuple):
    """What there is to be read; `ignored` are the columns that nothing is made of."""

    inputs: tuple[str, ...]
    records: tuple[Records, ...]
    ignored: tuple[str, ...] = ()


def read_table(spark: "SparkSession", name: str, columns: Mapping[str, str]) -> Found:
    """The conversations of a table: one a row where it has `turns`, else one message a row."""
    if not spark.catalog.tableExists(name):
        raise InputError(f"there is no table {name!r}: name one that SHOW TABLES lists, with its catalog and schema")
    return _of_frame(spark.table(quoted(name)), name, columns)


def _of_frame(frame: "DataFrame", name: str, columns: Mapping[str, str]) -> Found:
    from pyspark.sql import functions as f  # noqa: PLC0415  # an extra

    place = [f.lit(name).alias("file"), f.lit(0).cast("bigint").alias("block")]
    if columns.get("turns", "turns").lower() in {one.lower() for one in frame.columns}:
        number = f.monotonically_increasing_id().alias("number")
        picked, ignored = _nested(frame, columns)
        return Found((name,), (Records(frame.select(*place, number, *picked), rows=False, ordered=None),), ignored)
    found = find_columns(frame.columns, columns, file=name)
    fields = _fields(frame.columns, found.places, frame.__getitem__)
    # rows of a table have no order, so that the same ones must be sorted by what they hold
    rows = frame.select(
        *place, f.lit(0).cast("bigint").alias("number"), f.lit(None).cast("string").alias("problem"), *fields
    )
    return Found((name,), (Records(_grouped(rows), rows=True, ordered=None),), found.ignored)


def read_files(spark: "SparkSession", inputs: Sequence[str], columns: Mapping[str, str]) -> Found:
    """The conversations of files and folders, wherever Spark finds them."""
    names = _list_files(spark, inputs)
    by_kind: dict[str, list[str]] = {}
    for name in names:
        by_kind.setdefault(_kind_of(name), []).append(name)
    reader = _Files(spark, columns)
    records = [reader.read(kind, files) for kind, files in sorted(by_kind.items())]
    messages = [one for one in records if one.rows]
    together = [one for one in records if not one.rows]
    if messages:
        first, *others = messages
        frame, ordered = first.frame, first.ordered
        for one in others:
            frame = frame.unionByName(one.frame, allowMissingColumns=True)
            ordered = ordered.union(one.ordered) if ordered is not None and one.ordered is not None else None
        together.append(Records(_grouped(frame), rows=True, ordered=ordered))
    return Found(tuple(names), tuple(together), tuple(sorted(reader.ignored)))


def _list_files(spark: "SparkSession", inputs: Sequence[str]) -> list[str]:
    """The files below those paths that are of a kind which is read; no content is read for it."""
    found = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(list(inputs)).select("path")
    paths = sorted(row[0] for row in found.collect())
    known = [path for path in paths if _ending(path) in _KINDS]
    if len(inputs) == len(paths) and len(known) < len(paths):
        wrong = next(path for path in paths if path not in known)
        raise InputError(f"{wrong!r} is of no kind that Spark reads here: give .jsonl (.gz too), .csv or .parquet")
    if not known:
        raise InputError(
            f"{', '.join(inputs)!r} holds no file that can be read: give .jsonl (.gz too), .csv or .parquet"
        )
    return known


def _ending(path: str) -> str:
    return path.lower().removesuffix(".gz").rpartition(".")[2]


def _kind_of(path: str) -> str:
    return _KINDS[_ending(path)]


class _Files:
    """Reads files of one kind at a time; `ignored` gathers columns of which nothing is made."""

    def __init__(self, spark: "SparkSession", columns: Mapping[str, str]) -> None:
        self._spark = spark
        self._columns = columns
        self.ignored: set[str] = set()

    def read(self, kind: str, files: list[str]) -> Records:
        """The records of files; messages are not yet brought together."""
        match kind:
            case "lines":
                return self._lines(files)
            case "csv":
                return self._csv(files)
            case _:
                return self._parquet(files)

    def _lines(self, files: list[str]) -> Records:
        from pyspark.sql import functions as f  # noqa: PLC0415

        read = self._spark.read.option("lineSep", "\n").text(files)
        lines = read.select(*_place(), f.col("value"))
        kept = lines.where(f.trim(f.translate("value", "\r\t\ufeff", "   ")) != "")
        ordered = _ordered(read, before=0)
        header = self._header_of_messages(files)
        if header is None:
            record = f.col("value").cast("binary").alias("record")
            return Records(kept.select(*PLACE, record, _none("problem")), rows=False, ordered=ordered)
        found = find_columns(header, self._columns, file=files[0])
        self.ignored |= set(found.ignored)
        names = [header[place] for place in found.places.values()]
        schema = ", ".join([*(f"{_tick(name)} STRING" for name in names), f"`{_WRONG}` STRING"])
        options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": _WRONG}
        read_rows = kept.select(
            *PLACE, f.from_json(f.ltrim(f.translate("value", "\ufeff", "")), schema, options).alias("row")
        )
        wrong = f.col("row").isNull() | f.col(f"row.{_WRONG}").isNotNull()
        problem = f.when(wrong, f.lit("not JSON: write one message a line, as an object")).alias("problem")
        fields = _fields(header, found.places, lambda name: f.col(f"row.{_tick(name)}"))
        return Records(read_rows.select(*PLACE, problem, *fields), rows=True, ordered=ordered)

    def _header_of_messages(self, files: list[str]) -> list[str] | None:
        """The names in the first line where lines hold a message each; None where they hold conversations."""
        first = self._first_line(files[0])
        try:
            document = json.loads(first)
            names = list(document) if isinstance(document, dict) else []
            if not self._columns:
                if is_nested(names):
                    return None
                find_columns(names, {}, file=files[0])
        except (ValueError, InputError):
            return list(self._columns.values()) or None
        return names

    def _csv(self, files: list[str]) -> Records:
        from pyspark.sql import functions as f  # noqa: PLC0415

        first = self._first_line(files[0])
        delimiter = max(_DELIMITERS, key=first.count)
        header = next(csv.reader([first], delimiter=delimiter), [])
        found = find_columns(header, self._columns, file=files[0])
        self.ignored |= set(found.ignored)
        schema = ", ".join([*(f"{_tick(name)} STRING" for name in header), f"`{_WRONG}` STRING"])
        options = {"header": "true", "multiLine": "true", "quote": '"', "escape": '"', "sep": delimiter}
        options |= {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": _WRONG, "enforceSchema": "false"}
        read = self._spark.read.schema(schema).options(**options).csv(files)
        unquoted = f.regexp_replace(_WRONG, '"([^"]|"")*"', "")
        cells = f.length(unquoted) - f.length(f.translate(unquoted, delimiter, "")) + 1
        reason = f"the row has more cells than the header, which has {len(header)}; quote what holds the delimiter"
        problem = f.when(cells > len(header), f.lit(reason)).alias("problem")
        fields = _fields(header, found.places, lambda name: f.col(_tick(name)))
        return Records(read.select(*_place(), problem, *fields), rows=True, ordered=_ordered(read, before=1))

    def _parquet(self, files: list[str]) -> Records:
        from pyspark.sql import functions as f  # noqa: PLC0415

        read = self._spark.read.parquet(*files)
        ordered = _ordered(read, before=0)
        if is_nested(read.columns):
            picked, ignored = _nested(read, self._columns)
            self.ignored |= set(ignored)
            return Records(read.select(*_place(), *picked), rows=False, ordered=ordered)
        found = find_columns(read.columns, self._columns, file=files[0])
        self.ignored |= set(found.ignored)
        fields = _fields(read.columns, found.places, lambda name: f.col(_tick(name)))
        return Records(read.select(*_place(), _none("problem"), *fields), rows=True, ordered=ordered)

    def _first_line(self, file: str) -> str:
        lines = self._spark.read.option("lineSep", "\n").text(file).limit(1).collect()
        return lines[0][0].removeprefix("\ufeff").rstrip("\r") if lines else ""


def _place() -> "list[Column]":
    """Where a row is; ascending numbers within a block of a file, which one task reads in order."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    return [
        f.col("_metadata.file_path").alias("file"),
        f.col("_metadata.file_block_start").alias("block"),
        f.monotonically_increasing_id().alias("number"),
    ]


def _ordered(read: "DataFrame", *, before: int) -> "DataFrame":
    from pyspark.sql import functions as f  # noqa: PLC0415

    return read.select(*_place(), f.lit(before).alias("before"))


def _none(name: str) -> "Column":
    from pyspark.sql import functions as f  # noqa: PLC0415

    return f.lit(None).cast("string").alias(name)


def _tick(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _fields(header: Sequence[str], places: Mapping[str, int], column: "Callable[[str], Column]") -> "list[Column]":
    """Every field there may be as text, null where it is not given; a time first, for rows that have no order."""
    names = ("at", *(name for name in FIELDS if name != "at"))
    return [
        (column(header[places[name]]).cast("string") if name in places else _none(name)).alias(name) for name in names
    ]


def _nested(frame: "DataFrame", columns: Mapping[str, str]) -> "tuple[list[Column], tuple[str, ...]]":
    """The record and problem of rows that hold a conversation each, and the columns that are no part of it."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    by_name = {name.lower(): name for name in frame.columns}
    wanted = {name: by_name.get(columns.get(name, name).lower()) for name in (*WHOLE, "turns", "metadata")}
    given = [frame[_tick(found)].alias(name) for name, found in wanted.items() if found is not None]
    ignored = tuple(name for name in frame.columns if name not in wanted.values())
    return [f.to_json(f.struct(*given), _TIMES).cast("binary").alias("record"), _none("problem")], ignored


def _grouped(rows: "DataFrame") -> "DataFrame":
    """Messages brought together by their conversation's id."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    nameless = f.coalesce(f.trim("id"), f.lit("")) == ""
    lost = rows.where(nameless).select(
        *PLACE, f.lit("?").cast("binary").alias("record"), f.coalesce("problem", f.lit(NO_ID)).alias("problem")
    )
    kept = ("at", *(name for name in FIELDS if name != "at"))
    message = f.struct(*PLACE, "problem", *kept)
    one = rows.where(~nameless).groupBy("id").agg(f.sort_array(f.collect_list(message)).alias("rows"))
    texts = f.transform("rows", lambda row: f.struct(*(row[name].alias(name) for name in (*WHOLE, *TURN))))
    problems = f.filter(f.transform("rows", lambda row: row["problem"]), lambda problem: problem.isNotNull())
    whole = one.select(
        *(f.col("rows")[0][name].alias(name) for name in PLACE),
        f.to_json(texts).cast("binary").alias("record"),
        f.get(problems, f.lit(0)).alias("problem"),
    )
    return whole.unionByName(lost)
