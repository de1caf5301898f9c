"""Which format a payload has, by the keys that each promises."""

from collections.abc import Mapping
from enum import StrEnum

from orchestrator.core.alerts.fields import Fields

_SCHEMA = "azuremonitorcommonalertschema"
_TITLES = ("title", "rule", "alertname", "alert", "name", "summary")
_MARKS = (
    *("severity", "priority", "level", "status", "state", "condition", "service", "fired_at", "starts_at", "startsAt"),
    *("fingerprint", "dedup_key", "resource_id"),
)


class Format(StrEnum):
    """The formats that can be read."""

    AZURE_MONITOR = "azure_monitor"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    PAGERDUTY_EVENT = "pagerduty_event"
    PAGERDUTY_WEBHOOK = "pagerduty_webhook"
    CLOUDEVENTS = "cloudevents"
    SERVICENOW = "servicenow"
    PLAIN = "plain"


def detect(payload: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Format | None:
    """The format, tried in the documented order; None where the payload has none that is known."""
    fields = Fields(payload)
    tests = (
        (Format.AZURE_MONITOR, _is_azure(fields)),
        (Format.ALERTMANAGER, fields.text("version") == "4" and fields.has("groupKey")),
        (Format.GRAFANA, fields.text("version") == "1" and fields.has("orgId")),
        (Format.PAGERDUTY_EVENT, fields.has("event_action") and fields.has("routing_key")),
        (Format.PAGERDUTY_WEBHOOK, fields.has("event", "event_type")),
        (Format.CLOUDEVENTS, fields.has("specversion") or binary_event(headers)),
        (Format.SERVICENOW, _is_servicenow(fields)),
        (Format.ALERTMANAGER, _is_single_alert(fields)),
        (Format.PLAIN, any(map(fields.text, _TITLES)) and any(map(fields.has, _MARKS))),
    )
    return next((found for found, holds in tests if holds), None)


def binary_event(headers: Mapping[str, str] | None) -> bool:
    """Whether headers carry a CloudEvent, whose body then is its data alone."""
    return any(name.casefold() == "ce-specversion" for name in headers or {})


def _is_azure(fields: Fields) -> bool:
    return fields.text("schemaId").casefold() == _SCHEMA or fields.has("data", "essentials", "alertRule")


def _is_servicenow(fields: Fields) -> bool:
    records = fields.objects("records")
    return any(_is_record(record) for record in records) if records else _is_record(fields)


def _is_record(fields: Fields) -> bool:
    return fields.has("message_key") or (fields.has("source") and fields.has("node") and fields.has("severity"))


def _is_single_alert(fields: Fields) -> bool:
    return fields.has("startsAt") and fields.has("labels", "alertname")
