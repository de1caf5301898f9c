"""From a guide's outcome to what the report says: claims to be made, actions to propose, steps as JSON."""

from collections.abc import Iterable, Mapping

from agents.triage.outcome import (
    Concluded,
    GuideOutcome,
    Statement,
    StepOutcome,
    StepQuestion,
    VerdictStatus,
    nothing_said,
)
from agents.triage.proposing import actions_of
from orchestrator.core.claims import Frame
from orchestrator.core.report import (
    GuideResult,
    ImpactView,
    Json,
    Question,
    StatementKind,
    Unknown,
    VerdictView,
    WindowView,
)
from orchestrator.core.report import Statement as Claimable
from orchestrator.core.table import ColumnType
from playbooks.guide import Guide, ParameterType
from playbooks.services import Services

_BOOL = ParameterType(ColumnType.BOOL)
_YES_NO = ("yes", "no")


def guide_result(
    outcome: GuideOutcome,
    guide: Guide,
    *,
    window: WindowView,
    values: Mapping[str, object],
    origins: Mapping[str, str],
    services: Services | None = None,
) -> GuideResult:
    """What one run of one guide adds to a report; `services` is the inventory that actions are checked against."""
    verdict = outcome.verdict
    return GuideResult(
        guide=guide_view(guide),
        window=window,
        verdict=VerdictView(
            status=verdict.status.value,
            cause=verdict.cause,
            object=verdict.object,
            confidence=verdict.confidence.value if verdict.confidence else None,
            summary=verdict.summary,
            reason=verdict.reason,
        ),
        impact=_impact(outcome),
        statements=tuple(_statements(outcome)),
        unknown=tuple(Unknown(step=s.step, text=s.text, reason=s.reason) for s in outcome.unknown),
        next=outcome.next,
        actions=actions_of(outcome, guide, origins=origins, services=services or Services()),
        steps=tuple(_step(step) for step in outcome.steps),
        conclusions=tuple(_conclusion(item) for item in outcome.conclusions),
        questions=tuple(_question(item) for item in outcome.questions),
        values=values,
        origins=origins,
        notes=outcome.notes,
    )


def guide_view(guide: Guide) -> Json:
    """A guide as reports name it."""
    return {
        "id": guide.id,
        "title": guide.title,
        "version": guide.version,
        "reviewed": guide.reviewed.isoformat(),
        "path": guide.path,
    }


def _question(asked: StepQuestion) -> Question:
    """A step's question; one asked again says what was wrong with the answer."""
    text = f"{asked.text} ({asked.problem})" if asked.problem else asked.text
    choices = _YES_NO if asked.type == _BOOL else ()
    return Question(text=text, parameter=asked.step, type=str(asked.type), choices=choices)


def _statements(outcome: GuideOutcome) -> Iterable[Claimable]:
    shown = [*(item.statement for item in outcome.conclusions), *outcome.findings, *outcome.healthy]
    # where the service logs nothing, that something was not seen rules nothing out
    ruled_out = () if outcome.verdict.status is VerdictStatus.NO_DATA else outcome.ruled_out
    pairs = [(StatementKind.SHOWN, shown), (StatementKind.RULED_OUT, list(ruled_out))]
    for kind, statements in pairs:
        for statement in statements:
            claimable = _claimable(kind, statement)
            if claimable is not None:
                yield claimable


def _claimable(kind: StatementKind, statement: Statement) -> Claimable | None:
    match statement:
        case Statement(template=str(template), check=str(check), frame=Frame() as frame):
            return Claimable(kind=kind, template=template, check=check, evidence=statement.evidence, frame=frame)
        case _:
            return None


def _impact(outcome: GuideOutcome) -> ImpactView:
    facts = outcome.impact
    affected = facts.affected if isinstance(facts.affected, int | float) else None
    return ImpactView(started_at=facts.started_at, ongoing=facts.ongoing, affected=affected, share=facts.share)


def _conclusion(item: Concluded) -> Json:
    return {
        "cause": item.cause,
        "object": item.object,
        "confidence": item.confidence.value,
        "summary": item.summary,
        "step": item.statement.step,
        "evidence": list(item.statement.evidence),
    }


def _step(step: StepOutcome) -> Json:
    return {
        "id": step.id,
        "title": step.title,
        "status": step.status.value,
        "outcome": "unknown" if step.unseen else step.kind.value if step.kind else None,
        "text": nothing_said(step.title, step.unseen) if step.unseen else step.text,
        "reason": step.reason,
        "evidence": step.evidence,
        "elapsed_ms": round(step.elapsed_s * 1000, 1),
    }
