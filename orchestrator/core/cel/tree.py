"""The tree of a CEL expression, and walks over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal as written; `type` is CEL's name of its type."""

    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or the name of a type."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`."""

    operand: "Node"
    field: str


@dataclass(frozen=True, slots=True)
class Index:
    """`operand[index]`."""

    operand: "Node"
    index: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """`function(args)` or `target.function(args)`."""

    function: str
    target: "Node | None"
    args: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Macro:
    """`target.map(variable, body...)` and its kin."""

    macro: str
    target: "Node"
    variable: str
    bodies: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Has:
    """`has(operand.field)`."""

    select: Select


@dataclass(frozen=True, slots=True)
class Unary:
    """`!x` or `-x`."""

    op: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right`."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Ternary:
    """`condition ? yes : no`."""

    condition: "Node"
    yes: "Node"
    no: "Node"


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class MapLiteral:
    """`{key: value}`."""

    entries: "tuple[tuple[Node, Node], ...]"


Node: TypeAlias = (
    Literal | Name | Select | Index | Call | Macro | Has | Unary | Binary | Ternary | ListLiteral | MapLiteral
)


def children(node: Node) -> tuple[Node, ...]:  # noqa: C901, PLR0911 - one case per kind of node
    """The parts of a node, in order."""
    match node:
        case Literal() | Name():
            return ()
        case Select(operand=operand) | Unary(operand=operand):
            return (operand,)
        case Index(operand=operand, index=index):
            return (operand, index)
        case Call(target=target, args=args):
            return args if target is None else (target, *args)
        case Macro(target=target, bodies=bodies):
            return (target, *bodies)
        case Has(select=select):
            return (select,)
        case Binary(left=left, right=right):
            return (left, right)
        case Ternary(condition=condition, yes=yes, no=no):
            return (condition, yes, no)
        case ListLiteral(items=items):
            return items
        case MapLiteral(entries=entries):
            return tuple(part for entry in entries for part in entry)
        case _:
            assert_never(node)


def free_names(node: Node, bound: frozenset[str] = frozenset()) -> frozenset[str]:
    """The variables that an expression reads, without those that its macros bind."""
    match node:
        case Name(name=name):
            return frozenset() if name in bound else frozenset({name})
        case Macro(target=target, variable=variable, bodies=bodies):
            inner = bound | {variable}
            return free_names(target, bound).union(*(free_names(body, inner) for body in bodies))
        case _:
            return frozenset[str]().union(*(free_names(child, bound) for child in children(node)))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it."""
    yield node
    for child in children(node):
        yield from walk(child)
