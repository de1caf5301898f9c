"""Azure Monitor's common alert schema. Source: Azure Monitor documentation, "Common alert schema"."""

from collections.abc import Mapping

from orchestrator.core.alerts.alert import Alert, AlertLink, Condition
from orchestrator.core.alerts.azure_context import AlertContext, read_context
from orchestrator.core.alerts.fields import MAX_TEXT, Fields, digest
from orchestrator.core.alerts.formats import Format
from orchestrator.core.alerts.naming import service_names
from orchestrator.core.alerts.receipt import Receipt, alert_times
from orchestrator.core.alerts.severity import DEFAULT, read_severity
from orchestrator.core.errors import InputError

_DEEPEST = 8  # objects in objects; the schema has `claims` in the third
_ABOUT = ("signalType", "monitoringService", "targetResourceType", "targetResourceGroup", "alertId", "originAlertId")


def read_azure(payload: Mapping[str, object], receipt: Receipt) -> Alert:
    """One alert; InputError where it names no rule and no alert."""
    data = Fields(payload).within("data")
    essentials = data.within("essentials")
    rule, alert_id = essentials.text("alertRule"), essentials.text("alertId")
    if not rule and not alert_id:
        raise InputError("the alert has no data.essentials.alertRule and no alertId: send the common alert schema")
    context = read_context(data.within("alertContext"), service=essentials.text("monitoringService"))
    condition = _condition(essentials, context)
    fired = essentials.moment("firedDateTime")
    ended = essentials.moment("resolvedDateTime") or (fired if context.over else None)
    times = alert_times(condition, fired=None if context.over else fired, changed=ended, receipt=receipt)
    word = essentials.text("severity")
    custom = data.pairs("customProperties")
    title = context.title or rule or alert_id
    return Alert(
        format=Format.AZURE_MONITOR.value,
        fingerprint=_fingerprint(essentials, context),
        rule=rule or alert_id,
        title=title,
        description=essentials.text("description", limit=MAX_TEXT) or context.description,
        condition=condition,
        severity=read_severity(word, words=receipt.severities) if word else DEFAULT,
        severity_word=word,
        services=service_names(custom, context.dimensions, context.labels),
        resource_ids=_resources(essentials),
        labels=tuple(dict.fromkeys((*context.dimensions, *context.labels, *custom))),
        fired_at=times.fired_at,
        resolved_at=times.resolved_at,
        changed_at=times.changed_at,
        timed=times.timed,
        links=(*_investigation(essentials), *context.links),
        runbook=context.runbook or dict(custom).get("runbook") or None,
        query=context.query,
        details=(*((name, text) for name in _ABOUT if (text := essentials.text(name))), *context.details),
        raw_sha256=receipt.sha256,
    )


def _condition(essentials: Fields, context: AlertContext) -> Condition:
    resolved = essentials.text("monitorCondition").casefold() == "resolved"
    return Condition.RESOLVED if resolved or context.over else Condition.FIRED


def _fingerprint(essentials: Fields, context: AlertContext) -> str:
    """The rule, its targets and its dimensions: a stateless rule has a new `alertId` each time it fires."""
    rule = essentials.text("alertRuleId") or essentials.text("alertRule")
    if not rule:
        return digest("azure_monitor", essentials.text("alertId"))
    targets = sorted(item.casefold() for item in essentials.texts("alertTargetIDs"))
    return digest(
        "azure_monitor", rule.casefold(), targets, sorted(dict.fromkeys((*context.dimensions, *context.identity)))
    )


def _resources(essentials: Fields) -> tuple[str, ...]:
    """Targets in full, then the items' own names."""
    return tuple(dict.fromkeys((*essentials.texts("alertTargetIDs"), *essentials.texts("configurationItems"))))


def _investigation(essentials: Fields) -> tuple[AlertLink, ...]:
    url = essentials.text("investigationLink", limit=MAX_TEXT)
    return (AlertLink("investigation", url),) if url else ()


def without_identity(payload: Mapping[str, object], *, depth: int = _DEEPEST) -> Mapping[str, object]:
    """The payload without `claims`, which say who a person is: they are dropped before anything is kept."""
    return {
        name: without_identity(value, depth=depth - 1) if isinstance(value, Mapping) and depth else value
        for name, value in payload.items()
        if str(name).casefold() != "claims"
    }
