"""Static types of expressions: what a `when` yields, and what is wrong with it, before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from orchestrator.core.cel.blame import nearest, path_text
from orchestrator.core.cel.inference import (
    BOOL,
    DYN,
    INT,
    STRING,
    TYPE,
    CelType,
    column_type,
    kusto_type,
    list_of,
    map_of,
    record_of,
    row_type,
    table_type,
    unify,
)
from orchestrator.core.cel.operators import (
    FUNCTIONS,
    METHODS,
    arithmetic,
    call_type,
    comparable,
    contained,
    method_type,
    ordered,
)
from orchestrator.core.cel.syntax import parse_expression
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

__all__ = [
    "CelType",
    "Checked",
    "check",
    "column_type",
    "infer",
    "kusto_type",
    "record_of",
    "row_type",
    "table_type",
]

_TYPE_NAMES = frozenset({"int", "uint", "double", "string", "bool", "list", "map", "null_type", "type"})
_STRING_QUOTES = "'\""


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression's type, and what is allowed but likely not meant."""

    type: CelType
    warnings: tuple[str, ...]


def infer(text: str, types: Mapping[str, CelType]) -> CelType:
    """The type of an expression over variables of known types.

    ExpressionError names the unknown name or column with the nearest ones, or the operator or function that does
    not take its operands, with the mend.
    """
    return check(text, types).type


def check(text: str, types: Mapping[str, CelType]) -> Checked:
    """As `infer`, with warnings: a division of whole numbers drops its fraction."""
    checker = _Checker(text)
    kind = checker.type_of(parse_expression(text), dict(types))
    return Checked(kind, tuple(dict.fromkeys(checker.warnings)))


@dataclass(slots=True)
class _Checker:
    """Infers the types of one expression, bottom up."""

    text: str
    warnings: list[str] = field(default_factory=list)

    def type_of(self, node: Node, types: dict[str, CelType]) -> CelType:  # noqa: C901, PLR0911, PLR0912 - one case per node
        match node:
            case Literal(type=name):
                return CelType(name)
            case Name(name=name):
                return self._name(name, types)
            case Select():
                return self._select(node, types)
            case Index():
                return self._index(node, types)
            case Call():
                return self._call(node, types)
            case Macro():
                return self._macro(node, types)
            case Has(select=select):
                return self._has(select, types)
            case Unary():
                return self._unary(node, types)
            case Binary():
                return self._binary(node, types)
            case Ternary(condition=condition, yes=yes, no=no):
                self._want_bool(condition, types, "the condition before '?'")
                return unify((self.type_of(yes, types), self.type_of(no, types)))
            case ListLiteral(items=items):
                return list_of(unify(self.type_of(item, types) for item in items) if items else DYN)
            case MapLiteral():
                return self._map(node, types)
            case _:
                assert_never(node)

    def _error(self, message: str) -> ExpressionError:
        return ExpressionError(f"expression {self.text!r}: {message}")

    def _name(self, name: str, types: Mapping[str, CelType]) -> CelType:
        if name in types:
            return types[name]
        if name in _TYPE_NAMES:
            return TYPE
        raise self._error(f"{name!r} is not known here{nearest(name, list(types))}")

    def _select(self, node: Select, types: dict[str, CelType]) -> CelType:
        owner = self.type_of(node.operand, types)
        return self._member(owner, node.field, path_text(node.operand))

    def _member(self, owner: CelType, name: str, path: str) -> CelType:
        match owner.kind:
            case "dyn":
                return DYN
            case "map" if owner.key is not None and owner.key.kind in {"string", "dyn"}:
                return owner.item or DYN
            case "record":
                found = owner.field(name)
                if found is None:
                    raise self._error(f"{path} has no {name!r}{nearest(name, [key for key, _ in owner.fields])}")
                return found
            case "list":
                raise self._error(f"{path} is a list, so it has no {name!r}; write {path}[0].{name}, or map over it")
            case _:
                raise self._error(f"{path} is {owner}, so it has no {name!r}")

    def _index(self, node: Index, types: dict[str, CelType]) -> CelType:
        owner, index = self.type_of(node.operand, types), self.type_of(node.index, types)
        path = path_text(node.operand)
        if owner.kind == "list":
            if index.kind not in {"int", "uint", "dyn"}:
                raise self._error(f"{path}[...] takes a whole number, not {index}")
            return owner.item or DYN
        if owner.kind in {"record", "map"} and index.kind in {"string", "dyn"}:
            if isinstance(node.index, Literal):
                return self._member(owner, node.index.text.lstrip("rR").strip(_STRING_QUOTES), path)
            return DYN if owner.kind == "record" else owner.item or DYN
        if owner.kind == "map" and owner.key is not None and comparable(index, owner.key):
            return owner.item or DYN
        if owner.kind == "dyn":
            return DYN
        raise self._error(f"{path} is {owner}, which cannot be indexed with {index}")

    def _call(self, node: Call, types: dict[str, CelType]) -> CelType:
        args = tuple(self.type_of(arg, types) for arg in node.args)
        shown = ", ".join(map(str, args))
        if node.target is None:
            if node.function not in FUNCTIONS:
                raise self._error(f"unknown function {node.function!r}{nearest(node.function, list(FUNCTIONS))}")
            found = call_type(node.function, args)
            if found is None:
                raise self._error(f"{node.function}() does not take ({shown})")
            return found
        target = self.type_of(node.target, types)
        if node.function not in METHODS:
            raise self._error(f"unknown function {node.function!r}{nearest(node.function, list(METHODS))}")
        found = method_type(node.function, target, args)
        if found is None:
            raise self._error(f"{target}.{node.function}() does not take ({shown})")
        return found

    def _macro(self, node: Macro, types: dict[str, CelType]) -> CelType:
        target = self.type_of(node.target, types)
        item = _iterated(target)
        if item is None:
            raise self._error(f"{node.macro}() goes over a list or a map, not over {target}")
        inner = {**types, node.variable: item}
        if node.macro != "map":
            self._want_bool(node.bodies[0], inner, f"the body of {node.macro}()")
            return list_of(item) if node.macro == "filter" else BOOL
        for condition in node.bodies[:-1]:
            self._want_bool(condition, inner, "the condition of map()")
        return list_of(self.type_of(node.bodies[-1], inner))

    def _has(self, select: Select, types: dict[str, CelType]) -> CelType:
        owner = self.type_of(select.operand, types)
        if owner.kind not in {"record", "map", "dyn"}:
            raise self._error(f"has() asks for a part of a record, and {path_text(select.operand)} is {owner}")
        return BOOL

    def _unary(self, node: Unary, types: dict[str, CelType]) -> CelType:
        kind = self.type_of(node.operand, types)
        taken = {"bool"} if node.op == "!" else {"int", "double"}
        if kind.kind not in {*taken, "dyn"}:
            raise self._error(f"{node.op!r} does not take {kind}; it takes {' or '.join(sorted(taken))}")
        return BOOL if node.op == "!" else kind

    def _want_bool(self, node: Node, types: dict[str, CelType], what: str) -> None:
        kind = self.type_of(node, types)
        if kind.kind not in {"bool", "dyn"}:
            raise self._error(f"{what} must be true or false, and {path_text(node)} is {kind}; compare it")

    def _binary(self, node: Binary, types: dict[str, CelType]) -> CelType:
        if node.op in {"&&", "||"}:
            self._want_bool(node.left, types, f"the left side of {node.op!r}")
            self._want_bool(node.right, types, f"the right side of {node.op!r}")
            return BOOL
        left, right = self.type_of(node.left, types), self.type_of(node.right, types)
        match node.op:
            case "==" | "!=":
                fits, kind = comparable(left, right), BOOL
            case "<" | "<=" | ">" | ">=":
                fits, kind = ordered(left, right), BOOL
            case "in":
                fits, kind = contained(left, right), BOOL
            case _:
                found = arithmetic(node.op, left, right)
                fits, kind = found is not None, found or DYN
        if not fits:
            raise self._error(f"{node.op!r} does not take {left} and {right}{_mend(node, left, right)}")
        if node.op == "/" and left.kind == right.kind == "int":
            self.warnings.append(
                f"expression {self.text!r}: a division of whole numbers drops the fraction; write double(...) on both"
            )
        return kind

    def _map(self, node: MapLiteral, types: dict[str, CelType]) -> CelType:
        keys = [self.type_of(key, types) for key, _ in node.entries]
        values = [self.type_of(value, types) for _, value in node.entries]
        names = [key.text.strip(_STRING_QUOTES) for key, _ in node.entries if isinstance(key, Literal)]
        if len(names) == len(keys) and all(key == STRING for key in keys) and keys:
            return record_of(dict(zip(names, values, strict=True)))
        for key in keys:
            if key.kind not in {"int", "uint", "bool", "string", "dyn"}:
                raise self._error(f"a map's key cannot be {key}")
        return map_of(unify(keys) if keys else DYN, unify(values) if values else DYN)


def _iterated(target: CelType) -> CelType | None:
    """What a macro's variable is; None where there is nothing to go over."""
    match target.kind:
        case "list":
            return target.item or DYN
        case "map":
            return target.key or DYN
        case "record":
            return STRING
        case "dyn":
            return DYN
        case _:
            return None


def _mend(node: Binary, left: CelType, right: CelType) -> str:
    kinds = {left.kind, right.kind}
    if kinds == {"int", "double"}:
        whole = node.left if left == INT else node.right
        return f"; write {whole.text}.0" if isinstance(whole, Literal) else f"; write double({path_text(whole)})"
    if node.op == "+" and (left.kind, right.kind) == ("duration", "timestamp"):
        return "; write the timestamp first"
    if "string" in kinds and node.op == "+":
        return "; write string(...) around the other"
    if "timestamp" in kinds and "string" in kinds:
        return "; write timestamp('2026-03-01T10:20:00Z')"
    if "duration" in kinds and kinds & {"string", "int", "double"}:
        return "; write duration('5m')"
    return "; these are never equal" if node.op in {"==", "!="} else ""
