"""Workflows that change or read an outside system: what a call may become, the port, and the key of an action.

A call of a changing workflow is never repeated on a guess. Where its reply was lost the outcome is `Unknown`, and only
a read (`Workflows.read`) leads out of it.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")
Body = Mapping[str, object]
Headers = tuple[tuple[str, str], ...]

KEY = re.compile(r"(?P<kind>[a-z][a-z0-9_]*):(?P<subject>[A-Za-z0-9._-]+):(?P<epoch>[1-9][0-9]*)")
_SUBJECT_MAX = 64
_DIGEST = 16


class Secret:
    """A text that no repr, log or error shows; `reveal` gives it to the one who sends it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret('**********')"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not written anywhere: pass the object on, or reveal it where it is sent")

    def __deepcopy__(self, _memo: object) -> "Secret":
        return self

    def reveal(self) -> str:
        """The text itself."""
        return self._text


class Answering(StrEnum):
    """How a workflow answers its trigger."""

    SYNC = "sync"
    """A Response action, reached while the request is held."""
    ASYNC = "async"
    """A Response action with the asynchronous pattern: 202 and `Location` first."""
    NONE = "none"
    """No Response action: 202 at once, whatever becomes of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowSpec:
    """What a workflow promises; one declaration for its caller and its host.

    Attributes:
        name: Its name in the settings, snake_case.
        title: What it does, in a sentence.
        changing: Whether it changes something outside; then its body has a required text `key`.
        lookup_by_key: The reading workflow that tells what became of a key: `{"key"}` in, `{"state": done | running |
            absent, "result"}` out, `result` being this workflow's own response.
        answering: How it answers.
        relative_path: The trigger's relative path, such as `tickets/{number}`; its fields are taken from the body.
        request: JSON Schema of the body that the trigger takes.
        response: JSON Schema of the body that a 2xx response has; None where there is no Response action.
    """

    name: str
    title: str
    changing: bool
    lookup_by_key: str | None = None
    answering: Answering = Answering.SYNC
    relative_path: str | None = None
    request: Body = field(default_factory=dict, repr=False)
    response: Body | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The workflow answered with success: its Response action's own status, body and kept headers.

    A read tells of no headers, and of no body where only the run history knows.
    """

    kind: Literal["done"] = "done"
    key: str
    status: int
    body: object = None
    headers: Headers = ()
    run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The workflow runs and has not answered yet; `location`, where known, is a signed address and a secret."""

    kind: Literal["accepted"] = "accepted"
    key: str
    run_id: str | None = None
    headers: Headers = ()
    retry_after_s: float | None = None
    location: Secret | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was done.

    Attributes:
        code: The service's or the workflow's own code, such as `WorkflowNotFound`.
        by: Who said no: this program before sending, the service, or the workflow by its own response.
        retryable: Whether the same call may succeed later without a change.
        body: What the workflow answered with, where it was the workflow.
    """

    kind: Literal["refused"] = "refused"
    key: str
    code: str
    message: str
    by: Literal["caller", "service", "workflow"] = "service"
    retryable: bool = False
    retry_after_s: float | None = None
    status: int | None = None
    body: object = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It may or may not have been done.

    Attributes:
        owner: Who can settle it: a later `read`, or a person.
    """

    kind: Literal["unknown"] = "unknown"
    key: str
    reason: str
    owner: Literal["read", "person"] = "read"
    status: int | None = None
    run_id: str | None = None
    headers: Headers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A read found that the key was never acted on: the only leave to repeat a call whose outcome was unknown."""

    kind: Literal["absent"] = "absent"
    key: str
    source: Literal["lookup", "history"]


Outcome = Done | Accepted | Refused | Unknown
Reading = Done | Accepted | Absent | Unknown


class Workflows(Protocol):
    """Workflows by name.

    `call` sends `body` once under the key (see `action_key`) and again only where the first try surely did nothing;
    it never raises for what the service or the network does. Who cancels it must take the outcome as unknown. `read`
    tells what became of a key of a changing workflow, named by the key's kind unless `name` says otherwise;
    `sent_at` (aware) is when it was first sent, where known.
    """

    @property
    def specs(self) -> Mapping[str, WorkflowSpec]:
        """The workflows there are, by name."""
        ...

    async def call(self, name: str, body: Body, *, key: str) -> Outcome:
        """Call a workflow; InputError for a name that there is not, and a key that is none."""
        ...

    async def read(self, key: str, *, name: str | None = None, sent_at: datetime | None = None) -> Reading:
        """What became of a key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a handler's Response action sends; a mapping alone means status 200."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


class NotPossibleError(Exception):
    """The system behind a hosted workflow says no, and has changed nothing: what its Response action tells.

    Attributes:
        code: Of the error document, such as `OrderShipped`.
        status: 4xx.
    """

    def __init__(self, code: str, message: str, *, status: int = 409) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class Effects(Protocol):
    """Where the handler of a hosted workflow acts; it stands for the last system behind the workflow.

    Each `act` and `change` is an action of the run and is retried like one. With a key the system acts at most once
    for a (kind, key) and answers every repetition with the first record; without a key it acts each time.
    """

    def now(self) -> datetime:
        """The system's time, aware."""
        ...

    async def act(self, kind: str, record: Body, *, key: str | None) -> Mapping[str, object]:
        """Store a record of a kind; the record as stored, with its `number`."""
        ...

    async def change(
        self, kind: str, work: Callable[[sqlite3.Connection], Body], *, key: str | None
    ) -> Mapping[str, object]:
        """Let `work` change tables of the system, in one transaction with the record of what it gave.

        `work` neither commits nor waits; what it raises undoes it, a `NotPossibleError` is what the workflow answers.
        """
        ...

    async def look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` reads in the system's tables."""
        ...

    async def find(self, kind: str, *, key: str) -> Mapping[str, object] | None:
        """The record that a key made."""
        ...

    async def get(self, kind: str, *, number: int) -> Mapping[str, object] | None:
        """The record of a number."""
        ...

    async def state_of(self, workflow: str, *, key: str) -> Literal["running", "ended", "absent"]:
        """Whether a run of that workflow with that key is still at work."""
        ...


Handler = Callable[..., Awaitable[Answer | Mapping[str, object]]]
"""`async def handle(body, *, key, effects)`: the body as validated, the caller's key, an `Effects`."""


def action_key(kind: str, subject: str, *, epoch: int = 1) -> str:
    """The idempotency key of an action, from the business fact and not from the try.

    Args:
        kind: The workflow that acts, snake_case.
        subject: What it acts on: the order or the incident. One with other signs than letters, digits, dots, dashes
            and underscores, or a long one, is told apart by a hash.
        epoch: Counts the decisions to act on that subject, from 1: a person who asks for it once more makes a new one.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", kind):
        raise ValueError(f"the kind {kind!r} is not snake_case: give the name of the workflow")
    if not subject or epoch < 1:
        raise ValueError(f"subject {subject!r}, epoch {epoch!r}: an action needs a subject, and epochs count from 1")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", subject)[:_SUBJECT_MAX]
    if plain != subject:
        digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
        plain = f"{plain}-{digest}"
    return f"{kind}:{plain}:{epoch}"


def kind_of(key: str) -> str | None:
    """The kind that a key names; None where it is no key of `action_key`."""
    found = KEY.fullmatch(key)
    return found["kind"] if found else None


def payload_sha256(body: object) -> str:
    """The fingerprint that tells one payload from another: SHA-256 of its JSON with sorted names."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
