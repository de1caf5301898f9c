"""CEL text from a tree as people read it: no comments, no odd spacing, each column under a name of the caller's."""

from collections.abc import Callable
from typing import assert_never

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
)

_BINDING = {"||": 1, "&&": 2, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5}
_COMPARISON = 3
_TIGHT = 6


def plain_text(node: Node, *, column: Callable[[str], str] = str) -> str:
    """The expression's text; `column` names a selected field, such as by what it was computed from."""
    return _emit(node, column)


def _emit(node: Node, column: Callable[[str], str]) -> str:  # noqa: C901, PLR0911, PLR0912 - one case per kind of node
    match node:
        case Literal(text=text):
            return text
        case Name(name=name):
            return name
        case Select(operand=operand, field=field):
            return f"{_operand(operand, column)}.{column(field)}"
        case Index(operand=operand, index=index):
            return f"{_operand(operand, column)}[{_emit(index, column)}]"
        case Call(function=function, target=target, args=args):
            prefix = "" if target is None else f"{_operand(target, column)}."
            return f"{prefix}{function}({', '.join(_emit(arg, column) for arg in args)})"
        case Macro(macro=macro, target=target, variable=variable, bodies=bodies):
            inner = ", ".join(_emit(body, column) for body in bodies)
            return f"{_operand(target, column)}.{macro}({variable}, {inner})"
        case Has(select=select):
            return f"has({_emit(select, column)})"
        case Unary(op=op, operand=operand):
            return f"{op}{_operand(operand, column)}"
        case Binary(op=op, left=left, right=right):
            binding = _binding(node)
            # operators of one rank group to the left
            return f"{_side(left, binding, column)} {op} {_side(right, binding + 1, column)}"
        case Ternary(condition=condition, yes=yes, no=no):
            parts = (_side(part, 1, column) for part in (condition, yes, no))
            return "({} ? {} : {})".format(*parts)
        case ListLiteral(items=items):
            return f"[{', '.join(_emit(item, column) for item in items)}]"
        case MapLiteral(entries=entries):
            return "{" + ", ".join(f"{_emit(k, column)}: {_emit(v, column)}" for k, v in entries) + "}"
        case _:
            assert_never(node)


def _binding(node: Node) -> int:
    return _BINDING.get(node.op, _COMPARISON) if isinstance(node, Binary) else _TIGHT


def _side(node: Node, least: int, column: Callable[[str], str]) -> str:
    text = _emit(node, column)
    return text if _binding(node) >= least else f"({text})"


def _operand(node: Node, column: Callable[[str], str]) -> str:
    text = _emit(node, column)
    return f"({text})" if isinstance(node, Binary | Unary) else text
