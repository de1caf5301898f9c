"""What a model may claim: a check that rests on recorded rows and on nothing else, worded by code.

A check is code that a model wrote, so its text could carry a message of the model's own: in a string, a name, a
comment, a part that is always true. What could do that is refused, by the syntax tree and by the recorded rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.core.cel.plain import plain_text
from orchestrator.core.cel.syntax import parse_expression
from orchestrator.core.cel.tree import Literal, Node, walk
from orchestrator.core.claims import Claim, Frame, StepFrame, scope_of
from orchestrator.core.errors import ClaimError, ExpressionError
from orchestrator.core.evidence import EvidenceStatus, Recorded
from orchestrator.core.expressions import compile_expression
from orchestrator.core.known import Known
from orchestrator.core.perturbation import depends_on
from orchestrator.core.report import Statement, StatementKind
from orchestrator.core.table import Table
from orchestrator.core.vetting import MAX_QUOTED, vet_check, vet_path, vet_read

MAX_CHECK = 400
MAX_EVIDENCE = 4
MAX_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeClaim:
    """A claim that no tool offered, as a model writes it."""

    evidence: tuple[str, ...]
    check: str
    show: tuple[str, ...] = ()


def ground(claim: FreeClaim, recorded: Mapping[str, Recorded]) -> Statement:
    """The statement of a free claim, worded from its check; ClaimError says what does not rest on the rows."""
    cited = _cited(claim, recorded)
    known = Known.of(cited)
    tree = _parsed(claim.check)
    shown = [_parsed(text) for text in claim.show[:MAX_SHOWN]]
    vet_check(tree, known)
    for path in shown:
        vet_path(path, known)
    vet_read(tree, tuple(cited))
    check = plain_text(tree)
    frame = _frame(tuple(cited))
    _vet_dependence(check, frame, cited, tree)
    parts = [f"on {_named(cited)}: {_escaped(plain_text(tree, column=known.label))}"]
    scope = scope_of(frame, {key: item.table for key, item in cited.items() if item.table is not None})
    parts += [f"{_escaped(plain_text(path, column=known.label))} = {_place(path, scope)}" for path in shown]
    return Statement(
        kind=StatementKind.SHOWN, template="; ".join(parts), check=check, evidence=tuple(cited), frame=frame
    )


def _place(path: Node, scope: Mapping[str, object]) -> str:
    """The placeholder of what is shown; a text from the rows stands in quotes, as it is data."""
    text = plain_text(path)
    try:
        value = compile_expression(text).evaluate(scope)
    except ExpressionError as error:
        raise ClaimError(f"what is shown has no value: {error.message}") from error
    if isinstance(value, list | dict):
        raise ClaimError("what is shown is one value, such as rows[0].n")
    if not isinstance(value, str):
        return f"{{{text}}}"
    if len(value) > MAX_QUOTED or not value.isprintable():
        raise ClaimError(f"a text that is shown has at most {MAX_QUOTED} printable characters; cut it in the query")
    return f"'{{{text}}}'"


def hold(statement: Statement, tables: Mapping[str, Table]) -> None:
    """ClaimError unless its check is true on the rows."""
    Claim(
        template=statement.template,
        check=statement.check,
        evidence=statement.evidence,
        frame=statement.frame,
        tables=tables,
    )


def _cited(claim: FreeClaim, recorded: Mapping[str, Recorded]) -> dict[str, Recorded]:
    if not claim.evidence or len(claim.evidence) > MAX_EVIDENCE:
        raise ClaimError(f"a claim cites one to {MAX_EVIDENCE} pieces of evidence, such as E1")
    cited: dict[str, Recorded] = {}
    for item in claim.evidence:
        found = recorded.get(item)
        if found is None:
            raise ClaimError(f"this run recorded no such evidence; it has: {', '.join(recorded) or 'none'}")
        if found.table is None:
            raise ClaimError(f"{item} failed, so it shows nothing")
        cited[item] = found
    return cited


def _parsed(text: str) -> Node:
    if len(text) > MAX_CHECK:
        raise ClaimError(f"an expression may have {MAX_CHECK} characters; compute the rest in the query")
    try:
        return parse_expression(text)
    except ExpressionError as error:
        raise ClaimError(f"it cannot be read: {error.message}") from error


def _vet_dependence(check: str, frame: Frame, cited: Mapping[str, Recorded], tree: Node) -> None:
    tables = {key: item.table for key, item in cited.items() if item.table is not None}
    literals = tuple(_literals(tree))
    for key in cited:
        if not depends_on(check, frame, tables, evidence=key, literals=literals):
            raise ClaimError(f"the check is true whatever the rows of {key} are, so it says nothing")


def _literals(tree: Node) -> Iterator[int | float | str]:
    for node in walk(tree):
        if isinstance(node, Literal) and node.type in {"int", "double", "string"}:
            try:
                value = compile_expression(node.text).evaluate({})
            except ExpressionError:
                continue
            if isinstance(value, int | float | str) and not isinstance(value, bool):
                yield value


def _frame(cited: tuple[str, ...]) -> Frame:
    """Other evidence first, as `steps.<id>`, then the first cited one, whose rows are `rows`."""
    order = [*cited[1:], cited[0]]
    steps = tuple(StepFrame(step=item, evidence=item, status="done") for item in order)
    return Frame(values={}, steps=steps, current=cited[0])


def _named(cited: Mapping[str, Recorded]) -> str:
    return ", ".join(
        f"{key} (partial)" if item.status is EvidenceStatus.PARTIAL else key for key, item in cited.items()
    )


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
