"""A step's `metrics` block, filled from the run's values, as a question to the metrics port."""

from collections.abc import Mapping
from datetime import datetime

from orchestrator.core.errors import InputError
from orchestrator.core.metrics import MetricsQuery
from orchestrator.core.rendering import resolve
from orchestrator.core.window import Window
from playbooks.guide import AskedMetrics

_ID_START = "/subscriptions/"
_MAX_RESOURCES = 200


def metrics_query(asked: AskedMetrics, scope: Mapping[str, object], window: Window) -> MetricsQuery:
    """The question with its resources, times and dimensions; InputError where a value is none that can be asked for."""
    return MetricsQuery(
        resources=_resources(resolve(asked.resource, scope)),
        namespace=asked.namespace,
        names=asked.names,
        aggregations=asked.aggregations,
        window=_window(asked, scope, window),
        interval=asked.interval,
        split_by=tuple((name, _texts(name, resolve(values, scope))) for name, values in asked.split_by),
    )


def _resources(value: object) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_texts("resource", value)))
    for item in found:
        if not item.lower().startswith(_ID_START):
            raise InputError(f"{item!r} is no Azure resource id; it begins with {_ID_START}")
    if not 0 < len(found) <= _MAX_RESOURCES:
        raise InputError(f"{len(found)} resources to measure, expected 1 to {_MAX_RESOURCES}")
    return found


def _texts(name: str, value: object) -> tuple[str, ...]:
    """A text, or texts at any depth: `["{p_ids}"]` is a list in a list."""
    match value:
        case str() if value.strip():
            return (value.strip(),)
        case list() | tuple():
            return tuple(text for item in value for text in _texts(name, item))
        case _:
            raise InputError(f"{name} is {value!r}, expected a text or a list of texts")


def _window(asked: AskedMetrics, scope: Mapping[str, object], window: Window) -> Window:
    edges = (
        ("from", resolve(asked.start, scope) if asked.start else window.start),
        ("to", resolve(asked.end, scope) if asked.end else window.end),
    )
    times: list[datetime] = []
    for name, value in edges:
        if not isinstance(value, datetime):
            raise InputError(f"`{name}` of the metrics is {value!r}, expected a time")
        times.append(value)
    try:
        return Window(*times)
    except ValueError as error:
        raise InputError(f"the metrics' time: {error}") from error
