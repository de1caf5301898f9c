"""ServiceNow's events (`em_event`), alone or in `records`."""

from collections.abc import Iterator, Mapping

from orchestrator.core.alerts.alert import Alert, Condition
from orchestrator.core.alerts.fields import MAX_TEXT, Fields, digest
from orchestrator.core.alerts.formats import Format
from orchestrator.core.alerts.naming import service_names
from orchestrator.core.alerts.receipt import Receipt, alert_times
from orchestrator.core.alerts.severity import SERVICENOW, SERVICENOW_NUMBERS, read_severity
from orchestrator.core.errors import InputError

_CLEAR = frozenset({"0", "clear"})
_RESOURCES = ("resource_id", "resourceId", "azure_resource_id")


def records_in(payload: Mapping[str, object]) -> Iterator[object]:
    """The records of a request, or the one that it is."""
    found = Fields(payload).at("records")
    yield from found if isinstance(found, list) else [payload]


def read_record(payload: Mapping[str, object], receipt: Receipt) -> Alert:
    """One event; InputError where nothing tells it from others."""
    fields = Fields(payload)
    parts = [fields.text(name) for name in ("source", "node", "type", "resource", "metric_name")]
    key = fields.text("message_key")
    if not key and not any(parts):
        raise InputError("an event without message_key, source and node cannot be told from others: send one of them")
    given = fields.text("severity").casefold()
    word = SERVICENOW_NUMBERS.get(given, given)
    closing = given in _CLEAR or fields.text("resolution_state").casefold() == "closing"
    condition = Condition.RESOLVED if closing else Condition.FIRED
    moment = fields.moment("time_of_event")
    times = alert_times(condition, fired=None if closing else moment, changed=moment, receipt=receipt)
    extra = fields.pairs("additional_info")
    title = fields.text("description") or " ".join(filter(None, parts)) or key
    own = tuple(filter(None, (fields.text("business_service"), fields.text("cmdb_ci"))))
    return Alert(
        format=Format.SERVICENOW.value,
        fingerprint=digest("servicenow", fields.text("source"), key or parts),
        rule=fields.text("metric_name") or fields.text("type") or key or title,
        title=title,
        description=fields.text("description", limit=MAX_TEXT),
        condition=condition,
        severity=read_severity(word, words={**SERVICENOW, **receipt.severities}),
        severity_word=word,
        services=tuple(dict.fromkeys((*service_names(extra), *own, *filter(None, (fields.text("node"),))))),
        resource_ids=tuple(value for name, value in extra if name in _RESOURCES),
        labels=tuple(
            sorted({**dict(extra), **{n: fields.text(n) for n in ("node", "resource") if fields.text(n)}}.items())
        ),
        fired_at=times.fired_at,
        resolved_at=times.resolved_at,
        changed_at=times.changed_at,
        timed=times.timed,
        raw_sha256=receipt.sha256,
    )
