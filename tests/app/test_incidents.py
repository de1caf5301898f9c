"""From an alert to its incident's first answer, on a small folder of logs."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orchestrator.app.grouping import grouping_of
from orchestrator.app.incidents import (
    ingest_alerts,
    list_incidents,
    run_requested,
    show_incident,
    triage_follow,
    unread_payloads,
)
from orchestrator.app.past import verify_run
from orchestrator.app.state import open_state
from orchestrator.core.errors import InputError
from orchestrator.core.handoffs import ItemState
from orchestrator.core.incidents.occurrence import GroupingSettings
from orchestrator.core.queueing import RunState
from orchestrator.settings import IncidentsSetting, Settings
from orchestrator.store.handoffs import StoredHandoffs
from orchestrator.store.incidents import StoredIncidents
from orchestrator.store.queue import StoredQueue
from orchestrator.surfaces.application import Options
from playbooks.services import Services

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
Json = dict[str, Any]
Make = Callable[..., Json]
HEALTHY = {"status": "healthy"}
SERVICES = """services:
  - {id: pay, owner: team-money, depends_on: [bank]}
  - {id: bank, aliases: [the bank]}
"""


@pytest.fixture
def settings(options: Options, tmp_path: Path) -> Settings:
    """The folder of logs as the settings', with an inventory, and a guide that an alert's fields are enough for."""
    assert options.guides is not None
    guide = options.guides / "failing_target.md"
    text = guide.read_text()
    text = text.replace(
        "from: [{message: {values_of: AppDependencies.AppRoleName}}, session]", "from: [{alert: service}]"
    )
    text = text.replace(
        "{name: p_from, type: datetime, from: [", "{name: p_from, type: datetime, from: [{alert: startsAt}, "
    )
    text = text.replace("{name: p_to, type: datetime, from: [{message: time}, ", "{name: p_to, type: datetime, from: [")
    guide.write_text(text)
    (options.guides / "services.yaml").write_text(SERVICES)
    return Settings(state=tmp_path / "state", logs=options.logs, guides=options.guides)


def log_alert(kql: str = "AppDependencies | where not(Success) | summarize n = count() by Target") -> Json:
    """A log alert as Azure Monitor sends it, on calls of `pay` that fail since 10:20."""
    criterion = {"searchQuery": kql, "dimensions": [{"name": "AppRoleName", "operator": "Include", "value": "pay"}]}
    condition = {
        "windowStartTime": "2026-05-04T10:20:00Z",
        "windowEndTime": "2026-05-04T10:30:00Z",
        "allOf": [criterion],
    }
    essentials = {"alertRule": "TargetFails", "severity": "Sev1", "monitorCondition": "Fired"}
    essentials |= {"monitoringService": "Log Alerts V2", "firedDateTime": "2026-05-04T10:21:00Z"}
    context = {"conditionType": "LogQueryCriteria", "condition": condition}
    data = {"essentials": essentials, "alertContext": context, "customProperties": None}
    return {"schemaId": "azureMonitorCommonAlertSchema", "data": data}


async def ingest(settings: Settings, *payloads: Json, triage: bool = True, most: int = 10) -> Json:
    """Take payloads in, each as a file."""
    sources = [(f"{n}.json", json.dumps(payload).encode()) for n, payload in enumerate(payloads)]
    return await ingest_alerts(settings, sources, triage=triage, most=most)


async def test_an_alert_has_its_first_answer_before_anybody_asks(settings: Settings):
    """One run, which starts with the alert's own query in its own window and names the cause."""
    document = await ingest(settings, log_alert())
    jsonschema.validate(document, json.loads((SCHEMAS / "ingest.schema.json").read_text()))
    assert [item["outcome"] for item in document["alerts"]] == ["new"]
    assert document["incidents"][0]["owner"] == "team-money"
    assert document["incidents"][0]["verdict"]["cause"] == "target_down"
    shown = show_incident(settings, "INC-1")
    jsonschema.validate(shown, json.loads((SCHEMAS / "incident.schema.json").read_text()))
    (report,) = shown["reports"]
    first = report["evidence"][0]
    assert (first["id"], first["purpose"]) == ("E1", "the alert's own query")
    assert (first["status"], first["row_count"], first["rows"]) == ("complete", 1, [["bank", 10]])
    texts = {claim["text"]: claim["evidence"] for claim in report["claims"]}
    assert texts["the alert's own query finds 1 rows in its window"] == ["E1"]
    assert "bank fails in 100% of" in str(report["claims"])


async def test_a_query_that_cannot_be_answered_here_stops_nothing(settings: Settings):
    """It is evidence that failed, with the reason; the guide runs."""
    await ingest(settings, log_alert("NoSuchTable | count"))
    (report,) = show_incident(settings, "INC-1")["reports"]
    assert (report["evidence"][0]["id"], report["evidence"][0]["status"]) == ("E1", "failed")
    assert "NoSuchTable" in report["evidence"][0]["reason"]
    assert report["verdict"]["cause"] == "target_down"


async def test_an_alert_of_a_time_that_the_data_do_not_reach_has_no_data(settings: Settings):
    """It asks nobody for another time; it names the table and its newest row, as a query found it."""
    alert = {"title": "TargetFails", "severity": "high", "service": "pay", "fired_at": "2026-05-06T12:00:00Z"}
    await ingest(settings, alert)
    (report,) = show_incident(settings, "INC-1")["reports"]
    assert (report["status"], report["verdict"]["status"], report["questions"]) == ("answered", "no_data", [])
    (evidence,) = (item for item in report["evidence"] if item["purpose"] == "how far the data reach")
    newest = evidence["rows"][0][0]
    assert report["verdict"]["reason"] == (
        f"the alert began 2026-05-06T12:00:00Z, and the newest row of AppDependencies is of {newest}"
    )


async def test_a_query_that_would_fetch_from_elsewhere_is_not_asked(settings: Settings):
    """An alert comes from outside."""
    await ingest(settings, log_alert("externaldata(a: string)['https://evil.example/x'] | take 1"))
    (report,) = show_incident(settings, "INC-1")["reports"]
    assert "the alert's own query" not in [item["purpose"] for item in report["evidence"]]
    assert any("externaldata reaches outside" in str(item["reason"]) for item in report["unknown"])


async def test_one_run_for_a_group_and_none_for_a_redelivery(settings: Settings):
    """However many alerts it has."""
    other = {"title": "pay is slow", "service": "pay", "severity": "low", "fired_at": "2026-05-04T10:25:00Z"}
    document = await ingest(settings, log_alert(), other, log_alert())
    assert [item["outcome"] for item in document["alerts"]] == ["new", "joined", "redelivered"]
    assert [run["incident"] for run in document["runs"]] == ["INC-1"]
    again = await ingest(settings, log_alert(), other)
    assert again["runs"] == []


async def test_what_a_run_would_need_to_know_is_told(settings: Settings):
    """An alert of which no service is known."""
    alert = {"alertname": "TargetFails", "severity": "high", "fired_at": "2026-05-04T10:20:00Z"}
    document = await ingest(settings, alert)
    assert [run["status"] for run in document["runs"]] == ["needs_input"]
    with open_state(settings) as database:
        (item,) = StoredHandoffs(database).listed(states=(ItemState.OPEN,), limit=9)
    assert (item.parked.incident, item.parked.run) == ("INC-1", document["runs"][0]["run"])


async def test_of_many_incidents_the_worst_are_looked_at(settings: Settings):
    """The others wait for a worker."""
    alerts = [{"title": f"t{n}", "service": f"s{n}", "severity": "low", "status": "firing"} for n in range(3)]
    bad = {"title": "bad", "service": "x", "severity": "critical"}
    document = await ingest(settings, *alerts, bad, most=1)
    assert ([run["incident"] for run in document["runs"]], document["waiting"]) == (["INC-4"], 3)


async def test_without_triage_the_run_can_be_asked_for_later(settings: Settings):
    """Nothing is queued, nothing is carried out."""
    document = await ingest(settings, log_alert(), triage=False)
    assert document["runs"] == []
    assert await run_requested(settings, ["INC-1"]) == []


async def test_a_worker_that_lives_carries_the_runs_out(settings: Settings):
    """They wait in the queue, a little, for the alerts that belong to them."""
    with open_state(settings) as database:
        StoredQueue(database).join("w-1", kind="worker", host="h", pid=1, now=datetime.now(UTC))
        document = await ingest(settings, log_alert())
        (queued,) = StoredQueue(database).listed(RunState.QUEUED, limit=9)
        assert (document["worker"], document["runs"]) == (True, [])
        assert queued.request.not_before is not None
        await triage_follow(database, services=Services())(queued, {"status": "answered", "verdict": HEALTHY})
        found = StoredIncidents(database).find("INC-1")
        assert found is not None
        assert found.runs == (queued.run,)


async def test_unknown_formats_and_bad_mappings(settings: Settings, tmp_path: Path):
    """A format that is none and a mapping that is wrong are refused with the place; a mapping makes alerts."""
    payload = [("x.json", b'{"headline": "pay is down", "level": "P1", "app": "pay"}')]
    with pytest.raises(InputError, match="--format 'nagios' is none"):
        await ingest_alerts(settings, payload, format_name="nagios", triage=False)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("title: headline\nseverty: level\n")
    with pytest.raises(InputError, match=r"mapping.yaml:2.*unknown key 'severty'"):
        await ingest_alerts(settings, payload, mapping=mapping, triage=False)
    unread = await ingest_alerts(settings, payload, triage=False)
    assert (unread["rejected"], unread["alerts"][0]["outcome"]) == (1, "unknown")
    mapping.write_text("title: headline\nseverity: {path: level, values: {P1: 0}}\nservice: app\n")
    read = await ingest_alerts(settings, payload, mapping=mapping, triage=False)
    assert (read["rejected"], read["incidents"][0]["severity"], read["incidents"][0]["owner"]) == (0, 0, "team-money")
    assert unread_payloads(settings, limit=9) == ()  # what was kept for want of a mapping is read by now


def test_lists_leave_out_what_became_part_of_another(settings: Settings):
    """Unless they are asked for."""
    slow = {"title": "slow", "severity": "high", "fired_at": "2026-05-04T10:25:00Z"}
    asyncio.run(ingest(settings, slow | {"service": "x"}, slow | {"service": "y", "title": "late"}, triage=False))
    with open_state(settings) as database:
        StoredIncidents(database).merge(["INC-2"], into="INC-1", who="local:ann")
    listed = list_incidents(settings, statuses=(), service=None, limit=9)
    assert [item["id"] for item in listed] == ["INC-1"]
    assert [item["id"] for item in list_incidents(settings, statuses=["merged"], service=None, limit=9)] == ["INC-2"]
    with pytest.raises(InputError, match="--status 'closed' is none"):
        list_incidents(settings, statuses=["closed"], service=None, limit=9)


async def test_the_alerts_own_query_is_asked_again_in_its_window(settings: Settings):
    """Its claims are verified on the span in which the alert fired, be there more rows outside of it."""
    await ingest(settings, log_alert("AppDependencies | where not(Success) and Target == 'bank' | where Success"))
    (report,) = show_incident(settings, "INC-1")["reports"]
    assert report["evidence"][0]["window"] == {"from": "2026-05-04T10:20:00Z", "to": "2026-05-04T10:30:00Z"}
    early = "AppDependencies | where TimeGenerated < datetime(2026-05-04 10:10)"
    await ingest(settings, {**log_alert(early), "again": 1} | {"data": _later(log_alert(early)["data"])})
    (_, second) = (run for name in ("INC-1", "INC-2") for run in show_incident(settings, name)["reports"])
    assert "the alert's own query finds no rows in its window" in [claim["text"] for claim in second["ruled_out"]]
    claims = await verify_run(settings, second["run"])
    assert {claim.outcome for claim in claims if "own query" in claim.text} == {"holds"}


def _later(data: Json) -> Json:
    """The same of another rule, that begins so late that it is an incident of its own."""
    essentials = data["essentials"] | {"alertRule": "TargetFails2", "firedDateTime": "2026-05-04T18:21:00Z"}
    return data | {"essentials": essentials}


async def test_the_spans_are_those_of_the_settings(settings: Settings):
    """An alert that has held for longer than `longest` takes nothing in; the others reach grouping, too."""
    plain = {"service": "pay", "severity": "high"}
    first = {**plain, "title": "Slow", "fired_at": "2026-05-04T10:00:00Z"}
    second = {**plain, "title": "Down", "fired_at": "2026-05-04T12:00:00Z"}
    short = settings.model_copy(update={"incidents": IncidentsSetting(longest=timedelta(hours=1))})
    found = await ingest(short, first, second, triage=False)
    assert [item["incident"] for item in found["alerts"]] == ["INC-1", "INC-2"]
    third = {**plain, "title": "Gone", "fired_at": "2026-05-04T13:00:00Z"}
    found = await ingest(settings, third, triage=False)
    assert found["alerts"][0]["reason"] == "same service (pay) as 'Slow', which fired 3.0 h earlier and still held"
    given = IncidentsSetting(quiet=timedelta(days=1), flap_count=2)
    assert grouping_of(settings.model_copy(update={"incidents": given})) == GroupingSettings(
        quiet_s=86_400, flap_count=2
    )
