"""What a guide's front matter says, as values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from orchestrator.core.errors import InputError
from orchestrator.core.table import ColumnType
from playbooks.guide import (
    AlertSource,
    AppliesTo,
    Coverage,
    DeclaredTable,
    DefaultSource,
    Impact,
    MessageNumberSource,
    MessageTimeSource,
    MessageValueSource,
    Parameter,
    ParameterType,
    SessionSource,
    Source,
    TimeEdge,
)
from playbooks.literals import parse_literal, parse_relative
from playbooks.texts import read_expression
from playbooks.yaml_values import YamlValue, nearest_names

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
RESERVED_NAMES = frozenset(
    {"rows", "row", "out", "window", "steps", "now", "true", "false", "null", "in", "has", "size", "type", "int"}
    | {"uint", "double", "string", "bool", "bytes", "list", "map", "timestamp", "duration", "dyn"}
)
_KEYS = ("id", "title", "owner", "reviewed", "applies_to", "start", "tables", "parameters", "coverage", "impact")
_REQUIRED = ("id", "title", "owner", "reviewed")
_SOURCES = ("alert", "message", "session", "default")
_TYPE_ALIASES = {
    "boolean": "bool",
    "date": "datetime",
    "time": "timespan",
    "double": "real",
    "uuid": "guid",
    "uniqueid": "guid",
}
_MAX_TABLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The front matter; `start` is empty where it is not given; `places` are its entries, for later checks."""

    id: str
    title: str
    owner: str
    reviewed: date
    applies_to: AppliesTo
    start: tuple[str, ...]
    tables: Mapping[str, DeclaredTable]
    parameters: tuple[Parameter, ...]
    coverage: Coverage | None
    impact: Impact | None
    places: Mapping[str, YamlValue]


def read_front_matter(value: YamlValue) -> FrontMatter:
    """Read and check the front matter by itself; GuideError at the first fault."""
    if value.value is None:
        raise value.error(f"the front matter is empty; it needs {', '.join(_REQUIRED)}")
    entries = value.mapping(known=_KEYS, required=_REQUIRED)
    tables = _tables(entries.get("tables"))
    parameters = _parameters(entries.get("parameters"), tables)
    return FrontMatter(
        id=read_id(entries["id"]),
        title=entries["title"].text(),
        owner=entries["owner"].text(),
        reviewed=_date(entries["reviewed"]),
        applies_to=_applies_to(entries.get("applies_to")),
        start=_unique(entries["start"]) if "start" in entries else (),
        tables=tables,
        parameters=parameters,
        coverage=_coverage(entries.get("coverage"), tables, parameters),
        impact=_impact(entries.get("impact")),
        places=entries,
    )


def read_id(value: YamlValue) -> str:
    """An id in snake_case."""
    text = value.text()
    if not SNAKE_CASE.fullmatch(text):
        mend = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
        raise value.error(f"{text!r} is not snake_case; write {mend!r}" if mend else f"{text!r} is not snake_case")
    return text


def read_type(value: YamlValue) -> ParameterType:
    """A Kusto type, or `list<type>`."""
    text = value.text().lower().replace(" ", "")
    found = re.fullmatch(r"list<(\w+)>", text)
    name = found[1] if found else text
    name = _TYPE_ALIASES.get(name, name)
    known = [kind.value for kind in ColumnType]
    if name not in known:
        raise value.error(f"unknown type {value.text()!r}{nearest_names(name, [*known, 'list<string>'])}")
    return ParameterType(ColumnType(name), is_list=found is not None)


def _date(value: YamlValue) -> date:
    text = value.text()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise value.error(f"{text!r} is not a date; write it as 2026-03-01") from error


def _unique(value: YamlValue) -> tuple[str, ...]:
    names: list[str] = []
    for item in value.items():
        name = item.text()
        if name in names:
            raise item.error(f"{name!r} is named twice")
        names.append(name)
    return tuple(names)


def _applies_to(value: YamlValue | None) -> AppliesTo:
    if value is None:
        return AppliesTo()
    entries = value.mapping(known=("alerts", "services", "symptoms"))
    return AppliesTo(**{key: item.texts() for key, item in entries.items()})


def _tables(value: YamlValue | None) -> dict[str, DeclaredTable]:
    tables: dict[str, DeclaredTable] = {}
    entries = value.mapping() if value is not None else {}
    if value is not None and len(entries) > _MAX_TABLES:
        raise value.error(f"{len(entries)} tables, more than {_MAX_TABLES}")
    for name, item in entries.items():
        columns: dict[str, ColumnType] = {}
        optional = False
        for column, kind in item.mapping().items():
            if column == "optional" and isinstance(kind.value, bool):
                optional = kind.value
                continue
            parsed = read_type(kind)
            if parsed.is_list:
                raise kind.error(f"a column has no type {parsed}; write dynamic")
            columns[column] = parsed.item
        if not columns:
            raise item.error(f"table {name!r} declares no column; write column: type")
        tables[name] = DeclaredTable(name=name, columns=columns, optional=optional)
    return tables


def _parameters(value: YamlValue | None, tables: Mapping[str, DeclaredTable]) -> tuple[Parameter, ...]:
    if value is None or value.value in (None, (), {}):
        return ()
    pairs = _named_parameters(value)
    names = [name for name, _ in pairs]
    found = []
    for name, item in pairs:
        _check_parameter_name(name, item, tables)
        found.append(_parameter(name, item, names, tables))
    _refuse_default_cycles(found, dict(pairs))
    return tuple(found)


def _named_parameters(value: YamlValue) -> list[tuple[str, YamlValue]]:
    """Pairs of name and specification, from a mapping by name or from a list with `name` keys."""
    if isinstance(value.value, dict):
        return list(value.value.items())
    pairs: list[tuple[str, YamlValue]] = []
    for item in value.items():
        name = item.mapping(required=("name",))["name"].text()
        if name in dict(pairs):
            raise item.error(f"the parameter {name!r} stands twice")
        pairs.append((name, item))
    return pairs


def _check_parameter_name(name: str, item: YamlValue, tables: Mapping[str, DeclaredTable]) -> None:
    if not SNAKE_CASE.fullmatch(name):
        raise item.error(f"the parameter name {name!r} is not snake_case; write p_service or the like")
    if name in RESERVED_NAMES:
        raise item.error(f"the parameter name {name!r} has a meaning in expressions; write 'p_{name}'")
    for table in tables.values():
        for column in table.columns:
            if column.lower() == name.lower():
                raise item.error(
                    f"the parameter {name!r} has the name of column {table.name}.{column}, which would win in KQL; "
                    f"write 'p_{name}'"
                )


def _parameter(name: str, item: YamlValue, names: list[str], tables: Mapping[str, DeclaredTable]) -> Parameter:
    entries = item.mapping(known=("name", "type", "from", "default", "description"), required=("type",))
    kind = read_type(entries["type"])
    given = list(entries["from"].items()) if "from" in entries else []
    sources = [_source(source, name, kind, names, tables) for source in given]
    if "default" in entries:
        sources.append(_default(entries["default"], name, kind, names))
    description = entries["description"].text() if "description" in entries else ""
    return Parameter(name=name, type=kind, sources=tuple(sources), description=description, line=item.line)


def _source(
    item: YamlValue, name: str, kind: ParameterType, names: list[str], tables: Mapping[str, DeclaredTable]
) -> Source:
    if item.value == "session":
        return SessionSource()
    if not isinstance(item.value, dict):
        raise item.wrong("alert: <path>, message: time, message: number, message: {values_of: Table.Column}, "
                         "session, or default: <value>")  # fmt: skip
    entries = item.mapping(known=_SOURCES)
    if len(entries) != 1:
        raise item.error(f"one source per item of the list, found {len(entries)}: {', '.join(entries)}")
    ((key, value),) = entries.items()
    match key:
        case "alert":
            return AlertSource(value.text())
        case "session":
            if value.value is not True:
                raise value.wrong("true, or just `session`")
            return SessionSource()
        case "default":
            return _default(value, name, kind, names)
        case _:
            return _message_source(value, name, kind, tables)


def _message_source(
    value: YamlValue, name: str, kind: ParameterType, tables: Mapping[str, DeclaredTable]
) -> MessageTimeSource | MessageNumberSource | MessageValueSource:
    if isinstance(value.value, dict):
        path = value.mapping(known=("values_of",), required=("values_of",))["values_of"]
        return _values_of(path, kind, tables)
    word = value.choice(("time", "time.start", "time.end", "number"))
    numbers = {ColumnType.INT, ColumnType.LONG, ColumnType.REAL, ColumnType.DECIMAL}
    wanted = numbers if word == "number" else {ColumnType.DATETIME}
    if kind.is_list or kind.item not in wanted:
        raise value.error(f"`message: {word}` cannot fill a parameter of type {kind}")
    if word == "number":
        return MessageNumberSource()
    is_end = word == "time.end" or (word == "time" and name.rpartition("_")[2] in {"to", "end", "until"})
    return MessageTimeSource(TimeEdge.END if is_end else TimeEdge.START)


def _values_of(value: YamlValue, kind: ParameterType, tables: Mapping[str, DeclaredTable]) -> MessageValueSource:
    table, dot, column = value.text().partition(".")
    if not dot or not column:
        raise value.error(f"{value.text()!r} is not Table.Column")
    if table not in tables:
        raise value.error(f"table {table!r} is not declared in `tables`{nearest_names(table, tables)}")
    columns = tables[table].columns
    if column not in columns:
        raise value.error(f"{table!r} declares no column {column!r}{nearest_names(column, columns)}")
    if columns[column] is not kind.item:
        raise value.error(f"{table}.{column} is {columns[column].value}, the parameter is {kind}")
    return MessageValueSource(table, column)


def _default(value: YamlValue, name: str, kind: ParameterType, names: list[str]) -> DefaultSource:
    raw = value.plain()
    try:
        relative = parse_relative(raw) if kind == ParameterType(ColumnType.DATETIME) else None
        if relative is None:
            parse_literal(raw, kind)
    except InputError as error:
        raise value.error(f"bad default: {error.message}") from error
    if relative is not None and relative.base not in {"now", *names}:
        raise value.error(f"unknown parameter {relative.base!r} in the default{nearest_names(relative.base, names)}")
    if relative is not None and relative.base == name:
        raise value.error(f"the default of {name!r} hangs on itself")
    return DefaultSource(raw)


def _refuse_default_cycles(parameters: list[Parameter], places: Mapping[str, YamlValue]) -> None:
    kinds = {parameter.name: parameter.type for parameter in parameters}
    bases: dict[str, str] = {}
    for parameter in parameters:
        for source in parameter.sources:
            relative = parse_relative(source.value) if isinstance(source, DefaultSource) else None
            if relative is None or relative.base == "now" or str(parameter.type) != "datetime":
                continue
            if str(kinds[relative.base]) != "datetime":
                raise places[parameter.name].error(f"the default hangs on {relative.base!r}, which is no datetime")
            bases[parameter.name] = relative.base
    for name in bases:
        path = [name]
        while (following := bases.get(path[-1])) is not None:
            path.append(following)
            if following == name:
                raise places[name].error(f"defaults hang on each other in a circle: {' -> '.join(path)}")
            if len(path) > len(bases) + 1:
                break


def _coverage(
    value: YamlValue | None, tables: Mapping[str, DeclaredTable], parameters: tuple[Parameter, ...]
) -> Coverage | None:
    if value is None:
        return None
    keys = ("table", "column", "parameter")
    entries = value.mapping(known=(*keys, "minimum_rows"), required=keys)
    table, column, parameter = (entries[key].text() for key in keys)
    if table not in tables:
        raise entries["table"].error(f"table {table!r} is not declared in `tables`{nearest_names(table, tables)}")
    if column not in tables[table].columns:
        known = tables[table].columns
        raise entries["column"].error(f"{table!r} declares no column {column!r}{nearest_names(column, known)}")
    names = [item.name for item in parameters]
    if parameter not in names:
        raise entries["parameter"].error(f"unknown parameter {parameter!r}{nearest_names(parameter, names)}")
    minimum = entries["minimum_rows"].number() if "minimum_rows" in entries else 20
    if minimum < 0 or minimum != int(minimum):
        raise entries["minimum_rows"].error(f"{minimum!r} is not a whole number of rows")
    return Coverage(table=table, column=column, parameter=parameter, minimum_rows=int(minimum))


def _impact(value: YamlValue | None) -> Impact | None:
    if value is None:
        return None
    keys = ("step", "started_at", "ongoing", "affected", "share")
    entries = value.mapping(known=keys, required=("step",))
    texts = {key: read_expression(item) for key, item in entries.items() if key != "step"}
    return Impact(step=entries["step"].text(), **texts)
