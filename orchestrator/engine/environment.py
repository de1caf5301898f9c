"""What runs look at, and the state that a turn of a run begins with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.core.conversations.insights import Insights
from orchestrator.core.events import EvidenceFound
from orchestrator.core.evidence import Evidence
from orchestrator.core.followup import replied
from orchestrator.core.ports import Index, Logs, Metrics, ResourceGraph, WorkflowReads
from orchestrator.core.record import Record
from orchestrator.core.recording import Recorder
from orchestrator.core.report import Json
from orchestrator.core.runs import RunContext
from orchestrator.core.time_limit import TimeLimit
from orchestrator.core.usage import Meter
from orchestrator.engine.run import Run
from orchestrator.engine.session import Session
from orchestrator.engine.start import Start, resumption_notes

_OTHERS = frozenset({"conversation", "insights", "workflow", "message", "code", "ledger", "handoffs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What runs look at, and how it was opened.

    Attributes:
        source: live, files or sample.
        now: The clock of the runs; None is the wall clock.
        zone: IANA zone of times that name none.
        inputs: JSON that opens the same data again.
        notes: What a report says about the data, given its queries: rows that could not be read, columns missing; None
            where the data were not asked.
        record: What is known of incidents and actions; None where no store is open.
        insights: What is kept of scored conversations; None where nothing is.
        workflows: Reading workflows; None where none are open.
        scan_limit_bytes: What one run's queries of logs may scan; None is no limit.
        guides: The versions of the guides by id, to which a run keeps.
    """

    logs: Logs
    index: Index
    source: str
    now: datetime | None
    zone: str
    inputs: Json
    notes: Callable[[Sequence[str] | None], tuple[str, ...]]
    given: Mapping[str, str] = field(default_factory=dict)
    metrics: Metrics | None = None
    graph: ResourceGraph | None = None
    record: Record | None = None
    insights: Insights | None = None
    workflows: WorkflowReads | None = None
    scan_limit_bytes: int | None = None
    guides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What the turns of a run share."""

    start: Start
    session: Session
    alert: Mapping[str, object] | None
    meter: Meter | None
    limit: TimeLimit | None


def _asked_of_data(recorder: Recorder) -> tuple[str, ...] | None:
    """The queries of a turn; None where it asked other systems only, to which the data's notes say nothing."""
    evidence = recorder.evidence()
    own = tuple(item.query for item in evidence if item.source.partition(":")[0] not in _OTHERS)
    return None if evidence and not own else own


def turn_context(
    run: Run, common: Common, environment: Environment, *, asked: str, number: int, scanned: int
) -> RunContext:
    """The state of a turn; `scanned` is what the queries of the run's earlier turns have scanned."""

    def found(evidence: Evidence) -> None:
        run.emit(EvidenceFound(evidence=evidence.document()))

    session = common.session
    recorder = Recorder(
        logs=environment.logs,
        index=environment.index,
        source=environment.source,
        found=found,
        metrics=environment.metrics,
        graph=environment.graph,
        record=environment.record,
        insights=environment.insights,
        workflows=environment.workflows,
        scan_limit_bytes=environment.scan_limit_bytes,
        scanned_bytes=scanned,
        memory=run.record,
        turn=number,
    )
    context = RunContext(
        run=run.id,
        session=session.id,
        asked=asked,
        alert=common.alert,
        now=common.start.started.now,
        zone=environment.zone,
        source=environment.source,
        given=environment.given,
        remembered=session.remembered(),
        previous=session.previous(),
        last=session.reports[-1] if session.reports else None,
        reply=replied(run.said, session.reports[-1] if session.reports else None),
        recorder=recorder,
        emit=run.emit,
        tell=run.tell,
        meter=common.meter,
        limit=common.limit,
    )
    context.about_data = lambda: (
        *environment.notes(_asked_of_data(recorder)),
        *run.record.notes(),
        *resumption_notes(common.start.resumption, context),
    )
    return context
