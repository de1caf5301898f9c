"""What a worker does for shipments: keeps their record up, follows them, and tells persons of what is late."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.app.shipping.following import follow_due, watch
from orchestrator.app.shipping.recording import ShipmentDesk, open_shipments

if TYPE_CHECKING:
    from orchestrator.app.worker.jobs import Job
    from orchestrator.core.ports import WorkflowReads
    from orchestrator.store.database import Database

RECORD_S = 10.0
FOLLOW_S = 60.0
WATCH_S = 60.0


def shipping_jobs(database: "Database", reads: "WorkflowReads") -> "tuple[Job, ...]":
    """The worker's jobs; `reads` asks the carriers."""
    from orchestrator.app.worker.jobs import Job  # noqa: PLC0415  # only a worker has jobs

    desk, shipments = ShipmentDesk(database), open_shipments(database)

    async def record(now: datetime) -> None:
        await asyncio.to_thread(desk.look, now)

    async def follow(now: datetime) -> None:
        await follow_due(shipments, reads, now=now)

    async def see_to(now: datetime) -> None:
        await asyncio.to_thread(watch, database, now)

    return (
        Job(name="shipments", every_s=RECORD_S, run=record),
        Job(name="tracking", every_s=FOLLOW_S, run=follow),
        Job(name="late_shipments", every_s=WATCH_S, run=see_to),
    )
