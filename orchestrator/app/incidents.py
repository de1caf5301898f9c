"""Alerts in, incidents out: what is taken in, what is asked for, and what people decide."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.dossiers import load_dossier
from orchestrator.app.grouping import grouped_incidents
from orchestrator.app.identity import this_user
from orchestrator.app.incident_views import related
from orchestrator.app.state import open_state
from orchestrator.core.alerts.formats import Format
from orchestrator.core.alerts.parse import Reading, Received, read_text
from orchestrator.core.errors import InputError, SwitchboardError
from orchestrator.core.incidents.incident import IncidentStatus
from orchestrator.core.incidents.topology import Topology
from orchestrator.core.queueing import QueuedRun, RunState
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.settings import Settings
from orchestrator.store.incident_triage import KIND
from orchestrator.store.incidents import StoredIncidents
from orchestrator.store.queue import StoredQueue
from orchestrator.surfaces.application import IncidentChange, Listener, Options

if TYPE_CHECKING:
    from orchestrator.app.carrying import Carrying, Follow
    from orchestrator.core.alerts.mapping import AlertMapping
    from orchestrator.store.database import Database
    from playbooks.services import Services

ALIVE = timedelta(seconds=30)  # since a worker's last heartbeat
MOST_RUNS = 10  # that are carried out here; a worker sees to more
PAGERDUTY = "pagerduty"
_WITHOUT_MERGED = (IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED, IncidentStatus.RESOLVED)
_MANY = 100_000
FORMATS = (*(item.value for item in Format), PAGERDUTY)


def services_of(settings: Settings) -> "Services":
    """The inventory of the settings."""
    from orchestrator.app.assembly import read_services  # noqa: PLC0415  # brings every room
    from orchestrator.app.sources import choose_sources  # noqa: PLC0415

    return read_services(Options(), settings, kind=choose_sources(Options(), settings, make=False).kind)


def inventory_of(settings: Settings) -> Topology:
    """The services by which alerts are grouped."""
    from playbooks.topology import ServiceTopology  # noqa: PLC0415  # with the YAML parser

    return ServiceTopology(services_of(settings))


def read_alerts(
    sources: Sequence[tuple[str, bytes]],
    *,
    format_name: str | None,
    mapping: Path | None,
    headers: Mapping[str, str],
    at: datetime,
) -> list[tuple[str, Received]]:
    """Every record of these files, with the file's name; InputError for a format or a mapping that is none."""
    reading = Reading(format=_format(format_name), mapping=_mapping(mapping), headers=headers)
    found = []
    for name, content in sources:
        text = content.decode("utf-8-sig", "backslashreplace")
        found += [(name, record) for record in read_text(text, reading, at=at)]
    return found


def _format(name: str | None) -> Format | None:
    if name is None or name == PAGERDUTY:
        return None  # which of the two it is, its keys tell
    if name not in FORMATS:
        raise InputError(f"--format {name!r} is none; there are: {', '.join(FORMATS)}")
    return Format(name)


def _mapping(path: Path | None) -> "AlertMapping | None":
    if path is None:
        return None
    from playbooks.alert_mapping import load_mapping  # noqa: PLC0415  # the YAML parser is not free

    return load_mapping(path)


async def ingest_alerts(
    settings: Settings,
    sources: Sequence[tuple[str, bytes]],
    *,
    format_name: str | None = None,
    mapping: Path | None = None,
    headers: Mapping[str, str] | None = None,
    triage: bool = True,
    most: int = MOST_RUNS,
    listen: Listener | None = None,
) -> Json:
    """Take in the alerts of files; then, where no worker lives, carry out the runs that they ask for.

    The document has `alerts`: what became of each record; `incidents`: those concerned as they stand now; `runs`: those
    carried out here, of the worst incidents at most `most`; `waiting`: how many wait for a worker; `rejected`: how many
    records could not be read; `worker`: whether one lives.
    """
    now = datetime.now(UTC)
    records = read_alerts(sources, format_name=format_name, mapping=mapping, headers=headers or {}, at=now)
    with open_state(settings) as database:
        worker = _worker_lives(database, now)
        stored = grouped_incidents(database, settings, topology=inventory_of(settings), waits=worker)
        results = stored.ingest([record for _, record in records], triage=triage)
        concerned = list(dict.fromkeys(item.incident for item in results if item.incident))
    runs = await run_requested(settings, concerned, most=most, listen=listen) if triage and not worker else []
    with open_state(settings) as database:
        found = [StoredIncidents(database).current(name) for name in concerned]
        waiting = len(_queued(StoredQueue(database), concerned))
    names = (name for name, _ in records)
    return {
        "alerts": [_clean({"source": name, **item.document()}) for name, item in zip(names, results, strict=True)],
        "incidents": [_clean(item.document()) for item in found if item is not None],
        "runs": runs,
        "waiting": waiting,
        "rejected": sum(not item.accepted for item in results),
        "worker": worker,
    }


def _worker_lives(database: "Database", now: datetime) -> bool:
    known = StoredQueue(database).known()
    return any(process.kind == "worker" and now - process.heartbeat_at < ALIVE for process in known)


async def run_requested(
    settings: Settings, incidents: Sequence[str], *, most: int = MOST_RUNS, listen: Listener | None = None
) -> list[Json]:
    """Carry out triage runs that wait for these incidents, the worst first; they read and propose only."""
    from orchestrator.app.azure import Azure  # noqa: PLC0415  # with what runs need
    from orchestrator.app.carrying import Carrying  # noqa: PLC0415
    from orchestrator.app.recorded import open_recorded  # noqa: PLC0415
    from orchestrator.app.switchboards import Switchboards  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        recorded = stack.enter_context(open_recorded(settings, kind="ingest"))
        if recorded.executor is None or recorded.database is None:
            return []
        wanted = _queued(StoredQueue(recorded.database), incidents)[:most]
        if not wanted:
            return []
        azure = await stack.enter_async_context(Azure(settings))
        switchboards = Switchboards(settings, azure=azure, recorded=recorded)
        follow = {KIND: triage_follow(recorded.database, services=services_of(settings))}
        carrying = Carrying(settings, recorded=recorded, switchboards=switchboards, follow=follow)
        done = []
        for item in wanted:
            taken = recorded.executor.take(item.run)
            if taken is not None:
                done.append(await _carried_out(carrying, taken, listen))
        return done


def _queued(queue: StoredQueue, incidents: Sequence[str]) -> list[QueuedRun]:
    """The triage runs that wait for these incidents, in the order in which they are taken."""
    wanted = frozenset(incidents)
    queued = queue.listed(RunState.QUEUED, limit=_MANY)
    return [item for item in queued if item.request.kind == KIND and item.request.body.get("incident") in wanted]


async def _carried_out(carrying: "Carrying", taken: QueuedRun, listen: Listener | None) -> Json:
    """What came of one run; one that fails is said to have failed, and the others go on."""
    about = {"incident": taken.request.body.get("incident"), "run": taken.run}
    try:
        report = await (carrying.carry_out(taken, listen=listen) if listen else carrying.carry_out(taken))
    except SwitchboardError as error:
        return _clean({**about, "status": "failed", "message": error.message})
    return _clean({**about, "status": report.get("status"), "message": report.get("message")})


def triage_follow(database: "Database", *, services: "Services") -> "Follow":
    """What follows from the report of an incident's run, once: it becomes part of the incident's record.

    Nobody was there to be asked back: a run without an answer becomes an item for a person.
    """
    from orchestrator.app.handoff_jobs import park_follow  # noqa: PLC0415  # only where queued runs are carried out

    park = park_follow(database, services)

    async def follow(taken: QueuedRun, report: Json) -> None:
        incident, verdict = taken.request.body.get("incident"), report.get("verdict")
        if isinstance(incident, str):
            StoredIncidents(database).attach_run(
                incident, taken.run, verdict=verdict if isinstance(verdict, dict) else None
            )
        await park(taken, report)

    return follow


def list_incidents(settings: Settings, *, statuses: Sequence[str], service: str | None, limit: int) -> tuple[Json, ...]:
    """Incidents, those that began last first; no statuses are all but what became part of another."""
    wanted = [_status(name) for name in statuses]
    with open_state(settings) as database:
        settle_incidents(database, settings)
        found = StoredIncidents(database).listed(*(wanted or _WITHOUT_MERGED), service=service, limit=limit)
    return tuple(_clean(incident.document()) for incident in found)


def _status(name: str) -> IncidentStatus:
    try:
        return IncidentStatus(name)
    except ValueError:
        known = ", ".join(IncidentStatus)
        raise InputError(f"--status {name!r} is none; there are: {known}") from None


def show_incident(settings: Settings, incident: str) -> Json:
    """An incident with its `messages` (alerts as they came), its `events` and its `reports`, oldest first, and more."""
    with open_state(settings) as database:
        settle_incidents(database, settings)
        dossier = load_dossier(database, incident)
        messages = StoredIncidents(database).alerts(dossier.id)
        more = related(database, dossier)
    return _clean(
        {
            **dossier.incident.document(),
            "messages": [alert.document() for alert in messages],
            "events": [event.document() for event in dossier.events],
            "reports": [run.report for run in dossier.runs if run.report],
            **more,
        }
    )


def change_incident(settings: Settings, incident: str, change: IncidentChange) -> Json:
    """Acknowledge, resolve, assign or merge as this user; the incident as it stands then."""
    who = this_user()
    with open_state(settings) as database:
        stored = grouped_incidents(database, settings, topology=inventory_of(settings))
        match change.what:
            case "ack":
                found = stored.acknowledge(incident, who=who)
            case "resolve":
                found = stored.resolve(incident, who=who, note=change.note)
            case "assign":
                found = stored.assign(incident, owner=change.owner or who, who=who)
            case "merge":
                found = stored.merge(change.others, into=incident, who=who, reason=change.note)
            case _:
                raise InputError(f"{change.what!r} is nothing that can be done with an incident")
    return _clean(found.document())


def settle_incidents(database: "Database", settings: Settings) -> int:
    """Resolve what flapped and has been quiet; how many incidents were looked at.

    For a worker's clock, and for who reads without one. It groups nothing, so that it needs no inventory.
    """
    return grouped_incidents(database, settings).settle()


def unread_payloads(settings: Settings, *, limit: int) -> tuple[Json, ...]:
    """What came in and could not be read, newest first."""
    with open_state(settings) as database:
        return tuple(map(_clean, StoredIncidents(database).unread(limit=limit)))


def _clean(document: Json) -> Json:
    return {name: redact_value(value) for name, value in document.items()}
