"""What operators and functions take and yield, as the CEL library at hand behaves (its tests pin it)."""

from orchestrator.core.cel.inference import BOOL, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP, TYPE, UINT, CelType

_NUMBERS = frozenset({"int", "uint", "double"})
_ORDERED = frozenset({"string", "bool", "timestamp", "duration"})
_SAME = {
    "+": frozenset({"int", "uint", "double", "string", "duration"}),
    "-": frozenset({"int", "uint", "double", "duration"}),
    "*": _NUMBERS,
    "/": _NUMBERS,
    "%": frozenset({"int", "uint"}),
}
_MIXED = {
    ("+", "timestamp", "duration"): TIMESTAMP,
    ("-", "timestamp", "duration"): TIMESTAMP,
    ("-", "timestamp", "timestamp"): DURATION,
}
_CONVERSIONS = {
    "int": (INT, _NUMBERS | {"string"}),
    "uint": (UINT, _NUMBERS | {"string"}),
    "double": (DOUBLE, _NUMBERS | {"string"}),
    "string": (STRING, _NUMBERS | {"string", "timestamp", "duration"}),
    "timestamp": (TIMESTAMP, frozenset({"string", "timestamp"})),
    "duration": (DURATION, frozenset({"string", "duration"})),
    "size": (INT, frozenset({"string", "list", "map", "record"})),
}
_TEXT_TESTS = frozenset({"contains", "startsWith", "endsWith", "matches"})
_DURATION_PARTS = frozenset({"getHours", "getMinutes", "getSeconds", "getMilliseconds"})
_TIMESTAMP_PARTS = _DURATION_PARTS | {
    "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear",
}  # fmt: skip
FUNCTIONS = frozenset(_CONVERSIONS) | {"type", "dyn", "has"}
METHODS = _TEXT_TESTS | _TIMESTAMP_PARTS | {"size", "all", "exists", "exists_one", "map", "filter"}


def arithmetic(op: str, left: CelType, right: CelType) -> CelType | None:
    """The type of `left op right`; None where the operator does not take these."""
    if "dyn" in {left.kind, right.kind}:
        return DYN
    mixed = _MIXED.get((op, left.kind, right.kind))
    if mixed is not None:
        return mixed
    if op == "+" and left.kind == right.kind == "list":
        return left if left == right else CelType("list", item=DYN)
    return left if left.kind == right.kind and left.kind in _SAME[op] else None


def ordered(left: CelType, right: CelType) -> bool:
    """Whether `<` and its kin take these: two numbers of any kind, or two of the same ordered type."""
    kinds = {left.kind, right.kind}
    return "dyn" in kinds or kinds <= _NUMBERS or (len(kinds) == 1 and kinds <= _ORDERED)


def comparable(left: CelType, right: CelType) -> bool:
    """Whether `==` can ever be true: the library answers false for different types, without an error."""
    kinds = {left.kind, right.kind}
    if kinds & {"dyn", "null"} or len(kinds) == 1:
        return True
    return kinds in ({"int", "double"}, {"map", "record"})


def contained(item: CelType, owner: CelType) -> bool:
    """Whether `item in owner` can be asked."""
    match owner.kind:
        case "dyn":
            return True
        case "list":
            return comparable(item, owner.item or DYN)
        case "map":
            return comparable(item, owner.key or DYN)
        case "record":
            return item.kind in {"string", "dyn"}
        case _:
            return False


def call_type(name: str, args: tuple[CelType, ...]) -> CelType | None:
    """The type of `name(args)`; None where the function does not take these."""
    if len(args) != 1:
        return None
    if name in {"type", "dyn"}:
        return TYPE if name == "type" else DYN
    result, taken = _CONVERSIONS[name]
    return result if args[0].kind in taken or args[0].kind == "dyn" else None


def method_type(name: str, target: CelType, args: tuple[CelType, ...]) -> CelType | None:
    """The type of `target.name(args)`; None where the method does not take these."""
    if name == "size":
        return call_type("size", (target, *args))
    if name in _TEXT_TESTS:
        fits = len(args) == 1 and all(kind.kind in {"string", "dyn"} for kind in (target, *args))
        return BOOL if fits else None
    parts = {"timestamp": _TIMESTAMP_PARTS, "duration": _DURATION_PARTS, "dyn": _TIMESTAMP_PARTS}
    return INT if not args and name in parts.get(target.kind, frozenset()) else None
