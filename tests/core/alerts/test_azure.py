"""Azure Monitor's common alert schema, each kind of signal with its oddities. All values are made up."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.core.alerts.alert import Alert, Condition
from orchestrator.core.alerts.parse import Reading, read_payload

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
VM = "/subscriptions/s-1/resourceGroups/shop/providers/Microsoft.Compute/virtualMachines/web-1"
Json = dict[str, Any]


def payload(context: Json, *, custom: Json | None = None, **essentials: object) -> Json:
    """A whole alert."""
    given: Json = {
        "alertId": "/subscriptions/s-1/providers/Microsoft.AlertsManagement/alerts/a-1",
        "alertRule": "web-errors",
        "severity": "Sev1",
        "signalType": "Metric",
        "monitorCondition": "Fired",
        "monitoringService": "Platform",
        "alertTargetIDs": [VM],
        "configurationItems": ["web-1"],
        "originAlertId": "o-1",
        "firedDateTime": "2026-11-22T10:20:00.1234567Z",
        "description": "Errors on the web tier",
        "essentialsVersion": "1.0",
        "alertContextVersion": "1.0",
    }
    data = {"essentials": given | essentials, "alertContext": context, "customProperties": custom}
    return {"schemaId": "azureMonitorCommonAlertSchema", "data": data}


def alert_of(document: Json) -> Alert:
    """The one alert of a payload."""
    (received,) = read_payload(document, Reading(), at=NOW)
    assert received.problem == ""
    assert received.alert is not None
    return received.alert


def metric(**criterion: object) -> Json:
    """The context of a metric alert."""
    return {
        "properties": None,
        "conditionType": "SingleResourceMultipleMetricCriteria",
        "condition": {
            "windowSize": "PT5M",
            "allOf": [
                {
                    "metricName": "Http5xx",
                    "metricNamespace": "Microsoft.Web/sites",
                    "operator": "GreaterThan",
                    "threshold": "25",
                    "timeAggregation": "Total",
                    "dimensions": [{"name": "Instance", "value": "i-7"}],
                    "metricValue": 31.5,
                    **criterion,
                }
            ],
            "windowStartTime": "2026-11-22T10:15:00Z",
            "windowEndTime": "2026-11-22T10:20:00Z",
        },
    }


def log_v2(dimensions: list[Json] | None = None) -> Json:
    """The context of a log alert of the second version."""
    return {
        "properties": None,
        "conditionType": "LogQueryCriteria",
        "condition": {
            "windowSize": "PT10M",
            "allOf": [
                {
                    "searchQuery": "AppRequests | where Success == false",
                    "metricMeasureColumn": None,
                    "targetResourceTypes": "['Microsoft.OperationalInsights/workspaces']",
                    "operator": "GreaterThan",
                    "threshold": "5",
                    "timeAggregation": "Count",
                    "dimensions": dimensions or [{"name": "AppRoleName", "operator": "Include", "value": "checkout"}],
                    "metricValue": 9.0,
                    "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
                    "linkToSearchResultsUI": "https://portal.example/ui",
                    "linkToFilteredSearchResultsUI": "https://portal.example/filtered",
                }
            ],
            "windowStartTime": "2026-11-22T10:10:00Z",
            "windowEndTime": "2026-11-22T10:20:00Z",
        },
    }


def test_a_metric_alert():
    """Rule, severity with the sender's word, times, resource, dimensions and the measured value."""
    found = alert_of(payload(metric()))
    assert (found.rule, found.severity, found.severity_word) == ("web-errors", 1, "Sev1")
    assert found.condition is Condition.FIRED
    assert found.fired_at == datetime(2026, 11, 22, 10, 20, 0, 123456, tzinfo=UTC)
    assert found.resource_ids == (VM, "web-1")
    assert ("Instance", "i-7") in found.labels
    assert {("threshold", "25"), ("metricValue", "31.5"), ("metricName", "Http5xx")} <= set(found.details)
    assert found.query is None


def test_a_resolved_metric_alert_has_the_fingerprint_of_the_fired_one():
    """Its end is the sender's."""
    resolved = payload(metric(), monitorCondition="Resolved", resolvedDateTime="2026-11-22T10:40:00Z")
    found = alert_of(resolved)
    assert found.fingerprint == alert_of(payload(metric())).fingerprint
    assert found.condition is Condition.RESOLVED
    assert found.resolved_at == found.changed_at == datetime(2026, 11, 22, 10, 40, tzinfo=UTC)
    assert found.fired_at == alert_of(payload(metric())).fired_at


def test_dynamic_thresholds_and_web_tests():
    """Sensitivity and periods are kept; a web test tells alerts of one rule apart."""
    dynamic = metric(
        alertSensitivity="High",
        failingPeriods={"numberOfEvaluationPeriods": 4, "minFailingPeriodsToAlert": "3"},
        ignoreDataBefore=None,
    )
    details = dict(alert_of(payload(dynamic)).details)
    assert (details["alertSensitivity"], details["minFailingPeriodsToAlert"]) == ("High", "3")
    tests = [alert_of(payload(metric(webTestName=name))) for name in ("home", "basket")]
    assert len({found.fingerprint for found in tests}) == 2


def test_a_log_alert_brings_its_query_with_window_and_dimensions():
    """The first evidence of its incident."""
    found = alert_of(payload(log_v2(), signalType="Log", monitoringService="Log Alerts V2"))
    assert found.query is not None
    assert found.query.kql == "AppRequests | where Success == false"
    assert found.query.window is not None
    assert found.query.window.start == datetime(2026, 11, 22, 10, 10, tzinfo=UTC)
    assert found.query.window.end == datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
    assert found.query.dimensions == (("AppRoleName", "checkout"),)
    assert found.services == ("checkout",)
    assert [link.label for link in found.links] == ["FilteredSearchResultsUI", "SearchResultsUI"]


def test_a_log_alert_split_by_dimension_is_an_alert_per_value():
    """And one that fires again has another alertId and the same fingerprint."""
    checkout = alert_of(payload(log_v2()))
    cart = alert_of(payload(log_v2([{"name": "AppRoleName", "operator": "Include", "value": "cart"}])))
    again = alert_of(payload(log_v2(), alertId="a-2", firedDateTime="2026-11-22T10:25:00Z"))
    assert checkout.fingerprint != cart.fingerprint
    assert checkout.fingerprint == again.fingerprint


def test_a_simple_log_alert_keeps_its_row():
    """Most of its fields are null."""
    context = log_v2()
    context["condition"]["allOf"] = [{"searchQuery": "Heartbeat", "threshold": None, "dimensions": None}]
    context["event"] = [[{"name": "Computer", "value": "web-1"}, {"name": "Level", "value": 2}]]
    found = alert_of(payload(context, monitoringService="Simple Log Alert"))
    assert {("Computer", "web-1"), ("Level", "2")} <= set(found.details)


@pytest.mark.parametrize("end", ["SearchIntervalEndtimeUtc", "SearchIntervalEndTimeUtc"])
@pytest.mark.parametrize("service", ["Log Analytics", "Application Insights"])
def test_log_alerts_of_the_first_version(service: str, end: str):
    """American dates, keys in either case, numbers as text."""
    context = {
        "SearchQuery": "requests | where success == false",
        "SearchIntervalStartTimeUtc": "11/22/2026 9:15:00 AM",
        end: "11/22/2026 10:15:00 AM",
        "ResultCount": 12,
        "LinkToSearchResults": "https://portal.example/results",
        "SeverityDescription": "Warning",
        "Threshold": "10",
        "Operator": "Greater Than",
        "Dimensions": [{"name": "cloud_RoleName", "value": "checkout"}],
        "IncludedSearchResults": "True",
        "SearchResults": {"tables": [{"name": "PrimaryResult", "columns": [], "rows": []}], "dataSources": []},
    }
    found = alert_of(payload(context, monitoringService=service))
    assert found.query is not None
    assert found.query.window is not None
    assert found.query.window.start == datetime(2026, 11, 22, 9, 15, tzinfo=UTC)
    assert found.query.window.end == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    assert {("ResultCount", "12"), ("Threshold", "10"), ("IncludedSearchResults", "True")} <= set(found.details)
    assert found.services == ("checkout",)


def activity(**properties: object) -> Json:
    """The context of an event of the activity log."""
    return {
        "authorization": {"action": "Microsoft.Compute/virtualMachines/restart/action", "scope": VM},
        "channels": 1,
        "claims": '{"name": "Ann Person", "ipaddr": "203.0.113.9"}',
        "caller": "ann@example.com",
        "correlationId": "c-1",
        "eventSource": "Administrative",
        "eventTimestamp": "2026-11-22T10:19:58Z",
        "level": "Informational",
        "operationName": "Microsoft.Compute/virtualMachines/restart/action",
        "status": "Succeeded",
        "subStatus": "",
        "properties": properties,
    }


@pytest.mark.parametrize("kind", ["Administrative", "Policy", "Autoscale", "Security"])
def test_events_of_the_activity_log(kind: str):
    """What was done to what; channels may be a number."""
    found = alert_of(payload(activity(policies='[{"id": "p"}]'), monitoringService=f"Activity Log - {kind}"))
    assert ("operationName", "Microsoft.Compute/virtualMachines/restart/action") in found.details
    assert ("authorization.scope", VM) in found.details
    assert found.condition is Condition.FIRED


def test_claims_are_dropped_on_arrival():
    """They say who a person is: neither the alert nor what is kept of the payload has them."""
    (received,) = read_payload(payload(activity()), Reading(), at=NOW)
    assert received.alert is not None
    assert "Ann Person" not in received.body + json.dumps(received.alert.document())
    assert "claims" not in received.body


def test_an_outage_of_a_service_resolves_by_its_stage():
    """Such events always say fired; JSON stands inside of texts and HTML in what is communicated."""
    impacted = '[{"ServiceName": "Storage", "ImpactedRegions": [{"RegionName": "West Europe"}]}]'
    about = {"title": "Storage - West Europe", "trackingId": "T-1", "incidentType": "Incident"}
    about |= {"impactedServices": impacted, "communication": "<p>Some calls <b>failed</b> &amp; were retried</p>"}
    began = alert_of(payload(activity(**about, stage="Active"), monitoringService="ServiceHealth", description=""))
    ended = alert_of(payload(activity(**about, stage="Resolved"), monitoringService="ServiceHealth", alertId="a-2"))
    assert began.title == "Storage - West Europe"
    assert began.description == "Some calls failed & were retried"
    assert ("impacted", "Storage (West Europe)") in began.labels
    assert (began.condition, ended.condition) == (Condition.FIRED, Condition.RESOLVED)
    assert began.fingerprint == ended.fingerprint


def test_the_health_of_a_resource():
    """Available again is an end."""
    gone = activity(currentHealthStatus="Unavailable", previousHealthStatus="Available", cause="PlatformInitiated")
    back = activity(currentHealthStatus="Available", previousHealthStatus="Unavailable", cause="PlatformInitiated")
    found = [alert_of(payload(context, monitoringService="Resource Health")) for context in (gone, back)]
    assert [item.condition for item in found] == [Condition.FIRED, Condition.RESOLVED]
    assert ("currentHealthStatus", "Unavailable") in found[0].details


def test_managed_prometheus():
    """Labels and annotations, as Prometheus has them."""
    context = {
        "interval": "PT1M",
        "expression": "up == 0",
        "expressionValue": "0",
        "for": "PT2M",
        "labels": {"alertname": "TargetDown", "job": "cart"},
        "annotations": {"summary": "cart is down", "runbook_url": "https://runbooks.example/down"},
        "ruleGroup": "rg-1",
    }
    found = alert_of(payload(context, monitoringService="Prometheus", signalType="Metric"))
    assert (found.title, found.services, found.runbook) == ("cart is down", ("cart",), "https://runbooks.example/down")
    assert ("expression", "up == 0") in found.details


def test_keys_match_in_any_case():
    """Samples and tables of the documentation differ."""
    lowered = json.loads(
        json.dumps(payload(log_v2())).replace("alertRule", "ALERTRULE").replace("searchQuery", "sEarchquery")
    )
    assert alert_of(lowered).rule == "web-errors"
    assert alert_of(lowered).query is not None


def test_custom_properties_name_the_service():
    """Before any dimension."""
    assert alert_of(payload(log_v2(), custom={"service": "payments"})).services == ("payments", "checkout")
