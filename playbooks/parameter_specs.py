"""The parameters that a guide declares: names, types, sources and defaults, checked by themselves."""

from collections.abc import Mapping

from orchestrator.core.errors import InputError
from orchestrator.core.table import ColumnType
from playbooks.guide import (
    AlertSource,
    DeclaredTable,
    DefaultSource,
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
from playbooks.names import SNAKE_CASE, read_type
from playbooks.yaml_values import YamlValue, nearest_names

RESERVED_NAMES = frozenset(
    {"rows", "row", "out", "window", "steps", "now", "true", "false", "null", "in", "has", "size", "type", "int"}
    | {"uint", "double", "string", "bool", "bytes", "list", "map", "timestamp", "duration", "dyn"}
)
_SOURCES = ("alert", "message", "session", "default")


def read_parameters(value: YamlValue | None, tables: Mapping[str, DeclaredTable]) -> tuple[Parameter, ...]:
    """The parameters in the file's order; GuideError at the first fault."""
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
