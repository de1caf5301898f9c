"""What a worker does for handoff items: parks runs without an answer, and reminds of what nobody took."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.app.desk import HandoffDesk
from orchestrator.app.handoffs import REMIND_EVERY, Notify, park_run, remind
from orchestrator.core.errors import SwitchboardError
from orchestrator.core.handoffs import Item
from orchestrator.core.queueing import QueuedRun
from orchestrator.core.report import Json
from orchestrator.core.schedules import SCHEDULED
from orchestrator.core.table import iso_utc
from orchestrator.core.workflows import Accepted, Done, Workflows, action_key

if TYPE_CHECKING:
    from orchestrator.app.worker.jobs import Job
    from orchestrator.settings import Settings
    from orchestrator.store.database import Database
    from playbooks.services import Services

REMIND_S = 60.0
DESK_S = 30.0
CHANNEL = "on-call"
NOTIFY = "notify"


def park_follow(database: "Database", services: "Services") -> Callable[[QueuedRun, Json], Awaitable[None]]:
    """What follows from the report of a queued run: an item where it has no answer, made once."""
    import asyncio  # noqa: PLC0415  # only a worker carries out queued runs

    async def follow(queued: QueuedRun, report: Json) -> None:
        incident = queued.request.body.get("incident")
        named = incident if isinstance(incident, str) else None
        series = queued.request.by if queued.request.kind == SCHEDULED else None
        await asyncio.to_thread(park_run, database, report, services=services, incident=named, series=series)

    return follow


def remind_job(database: "Database", *, notify: Notify | None = None) -> "Job":
    """The worker's job; `notify` tells somebody, where that is configured."""
    from orchestrator.app.worker.jobs import Job  # noqa: PLC0415  # only a worker has jobs

    async def run(now: datetime) -> None:
        await remind(database, now, notify=notify)

    return Job(name="handoffs", every_s=REMIND_S, run=run)


def desk_job(database: "Database", services: "Services") -> "Job":
    """The worker's job that gives to a person what a process that died left without one."""
    import asyncio  # noqa: PLC0415  # only a worker has jobs

    from orchestrator.app.worker.jobs import Job  # noqa: PLC0415  # the same

    desk = HandoffDesk(database, services)

    async def run(now: datetime) -> None:
        await asyncio.to_thread(desk.look, now)

    return Job(name="desk", every_s=DESK_S, run=run)


def configured_notify(settings: "Settings", workflows: Workflows) -> Notify | None:
    """By the workflow `notify`, where the settings name one; the embedded host tells nobody."""
    return notify_by(workflows) if NOTIFY in settings.workflows else None


def notify_by(workflows: Workflows) -> Notify:
    """A message per reminder, under a key of its own, so that a repetition of the call sends none twice."""

    async def notify(item: Item) -> None:
        parked, reminded = item.parked, item.reminded_at or item.parked.due
        count = 1 + max(int((reminded - parked.due) / REMIND_EVERY), 0)
        body = {"channel": parked.owner or CHANNEL, "text": reminder(item)}
        outcome = await workflows.call(NOTIFY, body, key=action_key(NOTIFY, item.id, epoch=count))
        if not isinstance(outcome, Done | Accepted):
            reason = outcome.message if outcome.kind == "refused" else outcome.reason
            raise SwitchboardError(
                f"the reminder of {item.id} was not sent: {reason}; switchboard handoffs show {item.id}"
            )

    return notify


def reminder(item: Item) -> str:
    """The message: what waits since when, and how to take it."""
    parked = item.parked
    about = f" ({parked.service})" if parked.service else ""
    call = f" Escalation: {parked.escalation}." if parked.escalation else ""
    return (
        f"{item.id} {parked.priority.value}{about}: {parked.title}. {parked.question} Nobody has taken it since "
        f"{iso_utc(parked.opened_at)}, it was due {iso_utc(parked.due)}.{call} switchboard handoffs claim {item.id}"
    )
