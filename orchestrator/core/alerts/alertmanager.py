"""Alerts of Prometheus Alertmanager (webhook version 4) and of Grafana, whose payload has the same shape."""

from collections.abc import Iterator, Mapping

from orchestrator.core.alerts.alert import Alert, AlertLink, Condition
from orchestrator.core.alerts.fields import MAX_TEXT, Fields, digest
from orchestrator.core.alerts.formats import Format
from orchestrator.core.alerts.naming import service_names
from orchestrator.core.alerts.receipt import Receipt, alert_times
from orchestrator.core.alerts.severity import read_severity
from orchestrator.core.errors import InputError

_LINKS = (
    ("source", "generatorURL"),
    ("dashboard", "dashboardURL"),
    ("panel", "panelURL"),
    ("silence", "silenceURL"),
    ("image", "imageURL"),
)
_RUNBOOKS = ("runbook_url", "runbookUrl", "runbook")
_RESOURCES = ("resource_id", "resourceId", "microsoft.resourceid", "azure_resource_id")


def alerts_in(payload: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Each alert of a group as a group of its own; a bare alert stands for itself."""
    found = Fields(payload).at("alerts")
    if found is None:
        yield payload
        return
    shared = {name: value for name, value in payload.items() if str(name).casefold() != "alerts"}
    for item in found if isinstance(found, list) else [found]:
        yield {**shared, "alerts": [item]}


def read_alertmanager(payload: Mapping[str, object], receipt: Receipt, *, format_: Format) -> Alert:
    """One alert, as `alerts_in` gives it; InputError where it is no alert."""
    whole = Fields(payload)
    items = whole.items("alerts")
    if items and not isinstance(items[0], Mapping):
        raise InputError(f"{items[0]!r:.80} is no alert: each of `alerts` is an object with `labels`")
    item = Fields(items[0]) if items and isinstance(items[0], Mapping) else whole
    labels = _joined(whole.pairs("commonLabels"), item.pairs("labels"))
    notes = dict(_joined(whole.pairs("commonAnnotations"), item.pairs("annotations")))
    if not labels:
        raise InputError("an alert without labels cannot be told from others: send `labels` with `alertname`")
    known = dict(labels)
    rule = known.get("alertname", "") or notes.get("summary", "") or "unnamed"
    condition = _condition(item.text("status") or whole.text("status"), ended=item.moment("endsAt"))
    times = alert_times(condition, fired=item.moment("startsAt"), changed=item.moment("endsAt"), receipt=receipt)
    word = next((known[name] for name in ("severity", "priority", "level") if name in known), "")
    return Alert(
        format=format_.value,
        fingerprint=digest(format_.value, item.text("fingerprint") or labels),
        rule=rule,
        title=notes.get("summary") or notes.get("title") or rule,
        description=_long(item, whole, "description") or _long(item, whole, "message"),
        condition=condition,
        severity=read_severity(word, words=receipt.severities),
        severity_word=word,
        services=service_names(labels),
        resource_ids=tuple(known[name] for name in _RESOURCES if name in known),
        labels=labels,
        fired_at=times.fired_at,
        resolved_at=times.resolved_at,
        changed_at=times.changed_at,
        timed=times.timed,
        links=_links(item, whole),
        runbook=next((notes[name] for name in _RUNBOOKS if notes.get(name)), None),
        details=_details(item),
        raw_sha256=receipt.sha256,
    )


def _joined(*sources: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({name: value for pairs in sources for name, value in pairs}.items()))


def _condition(status: str, *, ended: object) -> Condition:
    if not status:
        return Condition.RESOLVED if ended else Condition.FIRED
    return Condition.RESOLVED if status.casefold() in {"resolved", "ok", "normal"} else Condition.FIRED


def _long(item: Fields, whole: Fields, name: str) -> str:
    said = item.text("annotations", name, limit=MAX_TEXT)
    return said or whole.text("commonAnnotations", name, limit=MAX_TEXT)


def _links(item: Fields, whole: Fields) -> tuple[AlertLink, ...]:
    found = [(label, item.text(name, limit=MAX_TEXT)) for label, name in _LINKS]
    found.append(("alertmanager", whole.text("externalURL", limit=MAX_TEXT)))
    return tuple(AlertLink(label, url) for label, url in found if url)


def _details(item: Fields) -> tuple[tuple[str, str], ...]:
    values = item.pairs("values")
    text = item.text("valueString")
    return values or ((("values", text),) if text else ())
