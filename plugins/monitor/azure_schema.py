"""The columns and types of Azure Monitor's tables, as Microsoft documents them.

Source: Microsoft Learn, "Azure Monitor Logs table reference" (one page a table). `azure_schema.json` groups each
table's columns by type; `standard` holds the columns that every table has.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from orchestrator.core.table import ColumnType


@cache
def azure_tables() -> Mapping[str, Mapping[str, ColumnType]]:
    """Table -> column -> type, with the standard columns in each."""
    text = resources.files("plugins.monitor").joinpath("azure_schema.json").read_text(encoding="utf-8")
    document = json.loads(text)
    standard = _columns(document["standard"])
    return {name: {**standard, **_columns(groups)} for name, groups in document["tables"].items()}


def _columns(groups: Mapping[str, str]) -> dict[str, ColumnType]:
    return {name: ColumnType(kind) for kind, names in groups.items() for name in names.split()}
