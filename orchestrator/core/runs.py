"""One turn's state: what was asked, what was found, what may be claimed, what was submitted."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.core.claims import Claim, Frame, StepFrame
from orchestrator.core.errors import ClaimError
from orchestrator.core.events import ActionProposed, ClaimMade, ClaimRejected, Event
from orchestrator.core.memory import Memory
from orchestrator.core.recording import Recorder
from orchestrator.core.report import GuideResult, Json, Question, Statement, StatementKind, Unknown
from orchestrator.core.table import iso_utc
from orchestrator.core.time_limit import TimeLimit
from orchestrator.core.usage import Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """How a turn was ended: the claims chosen by reference, hypotheses, and a question back.

    Attributes:
        cut_short: Why code ended the turn in the model's place; empty where the model submitted.
    """

    claims: tuple[str, ...] = ()
    hypotheses: tuple[str, ...] = ()
    question: str = ""
    cut_short: str = ""


@dataclass(frozen=True, slots=True)
class Passing:
    """A turn passed on to another specialist, with its evidence."""

    agent: str
    reason: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A claim that a turn may submit by its reference."""

    ref: str
    kind: StatementKind
    claim: Claim
    result: GuideResult | None = None


def _nobody(_event: Event) -> None:
    """Nobody listens."""


@dataclass(slots=True, kw_only=True)
class RunContext:
    """What the tools of one turn share; made by the engine, passed to each tool, never seen by a model.

    Attributes:
        asked: The part of the message that this turn answers.
        whole: The whole message, where it has several subjects; empty where `asked` is all of it.
        alert: The alert payload, where the message is one.
        now: The run's clock, aware.
        zone: IANA zone of times that name none.
        given: Guide parameters given outright, as text.
        remembered: Values of the session's last run: parameters by name, and `started_at`.
        previous: The report of the session's last run that has evidence.
        last: The report of the session's last run, whatever it holds.
        peers: The specialists that this turn may be passed to.
        hops: How often it was passed on already.
        reply: A step's id and a person's answer to its question, in a session that asked it.
        tell: Called with events that are only heard, never stored.
        meter: Counts the run's model calls; None where the embedded planner speaks.
        limit: How long the run may take; None is as long as its turns may.
        about_data: What to say about the data at the end, such as rows that could not be read.
        beyond: When the alert began, where a guide has found that the data do not reach it: no other need look.
        results: Guide runs of this turn, in order.
        actions: What the turn proposes besides, as a report's `actions`.
        questions: What a person must be asked before the turn can go on.
        values: What the next turns of the session remember, by name.
        returned: Whether claims were given back once for mending.
    """

    run: str
    session: str
    asked: str
    alert: Mapping[str, object] | None
    now: datetime
    zone: str
    source: str
    given: Mapping[str, str]
    remembered: Mapping[str, object]
    previous: Json | None
    recorder: Recorder
    emit: Callable[[Event], None]
    whole: str = ""
    peers: frozenset[str] = frozenset()
    hops: int = 0
    last: Json | None = None
    reply: tuple[str, str] | None = None
    tell: Callable[[Event], None] = _nobody
    meter: Meter | None = None
    limit: TimeLimit | None = None
    about_data: Callable[[], tuple[str, ...]] = tuple
    beyond: datetime | None = None
    results: list[GuideResult] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    shown: list[Json] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    returned: bool = False
    submission: Submission | None = None
    passing: Passing | None = None
    _steps: Counter[str] = field(default_factory=Counter)

    @property
    def memory(self) -> Memory:
        """What an earlier attempt of the run had finished."""
        return self.recorder.memory

    def next_step(self, kind: str) -> str:
        """The name of the turn's next step of a kind that is done one after another, such as `1/model/2`."""
        self._steps[kind] += 1
        return f"{self.recorder.turn}/{kind}/{self._steps[kind]}"

    def offer(self, statement: Statement, result: GuideResult | None = None) -> Offer | None:
        """Build the claim of a statement; None, an event and an `unknown` entry where nothing shows it."""
        try:
            claim = Claim(
                template=statement.template,
                check=statement.check,
                evidence=statement.evidence,
                frame=statement.frame,
                tables=self.recorder.tables(),
            )
        except ClaimError as error:
            self.emit(ClaimRejected(text=statement.template, reason=error.message))
            self.unknown.append(Unknown(text=f"dropped, as nothing shows it: {statement.template}"))
            return None
        offer = Offer(f"C{len(self.offers) + 1}", statement.kind, claim, result)
        self.offers[offer.ref] = offer
        self.emit(ClaimMade(claim={"ref": offer.ref, **claim.document()}, frame=frame_document(claim)))
        return offer

    def reject(self, text: str, reason: str) -> None:
        """Note that a model's claim was dropped; its words are in the event alone, as they are the model's."""
        self.emit(ClaimRejected(text=text, reason=reason))
        self.unknown.append(Unknown(text="A claim of the model was dropped, as nothing shows it."))

    def propose(self, action: Json) -> None:
        """Add an action to what the report proposes."""
        self.actions.append(action)
        self.emit(ActionProposed(action=action))

    def add(self, result: GuideResult) -> tuple[Offer, ...]:
        """Take in a guide's result; its statements become offers."""
        self.results.append(result)
        for action in result.actions:
            self.emit(ActionProposed(action=action))
        offers = (self.offer(statement, result) for statement in result.statements)
        return tuple(offer for offer in offers if offer is not None)


def frame_document(claim: Claim) -> Json:
    """A claim's template and frame as JSON; `read_frame` builds the frame again."""
    frame = claim.frame
    return {
        "template": claim.template,
        "values": {name: _tagged(value) for name, value in frame.values.items()},
        "steps": [
            {"step": s.step, "evidence": s.evidence, "status": s.status, "out": [list(pair) for pair in s.out]}
            for s in frame.steps
        ],
        "current": frame.current,
        **({"named": list(frame.named)} if frame.named else {}),
    }


def read_frame(document: Mapping[str, object]) -> Frame:
    """The frame that `frame_document` wrote."""
    values = document["values"]
    steps, named = document["steps"], document.get("named", [])
    if not isinstance(values, Mapping) or not isinstance(steps, list) or not isinstance(named, list):
        raise ClaimError(f"a recorded frame has the wrong shape: {document!r}")
    return Frame(
        values={str(name): _untagged(value) for name, value in values.items()},
        steps=tuple(
            StepFrame(
                step=item["step"],
                evidence=item["evidence"],
                status=item["status"],
                out=tuple((name, text) for name, text in item["out"]),
            )
            for item in steps
        ),
        current=str(document["current"]),
        named=tuple(map(str, named)),
    )


def _tagged(value: object) -> object:
    match value:
        case datetime():
            return {"$time": iso_utc(value)}
        case list() | tuple():
            return [_tagged(item) for item in value]
        case Mapping():
            return {str(key): _tagged(item) for key, item in value.items()}
        case _:
            return value


def _untagged(value: object) -> object:
    match value:
        case {"$time": str(text)}:
            return datetime.fromisoformat(text)
        case list():
            return [_untagged(item) for item in value]
        case Mapping():
            return {str(key): _untagged(item) for key, item in value.items()}
        case _:
            return value
