"""What running a guide yields: its steps, statements with what proves them, and the verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from agents.triage.scheduler import StepStatus
from orchestrator.core.claims import Frame
from orchestrator.core.ports import QueryParameter
from orchestrator.core.window import Window
from playbooks.guide import BranchKind, Confidence, Mitigation, ParameterType, Verify


class VerdictStatus(StrEnum):
    """The five answers; each is a good one."""

    CAUSE_FOUND = "cause_found"
    HEALTHY = "healthy"
    NO_DATA = "no_data"
    INCONCLUSIVE = "inconclusive"
    NOT_COVERED = "not_covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The run's answer; `cause`, `object` and `confidence` are None unless a cause was found.

    `summary` is one sentence for people; `reason` says by which rule this is the verdict.
    """

    status: VerdictStatus
    summary: str
    reason: str
    cause: str | None = None
    object: str | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence of a step, with all that code needs to check it again.

    Attributes:
        template: What `text` was rendered from.
        check: CEL that held: the branch's `when`, or for `otherwise` that no earlier `when` did; None for an unknown
            that an error led to.
        evidence: Ids of what it rests on, in order.
        frame: What the scope of template and check is rebuilt from.
        reason: Why it is unknown, where that is not the text.
    """

    step: str
    title: str
    kind: BranchKind
    text: str
    template: str | None
    check: str | None
    evidence: tuple[str, ...]
    frame: Frame | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedMitigation:
    """A mitigation with its templates filled in; `problem` says why it cannot be proposed as an action.

    Attributes:
        blast_radius: How many `blast_unit` it touches; None where that is not known.
        verify: As written: it is asked later, in a window of its own.
        written: What it was filled in from.
    """

    action: str
    arguments: Mapping[str, object]
    by_hand: str
    blast_radius: object
    blast_unit: str
    verify: Verify | None
    undo_action: str | None
    undo_arguments: Mapping[str, object]
    problem: str | None = None
    written: Mitigation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """A cause that a step concluded; `findings` counts those on the way to it, `summary` is `statement.text`."""

    cause: str
    object: str
    object_template: str
    confidence: Confidence
    statement: Statement
    findings: int
    mitigations: tuple[ProposedMitigation, ...] = ()

    @property
    def summary(self) -> str:
        """One sentence for people."""
        return self.statement.text


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """What became of one step.

    Attributes:
        kind: Of the branch taken; unknown for a failed step; None for a skipped one.
        text: The branch's sentence; for a skipped step why it was skipped.
        reason: Why it failed, is partial, is unknown or was skipped.
        out: The values that it gave to others.
        path: Whether the run reached it.
        unseen: Absent tables, where it would rule something out on nothing else: it says nothing then.
        next: The edges that it took.
        elapsed_s: Wall clock; not part of equality, because the same data must give the same outcome.
    """

    id: str
    title: str
    status: StepStatus
    kind: BranchKind | None
    text: str
    reason: str | None
    evidence: str | None
    check: str | None
    template: str | None
    out: Mapping[str, object]
    path: bool
    next: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    elapsed_s: float = field(default=0.0, compare=False)


def nothing_said(title: str, tables: Sequence[str]) -> str:
    """The sentence of a step that only absent tables could have answered."""
    return f"there is no table {', '.join(tables)}: nothing can be said ({title})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactFacts:
    """How bad it is; None where the guide does not say or the rows do not tell. `evidence` is what it rests on."""

    started_at: datetime | None = None
    ongoing: bool | None = None
    affected: object = None
    share: float | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFacts:
    """Whether the service's own rows reach the window's end.

    Attributes:
        rows: The service's rows in the window; None when they could not be counted.
        lag_s: Measured ingestion lag in seconds; None where the table has no receive time.
        spacing_s: Usual silence between rows in seconds.
        reached: True, False, or None when it could not be judged.
        nearest: Names like the service's that do log, where it has no rows.
        reason: One clause for people.
    """

    table: str | None
    service: str | None
    reason: str
    reached: bool | None = None
    rows: int | None = None
    newest: datetime | None = None
    lag_s: float | None = None
    spacing_s: float | None = None
    nearest: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepQuestion:
    """What a person must answer before the run can go on; `step` is `outer/inner` inside a guide that another runs."""

    step: str
    type: ParameterType
    text: str
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideOutcome:
    """All that a run of a guide found; every tuple is in file order, never in order of time."""

    guide: str
    title: str
    version: str
    reviewed: date
    window: Window
    parameters: tuple[QueryParameter, ...]
    steps: tuple[StepOutcome, ...]
    verdict: Verdict
    conclusions: tuple[Concluded, ...]
    findings: tuple[Statement, ...]
    ruled_out: tuple[Statement, ...]
    healthy: tuple[Statement, ...]
    unknown: tuple[Statement, ...]
    impact: ImpactFacts
    next: tuple[str, ...]
    coverage: CoverageFacts
    questions: tuple[StepQuestion, ...] = ()
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def needs_input(self) -> bool:
        """Whether a step waits for a person."""
        return bool(self.questions)

    def step(self, step_id: str) -> StepOutcome:
        """The outcome of one step; KeyError where there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)
