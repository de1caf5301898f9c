"""The verdict of a run, and what is left to check; pure, and by rules that a reader can follow."""

from collections.abc import Iterable, Sequence

from agents.triage.outcome import (
    Concluded,
    CoverageFacts,
    Statement,
    StepOutcome,
    StepQuestion,
    Verdict,
    VerdictStatus,
)
from agents.triage.scheduler import StepStatus
from playbooks.guide import BranchKind, Confidence

_RANK = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}


def ranked(conclusions: Iterable[Concluded]) -> tuple[Concluded, ...]:
    """By confidence, then by findings on the way to it, then by order in the file (the order given)."""
    return tuple(sorted(conclusions, key=lambda item: (_RANK[item.confidence], -item.findings)))


def judge(
    *,
    title: str,
    conclusions: Sequence[Concluded],
    findings: Sequence[Statement],
    healthy: Sequence[Statement],
    steps: Sequence[StepOutcome],
    coverage: CoverageFacts,
    questions: Sequence[StepQuestion] = (),
    unseen: Sequence[str] = (),
) -> Verdict:
    """The verdict; `conclusions` are ranked.

    `no_data` where the service has no rows at all, or too few or too old ones and nothing was found either.
    `healthy` needs every reached step done and known, no finding, and coverage, and that the steps looked at more than
    absent tables (`unseen`). All else is `inconclusive`.
    """
    if conclusions:
        return _cause(conclusions)
    open_steps = [step for step in steps if is_open(step)]
    if coverage.reached is False and (coverage.rows == 0 or not findings) and not questions:
        summary = f"No data to judge by: {coverage.reason}."
        return Verdict(status=VerdictStatus.NO_DATA, summary=summary, reason=coverage.reason)
    blockers = _blockers(findings, open_steps, coverage, questions)
    if unseen:
        blockers.append(f"there is no table {', '.join(unseen)}, and the steps looked at nothing else")
    if not blockers:
        said = "; ".join(statement.text for statement in healthy) or f"nothing that {title!r} looks for was found"
        return Verdict(
            status=VerdictStatus.HEALTHY,
            summary=f"Healthy: {said}.",
            reason=f"every reached step is done and found nothing; {coverage.reason}",
        )
    reason = "; ".join(blockers)
    return Verdict(status=VerdictStatus.INCONCLUSIVE, summary=f"No cause shown: {reason}.", reason=reason)


def _cause(conclusions: Sequence[Concluded]) -> Verdict:
    best = conclusions[0]
    others = [item.cause for item in conclusions[1:]]
    reason = f"step {best.statement.step!r} concluded with confidence {best.confidence.value}"
    reason += f" on {best.findings} finding{'s' if best.findings > 1 else ''}" if best.findings else ""
    reason += f"; also concluded: {', '.join(others)}" if others else ""
    return Verdict(
        status=VerdictStatus.CAUSE_FOUND,
        summary=best.summary,
        reason=reason,
        cause=best.cause,
        object=best.object,
        confidence=best.confidence,
    )


def is_open(step: StepOutcome) -> bool:
    """Whether a reached step leaves its question open: it failed, is partial or unknown."""
    if not step.path:
        return False
    return step.kind is BranchKind.UNKNOWN or step.status is not StepStatus.DONE


def _blockers(
    findings: Sequence[Statement],
    open_steps: Sequence[StepOutcome],
    coverage: CoverageFacts,
    questions: Sequence[StepQuestion],
) -> list[str]:
    """Everything that stands between the run and `healthy`."""
    found = [f"step {question.step!r} waits for an answer" for question in questions]
    if findings:
        found.append(f"found without a cause: {'; '.join(item.text for item in findings)}")
    found.extend(open_text(step) for step in open_steps)
    if coverage.reached is not True:
        found.append(coverage.reason)
    return found


def open_text(step: StepOutcome) -> str:
    """One clause about a step that is open."""
    state = "unknown" if step.status is StepStatus.DONE else step.status.value
    return f"step {step.id!r} is {state} ({step.reason or step.text})"


def next_steps(
    *,
    verdict: Verdict,
    conclusions: Sequence[Concluded],
    findings: Sequence[Statement],
    steps: Sequence[StepOutcome],
    coverage: CoverageFacts,
    questions: Sequence[StepQuestion],
) -> tuple[str, ...]:
    """What a person does next: answers, fixes, and whatever the run could not check."""
    found = [f"Answer: {question.text}" for question in questions]
    for concluded in conclusions:
        for item in concluded.mitigations:
            by_hand = f": {item.by_hand}" if item.by_hand else ""
            found.append(f"For {concluded.cause}, {item.action}{by_hand}")
    if verdict.status in {VerdictStatus.NO_DATA, VerdictStatus.INCONCLUSIVE}:
        if coverage.reached is not True:
            found.append(f"Check that telemetry arrives: {coverage.reason}")
        found.extend(f"Follow up: {item.text}" for item in findings)
    found.extend(f"Check by hand: {step.title} ({step.reason or step.text})" for step in steps if is_open(step))
    return tuple(dict.fromkeys(found))
