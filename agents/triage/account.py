"""Puts what the steps of a run did into one outcome, in file order whatever the order of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agents.triage.decision import Decision
from agents.triage.footing import evidence_for, frame_of
from agents.triage.outcome import (
    Concluded,
    CoverageFacts,
    GuideOutcome,
    ImpactFacts,
    Statement,
    StepOutcome,
    StepQuestion,
    nothing_said,
)
from agents.triage.scheduler import Schedule, StepStatus
from agents.triage.verdict import judge, next_steps, ranked
from orchestrator.core.claims import Frame, StepFrame, scope_of
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import compile_expression
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Table
from orchestrator.core.window import Window
from playbooks.guide import BranchKind, Guide, Step

_NOT_THERE = frozenset({BranchKind.RULED_OUT, BranchKind.HEALTHY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one reached step did; `frame` and `cited` are what its statement rests on, `evidence` is its own."""

    decision: Decision
    status: StepStatus
    reason: str | None
    evidence: str | None
    frame: Frame
    cited: tuple[str, ...]
    out: Mapping[str, object]
    elapsed_s: float
    unseen: tuple[str, ...] = ()

    @property
    def kind(self) -> BranchKind:
        """Of what it says: unknown where only absent tables stand behind it."""
        return BranchKind.UNKNOWN if self.unseen else self.decision.kind


@dataclass(slots=True, kw_only=True)
class Account:
    """All that a run has learned so far; the runner fills it, `outcome` reads it."""

    guide: Guide
    schedule: Schedule
    parameters: tuple[QueryParameter, ...]
    window: Window
    values: Mapping[str, object]
    ran: dict[str, Ran] = field(default_factory=dict)
    frames: dict[str, StepFrame] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    questions: dict[str, tuple[StepQuestion, ...]] = field(default_factory=dict)
    inner: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    """What the guides that steps run could not tell, by step."""
    unseen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The absent tables behind evidence that rests on nothing else, by evidence id."""
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What a reader should know of a step's data, by step."""

    def outcome(self, coverage: CoverageFacts) -> GuideOutcome:
        """The outcome; nothing runs any more."""
        steps = tuple(self._step(step) for step in self.guide.steps)
        conclusions = ranked(self._conclusions())
        said = {kind: self._statements(kind) for kind in BranchKind}
        questions = tuple(item for step in self.guide.steps for item in self.questions.get(step.id, ()))
        verdict = judge(
            title=self.guide.title,
            conclusions=conclusions,
            findings=said[BranchKind.FINDING],
            healthy=said[BranchKind.HEALTHY],
            steps=steps,
            coverage=coverage,
            questions=questions,
            unseen=self._unseen(),
        )
        return GuideOutcome(
            guide=self.guide.id,
            title=self.guide.title,
            version=self.guide.version,
            reviewed=self.guide.reviewed,
            window=self.window,
            parameters=self.parameters,
            steps=steps,
            verdict=verdict,
            conclusions=conclusions,
            findings=said[BranchKind.FINDING],
            ruled_out=said[BranchKind.RULED_OUT],
            healthy=said[BranchKind.HEALTHY],
            unknown=self._unknown(),
            impact=self._impact(),
            next=next_steps(
                verdict=verdict,
                conclusions=conclusions,
                findings=said[BranchKind.FINDING],
                steps=steps,
                coverage=coverage,
                questions=questions,
            ),
            coverage=coverage,
            questions=questions,
            evidence=_evidence(steps, coverage),
            notes=tuple(dict.fromkeys(note for step in self.guide.steps for note in self.notes.get(step.id, ()))),
        )

    def unseen_by(self, decision: Decision, own: str | None, cited: Sequence[str]) -> tuple[str, ...]:
        """The absent tables behind a step that says that something is not there, where it rests on nothing else."""
        among = cited if own is None else (own,)
        if decision.kind not in _NOT_THERE or not among or any(item not in self.unseen for item in among):
            return ()
        return tuple(dict.fromkeys(table for item in among for table in self.unseen[item]))

    def _unseen(self) -> tuple[str, ...]:
        """The absent tables, where the steps looked at nothing else."""
        own = [ran.evidence for ran in self.ran.values() if ran.evidence is not None]
        if any(item not in self.unseen for item in own):
            return ()
        return tuple(dict.fromkeys(table for item in own for table in self.unseen[item]))

    def skipped_text(self, step: str) -> str:
        """Why a step did not run."""
        if step in self.schedule.decided:
            return f"skipped: {self.schedule.why_skipped(step)}"
        held = [name for name in self.schedule.graph.order if name in self.schedule.held]
        waits = [name for name in held if name == step or name in self.schedule.graph.ancestors(step)]
        return f"waits for an answer to {', '.join(waits)}"

    def _step(self, step: Step) -> StepOutcome:
        ran = self.ran.get(step.id)
        if ran is None:
            text = self.skipped_text(step.id)
            return StepOutcome(
                id=step.id,
                title=step.title,
                status=StepStatus.SKIPPED,
                kind=None,
                text=text,
                reason=text,
                evidence=None,
                check=None,
                template=None,
                out={},
                path=False,
            )
        return StepOutcome(
            id=step.id,
            title=step.title,
            status=ran.status,
            kind=ran.decision.kind,
            text=ran.decision.text,
            reason=ran.reason,
            evidence=ran.evidence,
            check=ran.decision.check,
            template=ran.decision.template,
            out=ran.out,
            path=True,
            next=ran.decision.next,
            unseen=ran.unseen,
            elapsed_s=ran.elapsed_s,
        )

    def _statements(self, kind: BranchKind) -> tuple[Statement, ...]:
        ran = ((step, self.ran[step.id]) for step in self.guide.steps if step.id in self.ran)
        return tuple(_statement(step, item) for step, item in ran if item.kind is kind)

    def _unknown(self) -> tuple[Statement, ...]:
        """What steps could not tell, each followed by what a guide that it ran could not."""
        found: list[Statement] = []
        for step in self.guide.steps:
            ran = self.ran.get(step.id)
            if ran is not None and ran.kind is BranchKind.UNKNOWN:
                found.append(_statement(step, ran))
            found.extend(self.inner.get(step.id, ()))
        return tuple(found)

    def _conclusions(self) -> Iterable[Concluded]:
        for step in self.guide.steps:
            ran = self.ran.get(step.id)
            branch = ran.decision.branch if ran is not None else None
            if ran is None or branch is None or branch.conclusion is None or ran.decision.object is None:
                continue
            path = self.schedule.path_to(step.id)
            yield Concluded(
                cause=branch.conclusion.cause,
                object=ran.decision.object,
                object_template=branch.conclusion.object,
                confidence=branch.conclusion.confidence,
                statement=_statement(step, ran),
                findings=sum(self.ran[name].decision.kind is BranchKind.FINDING for name in path),
                mitigations=ran.decision.mitigations,
            )

    def _impact(self) -> ImpactFacts:
        impact = self.guide.impact
        if impact is None or impact.step not in self.ran or self.ran[impact.step].status is StepStatus.FAILED:
            return ImpactFacts()
        texts = {name: getattr(impact, name) for name in ("started_at", "ongoing", "affected", "share")}
        frame = frame_of(
            self.frames[impact.step],
            [text for text in texts.values() if text],
            graph=self.schedule.graph,
            decided=self.frames,
            values=self.values,
        )
        scope = scope_of(frame, self.tables)
        found = {name: _value(text, scope) for name, text in texts.items()}
        started, ongoing, share = found["started_at"], found["ongoing"], found["share"]
        return ImpactFacts(
            started_at=started if isinstance(started, datetime) else None,
            ongoing=ongoing if isinstance(ongoing, bool) else None,
            affected=found["affected"],
            share=float(share) if isinstance(share, int | float) and not isinstance(share, bool) else None,
            evidence=evidence_for(frame, graph=self.schedule.graph, decided=self.frames),
        )


def _statement(step: Step, ran: Ran) -> Statement:
    if ran.unseen:
        return Statement(
            step=step.id,
            title=step.title,
            kind=BranchKind.UNKNOWN,
            text=nothing_said(step.title, ran.unseen),
            template=None,
            check=None,
            evidence=ran.cited,
            frame=None,
            reason=ran.reason,
        )
    return Statement(
        step=step.id,
        title=step.title,
        kind=ran.decision.kind,
        text=ran.decision.text,
        template=ran.decision.template,
        check=ran.decision.check,
        evidence=ran.cited,
        frame=ran.frame,
        reason=ran.reason,
    )


def _value(text: str | None, scope: Mapping[str, object]) -> object:
    """The value of an impact expression; None where it has none: an unknown impact is not no impact."""
    if not text:
        return None
    try:
        return compile_expression(text).evaluate(scope)
    except ExpressionError:
        return None


def _evidence(steps: Sequence[StepOutcome], coverage: CoverageFacts) -> tuple[str, ...]:
    own = [step.evidence for step in steps if step.evidence is not None]
    return tuple(dict.fromkeys((*own, *coverage.evidence)))
