"""Ids and types as they stand in a guide's YAML."""

import re

from orchestrator.core.table import ColumnType
from playbooks.guide import ParameterType
from playbooks.yaml_values import YamlValue, nearest_names

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_TYPE_ALIASES = {
    "boolean": "bool",
    "date": "datetime",
    "time": "timespan",
    "double": "real",
    "uuid": "guid",
    "uniqueid": "guid",
}


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
