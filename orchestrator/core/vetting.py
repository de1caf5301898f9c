"""Whether an expression that a model wrote names and reads recorded rows, and nothing else."""

import re
from collections.abc import Iterator, Sequence

from orchestrator.core.cel.tree import (
    Binary,
    Call,
    Has,
    Index,
    ListLiteral,
    Literal,
    Macro,
    MapLiteral,
    Name,
    Node,
    Select,
    Ternary,
    Unary,
    children,
    free_names,
    walk,
)
from orchestrator.core.errors import ClaimError, ExpressionError
from orchestrator.core.expressions import compile_expression
from orchestrator.core.known import Known

MAX_QUOTED = 120
_OWN = frozenset({"rows", "row", "steps"})
_COMPARING = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_VARIABLE = re.compile(r"[a-z][0-9]?")
_MOMENT = re.compile(r"[0-9TZ:.+-]+|-?[0-9.]+(?:ns|us|ms|s|m|h)(?:[0-9.]+(?:ms|s|m))*")
# fmt: off
_FUNCTIONS = frozenset({
    "size", "contains", "startsWith", "endsWith", "double", "int", "string", "timestamp", "duration", "getFullYear",
    "getMonth", "getDate", "getHours", "getMinutes", "getSeconds", "getMilliseconds", "getDayOfWeek",
})
# fmt: on
# whole numbers that turn one unit into another
_FACTORS = frozenset({1.0, 2.0, 10.0, 24.0, 60.0, 100.0, 1000.0, 1024.0, 3600.0, 86400.0, 1_000_000.0})
_FAR = 1_000
_PATH_FUNCTIONS = frozenset({"size"})


def vet_check(tree: Node, known: Known) -> None:
    """ClaimError unless every name and text is the rows' own, and every part of the condition reads rows."""
    _vet_names(tree)
    for node in walk(tree):
        _vet_node(node, known)
    for literal in _texts_of(tree):
        _vet_text(literal, known)
    _vet_condition(tree, _OWN)


def _vet_node(node: Node, known: Known) -> None:
    match node:
        case Ternary() | MapLiteral() | Has():
            raise ClaimError("a check may not hold ?:, has() or a map; compare values of rows")
        case Select(operand=operand, field=field):
            _vet_field(operand, field, known)
        case Call():
            _vet_call(node)
        case Macro(variable=variable):
            if not _VARIABLE.fullmatch(variable):
                raise ClaimError("a variable has one letter, as in rows.exists(r, r.n > 3)")
        case Literal(type="int" | "uint" | "double"):
            _vet_size(node, known)
        case Binary(op="!=", left=left, right=right):
            _vet_unequal((left, right), known)
        case Binary(op="in", right=ListLiteral(items=items)):
            _vet_listed(items, known)
        case Binary(op=op) if op not in _COMPARING | {"&&", "||"}:
            _vet_arithmetic(node, known)
        case _:
            pass


def _vet_call(node: Call) -> None:
    if node.function not in _FUNCTIONS:
        raise ClaimError("a check may not call that function; do it in the query")
    if node.function in {"timestamp", "duration"}:
        _vet_moment(node.args)


def _vet_field(operand: Node, field: str, known: Known) -> None:
    if operand == Name("steps"):
        if field not in known.cited:
            raise ClaimError("steps holds the cited evidence and no other, as in steps.E2.rows[0].n")
        return
    if isinstance(operand, Select) and operand.operand == Name("steps"):
        if field != "rows":
            raise ClaimError("of other evidence a check may read rows, as in steps.E2.rows[0].n")
        return
    if field in known.odd:
        raise ClaimError("name computed columns plainly, such as n, failed, share, avg_ms or p_max, and ask again")
    if field not in known.names:
        raise ClaimError(f"the rows have no such column; they have: {', '.join(sorted(known.names))[:300]}")


def _vet_names(tree: Node) -> None:
    if free_names(tree) - _OWN:
        raise ClaimError("a check may name rows, row and steps, and no other variable")


def _vet_unequal(sides: Sequence[Node], known: Known) -> None:
    """That a number is not another says nothing, unless the other stands in the rows too."""
    for side in sides:
        if isinstance(side, Literal) and side.type in {"int", "uint", "double"}:
            value = _number(side)
            if value and value not in known.numbers:
                raise ClaimError("a check may say != of a number only if that number stands in the rows")


def _number(literal: Literal) -> float:
    try:
        value = compile_expression(literal.text).evaluate({})
    except ExpressionError as error:
        raise ClaimError(f"it cannot be read: {error.message}") from error
    return float(value) if isinstance(value, int | float) else 0.0


def _vet_moment(args: Sequence[Node]) -> None:
    for arg in args:
        if isinstance(arg, Literal) and arg.type == "string" and not _MOMENT.fullmatch(_value(arg)):
            raise ClaimError("a timestamp is written as 2026-03-01T10:20:00Z, a duration as 5m")


def _vet_size(literal: Literal, known: Known) -> None:
    """A bound that is far from every number in the rows says nothing of them."""
    if abs(_number(literal)) > _FAR * max(1.0, *known.numbers, *(-number for number in known.numbers)):
        raise ClaimError("a number in a check is of the size of those in the rows; write a nearer bound")


def _vet_listed(items: Sequence[Node], known: Known) -> None:
    for item in items:
        if isinstance(item, Literal) and item.type != "string" and _number(item) not in known.numbers:
            raise ClaimError("each number of a list stands in the rows")


def _vet_arithmetic(node: Binary, known: Known) -> None:
    for side in (node.left, node.right):
        if isinstance(side, Literal) and side.type != "string" and _number(side) not in _FACTORS | known.numbers:
            raise ClaimError("arithmetic in a check is on values of rows, or with a plain factor such as 100")
    if any(isinstance(part, Literal) and part.type == "string" for part in walk(node)):
        raise ClaimError("a check may not put texts together")


def _texts_of(node: Node) -> Iterator[Literal]:
    """The string literals that are compared with; moments are vetted by themselves."""
    if isinstance(node, Call) and node.function in {"timestamp", "duration"} and node.target is None:
        return
    if isinstance(node, Literal) and node.type == "string":
        yield node
    for child in children(node):
        yield from _texts_of(child)


def _vet_text(literal: Literal, known: Known) -> None:
    text = _value(literal)
    if len(text) > MAX_QUOTED or not text.isprintable() or not literal.text.startswith(("'", '"')):
        raise ClaimError(f"a text in a check is plain, on one line, with at most {MAX_QUOTED} characters")
    if text and text not in known.names and not any(text in cell for cell in known.texts):
        raise ClaimError("a check may name a text only if it stands in the rows; count what is absent in the query")


def _value(literal: Literal) -> str:
    try:
        return str(compile_expression(literal.text).evaluate({}))
    except ExpressionError as error:
        raise ClaimError(f"it cannot be read: {error.message}") from error


def _vet_condition(node: Node, sources: frozenset[str]) -> None:
    """Each part of a condition reads rows by itself, down to the parts inside macros."""
    match node:
        case Binary(op="&&" | "||", left=left, right=right):
            _vet_condition(left, sources)
            _vet_condition(right, sources)
            return
        case Unary(op="!", operand=operand):
            _vet_condition(operand, sources)
            return
        case Binary(op=op, left=left, right=right) if op in _COMPARING:
            if left == right:
                raise ClaimError("a part of the check compares a value with itself")
            for side in (left, right):
                if not _reads(side, sources) and not _is_constant(side):
                    raise ClaimError("a part of the check does not read the cited rows")
        case _:
            pass
    if not _reads(node, sources):
        raise ClaimError("a part of the check does not read the cited rows")
    for part in _macros(node):
        _vet_macro(part, sources)


def _macros(node: Node) -> Iterator[Macro]:
    """The outermost macros of a node."""
    if isinstance(node, Macro):
        yield node
        return
    for child in children(node):
        yield from _macros(child)


def _vet_macro(macro: Macro, sources: frozenset[str]) -> None:
    if not _reads(macro.target, sources):
        raise ClaimError(f"{macro.macro}() must go over the cited rows")
    for part in _macros(macro.target):
        _vet_macro(part, sources)
    for body in macro.bodies:
        _vet_condition(body, frozenset({macro.variable}))


def _reads(node: Node, sources: frozenset[str]) -> bool:
    return bool(free_names(node) & sources)


def _is_constant(node: Node) -> bool:
    match node:
        case Literal():
            return True
        case Unary(op="-", operand=operand):
            return _is_constant(operand)
        case ListLiteral(items=items):
            return all(map(_is_constant, items))
        case Call(function="timestamp" | "duration" | "double" | "int", target=None, args=args):
            return all(map(_is_constant, args))
        case _:
            return False


def vet_path(node: Node, known: Known) -> None:
    """ClaimError unless what is shown is a place in the rows, or their number: no arithmetic, no text."""
    _vet_names(node)
    for part in walk(node):
        match part:
            case Name() | Index():
                continue
            case Select(operand=operand, field=field):
                _vet_field(operand, field, known)
            case Literal(type="int" | "uint"):
                continue
            case Call(function=function) if function in _PATH_FUNCTIONS:
                continue
            case _:
                raise ClaimError("what is shown is a place in the rows, such as rows[0].n or size(rows)")
    if not _reads(node, _OWN):
        raise ClaimError("what is shown is a place in the rows, such as rows[0].n or size(rows)")


def vet_read(tree: Node, cited: tuple[str, ...]) -> None:
    """Each cited piece of evidence is read: the first as `rows` or `row`, others as `steps.E2`."""
    read = {node.field for node in walk(tree) if isinstance(node, Select) and node.operand == Name("steps")}
    if free_names(tree) & {"rows", "row"}:
        read.add(cited[0])
    unread = [item for item in cited if item not in read]
    if unread:
        raise ClaimError(f"the check does not read {unread[0]}; the first cited is rows, another is steps.{unread[0]}")
