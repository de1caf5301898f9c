"""What waits for a person: list it, take it, settle it, and remind of what nobody took."""

import difflib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from orchestrator.app.identity import this_user
from orchestrator.app.state import open_state
from orchestrator.core.errors import InputError, SwitchboardError
from orchestrator.core.handoffs import Change, Claimed, Item, ItemState, Parked, Refusal, Released, Resolved
from orchestrator.core.parking import parked_run
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.settings import Settings
from orchestrator.store.handoffs import StoredHandoffs

if TYPE_CHECKING:
    from orchestrator.store.database import Database
    from playbooks.services import Services

REMIND_EVERY = timedelta(hours=1)
STILL = (ItemState.OPEN, ItemState.CLAIMED)
_NEAR = 200

__all__ = ["REMIND_EVERY", "change_handoff", "list_handoffs", "owned", "park_run", "remind", "show_handoff"]


def list_handoffs(
    settings: Settings, *, states: Sequence[str], limit: int, now: datetime | None = None
) -> tuple[Json, ...]:
    """Items in those states (none named: open and claimed), the most urgent first."""
    wanted = tuple(ItemState(state) for state in states) or STILL
    moment = now or datetime.now(UTC)
    with open_state(settings) as database:
        return tuple(
            {**item.document(), "overdue": item.overdue(moment)}
            for item in StoredHandoffs(database).listed(states=wanted, limit=limit)
        )


def show_handoff(settings: Settings, item_id: str, *, now: datetime | None = None) -> Json:
    """One item with its facts and its history; InputError with the nearest ids where there is none."""
    with open_state(settings) as database:
        handoffs = StoredHandoffs(database)
        item = handoffs.find(item_id)
        if item is None:
            raise _no_item(handoffs, item_id)
    return {**item.document(), "overdue": item.overdue(now or datetime.now(UTC))}


def change_handoff(settings: Settings, item_id: str, *, what: str, note: str, now: datetime | None = None) -> Json:
    """Claim, release or resolve an item as this user: the item, and `refused` with the reason where it may not be."""
    moment = now or datetime.now(UTC)
    with open_state(settings) as database:
        handoffs = StoredHandoffs(database)
        found = handoffs.change(item_id, _change(what, note, this_user(), moment))
        if found is None:
            raise _no_item(handoffs, item_id)
        item = handoffs.find(item_id) if isinstance(found, Refusal) else found
        assert item is not None
    refused = redact_value(found.reason) if isinstance(found, Refusal) else None
    return {**item.document(), "overdue": item.overdue(moment), "refused": refused}


def _change(what: str, note: str, who: str, at: datetime) -> Change:
    match what:
        case "claim":
            return Claimed(who=who, at=at)
        case "release":
            return Released(who=who, at=at, note=note)
        case _:
            return Resolved(who=who, at=at, note=note)


def _no_item(handoffs: StoredHandoffs, item_id: str) -> InputError:
    known = [item.id for item in handoffs.listed(states=tuple(ItemState), limit=_NEAR)]
    near = difflib.get_close_matches(item_id.upper(), known, n=3, cutoff=0.5) or known[:3]
    return InputError(f"there is no handoff item {item_id!r}; the nearest are {', '.join(near) or 'none yet'}")


def owned(parked: Parked, services: "Services") -> Parked:
    """The same with the team that runs its service, by the inventory."""
    service = services.find(parked.service) if parked.service else None
    if service is None:
        return parked
    return replace(
        parked,
        service=service.id,
        owner=parked.owner or service.owner,
        escalation=parked.escalation or service.escalation,
    )


def park_run(
    database: "Database",
    report: Json,
    *,
    services: "Services",
    incident: str | None = None,
    series: str | None = None,
    now: datetime | None = None,
) -> Item | None:
    """The item of a run that nobody was there to ask back: a worker's or an alert's; None where it answered.

    The runs of a `series`, such as a schedule, are one item a day and kind: what fails every five minutes is one thing.
    """
    parked = parked_run(report, at=now or datetime.now(UTC), incident=incident)
    if parked is None:
        return None
    if series is not None:
        parked = replace(parked, cause=f"{series}:{parked.kind.value}:{parked.opened_at:%Y-%m-%d}")
    return StoredHandoffs(database).park(owned(parked, services))


Notify = Callable[[Item], Awaitable[None]]


async def remind(
    database: "Database", now: datetime, *, every: timedelta = REMIND_EVERY, notify: Notify | None = None
) -> tuple[Item, ...]:
    """Remind of the items that nobody took in time, each once per `every`: in the log, and by `notify` where given.

    What is reminded of counts as such before it is told: a lost message is not sent twice.
    """
    import asyncio  # noqa: PLC0415  # only a worker reminds

    import structlog  # noqa: PLC0415  # the same, and it is not free

    items = await asyncio.to_thread(StoredHandoffs(database).due_reminders, now, every=every)
    log = structlog.get_logger("switchboard.handoffs")
    for item in items:
        document = item.document()
        names = ("id", "kind", "title", "priority", "due", "owner", "escalation")
        log.warning("handoff_overdue", **{name: document[name] for name in names})
        if notify is not None:
            try:
                await notify(item)
            except SwitchboardError as error:  # one that cannot be sent holds up no other
                log.warning("handoff_not_notified", id=item.id, reason=error.message)
    return items
