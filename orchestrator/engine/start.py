"""What a run is begun with, in each of its attempts."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from orchestrator.core.errors import StoreError
from orchestrator.core.events import RunStarted
from orchestrator.core.report import Json
from orchestrator.core.runs import RunContext


def new_run_id() -> str:
    """A fresh run's id."""
    return f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """An attempt after the first.

    Attributes:
        attempt: Its number; the first attempt has 1.
        executor: The process that takes the run up.
        edited: The guides that were edited since the run began, by id: the version that it keeps to, and today's.
    """

    attempt: int
    executor: str
    edited: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A run's beginning.

    Attributes:
        started: The event that tells it; it is stored by the first attempt only.
        message: As given; the event's own is redacted where it was read from the journal.
        resumption: Where this is a later attempt.
    """

    started: RunStarted
    message: str
    resumption: Resumption | None = None

    @property
    def run(self) -> str:
        """The run's id."""
        return self.started.run


def read_started(document: Mapping[str, object]) -> RunStarted:
    """The event that `RunStarted.document` wrote; StoreError where it is none."""
    match document:
        case {
            "run": str(run),
            "session": str(session),
            "message": str(message),
            "source": str(source),
            "at": str(at),
            "now": str(now),
            "inputs": dict(inputs),
        }:
            agent, guides = document.get("agent"), document.get("guides")
            return RunStarted(
                run=run,
                session=session,
                message=message,
                source=source,
                at=datetime.fromisoformat(at),
                now=datetime.fromisoformat(now),
                inputs=inputs,
                agent=agent if isinstance(agent, str) else None,
                guides={str(name): str(text) for name, text in guides.items()} if isinstance(guides, dict) else {},
                follows=tuple(map(str, _list(document.get("follows")))),
            )
        case _:
            raise StoreError(f"the journal holds the start of a run in a wrong shape: {document!r:.200}")


def finished_report(events: Sequence[Mapping[str, object]]) -> Json | None:
    """The report of a run that has its end; None where it has none yet."""
    for event in reversed(events):
        report = event.get("report")
        if event.get("kind") == "RunFinished" and isinstance(report, dict):
            return report
    return None


def started_of(body: Json, events: Sequence[Mapping[str, object]]) -> RunStarted | None:
    """How a run began, by its journal, else by its request; None where nobody has begun it."""
    if events:
        return read_started(events[0])
    document = body.get("started")
    return read_started(document) if isinstance(document, dict) else None


def request_body(started: RunStarted) -> Json:
    """What the queue keeps of a run, so that any process can carry it out from its start."""
    return {"message": started.message, "started": started.document()}


def resumption_notes(resumption: Resumption | None, context: RunContext) -> tuple[str, ...]:
    """What the report of a later attempt says about it."""
    if resumption is None:
        return ()
    count = context.recorder.recalled
    answers = "1 answer was" if count == 1 else f"{count} answers were"
    resumed = f"this run was resumed (attempt {resumption.attempt}): {answers} recalled, not asked for again"
    used = [str(result.guide.get("id")) for result in context.results if result.guide]
    edited = [
        f"the guide {name} was edited since this run began: it keeps to version {resumption.edited[name][0]}, "
        f"today's is {resumption.edited[name][1]}"
        for name in dict.fromkeys(used)
        if name in resumption.edited
    ]
    return (resumed, *edited)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
