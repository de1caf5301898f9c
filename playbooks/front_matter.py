"""What a guide's front matter says, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from orchestrator.core.table import ColumnType
from playbooks.guide import (
    AppliesTo,
    Coverage,
    DeclaredTable,
    Impact,
    Parameter,
)
from playbooks.names import read_id, read_type
from playbooks.parameter_specs import read_parameters
from playbooks.texts import read_expression
from playbooks.yaml_values import YamlValue, nearest_names

_KEYS = ("id", "title", "owner", "reviewed", "applies_to", "start", "tables", "parameters", "coverage", "impact")
_REQUIRED = ("id", "title", "owner", "reviewed")
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
    parameters = read_parameters(entries.get("parameters"), tables)
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
