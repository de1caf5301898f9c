"""PagerDuty: Events v2, which monitoring tools send to it, and Webhooks v3, which it sends out."""

import hashlib
from collections.abc import Mapping

from orchestrator.core.alerts.alert import Alert, AlertLink, Condition
from orchestrator.core.alerts.fields import MAX_TEXT, Fields, digest
from orchestrator.core.alerts.formats import Format
from orchestrator.core.alerts.naming import service_names
from orchestrator.core.alerts.receipt import Receipt, alert_times
from orchestrator.core.alerts.severity import DEFAULT, read_severity
from orchestrator.core.errors import InputError

# Source: PagerDuty, "Events API v2": critical, error, warning, info
_SEVERITIES = {"critical": 0, "error": 1, "warning": 2, "info": 3}
_ACTIONS = {"trigger": Condition.FIRED, "acknowledge": Condition.ACKNOWLEDGED, "resolve": Condition.RESOLVED}
_EVENTS = {
    "incident.triggered": Condition.FIRED,
    "incident.reopened": Condition.FIRED,
    "incident.unacknowledged": Condition.FIRED,
    "incident.acknowledged": Condition.ACKNOWLEDGED,
    "incident.resolved": Condition.RESOLVED,
    "incident.reassigned": Condition.ASSIGNED,
    "incident.escalated": Condition.ASSIGNED,
    "incident.priority_updated": Condition.RATED,
    "incident.annotated": Condition.NOTED,
    "incident.status_update_published": Condition.NOTED,
}
_URGENCIES = {"high": 1, "low": 3}
_RESOURCES = ("resource_id", "resourceId", "resource")


def read_event(payload: Mapping[str, object], receipt: Receipt) -> Alert:
    """An event of Events v2; InputError for an action that is none, or nothing to tell it by."""
    fields = Fields(payload)
    action = fields.text("event_action")
    condition = _ACTIONS.get(action.casefold())
    if condition is None:
        raise InputError(f"the event_action {action!r} is none of {', '.join(_ACTIONS)}: correct it")
    said = fields.within("payload")
    key, title = fields.text("dedup_key"), said.text("summary")
    if not key and not title:
        raise InputError("an event without dedup_key and payload.summary cannot be told from others: send one of them")
    custom, source = said.pairs("custom_details"), said.text("source")
    moment = said.moment("timestamp")
    times = alert_times(
        condition, fired=moment if condition is Condition.FIRED else None, changed=moment, receipt=receipt
    )
    word = said.text("severity")
    severities = {**_SEVERITIES, **receipt.severities}
    named = tuple(filter(None, (said.text("component"), said.text("group"))))
    return Alert(
        format=Format.PAGERDUTY_EVENT.value,
        fingerprint=digest("pagerduty_event", _key_hash(fields), key or [source, title, *named, said.text("class")]),
        rule=said.text("class") or title or key,
        title=title or key,
        condition=condition,
        severity=read_severity(word, words=severities) if word else DEFAULT,
        severity_word=word,
        services=tuple(dict.fromkeys((*service_names(custom), *named, *filter(None, (source,))))),
        resource_ids=tuple(value for name, value in custom if name in _RESOURCES),
        labels=custom,
        fired_at=times.fired_at,
        resolved_at=times.resolved_at,
        changed_at=times.changed_at,
        timed=times.timed,
        links=_event_links(fields),
        raw_sha256=receipt.sha256,
    )


def _key_hash(fields: Fields) -> str:
    """The routing key is a token: two teams' events are told apart by its hash."""
    return hashlib.sha256(fields.text("routing_key").encode()).hexdigest()


def _event_links(fields: Fields) -> tuple[AlertLink, ...]:
    links = [(item.text("text") or "link", item.text("href", limit=MAX_TEXT)) for item in fields.objects("links")]
    links += [(item.text("alt") or "image", item.text("src", limit=MAX_TEXT)) for item in fields.objects("images")]
    links.append((fields.text("client") or "client", fields.text("client_url", limit=MAX_TEXT)))
    return tuple(AlertLink(label, url) for label, url in links if url)


def read_webhook(payload: Mapping[str, object], receipt: Receipt) -> Alert:
    """A message of Webhooks v3; InputError for one that tells of no incident's state."""
    event = Fields(payload).within("event")
    kind = event.text("event_type")
    condition = _EVENTS.get(kind.casefold())
    said = event.within("data")
    data = said.within("incident") if condition is Condition.NOTED else said
    if condition is None:
        raise InputError(f"the event {kind!r} changes no alert; subscribe to {', '.join(_EVENTS)}")
    if not data.text("id"):
        raise InputError("the webhook names no incident: `event.data.id` is missing")
    occurred = event.moment("occurred_at")
    began = data.moment("created_at") if kind.casefold() in {"incident.triggered", "incident.resolved"} else None
    fired = (began or occurred) if condition is Condition.FIRED else began
    times = alert_times(condition, fired=fired, changed=occurred, receipt=receipt)
    word = data.text("priority", "summary") or data.text("priority", "name") or data.text("urgency")
    service = data.text("service", "summary") or data.text("service", "name")
    url = data.text("html_url", limit=MAX_TEXT)
    title = data.text("title") or data.text("summary") or data.text("id")
    return Alert(
        format=Format.PAGERDUTY_WEBHOOK.value,
        fingerprint=digest("pagerduty_webhook", data.text("id")),
        rule=title,
        title=title,
        description=said.text("content") or said.text("message") if condition is Condition.NOTED else "",
        owner=_assignees(data) if condition is Condition.ASSIGNED else "",
        condition=condition,
        severity=read_severity(word, words={**_URGENCIES, **receipt.severities}),
        severity_word=word,
        services=(service,) if service else (),
        labels=(("pagerduty_incident", data.text("id")),),
        fired_at=times.fired_at,
        resolved_at=times.resolved_at,
        changed_at=times.changed_at,
        timed=times.timed,
        links=(AlertLink("PagerDuty", url),) if url else (),
        raw_sha256=receipt.sha256,
    )


def _assignees(incident: Fields) -> str:
    return ", ".join(dict.fromkeys(filter(None, (item.text("summary") for item in incident.objects("assignees")))))
