"""Our own shape of an alert: plain JSON under customary names, which a mapping may have made of any other."""

from collections.abc import Mapping
from datetime import datetime

from orchestrator.core.alerts.alert import Alert, AlertLink, AlertQuery, Condition
from orchestrator.core.alerts.fields import MAX_QUERY, MAX_TEXT, Fields, digest
from orchestrator.core.alerts.formats import Format
from orchestrator.core.alerts.naming import service_names
from orchestrator.core.alerts.receipt import Receipt, alert_times
from orchestrator.core.alerts.severity import read_severity
from orchestrator.core.errors import InputError
from orchestrator.core.window import Window

TITLES = ("title", "rule", "alertname", "alert", "name", "summary")
_FIRED_AT = ("fired_at", "starts_at", "startsAt", "started_at", "timestamp", "time", "at")
_RESOLVED_AT = ("resolved_at", "ends_at", "endsAt")
_CHANGED_AT = ("changed_at", "updated_at", "timestamp", "time", "at")
_WORDS: Mapping[str, Condition] = {
    **dict.fromkeys(("resolved", "ok", "clear", "cleared", "closed", "recovered", "normal", "up"), Condition.RESOLVED),
    **dict.fromkeys(("acknowledged", "ack", "acked", "acknowledge"), Condition.ACKNOWLEDGED),
}


def read_plain(payload: Mapping[str, object], receipt: Receipt) -> Alert:
    """One alert of our own shape; InputError where it has no title."""
    fields = Fields(payload)
    title, rule = fields.first(*TITLES), fields.first("rule", "alertname", "alert", "name", "title", "summary")
    if not title:
        raise InputError(f"an alert needs a title: send one of {', '.join(TITLES)}")
    state = fields.first("condition", "status", "state").casefold()
    condition = _WORDS.get(state, Condition.FIRED)
    changed = _first_moment(fields, _RESOLVED_AT if condition is Condition.RESOLVED else ()) or _first_moment(
        fields, _CHANGED_AT
    )
    fired = _first_moment(fields, _FIRED_AT if condition is Condition.FIRED else _FIRED_AT[:4])
    times = alert_times(condition, fired=fired, changed=changed, receipt=receipt)
    labels = fields.pairs("labels")
    word = fields.first("severity", "priority", "level")
    services = tuple(dict.fromkeys((*fields.texts("service"), *fields.texts("services"), *service_names(labels))))
    resources = (*fields.texts("resource_id"), *fields.texts("resource_ids"))
    own = fields.first("fingerprint", "dedup_key", "id")
    link = fields.first("url", "link", limit=MAX_TEXT)
    return Alert(
        format=Format.PLAIN.value,
        fingerprint=digest("plain", own or [rule, sorted(services), sorted(resources), labels]),
        rule=rule,
        title=title,
        description=fields.first("description", "message", "text", limit=MAX_TEXT),
        condition=condition,
        severity=read_severity(word, words=receipt.severities),
        severity_word=word,
        services=services,
        resource_ids=resources,
        labels=labels,
        fired_at=times.fired_at,
        resolved_at=times.resolved_at,
        changed_at=times.changed_at,
        timed=times.timed,
        links=(AlertLink("source", link),) if link else (),
        runbook=fields.first("runbook", "runbook_url", limit=MAX_TEXT) or None,
        query=_query(fields),
        raw_sha256=receipt.sha256,
    )


def _first_moment(fields: Fields, names: tuple[str, ...]) -> datetime | None:
    return next(filter(None, (fields.moment(name) for name in names)), None)


def _query(fields: Fields) -> AlertQuery | None:
    kql = fields.text("query", limit=MAX_QUERY)
    start, end = fields.moment("query_from"), fields.moment("query_to")
    window = Window(start, end) if start and end and start < end else None
    return AlertQuery(kql=kql, window=window, dimensions=fields.pairs("dimensions")) if kql else None
