"""What happened to an action, in order: frozen, past tense. An action's state is what its events add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar, TypeAlias

from orchestrator.core.errors import StoreError
from orchestrator.core.report import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEvent:
    """Base of all; `kind` is the class's name, `at` the wall clock, aware."""

    kind: ClassVar[str] = "ActionEvent"

    at: datetime

    def __init_subclass__(cls) -> None:
        cls.kind = cls.__name__

    def document(self) -> Json:
        """As JSON; `read_event` builds it again."""
        return {"kind": self.kind, **{item.name: _plain(getattr(self, item.name)) for item in fields(self)}}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequested(ActionEvent):
    """It was proposed with its exact arguments; `key` is what its call will carry, whoever calls."""

    request: Json
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRuled(ActionEvent):
    """The policy was asked.

    Attributes:
        decision: forbidden, approval or allowed.
        persons: How many different persons must approve.
        expires_at: Until when it waits, and an approval holds.
    """

    decision: str
    reasons: tuple[str, ...]
    mode: str
    rule: str | None = None
    place: str | None = None
    persons: int = 0
    roles: tuple[str, ...] = ()
    consent: bool = False
    break_glass: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven(ActionEvent):
    """A person said yes to exactly what `fingerprint` stands for; `via` is cli, chat, ..."""

    by: str
    authenticated: bool
    fingerprint: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionApproved(ActionEvent):
    """It may be done: enough persons said yes, or the policy lets it pass; `how` says which."""

    how: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBroken(ActionEvent):
    """One person alone made it pass, for a reason; to be reviewed afterwards."""

    by: str
    authenticated: bool
    fingerprint: str
    reason: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassReviewed(ActionEvent):
    """Another person looked at an action that passed by broken glass."""

    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDenied(ActionEvent):
    """A person said no."""

    by: str
    reason: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionExpired(ActionEvent):
    """Nobody said yes in time, or it was not begun in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionVoided(ActionEvent):
    """What was proposed is no longer what would be done; `by_action` is what took its place."""

    reason: str
    by_action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionClaimed(ActionEvent):
    """A process is about to call; until `until` its call may be under way.

    Attributes:
        attempt: From 1; grows only after it is known that an earlier call did nothing.
        data_at: The clock of the data at that moment, where it is not the wall clock.
    """

    process: str
    attempt: int
    until: datetime
    data_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPutOff(ActionEvent):
    """The call was refused before anything was done, and may be made again later."""

    attempt: int
    reason: str
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAccepted(ActionEvent):
    """The target took the call and has not ended yet."""

    run_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAbsent(ActionEvent):
    """The target was read: the call never arrived; `source` says by what."""

    attempt: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeUnknown(ActionEvent):
    """It may or may not have been done; `owner` is who can tell: a later `read`, or a `person`."""

    reason: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerNamed(ActionEvent):
    """A person was given it: the item that waits for them."""

    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDone(ActionEvent):
    """It was done; `by` is call, read, or the person who looked at the target."""

    by: str
    run_id: str | None = None
    answer: Json | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFailed(ActionEvent):
    """It was not done, and will not be under this approval; `by` as for `ActionDone`."""

    by: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionVerified(ActionEvent):
    """Its effect was looked for in a window of its own.

    Attributes:
        held: Whether what was expected is so; None where that cannot be told yet, or ever.
        final: Whether it will not be looked for again.
        text: A sentence, rendered from the rows.
        evidence: The queries with their results, as evidence documents.
    """

    held: bool | None
    final: bool
    text: str
    check: str = ""
    evidence: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOffered(ActionEvent):
    """What takes it back was proposed as an action of its own."""

    action: str


AnyActionEvent: TypeAlias = (
    ActionRequested
    | ActionRuled
    | ApprovalGiven
    | ActionApproved
    | GlassBroken
    | GlassReviewed
    | ActionDenied
    | ActionExpired
    | ActionVoided
    | ActionClaimed
    | CallPutOff
    | CallAccepted
    | CallAbsent
    | OutcomeUnknown
    | OwnerNamed
    | ActionDone
    | ActionFailed
    | ActionVerified
    | UndoOffered
)
_KINDS: Mapping[str, type[AnyActionEvent]] = {kind.kind: kind for kind in AnyActionEvent.__args__}
_TIMES = frozenset({"at", "until", "not_before", "expires_at", "data_at"})
_LISTS = frozenset({"reasons", "roles", "break_glass", "evidence"})


def read_event(document: Mapping[str, object]) -> AnyActionEvent:
    """The event that `ActionEvent.document` wrote; StoreError where it is damaged, or of a later version."""
    try:
        found = dict(document)
        kind = _KINDS[str(found.pop("kind"))]
        return kind(**{name: _value(name, value) for name, value in found.items()})  # type: ignore[arg-type]  # checked by the constructor's names
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"the state store holds an event of an action that this program does not know ({error}); "
            "use the newer program, or restore the store from a copy"
        ) from error


def _value(name: str, value: object) -> object:
    if name in _TIMES and isinstance(value, str):
        return datetime.fromisoformat(value)
    return tuple(value) if name in _LISTS and isinstance(value, list) else value


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
