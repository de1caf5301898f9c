"""An answer of an outside system as a table of one row, so that claims can rest on it."""

from collections.abc import Mapping

from orchestrator.core.table import Column, ColumnType, Table, Value


def document_table(document: Mapping[str, object]) -> Table:
    """One row with a column for each field; what is nested is dynamic, and null of no type is an empty text's null."""
    columns = tuple(Column(str(name), _type(value)) for name, value in document.items())
    return Table(columns, (tuple(_value(value) for value in document.values()),))


def _type(value: object) -> ColumnType:
    match value:
        case bool():
            return ColumnType.BOOL
        case int():
            return ColumnType.LONG
        case float():
            return ColumnType.REAL
        case str():
            return ColumnType.STRING
        case _:
            return ColumnType.DYNAMIC


def _value(value: object) -> Value:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(name): _value(item) for name, item in value.items()}
        case list() | tuple():
            return [_value(item) for item in value]
        case _:
            return str(value)
