"""Claims: sentences with a receipt.

A claim is a template, a check and evidence. The check is a CEL expression; building a claim evaluates it on the
recorded rows and renders the text from them, so a claim whose check does not hold cannot exist. The frame holds what
the scope of the expressions is rebuilt from, so the same check can be evaluated again on rows asked anew.
"""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from enum import StrEnum

from orchestrator.core.errors import ClaimError, ExpressionError
from orchestrator.core.expressions import cel_rows, compile_expression, evaluate_bool
from orchestrator.core.rendering import render
from orchestrator.core.table import Table

DONE = "done"
_RAN = frozenset({DONE, "partial"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFrame:
    """One step as later expressions see it.

    Attributes:
        step: Its id.
        evidence: Whose rows are its `rows`; None for a step without a query.
        status: done, failed, skipped or partial.
        out: Name and expression of each `out`, evaluated in order on its own rows.
    """

    step: str
    evidence: str | None
    status: str
    out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All that a step's expressions can see besides rows.

    Attributes:
        values: Parameters and `window`, as CEL values.
        steps: The ancestors in order, then the step itself.
        current: The step whose `rows`, `row` and `out` are in scope.
        named: Steps whose first row is in scope under the step's own name, such as `order` in `order.status`; null
            where the step has no row.
    """

    values: Mapping[str, object]
    steps: tuple[StepFrame, ...]
    current: str
    named: tuple[str, ...] = ()


def scope_of(frame: Frame, tables: Mapping[str, Table]) -> dict[str, object]:
    """The scope of expressions in `frame.current`, from evidence tables by evidence id.

    `row` is absent where there are no rows. An `out` that errors is absent, so that whatever needs it errors too.
    A step that failed or was skipped has a `status` and neither `rows` nor `out`: it saw nothing, which is not zero.
    """
    steps: dict[str, object] = {}
    scope: dict[str, object] = {}
    for step in frame.steps:
        table = tables.get(step.evidence) if step.evidence else None
        scope = _step_scope(step, cel_rows(table) if table is not None else [], frame.values, steps)
        found: dict[str, object] = {"status": step.status}
        found |= {name: scope[name] for name in ("rows", "out") if name in scope}
        steps = {**steps, step.step: found}
        if step.step == frame.current:
            return {**scope, **_first_rows(frame, steps)}
    raise ClaimError(f"the frame does not hold its own step {frame.current!r}")


def _first_rows(frame: Frame, steps: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in frame.named:
        step = steps.get(name)
        rows = step.get("rows") if isinstance(step, Mapping) else None
        found[name] = rows[0] if isinstance(rows, list) and rows else None
    return found


def _step_scope(
    step: StepFrame, rows: list[dict[str, object]], values: Mapping[str, object], steps: Mapping[str, object]
) -> dict[str, object]:
    if step.status not in _RAN:
        return {**values, "steps": dict(steps)}
    out: dict[str, object] = {}
    scope: dict[str, object] = {**values, "steps": dict(steps), "rows": rows, "out": out}
    if rows:
        scope["row"] = rows[0]
    for name, text in step.out:
        try:
            out[name] = compile_expression(text).evaluate(scope)
        except ExpressionError:
            continue
    return scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence that its evidence shows; cannot be built otherwise.

    Attributes:
        template: The sentence with `{expr}` placeholders.
        check: CEL that is true on the evidence.
        evidence: Ids of what it rests on; never empty.
        frame: What the expressions' scope is rebuilt from.
        tables: The recorded rows by evidence id; used while building, not kept.
        text: The rendered sentence.

    Raises:
        ClaimError: No evidence, evidence that is not in `tables`, or a check that is not true.
    """

    template: str
    check: str
    evidence: tuple[str, ...]
    frame: Frame
    tables: InitVar[Mapping[str, Table]]
    text: str = field(init=False)

    def __post_init__(self, tables: Mapping[str, Table]) -> None:
        if not self.evidence:
            raise ClaimError(f"the claim {self.template!r} cites no evidence")
        missing = [item for item in self.evidence if item not in tables]
        if missing:
            raise ClaimError(f"the claim {self.template!r} cites {missing[0]!r}, which this run did not record")
        try:
            scope = scope_of(self.frame, tables)
            holds = evaluate_bool(self.check, scope)
            text = render(self.template, scope)
        except ExpressionError as error:
            raise ClaimError(f"the claim {self.template!r} cannot be checked: {error.message}") from error
        if not holds:
            raise ClaimError(f"the check {self.check!r} of the claim {self.template!r} does not hold on its evidence")
        object.__setattr__(self, "text", text)

    def document(self) -> dict[str, object]:
        """As JSON, in the form that `ask --json` prints."""
        return {"text": self.text, "evidence": list(self.evidence), "check": self.check}


class Recheck(StrEnum):
    """What evaluating a claim's check again gives."""

    HOLDS = "holds"
    FAILS = "fails"
    CANNOT = "cannot be checked"


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The outcome of one check on rows asked anew."""

    outcome: Recheck
    reason: str | None = None


def recheck(*, check: str, evidence: tuple[str, ...], frame: Frame, tables: Mapping[str, Table]) -> Rechecked:
    """Evaluate a recorded claim's check on other tables; a table that is missing makes it uncheckable."""
    missing = [item for item in evidence if item not in tables]
    if missing:
        return Rechecked(Recheck.CANNOT, f"{missing[0]} could not be asked again")
    try:
        holds = evaluate_bool(check, scope_of(frame, tables))
    except ExpressionError as error:
        return Rechecked(Recheck.CANNOT, error.message)
    return Rechecked(Recheck.HOLDS if holds else Recheck.FAILS)
