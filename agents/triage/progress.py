"""What a run tells while it is under way: a step began, a step was decided."""

from dataclasses import dataclass
from typing import TypeAlias

from agents.triage.scheduler import StepStatus
from playbooks.guide import BranchKind


@dataclass(frozen=True, slots=True)
class StepStart:
    """A step began; `step` is `outer/inner` inside a guide that another runs."""

    step: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnd:
    """A step was decided, or skipped (then `kind` is None)."""

    step: str
    title: str
    status: StepStatus
    kind: BranchKind | None
    text: str
    evidence: str | None
    elapsed_s: float


StepProgress: TypeAlias = StepStart | StepEnd
