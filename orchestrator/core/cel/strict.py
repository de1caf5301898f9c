"""CEL text from a tree, with `&&`, `||` and `/` made strict: an error stays an error."""

from collections.abc import Iterator
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
from orchestrator.core.errors import ExpressionError

_MAX_TEXT = 50_000


def strict_text(node: Node) -> str:
    """CEL text of the same meaning where nothing fails.

    `a && b` becomes a conditional, so that a failing `a` fails (the library would answer false when `b` is false),
    and a division by zero fails also for doubles (the library would answer infinity).
    """
    return _emit(node)


def _emit(node: Node) -> str:  # noqa: C901, PLR0911, PLR0912 - one case per kind of node
    match node:
        case Literal(text=text):
            return text
        case Name(name=name):
            return name
        case Select(operand=operand, field=field):
            return f"{_operand(operand)}.{field}"
        case Index(operand=operand, index=index):
            return f"{_operand(operand)}[{_emit(index)}]"
        case Call(function=function, target=target, args=args):
            prefix = "" if target is None else f"{_operand(target)}."
            return f"{prefix}{function}({', '.join(map(_emit, args))})"
        case Macro(macro=macro, target=target, variable=variable, bodies=bodies):
            return f"{_operand(target)}.{macro}({variable}, {', '.join(map(_emit, bodies))})"
        case Has(select=select):
            return f"has({_emit(select)})"
        case Unary(op=op, operand=operand):
            return f"{op}({_emit(operand)})" if not isinstance(operand, Literal) else f"{op}{operand.text}"
        case Binary():
            return _binary(node)
        case Ternary(condition=condition, yes=yes, no=no):
            return f"(({_emit(condition)}) ? ({_emit(yes)}) : ({_emit(no)}))"
        case ListLiteral(items=items):
            return f"[{', '.join(map(_emit, items))}]"
        case MapLiteral(entries=entries):
            return "{" + ", ".join(f"{_emit(key)}: {_emit(value)}" for key, value in entries) + "}"
        case _:
            assert_never(node)


def _operand(node: Node) -> str:
    text = _emit(node)
    return text if isinstance(node, Name | Select | Index | Call | Macro | ListLiteral | MapLiteral) else f"({text})"


def _binary(node: Binary) -> str:
    match node.op:
        case "&&":
            *first, last = map(_emit, _operands(node, "&&"))
            return f"({''.join(f'!({text}) ? false : ' for text in first)}({last}) ? true : false)"
        case "||":
            return f"({''.join(f'({_emit(part)}) ? true : ' for part in _operands(node, '||'))}false)"
        case "/" if not _is_nonzero(node.right):
            right = _emit(node.right)
            if len(right) > _MAX_TEXT:  # it stands twice below, so nested ones would grow without bound
                raise ExpressionError("the expression nests divisions too deeply; compute the ratio in KQL")
            return f"(({right}) == 0 ? 1 / 0 : ({_emit(node.left)}) / ({right}))"
        case _:
            return f"({_left(node)} {node.op} {_emit(node.right)})"


def _left(node: Binary) -> str:
    """The left operand; a chain such as `a + b + c` needs no parentheses, and the library nests few."""
    text = _emit(node.left)
    chained = isinstance(node.left, Binary) and node.left.op == node.op and node.op in "+-*"
    return text[1:-1] if chained else text


def _operands(node: Node, op: str) -> Iterator[Node]:
    """The operands of a chain of one operator, in order."""
    if isinstance(node, Binary) and node.op == op:
        yield from _operands(node.left, op)
        yield from _operands(node.right, op)
    else:
        yield node


def _is_nonzero(node: Node) -> bool:
    return isinstance(node, Literal) and node.type in {"int", "double"} and any(c in "123456789" for c in node.text)
