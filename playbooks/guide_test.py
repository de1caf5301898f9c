"""Tests of a guide, `<guide>.test.yaml` beside it: tables and a fixed clock in; path, verdict and evidence out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestrator.core.errors import GuideError, InputError, Place
from orchestrator.core.table import Column, ColumnType, Table, Value
from playbooks.guide import DeclaredTable, Guide, ParameterType
from playbooks.literals import parse_literal, parse_time, parse_timespan
from playbooks.parse import read_text
from playbooks.yaml_values import YamlValue, nearest_names, read_yaml

VERDICTS = ("cause_found", "healthy", "no_data", "inconclusive", "not_covered", "needs_input")
_CASE = ("name", "now", "tz", "message", "alert", "parameters", "tables", "expect")
_EXPECT = ("path", "verdict", "evidence", "questions")
_VERDICT = ("status", "cause", "object", "confidence")
_MAX_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedVerdict:
    """What the verdict must be; None is not compared."""

    status: str
    cause: str | None = None
    object: str | None = None
    confidence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEvidence:
    """What a step must show; None is not compared. `row` are cells of its first row, `text` a part of its sentence."""

    step: str
    status: str | None = None
    kind: str | None = None
    row_count: int | None = None
    row: Mapping[str, object] = field(default_factory=dict)
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideCase:
    """One test: what goes in and what must come out.

    Attributes:
        tables: Recorded telemetry, typed by the guide's declarations; a table that is not given does not exist.
        path: The steps that must run, in the file's order; None is not compared.
        questions: The parameters that must be asked for.
    """

    name: str
    now: datetime
    tz: tzinfo
    message: str
    alert: Mapping[str, object] | None
    parameters: Mapping[str, object]
    tables: Mapping[str, Table]
    verdict: ExpectedVerdict
    path: tuple[str, ...] | None
    evidence: tuple[ExpectedEvidence, ...]
    questions: tuple[str, ...]
    line: int


def cases_path(guide: Guide) -> Path:
    """Where the tests of a guide are: `<guide>.test.yaml` beside it."""
    return Path(guide.path).with_suffix(".test.yaml")


def load_cases(guide: Guide) -> tuple[GuideCase, ...]:
    """The tests beside a guide; none where there is no file. GuideError with file, line and field."""
    path = cases_path(guide)
    return parse_cases(read_text(path), path=str(path), guide=guide) if path.exists() else ()


def parse_cases(text: str, *, path: str, guide: Guide) -> tuple[GuideCase, ...]:
    """Parse a test file against its guide: tables, columns, steps and causes must be the guide's."""
    root = read_yaml(text, place=Place(path, 1))
    entries = root.mapping(known=("guide", "tests"), required=("tests",))
    if "guide" in entries and entries["guide"].text() != guide.id:
        raise entries["guide"].error(f"this is a test of {entries['guide'].text()!r}, and the guide is {guide.id!r}")
    reader = _Reader(guide)
    cases = tuple(reader.case(item) for item in entries["tests"].items())
    names = [case.name for case in cases]
    for case in cases:
        if names.count(case.name) > 1:
            raise GuideError(f"two tests are named {case.name!r}", place=Place(path, case.line))
    return cases


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the cases of one guide."""

    guide: Guide

    def case(self, value: YamlValue) -> GuideCase:
        """One test."""
        entries = value.mapping(known=_CASE, required=("name", "now", "expect"))
        expect = entries["expect"].mapping(known=_EXPECT, required=("verdict",))
        return GuideCase(
            name=entries["name"].text(),
            now=_time(entries["now"]),
            tz=_zone(entries["tz"]) if "tz" in entries else ZoneInfo("UTC"),
            message=entries["message"].text() if "message" in entries else "",
            alert=_plain_mapping(entries["alert"]) if "alert" in entries else None,
            parameters=self._parameters(entries["parameters"]) if "parameters" in entries else {},
            tables=self._tables(entries["tables"]) if "tables" in entries else {},
            verdict=self._verdict(expect["verdict"]),
            path=self._steps(expect["path"]) if "path" in expect else None,
            evidence=self._evidence(expect["evidence"]) if "evidence" in expect else (),
            questions=self._names(expect["questions"]) if "questions" in expect else (),
            line=value.line,
        )

    def _names(self, value: YamlValue) -> tuple[str, ...]:
        known = [parameter.name for parameter in self.guide.parameters]
        for item in value.items():
            if item.text() not in known:
                raise item.error(f"unknown parameter {item.text()!r}{nearest_names(item.text(), known)}")
        return value.texts()

    def _parameters(self, value: YamlValue) -> Mapping[str, object]:
        known = [parameter.name for parameter in self.guide.parameters]
        return {name: item.plain() for name, item in value.mapping(known=known).items()}

    def _steps(self, value: YamlValue) -> tuple[str, ...]:
        known = [step.id for step in self.guide.steps]
        for item in value.items():
            if item.text() not in known:
                raise item.error(f"unknown step {item.text()!r}{nearest_names(item.text(), known)}")
        return value.texts()

    def _verdict(self, value: YamlValue) -> ExpectedVerdict:
        if not isinstance(value.value, dict):
            return ExpectedVerdict(status=value.choice(VERDICTS))
        entries = value.mapping(known=_VERDICT, required=("status",))
        cause = entries["cause"].choice(self.guide.causes()) if "cause" in entries else None
        return ExpectedVerdict(
            status=entries["status"].choice(VERDICTS),
            cause=cause,
            object=entries["object"].text() if "object" in entries else None,
            confidence=entries["confidence"].choice(("high", "medium", "low")) if "confidence" in entries else None,
        )

    def _evidence(self, value: YamlValue) -> tuple[ExpectedEvidence, ...]:
        found = []
        for step, item in value.mapping(known=[step.id for step in self.guide.steps]).items():
            entries = item.mapping(known=("status", "kind", "rows", "row", "text"))
            count = entries["rows"].number() if "rows" in entries else None
            found.append(
                ExpectedEvidence(
                    step=step,
                    status=entries["status"].text() if "status" in entries else None,
                    kind=entries["kind"].text() if "kind" in entries else None,
                    row_count=int(count) if count is not None else None,
                    row=_plain_mapping(entries["row"]) if "row" in entries else {},
                    text=entries["text"].text() if "text" in entries else None,
                )
            )
        return tuple(found)

    def _tables(self, value: YamlValue) -> Mapping[str, Table]:
        return {
            name: _table(item, self.guide.tables[name]) for name, item in value.mapping(known=self.guide.tables).items()
        }


def _table(value: YamlValue, declared: DeclaredTable) -> Table:
    """Rows as mappings; `{repeat: 30, every: 1m, row: {...}}` stands for 30 rows whose times move on."""
    columns = tuple(Column(name, kind) for name, kind in declared.columns.items())
    rows: list[tuple[Value, ...]] = []
    for item in value.items() if value.value is not None else ():
        entries = item.mapping()
        is_repeat = "repeat" in entries and "repeat" not in declared.columns
        rows += _repeated(item, columns) if is_repeat else [_row(item, columns)]
        if len(rows) > _MAX_ROWS:
            raise item.error(f"more than {_MAX_ROWS:,d} rows")
    return Table(columns, tuple(rows))


def _repeated(value: YamlValue, columns: tuple[Column, ...]) -> list[tuple[Value, ...]]:
    entries = value.mapping(known=("repeat", "every", "row"), required=("repeat", "row"))
    times = entries["repeat"].number()
    if not 1 <= times <= _MAX_ROWS or times != int(times):
        raise entries["repeat"].error(f"{times:g} is not a number of rows from 1 to {_MAX_ROWS:,d}")
    every = _length(entries["every"]) if "every" in entries else timedelta()
    row = _row(entries["row"], columns)
    return [
        tuple(cell + number * every if isinstance(cell, datetime) else cell for cell in row)
        for number in range(int(times))
    ]


def _row(value: YamlValue, columns: tuple[Column, ...]) -> tuple[Value, ...]:
    entries = value.mapping(known=[column.name for column in columns])
    return tuple(_cell(entries.get(column.name), column) for column in columns)


def _cell(value: YamlValue | None, column: Column) -> Value:
    if value is None or value.value is None:
        return "" if column.type is ColumnType.STRING else None
    try:
        return parse_literal(value.plain(), ParameterType(column.type))
    except InputError as error:
        raise value.error(f"column {column.name}: {error.message}") from error


def _plain_mapping(value: YamlValue) -> dict[str, object]:
    return {name: item.plain() for name, item in value.mapping().items()}


def _time(value: YamlValue) -> datetime:
    try:
        return parse_time(value.text())
    except InputError as error:
        raise value.error(error.message) from error


def _length(value: YamlValue) -> timedelta:
    try:
        return parse_timespan(value.text())
    except InputError as error:
        raise value.error(error.message) from error


def _zone(value: YamlValue) -> tzinfo:
    try:
        return ZoneInfo(value.text())
    except (KeyError, ValueError, OSError) as error:
        raise value.error(f"unknown time zone {value.text()!r}; write one such as Europe/Berlin") from error
