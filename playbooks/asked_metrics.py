"""The `metrics` block of a step."""

import re
from datetime import timedelta

from orchestrator.core.errors import InputError
from orchestrator.core.metrics import METRIC, RESOURCE, TIME, Aggregation
from playbooks.guide import AskedMetrics
from playbooks.literals import parse_timespan
from playbooks.texts import read_template
from playbooks.yaml_values import YamlValue

_KEYS = ("resource", "namespace", "names", "aggregation", "interval", "from", "to", "split_by")
_REQUIRED = ("resource", "namespace", "names", "aggregation")
_DURATION = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?")
_SHORTEST = timedelta(minutes=1)
_LONGEST = timedelta(days=1)
_MAX_NAMES = 20
"""As many names as one request to Azure Monitor may hold."""


def read_metrics(value: YamlValue) -> AskedMetrics:
    """Which metrics to read; GuideError with line and field."""
    entries = value.mapping(known=_KEYS, required=_REQUIRED)
    return AskedMetrics(
        resource=_resource(entries["resource"]),
        namespace=entries["namespace"].text(),
        names=_names(entries["names"]),
        aggregations=tuple(Aggregation(item.choice(list(Aggregation))) for item in entries["aggregation"].items()),
        interval=_interval(entries["interval"]) if "interval" in entries else None,
        start=read_template(entries["from"]) if "from" in entries else "",
        end=read_template(entries["to"]) if "to" in entries else "",
        split_by=_dimensions(entries["split_by"]) if "split_by" in entries else (),
        line=value.line,
    )


def _resource(value: YamlValue) -> object:
    """One template, or several."""
    if not isinstance(value.value, tuple):
        return read_template(value)
    found = tuple(read_template(item) for item in value.items())
    if not found:
        raise value.error('the list is empty; give a resource\'s id, such as "{p_resource}"')
    return found


def _names(value: YamlValue) -> tuple[str, ...]:
    names = value.texts()
    if not 0 < len(names) <= _MAX_NAMES:
        raise value.error(f"{len(names)} names, expected 1 to {_MAX_NAMES}: split the step")
    for item in value.items():
        if "," in item.text():
            raise item.error(f"{item.text()!r} holds a comma; write a list: [A, B]")
    return names


def _interval(value: YamlValue) -> timedelta:
    """`PT1M` as Azure writes it, or `1m`."""
    text = value.text()
    found = _DURATION.fullmatch(text.upper()) if text[:1] in "pP" else None
    try:
        parts = {name: int(number or 0) for name, number in found.groupdict().items()} if found else {}
        interval = timedelta(**parts) if found else parse_timespan(text)
    except (InputError, OverflowError) as error:
        raise value.error(f"{text!r} is not an interval; write PT1M, PT5M, PT1H or P1D") from error
    if not _SHORTEST <= interval <= _LONGEST or interval.seconds % 60 or interval.microseconds:
        raise value.error(f"{text!r} is out of range; write whole minutes, from PT1M to P1D")
    return interval


def _dimensions(value: YamlValue) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`[Zone, Host]`, or `{Zone: [a, b]}` to keep some values only."""
    if isinstance(value.value, dict):
        found = tuple((name, tuple(read_template(item) for item in values.items())) for name, values in
                      value.mapping().items())  # fmt: skip
    else:
        found = tuple((name, ()) for name in value.texts())
    taken = {TIME, RESOURCE, METRIC, *(item.column for item in Aggregation)}
    for name, _ in found:
        if name in taken:
            raise value.error(f"the dimension {name!r} has the name of a column of every answer; leave it out")
    return found
