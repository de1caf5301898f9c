"""What the `alertContext` of Azure Monitor's common alert schema says, by kind of signal.

Source: Azure Monitor documentation, "Common alert schema" and its payload samples. Keys are matched in any case, as the
samples and the tables of that page write them differently.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.alerts.alert import AlertLink, AlertQuery
from orchestrator.core.alerts.fields import MAX_QUERY, MAX_TEXT, Fields, without_markup
from orchestrator.core.window import Window

Pairs = tuple[tuple[str, str], ...]
_CRITERIA = (
    *("metricName", "metricNamespace", "metricValue", "operator", "threshold", "timeAggregation", "alertSensitivity"),
    *("webTestName", "metricMeasureColumn", "ignoreDataBefore"),
)
_LOG_V1 = ("ResultCount", "Threshold", "Operator", "AlertType", "WorkspaceId", "ApplicationId", "IncludedSearchResults")
_SEARCH_LINKS = (
    *("linkToFilteredSearchResultsUI", "linkToSearchResultsUI", "linkToSearchResults"),
    *("linkToFilteredSearchResultsAPI", "linkToSearchResultsAPI"),
)
# `claims` holds the identity of a person and is never read
_ACTIVITY = ("operationName", "status", "subStatus", "level", "caller", "correlationId", "eventSource", "operationId")
_HEALTH = (
    *("title", "service", "region", "incidentType", "trackingId", "stage", "impactStartTime", "impactMitigationTime"),
    *("currentHealthStatus", "previousHealthStatus", "type", "cause", "impactType"),
)
_PROMETHEUS = ("expression", "expressionValue", "interval", "for", "ruleGroup")
_OVER = frozenset({"resolved", "rca", "complete", "completed", "canceled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertContext:
    """What the context adds to the essentials.

    Attributes:
        dimensions: Names and values for which the rule fired: they tell one alert of a rule from another.
        identity: What else does, such as the tracking id of a service's outage.
        over: Whether it tells of an end, though its condition says fired, as events of the activity log always do.
    """

    dimensions: Pairs = ()
    identity: Pairs = ()
    details: Pairs = ()
    labels: Pairs = ()
    links: tuple[AlertLink, ...] = ()
    query: AlertQuery | None = None
    title: str = ""
    description: str = ""
    runbook: str | None = None
    over: bool = False


def read_context(context: Fields, *, service: str) -> AlertContext:
    """Read a context by what it holds; `service` is the essentials' `monitoringService`."""
    if context.has("SearchQuery") or context.has("SearchIntervalStartTimeUtc"):
        return _log_v1(context)
    if context.has("condition") or context.has("conditionType"):
        return _condition(context)
    if context.has("expression") or service.casefold() == "prometheus":
        return _prometheus(context)
    return _activity(context)


def _condition(context: Fields) -> AlertContext:
    """Metric alerts, web tests, dynamic thresholds, log alerts of the second version and simple ones."""
    condition = context.within("condition")
    criteria = condition.objects("allOf")
    dimensions = tuple(dict.fromkeys(pair for item in criteria for pair in _dimensions(item)))
    details = [pair for item in criteria for pair in _named(item, _CRITERIA)]
    details += [(name, periods) for item in criteria for name, periods in item.pairs("failingPeriods")]
    events = tuple(pair for row in context.items("event") for pair in _event(row))
    tests = tuple(("webTestName", item.text("webTestName")) for item in criteria if item.text("webTestName"))
    window = _window(condition.moment("windowStartTime"), condition.moment("windowEndTime"))
    return AlertContext(
        dimensions=dimensions,
        identity=tests,
        details=tuple(dict.fromkeys((*details, *events))),
        labels=context.pairs("properties"),
        links=tuple(link for item in criteria for link in _search_links(item)),
        query=_first_query(criteria, window, dimensions),
    )


def _first_query(criteria: Sequence[Fields], window: Window | None, dimensions: Pairs) -> AlertQuery | None:
    kql = next(filter(None, (item.text("searchQuery", limit=MAX_QUERY) for item in criteria)), "")
    return AlertQuery(kql=kql, window=window, dimensions=dimensions) if kql else None


def _dimensions(item: Fields) -> Iterator[tuple[str, str]]:
    for dimension in item.objects("dimensions"):
        name, value = dimension.text("name"), dimension.text("value")
        if name and value:
            yield name, value


def _event(row: object) -> Iterator[tuple[str, str]]:
    """The rows of a simple log alert: lists of names and values."""
    for cell in row if isinstance(row, list) else [row]:
        if isinstance(cell, dict):
            name, value = Fields(cell).text("name"), Fields(cell).text("value")
            if name and value:
                yield name, value


def _log_v1(context: Fields) -> AlertContext:
    """Log alerts of the first version, of Log Analytics and of Application Insights."""
    window = _window(context.moment("SearchIntervalStartTimeUtc"), context.moment("SearchIntervalEndTimeUtc"))
    dimensions = tuple(dict.fromkeys(_dimensions(context)))
    kql = context.text("SearchQuery", limit=MAX_QUERY)
    return AlertContext(
        dimensions=dimensions,
        details=_named(context, _LOG_V1),
        labels=tuple(("configurationItem", item) for item in context.texts("AffectedConfigurationItems")),
        links=_search_links(context),
        query=AlertQuery(kql=kql, window=window, dimensions=dimensions) if kql else None,
    )


def _activity(context: Fields) -> AlertContext:
    """Events of the activity log: administrative, policy, autoscale, security, health of services and resources."""
    properties = context.within("properties")
    tracking = properties.text("trackingId")
    state = properties.text("stage") or (context.text("status") if tracking else "")
    health = properties.text("currentHealthStatus").casefold()
    operation = context.text("operationName")
    authorization = tuple((f"authorization.{name}", text) for name, text in context.pairs("authorization"))
    said = properties.text("communication", limit=MAX_TEXT) or properties.text("defaultLanguageContent", limit=MAX_TEXT)
    return AlertContext(
        identity=(("trackingId", tracking),) if tracking else (("operationName", operation),) if operation else (),
        details=(*_named(context, _ACTIVITY), *_named(properties, _HEALTH), *authorization),
        labels=tuple(("impacted", name) for name in _impacted(properties)),
        title=without_markup(properties.text("title")),
        description=without_markup(said),
        over=state.casefold() in _OVER or health == "available",
    )


def _impacted(properties: Fields) -> Iterator[str]:
    """`Service (region, region)` of an outage; the list comes as JSON in a text."""
    for item in properties.objects("impactedServices"):
        regions = ", ".join(region.text("RegionName") for region in item.objects("ImpactedRegions"))
        yield f"{item.text('ServiceName')} ({regions})" if regions else item.text("ServiceName")


def _prometheus(context: Fields) -> AlertContext:
    labels, notes = context.pairs("labels"), context.within("annotations")
    return AlertContext(
        dimensions=labels,
        details=_named(context, _PROMETHEUS),
        labels=labels,
        title=notes.first("summary", "title"),
        description=notes.first("description", "message", limit=MAX_TEXT),
        runbook=notes.first("runbook_url", "runbook", limit=MAX_TEXT) or None,
    )


def _named(fields: Fields, names: tuple[str, ...]) -> Pairs:
    return tuple((name, text) for name in names if (text := fields.text(name)))


def _search_links(fields: Fields) -> tuple[AlertLink, ...]:
    found = ((name.removeprefix("linkTo"), fields.text(name, limit=MAX_TEXT)) for name in _SEARCH_LINKS)
    return tuple(AlertLink(label, url) for label, url in found if url)


def _window(start: datetime | None, end: datetime | None) -> Window | None:
    return Window(start, end) if start and end and start < end else None
