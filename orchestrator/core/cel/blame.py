"""Why an expression failed: what was null, missing, or of the wrong type."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from orchestrator.core.cel.tree import Binary, Has, Index, Literal, Macro, Name, Node, Select, children, walk

_TYPE_NAMES = frozenset(
    {"bool", "int", "uint", "double", "string", "bytes", "list", "map", "timestamp", "duration", "type", "null_type"}
)
_MAX_NAMED = 8


class _Missing:
    """A value that is not there; `why` says so in words."""

    def __init__(self, why: str) -> None:
        self.why = why


def nearest(name: str, known: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    """`; did you mean 'x'?`, or the known names when none is near, or nothing when there are none."""
    names = sorted(set(known))
    close = get_close_matches(name.lower(), [n.lower() for n in names], n=2, cutoff=0.6)
    meant = [n for n in names if n.lower() in close]
    if meant:
        return f"; did you mean {' or '.join(map(repr, meant))}?"
    listed = ", ".join(names[:_MAX_NAMED]) + (", ..." if len(names) > _MAX_NAMED else "")
    return f"; there are: {listed}" if names else ""


def explain(text: str, tree: Node, scope: Mapping[str, object], error: Exception) -> str:
    """A message for people: the expression, and what was wrong with which part."""
    reason = "; ".join(dict.fromkeys(_gaps(tree, scope, _compared_with_null(tree)))) or _translate(error)
    return f"expression {text!r} failed: {reason}"


def _translate(error: Exception) -> str:
    message = str(error).strip("\"'")
    match error:
        case ZeroDivisionError():
            return "division by zero"
        case KeyError():
            return f"key {message!r} is missing"
        case TypeError():
            return "an operator or function got operands that do not fit; convert with int(x), double(x) or string(x)"
        case RuntimeError() if found := re.match(r"Undefined variable or function: '([^']*)'", message):
            return f"function {found.group(1)!r} is unknown or does not take these types"
        case _:
            return message.partition(". Check ")[0]


def _compared_with_null(tree: Node) -> frozenset[Node]:
    """Parts that the author compares with null: they are expected to be null at times."""
    found: set[Node] = set()
    null = Literal("null", "null")
    for node in walk(tree):
        if isinstance(node, Binary) and node.op in {"==", "!="} and null in {node.left, node.right}:
            found |= {node.left, node.right}
    return frozenset(found)


def _gaps(node: Node, scope: Mapping[str, object], expected: frozenset[Node], where: str = "") -> Iterator[str]:
    """What is null or missing under a node, in words."""
    match node:
        case Literal() | Has():
            return
        case Macro():
            yield from _macro_gaps(node, scope, expected, where)
        case Name() | Select() | Index():
            value = _resolve(node, scope)
            if isinstance(value, _Missing):
                yield value.why + where
            elif value is None and node not in expected:
                yield f"{path_text(node)} is null{where}"
            if isinstance(node, Index) and not isinstance(node.index, Literal):
                yield from _gaps(node.index, scope, expected, where)
        case _:
            for child in children(node):
                yield from _gaps(child, scope, expected, where)


def _macro_gaps(node: Macro, scope: Mapping[str, object], expected: frozenset[Node], where: str) -> Iterator[str]:
    yield from _gaps(node.target, scope, expected, where)
    base: Node = node.target
    while isinstance(base, Macro):
        base = base.target
    items = _resolve(base, scope)
    for number, item in enumerate(items if isinstance(items, list) else (), start=1):
        inner = {**scope, node.variable: item}
        found = [gap for body in node.bodies for gap in _gaps(body, inner, expected, f" in row {number}")]
        if found:
            yield from found
            return


def _resolve(node: Node, scope: Mapping[str, object]) -> object:
    match node:
        case Name(name=name):
            if name in scope:
                return scope[name]
            return name if name in _TYPE_NAMES else _Missing(_no_variable(name, scope))
        case Select(operand=operand, field=field):
            return _member(node, _resolve(operand, scope), field)
        case Index(operand=operand, index=Literal(type="int", text=text)):
            return _item(node, _resolve(operand, scope), int(text, 0))
        case Index(operand=operand, index=Literal(type="string", text=text)):
            return _member(node, _resolve(operand, scope), text.lstrip("rR").strip("'\""))
        case _:
            return ()


def _no_variable(name: str, scope: Mapping[str, object]) -> str:
    if name == "row":
        return "row is absent: the query yielded no rows"
    return f"{name!r} is not known here{nearest(name, list(scope))}"


def _member(node: Select | Index, owner: object, field: str) -> object:
    if isinstance(owner, _Missing) or owner == ():
        return owner
    if owner is None:
        return _Missing(f"{path_text(node.operand)} is null, so it has no {field!r}")
    if isinstance(owner, dict):
        return (
            owner[field]
            if field in owner
            else _Missing(f"{path_text(node)} is missing{nearest(field, [str(key) for key in owner])}")
        )
    return _Missing(f"{path_text(node.operand)} is not a record, so it has no {field!r}")


def _item(node: Index, owner: object, index: int) -> object:
    if isinstance(owner, _Missing) or owner == ():
        return owner
    if isinstance(owner, list):
        return (
            owner[index]
            if index < len(owner)
            else _Missing(f"{path_text(node)} is missing: {path_text(node.operand)} has {len(owner)} items")
        )
    return _Missing(f"{path_text(node.operand)} is {'null' if owner is None else 'not a list'}, so it has no [{index}]")


def path_text(node: Node) -> str:
    """A path as the author wrote it."""
    match node:
        case Name(name=name):
            return name
        case Select(operand=operand, field=field):
            return f"{path_text(operand)}.{field}"
        case Index(operand=operand, index=Literal(text=text)):
            return f"{path_text(operand)}[{text}]"
        case Index(operand=operand):
            return f"{path_text(operand)}[...]"
        case _:
            return "..."
