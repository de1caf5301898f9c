"""The run's events: frozen, past tense; every surface and the journal encode this one stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import ClassVar, Self, TypeAlias

from orchestrator.core.redaction import redact_value
from orchestrator.core.table import iso_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; `kind` is the class's name."""

    kind: ClassVar[str] = "Event"

    def __init_subclass__(cls) -> None:
        cls.kind = cls.__name__

    def redacted(self) -> Self:
        """The same event without secrets, for whoever listens."""
        return replace(self, **{f.name: redact_value(getattr(self, f.name)) for f in fields(self)})

    def document(self) -> dict[str, object]:
        """As JSON: the kind and every field."""
        return {"kind": self.kind, **{f.name: _json(getattr(self, f.name)) for f in fields(self)}}


def _json(value: object) -> object:
    match value:
        case datetime():
            return iso_utc(value)
        case tuple() | list():
            return [_json(item) for item in value]
        case Mapping():
            return {str(key): _json(item) for key, item in value.items()}
        case _:
            return value


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """A run began.

    Attributes:
        source: live, files or sample.
        now: The run's clock.
        inputs: What opens the same data again.
        agent: The specialist that was named, in place of routing.
        guides: The versions of the guides that it may use, by id; it keeps to them, whatever is edited meanwhile.
        follows: The session's runs whose reports it knows, oldest first.
    """

    run: str
    session: str
    message: str
    source: str
    at: datetime
    now: datetime
    inputs: Mapping[str, object]
    agent: str | None = None
    guides: Mapping[str, str] = field(default_factory=dict)
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed(Event):
    """A run whose process ended, or lost it, is run again from its start; what had finished is recalled.

    What an earlier attempt appended counts no more: readers take the events from the last one of these on, and the
    `RunStarted` before.
    """

    run: str
    attempt: int
    at: datetime
    executor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed(Event):
    """The message was connected to specialists, or to none."""

    agents: tuple[str, ...]
    confidence: float
    abstained: bool
    reason: str
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted(Event):
    """A specialist began to answer its part of the message."""

    agent: str
    turn: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswered(Event):
    """The chat service answered one call.

    Attributes:
        model: The model or deployment that answered.
        input_tokens: Tokens of the request; None where nothing is counted, as for the embedded planner.
        output_tokens: Tokens of the answer, or None.
        cost: In the currency of the configured prices; None where no price is set.
        finish: Why it stopped: stop, tool_calls, length, content_filter, or empty where the server did not say.
        estimated: True where the server sent no usage and the tokens are a count of characters.
    """

    model: str
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    finish: str
    elapsed_ms: float
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFailed(Event):
    """One call of the chat service failed; it is made again after `retry_in_s`, or not at all where that is None."""

    model: str
    fault: str
    reason: str
    retry_in_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReplaced(Event):
    """The model failed for good, and another chat service goes on with the turn."""

    model: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSaid(Event):
    """Whole lines of a model's words as they stream in: a reading, for display only.

    Told to who listens and never stored. After a `ModelFailed` the answer begins anew.
    """

    model: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled(Event):
    """The chat service asked for a tool and it was granted."""

    call: str
    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRefused(Event):
    """The chat service asked for what it may not have, or with arguments that do not fit."""

    call: str
    tool: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolReturned(Event):
    """A tool answered; `result_sha256` is of the text before redaction."""

    call: str
    tool: str
    ok: bool
    result_sha256: str
    elapsed_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideMatched(Event):
    """A guide was chosen, or none covers the incident (`guide` is None)."""

    guide: str | None
    title: str | None
    version: str | None
    confidence: float
    by: str
    reason: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResolved(Event):
    """The span of time that is looked at."""

    start: datetime
    end: datetime
    timezone: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(Event):
    """A guide's step began."""

    guide: str
    step: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished(Event):
    """A guide's step was decided; `outcome` is the branch's kind, `text` what it says."""

    guide: str
    step: str
    title: str
    status: str
    outcome: str | None
    text: str
    evidence: str | None
    elapsed_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFound(Event):
    """A query was answered; the evidence's JSON form."""

    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionProposed(Event):
    """A fix was proposed with its exact arguments; nothing was done."""

    action: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMade(Event):
    """A sentence got its receipt."""

    claim: Mapping[str, object]
    frame: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRejected(Event):
    """A sentence was dropped because nothing shows it."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(Event):
    """The run needs an answer from a person."""

    text: str
    parameter: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff(Event):
    """A specialist passed its turn on."""

    source: str
    target: str
    reason: str
    hop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRaised(Event):
    """What was said in a running conversation makes somebody look at it.

    Attributes:
        trigger: Its id; `title` says it in words.
        handoff: none, offer or make.
        turn: The index of the conversation's turn with which its cause came.
        evidence: The spans that were said, each with its words.
    """

    trigger: str
    title: str
    severity: str
    handoff: str
    turn: int
    evidence: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFinished(Event):
    """A specialist's turn ended."""

    agent: str
    turn: int
    status: str
    model_calls: int
    tool_calls: int
    elapsed_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """A run ended; `report` is its document as `ask --json` prints it."""

    status: str
    report: Mapping[str, object]


AnyEvent: TypeAlias = (
    RunStarted
    | RunResumed
    | Routed
    | TurnStarted
    | ModelAnswered
    | ModelFailed
    | ModelReplaced
    | ModelSaid
    | ToolCalled
    | ToolRefused
    | ToolReturned
    | GuideMatched
    | WindowResolved
    | StepStarted
    | StepFinished
    | EvidenceFound
    | ActionProposed
    | ClaimMade
    | ClaimRejected
    | QuestionAsked
    | HandedOff
    | TriggerRaised
    | TurnFinished
    | RunFinished
)
