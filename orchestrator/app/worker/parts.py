"""What a worker does beside carrying out runs: the jobs of the other parts, and what follows from runs' reports."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from orchestrator.app.carrying import Follow
from orchestrator.app.handoff_jobs import desk_job, park_follow, remind_job
from orchestrator.app.incidents import services_of, settle_incidents, triage_follow
from orchestrator.app.worker.jobs import Job
from orchestrator.core.schedules import SCHEDULED
from orchestrator.settings import Settings
from orchestrator.store.database import Database
from orchestrator.store.incident_triage import KIND

SETTLE_S = 30.0


def part_jobs(settings: Settings, database: Database) -> Sequence[Job]:
    """What the other parts look after by the clock."""

    async def settle(_now: datetime) -> None:
        await asyncio.to_thread(settle_incidents, database)

    services = services_of(settings)
    return (
        Job(name="incidents", every_s=SETTLE_S, run=settle),
        desk_job(database, services),
        remind_job(database),
    )


def part_follows(settings: Settings, database: Database) -> Mapping[str, Follow]:
    """What follows from a run's report, by the kind of its request."""
    services = services_of(settings)
    return {KIND: triage_follow(database, services=services), SCHEDULED: park_follow(database, services)}
