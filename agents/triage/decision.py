"""Chooses the branch of a step from its rows and scope; pure, and the same for a run and for checking it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.triage.mitigation import propose
from agents.triage.outcome import ProposedMitigation
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import compile_expression, evaluate_bool
from orchestrator.core.rendering import render
from playbooks.guide import Branch, BranchKind, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The branch that a step takes and what it says.

    Attributes:
        branch: None where no branch could be taken: the step is unknown, for `reason`.
        check: CEL that held; None after an error.
        object: Of the conclusion, rendered.
        out: Expressions of the step's and then the branch's `out`, for later steps.
    """

    kind: BranchKind
    text: str
    branch: Branch | None = None
    template: str | None = None
    check: str | None = None
    reason: str | None = None
    object: str | None = None
    mitigations: tuple[ProposedMitigation, ...] = ()
    out: tuple[tuple[str, str], ...] = ()

    @property
    def next(self) -> tuple[str, ...]:
        """The edges that are taken."""
        return self.branch.next if self.branch is not None else ()


def decide(step: Step, scope: Mapping[str, object]) -> Decision:
    """Take the first branch that holds, and no other.

    A `when` or a text that errors makes the step unknown: it takes its first `unknown` branch where it has one, and
    never a branch further down. An `out` that errors is absent, so whatever needs it errors.
    """
    earlier: list[str] = []
    for branch in step.branches:
        if branch.when is None:
            return _take(step, branch, scope, check=negation(earlier))
        try:
            holds = evaluate_bool(branch.when, scope)
        except ExpressionError as error:
            return undecided(step, scope, reason=_because(step, scope, f"`{branch.when}`: {error.message}"))
        if holds:
            return _take(step, branch, scope, check=branch.when)
        earlier.append(branch.when)
    reason = "no branch holds" if step.branches else "the step has no branches"
    return Decision(kind=BranchKind.UNKNOWN, text=reason, reason=reason, out=tuple(step.out.items()))


def unasked(step: Step, *, reason: str) -> Decision:
    """The step failed: it goes where its first `unknown` branch goes, and says why in place of that one's sentence.

    The author wrote the sentence for rows that do not tell; what has no answer has no rows to speak of.
    """
    return Decision(
        kind=BranchKind.UNKNOWN,
        text=f"could not be asked: {reason}",
        branch=_unknown_of(step),
        reason=reason,
        out=tuple(step.out.items()),
    )


def _unknown_of(step: Step) -> Branch | None:
    return next((branch for branch in step.branches if branch.kind is BranchKind.UNKNOWN), None)


def undecided(step: Step, scope: Mapping[str, object], *, reason: str) -> Decision:
    """The step cannot be decided: its first `unknown` branch is taken, or else no edge at all."""
    branch = _unknown_of(step)
    outs = tuple(step.out.items())
    if branch is None:
        return Decision(kind=BranchKind.UNKNOWN, text=reason, reason=reason, out=outs)
    try:
        text = render(branch.text, _with_out(scope, branch))
    except ExpressionError:
        text = reason
    return Decision(
        kind=BranchKind.UNKNOWN,
        text=text,
        branch=branch,
        template=branch.text,
        reason=reason,
        out=outs + tuple(branch.out.items()),
    )


def negation(whens: Sequence[str]) -> str:
    """CEL that says that none of `whens` holds, as `otherwise` means it."""
    return " && ".join(f"!({when})" for when in whens) or "true"


def visible_out(step: Step, branch: Branch | None) -> tuple[tuple[str, str], ...]:
    """The `out` expressions that the taken branch's own texts see.

    A branch's `out` that shadows the step's is left to later steps: the `when` was decided on the step's.
    """
    own = tuple((name, text) for name, text in branch.out.items() if name not in step.out) if branch else ()
    return tuple(step.out.items()) + own


def _take(step: Step, branch: Branch, scope: Mapping[str, object], *, check: str) -> Decision:
    seen = _with_out(scope, branch)
    concluded = branch.conclusion
    template = concluded.summary if concluded is not None else branch.text
    try:
        text = render(template, seen)
        named = render(concluded.object, seen) if concluded is not None else None
    except ExpressionError as error:
        return undecided(step, scope, reason=_because(step, scope, error.message))
    return Decision(
        kind=branch.kind,
        text=text,
        branch=branch,
        template=template,
        check=check,
        reason=text if branch.kind is BranchKind.UNKNOWN else None,
        object=named,
        mitigations=tuple(propose(item, seen) for item in concluded.mitigations) if concluded is not None else (),
        out=tuple(step.out.items()) + tuple(branch.out.items()),
    )


def _with_out(scope: Mapping[str, object], branch: Branch) -> dict[str, object]:
    """The scope with the branch's own `out`; what errors is absent."""
    known = scope.get("out")
    out: dict[str, object] = dict(known) if isinstance(known, Mapping) else {}
    seen = {**scope, "out": out}
    for name, text in branch.out.items():
        if name in out:
            continue
        try:
            out[name] = compile_expression(text).evaluate(seen)
        except ExpressionError:
            continue
    return seen


def _because(step: Step, scope: Mapping[str, object], problem: str) -> str:
    """The problem, with that of an `out` which it may come from."""
    known = scope.get("out")
    absent = [name for name in step.out if not isinstance(known, Mapping) or name not in known]
    problems = [problem]
    for name in absent:
        try:
            compile_expression(step.out[name]).evaluate(scope)
        except ExpressionError as error:
            problems.append(f"out {name!r}: {error.message}")
    return "; ".join(problems)
