"""Actions as rows: each command is one durable transaction that loads, decides and appends, alone among all."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from orchestrator.core.actions.attachments import Attachment, detach
from orchestrator.core.actions.commands import Command, Rule, Ruled, Void
from orchestrator.core.actions.deciding import decide
from orchestrator.core.actions.events import ActionRequested, AnyActionEvent, read_event
from orchestrator.core.actions.filing import Blocked, Known, place
from orchestrator.core.actions.keeping import Filed, Handled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import Action, Stage, evolve, fold
from orchestrator.core.errors import InputError
from orchestrator.core.redaction import redact_value
from orchestrator.core.workflows import action_key
from orchestrator.store.database import Connection, Database, next_number
from orchestrator.store.documents import from_text, stamp, to_text

ALONE = "actions"
_ID = re.compile(r"(?:A-)?([1-9][0-9]{0,8})", re.IGNORECASE)
_EVENTS = "SELECT body FROM action_events WHERE action = ? ORDER BY seq"
_ADD = (
    "INSERT INTO actions (number, workflow, subject, action_key, stage, incident, run, service, requested_at, "
    "version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
)
_UPDATE = "UPDATE actions SET stage = ?, expires_at = ?, version = ? WHERE number = ?"
_APPEND = "INSERT INTO action_events (action, seq, at, kind, body) VALUES (?, ?, ?, ?, ?)"
_KEEP = (
    "INSERT INTO action_files (action, sha256, media_type, size, content, about, kept_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (action, sha256) DO NOTHING"
)
_FILES = "SELECT sha256, media_type, size, content FROM action_files WHERE action = ? ORDER BY kept_at, sha256"


class StoredActions:
    """The actions of a state store; every method may raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def file(self, request: ActionRequest, ruled: Ruled, *, now: datetime, again: bool = False) -> Filed:
        """Take a proposal down with the policy's ruling; the same proposal is the same action while that is open.

        Raises:
            InputError: An argument looks like a secret, which no record may hold.
        """
        document = _storable(request)
        with self._database.transaction(alone=ALONE) as connection:
            earlier = _earlier(connection, request)
            placed = place(request, earlier, now=now, again=again)
            if isinstance(placed, Blocked):
                return Filed(action=placed.action, new=False, declined=placed.reason)
            if isinstance(placed, Known):
                action = _apply(connection, placed.action, Rule(ruled=ruled), now).action
                return Filed(action=action, new=False)
            action = _add(connection, request, document, now)
            for replaced in placed.replaced:
                reason = f"{action.id} took its place: its arguments, guide or reach differ"
                _apply(connection, replaced, Void(reason=reason, by_action=action.id), now)
            return Filed(action=_apply(connection, action, Rule(ruled=ruled), now).action, new=True)

    def handle(self, action_id: str, command: Command, *, now: datetime) -> Handled:
        """Follow a command, or say why not; InputError where there is no such action."""
        number = number_of(action_id)
        with self._database.transaction(alone=ALONE) as connection:
            action = _load(connection.execute(_EVENTS, number), number)
            return _apply(connection, action, command, now)

    def find(self, action_id: str) -> Action:
        """An action by its id, `A-7` or `7`; InputError where there is none."""
        number = number_of(action_id)
        return _load(self._database.read(_EVENTS, number), number)

    def by_key(self, key: str) -> Action | None:
        """The action whose call carries this key."""
        rows = self._database.read("SELECT number FROM actions WHERE action_key = ?", key)
        return self.find(str(rows[0][0])) if rows else None

    def files(self, action_id: str) -> tuple[Attachment, ...]:
        """The files of what its call was answered with, in the order in which they came."""
        return tuple(
            Attachment(sha256=str(sha256), media_type=str(media_type), size=int(str(size)), content=str(content))
            for sha256, media_type, size, content in self._database.read(_FILES, number_of(action_id))
        )

    def listed(
        self,
        *,
        stages: Sequence[Stage] = tuple(Stage),
        incident: str | None = None,
        run: str | None = None,
        limit: int = 1_000,
    ) -> tuple[Action, ...]:
        """Actions in those stages as they are stored, the newest first."""
        marks = ", ".join("?" for _ in stages)
        wanted = [(name, value) for name, value in (("incident", incident), ("run", run)) if value is not None]
        only = "".join(f"AND {name} = ? " for name, _ in wanted)
        rows = self._database.read(
            f"SELECT number FROM actions WHERE stage IN ({marks}) {only}ORDER BY number DESC LIMIT ?",  # noqa: S608  # ours
            *(stage.value for stage in stages),
            *(value for _, value in wanted),
            limit,
        )
        return tuple(self.find(str(number)) for (number,) in rows)

    def happened(self, *, since: datetime, limit: int) -> tuple[tuple[str, AnyActionEvent], ...]:
        """The events of all actions from a time on, oldest first, each with its action's id."""
        rows = self._database.read(
            "SELECT action, body FROM action_events WHERE at >= ? ORDER BY at, action, seq LIMIT ?", stamp(since), limit
        )
        return tuple((f"A-{number}", _event(body, int(str(number)))) for number, body in rows)


def load_action(connection: Connection, number: int) -> Action:
    """An action within a transaction that another part has open; InputError where there is none."""
    return _load(connection.execute(_EVENTS, number), number)


def keep_file(connection: Connection, action: Action, file: Attachment, now: datetime) -> None:
    """Keep a file of an action beside its events, once."""
    about = to_text(dict(action.request.arguments))
    values = (file.sha256, file.media_type, file.size, file.content, about, stamp(now))
    connection.execute(_KEEP, number_of(action.id), *values)


def number_of(action_id: str) -> int:
    """The number of an id; InputError where it is none."""
    found = _ID.fullmatch(action_id.strip())
    if found is None:
        raise InputError(f"{action_id!r} is no action: its id is like A-7; `switchboard approvals list` shows them")
    return int(found[1])


def _storable(request: ActionRequest) -> Mapping[str, object]:
    """The request as kept: without secrets, and its arguments as they are, or not at all."""
    document = request.document()
    kept = redact_value(document)
    assert isinstance(kept, dict)
    exact = ("arguments", "undo", "subject", "environment")
    strange = [name for name in exact if kept[name] != document[name]]
    if strange:
        raise InputError(
            f"the action {request.workflow} on {request.subject!r} cannot be proposed: its {strange[0]} look like a "
            "secret, which no record may hold; name what is meant, and let the workflow find the secret"
        )
    return kept


def _earlier(connection: Connection, request: ActionRequest) -> tuple[Action, ...]:
    rows = connection.execute(
        "SELECT number FROM actions WHERE workflow IN (?, ?) AND subject = ? ORDER BY number",
        request.workflow,
        request.once_until or request.workflow,
        request.subject,
    )
    numbers = [int(str(number)) for (number,) in rows]
    return tuple(_load(connection.execute(_EVENTS, number), number) for number in numbers)


def _add(connection: Connection, request: ActionRequest, document: Mapping[str, object], now: datetime) -> Action:
    number = next_number(connection, "actions")
    # the epochs of a fact are counted apart from its actions, which a purge may take: a key never comes again
    fact = hashlib.sha256(f"{request.workflow}\n{request.subject}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    key = action_key(request.workflow, request.subject, epoch=next_number(connection, f"epoch:{fact}"))
    connection.execute(
        _ADD,
        *(number, request.workflow, request.subject, key, Stage.FORBIDDEN.value),
        *(request.incident, request.run, request.service, stamp(now)),
    )
    requested = ActionRequested(at=now, request=dict(document), key=key)
    _write(connection, number, 1, requested)
    return fold(f"A-{number}", [requested])


def _apply(connection: Connection, action: Action, command: Command, now: datetime) -> Handled:
    answer = decide(action, command, now=now)
    number = number_of(action.id)
    for happened in answer.events:
        detached = detach(happened)
        action = evolve(action, detached.event)
        _write(connection, number, len(action.events), detached.event)
        for file in detached.attachments:
            keep_file(connection, action, file, now)
    if answer.events:
        expires = stamp(action.expires_at) if action.expires_at else None
        connection.execute(_UPDATE, action.stage.value, expires, len(action.events), number)
    return Handled(action=action, declined=answer.declined, note=answer.note)


def _write(connection: Connection, number: int, seq: int, event: AnyActionEvent) -> None:
    document = event.document()
    kept = document if isinstance(event, ActionRequested) else redact_value(document)
    connection.execute(_APPEND, number, seq, stamp(event.at), event.kind, to_text(kept))


def _load(rows: Sequence[Sequence[object]], number: int) -> Action:
    if not rows:
        raise InputError(f"there is no action A-{number}; `switchboard approvals list` shows those that there are")
    return fold(f"A-{number}", [_event(body, number) for (body,) in rows])


def _event(body: object, number: int) -> AnyActionEvent:
    return read_event(from_text(body, what=f"an event of A-{number}"))
