"""Writes the record of a shipment within an open transaction: from the actions, the carrier's events and the label."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from orchestrator.core.actions.attachments import Attachment
from orchestrator.core.actions.state import Action
from orchestrator.core.errors import StoreError
from orchestrator.core.shipping.following import plain_number
from orchestrator.core.shipping.reading import read_tracking_event
from orchestrator.core.shipping.shipment import Label, TrackingEvent
from orchestrator.core.shipping.standing import CREATE, VOID, Standing, VoidDays, stand
from orchestrator.core.shipping.tracking import identity, merge
from orchestrator.store import actions as stored_actions
from orchestrator.store.actions import load_action
from orchestrator.store.database import Connection, Row, next_number
from orchestrator.store.documents import from_text, stamp, to_text
from orchestrator.store.shipment_rows import COLUMNS, WRITTEN, Recorded, no_shipment, read_row, written

ALONE = "shipments"
CARRIER, PERSON = "carrier", "person"
FILE = "SELECT sha256, media_type, size, content FROM action_files WHERE action = ? AND sha256 = ?"
_UPDATE = f"UPDATE shipments SET {', '.join(f'{name} = ?' for name in WRITTEN)} WHERE number = ? RETURNING {COLUMNS}"  # noqa: S608  # ours
_MAKE = (
    "INSERT INTO shipments (number, action, order_id, carrier, stage, status, is_open, is_exception, updated_at, body) "
    "VALUES (?, ?, '', '', 'requested', 'pending', 1, 0, ?, '{}')"
)
_UNRECORDED = (
    "SELECT a.number FROM actions a LEFT JOIN shipment_actions s ON s.action = a.number "
    "WHERE a.workflow = ? AND a.subject = ? AND (s.version IS NULL OR s.version < a.version) ORDER BY a.number"
)
_SEEN = (
    "INSERT INTO shipment_actions (action, shipment, version) VALUES (?, ?, ?) "
    "ON CONFLICT (action) DO UPDATE SET shipment = excluded.shipment, version = excluded.version"
)
_EVENTS = "SELECT body FROM shipment_events WHERE shipment = ? ORDER BY seq"
_ADD_EVENT = "INSERT INTO shipment_events (shipment, seq, identity, received_at, body) VALUES (?, ?, ?, ?, ?)"
_JOIN_EVENT = "UPDATE shipment_events SET body = ? WHERE shipment = ? AND identity = ?"
_ADD_NUMBER = "INSERT INTO shipment_numbers (shipment, seq, number, given, source) VALUES (?, ?, ?, ?, ?)"
_NUMBERS = "SELECT number, given, source FROM shipment_numbers WHERE shipment = ? ORDER BY seq"


def record_action(connection: Connection, action_id: str, *, now: datetime, void_days: VoidDays) -> Recorded | None:
    """Write the record of the shipment that an action makes or ends; None where there is none."""
    number = stored_actions.number_of(action_id)
    action = load_action(connection, number)
    if action.request.workflow == VOID:  # whose number is known once what was bought is recorded
        for (earlier,) in connection.execute(_UNRECORDED, CREATE, action.request.subject):
            record_action(connection, f"A-{earlier}", now=now, void_days=void_days)
    shipment = _shipment_of(connection, action, now)
    connection.execute(_SEEN, number, shipment, len(action.events))
    return None if shipment is None else write_record(connection, shipment, now=now, void_days=void_days)


def write_record(connection: Connection, number: int, *, now: datetime, void_days: VoidDays) -> Recorded:
    """Fold all that the record of that number follows from, and write it; InputError where there is none."""
    found = connection.execute("SELECT action, label FROM shipments WHERE number = ?", number)
    if not found:
        raise no_shipment(number)
    own, label = cast("int", found[0][0]), found[0][1]
    others = connection.execute("SELECT action FROM shipment_actions WHERE shipment = ? ORDER BY action", number)
    standing = stand(
        load_action(connection, own),
        number=number,
        now=now,
        voids=[load_action(connection, cast("int", other)) for (other,) in others if other != own],
        events=_events(connection, number),
        numbers=[str(given) for _, given, source in connection.execute(_NUMBERS, number) if source == PERSON],
        void_days=void_days,
    )
    standing = _labelled(connection, standing, own, kept=label)
    add_numbers(connection, number, standing.shipment.tracking_numbers, source=CARRIER)
    return read_row(connection.execute(_UPDATE, *written(standing, now=now), number)[0])


def add_events(connection: Connection, number: int, events: Sequence[TrackingEvent], *, now: datetime) -> None:
    """Keep what a carrier told, each thing once; a later report of the same may say more of it."""
    kept = {identity(event): event for event in _events(connection, number)}
    for event in events:
        key = identity(event)
        known = kept.get(key)
        if known is None:
            kept[key] = event
            connection.execute(_ADD_EVENT, number, len(kept), key, stamp(now), to_text(event.document()))
            continue
        (kept[key],) = merge([known], [event])
        if kept[key] != known:
            connection.execute(_JOIN_EVENT, to_text(kept[key].document()), number, key)


def add_numbers(connection: Connection, number: int, given: Sequence[str], *, source: str) -> None:
    """Keep tracking numbers by which the shipment is found, each once."""
    known = {str(plain) for plain, _, _ in connection.execute(_NUMBERS, number)}
    for text in given:
        plain = plain_number(text)
        if plain and plain not in known:
            connection.execute(_ADD_NUMBER, number, len(known) + 1, plain, text, source)
            known.add(plain)


def other_label(number: object, kept: str, came: str) -> StoreError:
    """A label is stored once; another one would be another shipment's."""
    return StoreError(
        f"S-{number} has the label {kept[:12]}... and is not given another ({came[:12]}...): a label is stored once; "
        "look at the carrier which of both counts, and void the other there"
    )


def read_file(row: Row) -> Attachment:
    """The file of a row of `FILE`."""
    sha256, media_type, size, content = row
    return Attachment(sha256=str(sha256), media_type=str(media_type), size=cast("int", size), content=str(content))


def _shipment_of(connection: Connection, action: Action, now: datetime) -> int | None:
    """The number of the shipment that an action makes or ends; a buying action gets one, once."""
    own = stored_actions.number_of(action.id)
    seen = connection.execute("SELECT shipment FROM shipment_actions WHERE action = ?", own)
    if seen and seen[0][0] is not None:
        number = cast("int", seen[0][0])  # none is made again of what was purged
        return number if connection.execute("SELECT 1 FROM shipments WHERE number = ?", number) else None
    if action.request.workflow == CREATE:
        number = next_number(connection, ALONE)
        connection.execute(_MAKE, number, own, stamp(now))
        return number
    return _voided(connection, action) if action.request.workflow == VOID else None


def _voided(connection: Connection, void: Action) -> int | None:
    """The newest shipment with the tracking number that is given back."""
    rows = connection.execute(
        "SELECT shipment FROM shipment_numbers WHERE number = ? ORDER BY shipment DESC",
        plain_number(str(void.request.arguments.get("tracking_number", ""))),
    )
    return cast("int", rows[0][0]) if rows else None


def _labelled(connection: Connection, standing: Standing, action: int, *, kept: object) -> Standing:
    """With the label that is stored already; StoreError where the answer tells of another one."""
    told = standing.shipment.label
    if kept is None:
        return standing
    if told is not None and told.sha256 != kept:
        raise other_label(standing.shipment.id.removeprefix("S-"), str(kept), told.sha256)
    rows = connection.execute(FILE, action, str(kept))
    if told is not None or not rows:
        return standing
    file = read_file(rows[0])
    label = Label(media_type=file.media_type, sha256=file.sha256, size=file.size)
    return replace(standing, shipment=replace(standing.shipment, label=label))


def _events(connection: Connection, number: int) -> list[TrackingEvent]:
    return [_event(body, number) for (body,) in connection.execute(_EVENTS, number)]


def _event(body: object, number: int) -> TrackingEvent:
    what = f"an event of S-{number}"
    try:
        return read_tracking_event(from_text(body, what=what))
    except ValueError as error:
        raise StoreError(
            f"the state store holds a damaged document ({what}: {error}); restore the store from a copy"
        ) from error
