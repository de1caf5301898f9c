"""What people and processes ask of an action; what becomes of it is decided in `deciding`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from orchestrator.core.policy import Mode
from orchestrator.core.report import Json
from orchestrator.core.ruling import Ruling
from orchestrator.core.workflows import Outcome, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """The policy's ruling of this moment, with the names of those whom it means.

    Attributes:
        approvers: Who may approve: members of the ruling's roles, names or patterns such as `local:*`.
        breakers: Who may break the glass, likewise.
    """

    ruling: Ruling
    mode: Mode
    approvers: frozenset[str] = frozenset()
    breakers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Take the policy's ruling down; where it lets the action pass, the action is approved."""

    ruled: Ruled


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Say yes to what `fingerprint` stands for, under the policy as it is now."""

    by: str
    fingerprint: str
    ruled: Ruled
    via: str
    authenticated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """Let it pass alone, for a reason."""

    by: str
    fingerprint: str
    reason: str
    ruled: Ruled
    via: str
    authenticated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewGlass:
    """Look at an action that passed by broken glass."""

    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """Say no."""

    by: str
    reason: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """Write down that its time ran out, if it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """What it rested on changed, or another action takes its place."""

    reason: str
    by_action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Begin: nobody else may call while this process may.

    Attributes:
        fingerprint: Of what this process is about to do.
        patience: How long its call can take at most.
        data_at: The clock of the data, where it is not the wall clock.
        ruled: What the policy says at this moment, under which the approvals must still be enough.
    """

    process: str
    fingerprint: str
    patience: timedelta
    data_at: datetime | None = None
    ruled: Ruled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the call of an attempt became, however late."""

    attempt: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Learn:
    """What a read of the target found.

    Attributes:
        holder_dead: Whether the process of that attempt surely is no more, so that its call cannot come any more.
        asked_at: When the read was begun.
        attempt: The attempt that the read was begun for; without it `holder_dead` counts for nothing.
    """

    reading: Reading
    holder_dead: bool
    asked_at: datetime
    attempt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attest:
    """A person looked at the target: it was done, or it surely was not."""

    by: str
    done: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameOwner:
    """A person was given it, by the item of that id."""

    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """What was found when its effect was looked for; not final where the data may still tell."""

    held: bool | None
    final: bool
    text: str
    check: str = ""
    evidence: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferUndo:
    """What takes it back was proposed as that action."""

    action: str


Command: TypeAlias = (
    Rule
    | Approve
    | BreakGlass
    | ReviewGlass
    | Deny
    | Expire
    | Void
    | Claim
    | Report
    | Learn
    | Attest
    | NameOwner
    | Verify
    | OfferUndo
)


def answer_document(body: object) -> Json | None:
    """What a workflow answered, as a document; a body that is no object stands under `body`."""
    if body is None:
        return None
    return dict(body) if isinstance(body, Mapping) else {"body": body}
