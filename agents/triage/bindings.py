"""What goes before a step's KQL: values of earlier steps as typed parameters, and stand-ins for optional tables."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from orchestrator.core.errors import InputError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Value
from playbooks.guide import DeclaredTable, ParameterType, Step

_NOT_CODE = re.compile(r"//[^\n]*|```.*?```|@?\"(?:[^\"\\\n]|\\.)*\"|@?'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_SCALARS: tuple[tuple[type, ColumnType], ...] = (
    (bool, ColumnType.BOOL),  # before int: a bool is one
    (int, ColumnType.LONG),
    (float, ColumnType.REAL),
    (str, ColumnType.STRING),
    (datetime, ColumnType.DATETIME),
    (timedelta, ColumnType.TIMESPAN),
)


def words_of(kql: str) -> frozenset[str]:
    """The identifiers in a query, outside comments and string literals."""
    return frozenset(_IDENTIFIER.findall(_NOT_CODE.sub(" ", kql)))


def parameter_of(name: str, value: object) -> QueryParameter:
    """A CEL value as a typed parameter; a list or map is dynamic. Raises InputError for null and foreign types."""
    for python, column in _SCALARS:
        if isinstance(value, python):
            return QueryParameter(name, column, _plain(value))
    if isinstance(value, Mapping | list | tuple):
        return QueryParameter(name, ColumnType.DYNAMIC, _plain(value))
    raise InputError(
        f"{name!r} is {'null' if value is None else type(value).__name__}, which no query can compare with"
    )


def _plain(value: object) -> Value:
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case bool() | int() | float() | str() | datetime() | timedelta() | None:
            return value
        case _:
            return str(value)


def out_names(step: Step) -> tuple[str, ...]:
    """The names of every value that a step may give, its branches' included."""
    names = [*step.out, *(name for branch in step.branches for name in branch.out)]
    return tuple(dict.fromkeys(names))


def earlier_values(
    kql: str, ancestors: Collection[Step], outs: Mapping[str, Mapping[str, object]]
) -> tuple[QueryParameter, ...]:
    """The `<step>_<name>` values that the query mentions, in order of the steps.

    Raises:
        InputError: A value that it mentions is null, or its step did not give it.
    """
    words = words_of(kql)
    found: list[QueryParameter] = []
    for step in ancestors:
        for name in out_names(step):
            full = f"{step.id}_{name}"
            if full not in words:
                continue
            if name not in outs.get(step.id, {}):
                raise InputError(f"the query needs {full!r}, but step {step.id!r} gave no {name!r}")
            found.append(parameter_of(full, outs[step.id][name]))
    return tuple(found)


def optional_tables(kql: str, tables: Mapping[str, DeclaredTable]) -> tuple[str, ...]:
    """The optional tables that the query mentions, in order of declaration."""
    words = words_of(kql)
    return tuple(name for name, table in tables.items() if table.optional and name in words)


def reads_only(kql: str, tables: Mapping[str, DeclaredTable], absent: Collection[str]) -> bool:
    """Whether every declared table that the query mentions is absent, so that its rows tell nothing."""
    words = words_of(kql)
    return bool(absent) and all(name in absent for name in tables if name in words)


def with_stand_ins(kql: str, tables: Mapping[str, DeclaredTable], absent: Collection[str]) -> str:
    """The query with an empty table of the declared columns for each absent one.

    They stand on the query's first line, so that the lines of its errors stay the author's.
    """
    lets = [f"let {name} = datatable({_columns(tables[name])})[]; " for name in absent]
    return "".join(lets) + kql


def _columns(table: DeclaredTable) -> str:
    columns = table.columns or {"TimeGenerated": ColumnType.DATETIME}
    return ", ".join(f"{quoted(name)}:{kind.value}" for name, kind in columns.items())


def quoted(name: str) -> str:
    """A column's name as KQL takes it anywhere."""
    return name if _IDENTIFIER.fullmatch(name) else "['" + name.replace("\\", "\\\\").replace("'", "\\'") + "']"


def column_type(kind: ParameterType) -> ColumnType:
    """The column or parameter that holds a value of that type: a list is dynamic."""
    return ColumnType.DYNAMIC if kind.is_list else kind.item
