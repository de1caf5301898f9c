"""The static types of expressions: CEL's own, records with known fields, and `dyn` where nothing is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Optional

from orchestrator.core.table import Column, ColumnType


@dataclass(frozen=True, slots=True)
class CelType:
    """A static type.

    Attributes:
        kind: int, uint, double, string, bool, timestamp, duration, null, type, dyn, list, map or record.
        item: Of a list its items, of a map its values.
        key: Of a map its keys.
        fields: Of a record its fields, in order.
    """

    kind: str
    item: Optional["CelType"] = None
    key: Optional["CelType"] = None
    fields: "tuple[tuple[str, CelType], ...]" = ()

    def __str__(self) -> str:
        match self.kind:
            case "list":
                return f"list<{self.item}>"
            case "map":
                return f"map<{self.key}, {self.item}>"
            case "record":
                return "{" + ", ".join(f"{name}: {kind}" for name, kind in self.fields) + "}"
            case _:
                return self.kind

    def field(self, name: str) -> "CelType | None":
        """The type of a record's field; None where it has none of that name."""
        return dict(self.fields).get(name)


INT = CelType("int")
UINT = CelType("uint")
DOUBLE = CelType("double")
STRING = CelType("string")
BOOL = CelType("bool")
TIMESTAMP = CelType("timestamp")
DURATION = CelType("duration")
NULL = CelType("null")
TYPE = CelType("type")
DYN = CelType("dyn")

_COLUMNS = {
    ColumnType.BOOL: BOOL,
    ColumnType.INT: INT,
    ColumnType.LONG: INT,
    ColumnType.REAL: DOUBLE,
    ColumnType.DECIMAL: DOUBLE,
    ColumnType.STRING: STRING,
    ColumnType.GUID: STRING,
    ColumnType.DATETIME: TIMESTAMP,
    ColumnType.TIMESPAN: DURATION,
    ColumnType.DYNAMIC: DYN,
}


def list_of(item: CelType) -> CelType:
    """A list."""
    return CelType("list", item=item)


def map_of(key: CelType, value: CelType) -> CelType:
    """A map."""
    return CelType("map", item=value, key=key)


def record_of(fields: Mapping[str, CelType]) -> CelType:
    """A record with exactly these fields."""
    return CelType("record", fields=tuple(fields.items()))


def column_type(kind: ColumnType) -> CelType:
    """The type of a column's values in expressions."""
    return _COLUMNS[kind]


def row_type(columns: Iterable[Column]) -> CelType:
    """The record of one row."""
    return record_of({column.name: column_type(column.type) for column in columns})


def table_type(columns: Iterable[Column]) -> CelType:
    """The list of a result's rows."""
    return list_of(row_type(columns))


def unify(types: Iterable[CelType]) -> CelType:
    """The one type of values that stand side by side; null gives way, different ones are `dyn`."""
    different = [kind for kind in dict.fromkeys(types) if kind != NULL]
    if not different:
        return NULL
    if len(different) == 1:
        return different[0]
    if all(kind.kind == "list" for kind in different):
        return list_of(unify(kind.item or DYN for kind in different))
    return DYN


def kusto_type(kind: CelType) -> ColumnType:
    """The type that a value of an expression has as a query's parameter."""
    scalars = {"int": "long", "uint": "long", "double": "real", "string": "string", "bool": "bool"}
    times = {"timestamp": "datetime", "duration": "timespan"}
    return ColumnType({**scalars, **times}.get(kind.kind, "dynamic"))
