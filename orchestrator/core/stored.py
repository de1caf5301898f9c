"""Reads recorded parameters back from their JSON form."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from orchestrator.core.errors import StoreError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Value

_TIMESPAN = re.compile(r"(?P<sign>-?)(?:(?P<d>\d+)\.)?(?P<h>\d+):(?P<m>\d+):(?P<s>\d+)(?:\.(?P<f>\d{1,7}))?")


def read_parameters(document: object) -> tuple[QueryParameter, ...]:
    """The parameters of `{"name": {"type", "value"}}`, as `Evidence.document` writes them."""
    if not isinstance(document, Mapping):
        raise StoreError(f"recorded parameters have the wrong shape: {document!r:.200}")
    return tuple(_parameter(str(name), item) for name, item in document.items())


def _parameter(name: str, item: object) -> QueryParameter:
    if not isinstance(item, Mapping):
        raise StoreError(f"the recorded parameter {name!r} has the wrong shape: {item!r:.200}")
    kind = ColumnType(str(item.get("type")))
    return QueryParameter(name, kind, _value(kind, item.get("value")))


def _value(kind: ColumnType, value: object) -> Value:
    match kind, value:
        case ColumnType.DATETIME, str(text):
            return datetime.fromisoformat(text)
        case ColumnType.TIMESPAN, str(text):
            return read_timespan(text)
        case _, bool() | int() | float() | str() | list() | dict() | None:
            return value
        case _:
            raise StoreError(f"a recorded value has the wrong type: {value!r:.200}")


def read_timespan(text: str) -> timedelta:
    """The timespan that `timespan_text` wrote."""
    found = _TIMESPAN.fullmatch(text)
    if found is None:
        raise StoreError(f"not a timespan: {text!r}")
    span = timedelta(
        days=int(found["d"] or 0),
        hours=int(found["h"]),
        minutes=int(found["m"]),
        seconds=int(found["s"]),
        microseconds=int((found["f"] or "").ljust(7, "0")[:6]),
    )
    return -span if found["sign"] else span
