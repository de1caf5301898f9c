from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.health_checks import health_follow
from orchestrator.core.incidents.incident import IncidentStatus
from orchestrator.core.queueing import QueuedRun, RunRequest, RunState
from orchestrator.core.schedules import SCHEDULED
from orchestrator.store.database import SqliteDatabase
from orchestrator.store.handoffs import ItemState, StoredHandoffs
from orchestrator.store.incidents import StoredIncidents
from playbooks.services import Service, Services
from playbooks.topology import ServiceTopology

SERVICES = Services((Service(id="checkout", role_names=("checkout-api",), owner="team-buy"),))
START = datetime(2026, 11, 25, 10, tzinfo=UTC)
FAULT = {"status": "cause_found", "cause": "bad_deploy", "object": "checkout 2", "summary": "checkout 2 fails"}


def taken(number: int) -> QueuedRun:
    """The check of a quarter of an hour."""
    request = RunRequest(run=f"nightly-{number}", kind=SCHEDULED, body={}, by="schedule:nightly")
    return QueuedRun(request=request, state=RunState.RUNNING, requested_at=START + number * timedelta(minutes=15))


def report(verdict: dict[str, Any]) -> dict[str, Any]:
    """What a check printed."""
    return {"run": "r", "status": "answered", "verdict": verdict, "parameters": {"p_service": "checkout-api"}}


@pytest.fixture
def database(tmp_path: Path) -> Any:
    """An empty store."""
    with SqliteDatabase(tmp_path / "journal.db") as opened:
        yield opened


@pytest.fixture
def follow(database: SqliteDatabase) -> Any:
    """What a worker does with the reports of checks."""
    incidents = StoredIncidents(database, topology=ServiceTopology(SERVICES))
    return health_follow(database, services=SERVICES, incidents=incidents)


async def test_trouble_is_one_incident_until_health_resolves_it(follow: Any, database: SqliteDatabase) -> None:
    """However often it is found, and however often its report is followed up."""
    for number in (1, 1, 2):
        await follow(taken(number), report(FAULT))
    incidents = StoredIncidents(database)
    (incident,) = incidents.listed()
    assert (incident.title, incident.services, incident.owner) == (
        "schedule:nightly: checkout 2 fails",
        ("checkout",),
        "team-buy",
    )
    assert (incident.status, incident.runs, incident.repeats) == (IncidentStatus.OPEN, ("nightly-1",), 0)
    assert incident.verdict is not None
    assert incident.verdict["cause"] == "bad_deploy"
    await follow(taken(3), report({"status": "healthy", "summary": "all is well"}))
    incidents.settle()
    (incident,) = incidents.listed()
    assert incident.open_alerts == 0


async def test_health_alone_is_no_incident(follow: Any, database: SqliteDatabase) -> None:
    """Nor is what cannot be told: that is a person's, once a day."""
    await follow(taken(1), report({"status": "healthy", "summary": "all is well"}))
    for number in (2, 3):
        await follow(taken(number), report({"status": "no_data", "summary": ""}))
    assert StoredIncidents(database).listed() == []
    assert len(StoredHandoffs(database).listed(states=tuple(ItemState), limit=9)) == 1
