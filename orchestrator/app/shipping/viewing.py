"""Shipments as documents, and their labels as files; reads the store, and buys nothing."""

import difflib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from orchestrator.app.identity import this_user
from orchestrator.app.shipping.outcome import redacted
from orchestrator.app.shipping.recording import ShipmentDesk, open_shipments
from orchestrator.core.action_history import history_entry
from orchestrator.core.errors import InputError, StoreError
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address, read_address
from orchestrator.core.shipping.stage import ShipmentStage
from orchestrator.store.actions import StoredActions
from orchestrator.store.manifests import StoredManifests
from orchestrator.surfaces.shipping_application import LabelFile

if TYPE_CHECKING:
    from orchestrator.core.actions.attachments import Attachment
    from orchestrator.core.ports import WorkflowReads
    from orchestrator.store.database import Database
    from orchestrator.store.shipment_rows import Recorded
    from orchestrator.store.shipments import StoredShipments

_NEAR = 100
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "application/zpl": "zpl", "x-application/zpl": "zpl"}


def list_shipments(
    database: "Database", *, states: Sequence[str], order: str | None, limit: int, now: datetime | None = None
) -> tuple[Json, ...]:
    """Shipments in any of those states, the newest first."""
    moment = now or datetime.now(UTC)
    _catch_up(database, moment)
    found = open_shipments(database).listed(now=moment, states=states, order_id=order, limit=limit)
    return tuple(redacted(record.document(now=moment)) for record in found)


def show_shipments(database: "Database", name: str, *, now: datetime | None = None) -> tuple[Json, ...]:
    """The shipments that an id, a tracking number or an order names, each with its history; the newest first."""
    moment, actions = now or datetime.now(UTC), StoredActions(database)
    _catch_up(database, moment)
    return tuple(_with_history(record, actions, moment) for record in named(open_shipments(database), name))


def _catch_up(database: "Database", now: datetime) -> None:
    """Record what no worker has recorded yet, where that is possible: a laptop has none."""
    with suppress(StoreError):
        ShipmentDesk(database).look(now)


def named(shipments: "StoredShipments", name: str) -> "tuple[Recorded, ...]":
    """The same as records; InputError with what is near where there is none."""
    found = shipments.named(name)
    if found:
        return found
    known = shipments.listed(now=datetime.now(UTC), limit=_NEAR)
    names = [text for record in known for text in (record.id, record.order_id, *record.tracking_numbers)]
    near = difflib.get_close_matches(name.upper(), names, n=3, cutoff=0.5) or [record.id for record in known[:3]]
    raise InputError(f"there is no shipment {name!r}; the nearest are {', '.join(near) or 'none yet'}")


def one_named(shipments: "StoredShipments", name: str) -> "Recorded":
    """The only one; of an order's several the one that was neither refused nor given back. InputError for more."""
    found = named(shipments, name)
    live = [record for record in found if record.stage.value not in {"refused", "cancelled", "voided"}] or found
    if len(live) > 1:
        raise InputError(f"{name!r} names {', '.join(record.id for record in live)}: give one of them")
    return live[0]


def has_no_label_yet(record: "Recorded") -> bool:
    """Whether it was bought by a person's word alone, so that its label may still be read from its key."""
    return record.stage is ShipmentStage.BOUGHT and record.body.get("label") is None


def label_file(record: "Recorded", label: "Attachment | None") -> LabelFile:
    """A label with a name for its file; InputError where there is none, which says what to do."""
    if label is None:
        raise InputError(
            f"{record.id} has no label: it is {record.stage.value}"
            + (f", {record.body.get('reason')}" if record.body.get("reason") else "")
            + f"; look at `switchboard shipments show {record.id}`"
        )
    ending = _ENDINGS.get(label.media_type.partition(";")[0].strip().lower(), "bin")
    return LabelFile(
        shipment=record.id,
        name=f"{record.id}.{ending}",
        media_type=label.media_type,
        sha256=label.sha256,
        data=label.data(),
    )


async def order_address(reads: "WorkflowReads", order: str) -> Address:
    """The address of an order, as the shop has it; InputError where there is none."""
    answer = await reads.read_now("analyse_order", {"order_id": order})
    found = answer.get("order")
    if not isinstance(found, dict) or found.get("address") is None:
        raise InputError(f"there is no order {order!r} with an address: give an order's id, a file or --address")
    try:
        return read_address(found["address"])
    except ValueError as error:
        raise InputError(f"the address of order {order!r} cannot be read: {error}") from None


def make_manifests(
    database: "Database", *, day: date, carrier: str | None, now: datetime | None = None
) -> tuple[Json, ...]:
    """The manifests of a day, of every carrier or one: what waits and is on none yet gets one first."""
    stored = StoredManifests(database)
    stored.make(day=day, carrier=carrier, by=this_user(), now=now or datetime.now(UTC))
    return stored.of_day(day=day, carrier=carrier)


def _with_history(record: "Recorded", actions: StoredActions, now: datetime) -> Json:
    names = [record.action, *filter(None, [record.body.get("voided_by")])]
    events = [(str(name), event) for name in names for event in actions.find(str(name)).events]
    events.sort(key=lambda item: item[1].at)
    history = [{"action": name, **history_entry(event)} for name, event in events]
    return redacted({**record.document(now=now), "history": history})
