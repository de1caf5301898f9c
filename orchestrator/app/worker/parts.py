"""What a worker does beside carrying out runs: the jobs of the other parts, and what follows from runs' reports."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from orchestrator.app.azure import Azure
from orchestrator.app.carrying import Follow
from orchestrator.app.doing import make_acting
from orchestrator.app.grouping import grouped_incidents
from orchestrator.app.handoff_jobs import configured_notify, desk_job, remind_job
from orchestrator.app.health_checks import health_follow
from orchestrator.app.incidents import inventory_of, services_of, settle_incidents, triage_follow
from orchestrator.app.shipping.shipping_jobs import shipping_jobs
from orchestrator.app.worker.jobs import Job
from orchestrator.app.workflows import DeferredWorkflows
from orchestrator.core.schedules import SCHEDULED
from orchestrator.engine.acting.acting import Acting
from orchestrator.engine.acting.advancing import Advancing
from orchestrator.settings import Settings
from orchestrator.store.database import Database
from orchestrator.store.incident_triage import KIND
from plugins.logicapps.reads import WorkflowReader

SETTLE_S = 30.0
ADVANCE_S = 5.0
_log = structlog.get_logger(__name__)


def part_jobs(settings: Settings, database: Database, *, azure: Azure, workflows: DeferredWorkflows) -> Sequence[Job]:
    """What the other parts look after by the clock."""

    async def settle(_now: datetime) -> None:
        await asyncio.to_thread(settle_incidents, database, settings)

    services = services_of(settings)
    acting = make_acting(settings, database, azure=azure, workflows=workflows, services=services)
    return (
        Job(name="incidents", every_s=SETTLE_S, run=settle),
        action_job(acting),
        desk_job(database, services),
        remind_job(database, notify=configured_notify(settings, workflows)),
        *shipping_jobs(database, WorkflowReader(workflows)),
    )


def action_job(acting: Acting) -> Job:
    """Everything that is due of actions: calls, reads of targets, verifications, expiry."""
    advancing = Advancing(acting)

    async def advance(_now: datetime) -> None:
        done = await advancing.advance()
        for action in done.moved:
            _log.info("action moved", action=action.id, stage=action.stage.value)
        for name, reason in done.troubles:
            _log.error("action not advanced", action=name, reason=reason)

    return Job(name="actions", every_s=ADVANCE_S, run=advance)


def part_follows(settings: Settings, database: Database) -> Mapping[str, Follow]:
    """What follows from a run's report, by the kind of its request."""
    services = services_of(settings)
    incidents = grouped_incidents(database, settings, topology=inventory_of(settings))
    return {
        KIND: triage_follow(database, services=services),
        SCHEDULED: health_follow(database, services=services, incidents=incidents),
    }
