"""Checks a tool call's arguments against the tool's own schema, as Semantic Kernel does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from semantic_kernel.functions import KernelFunctionMetadata

from orchestrator.core.errors import ToolError

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
MAX_TEXT = 20_000


def checked_arguments(metadata: KernelFunctionMetadata, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, if they fit; ToolError naming the first that does not, with what was expected."""
    offered = {p.name: p for p in metadata.parameters if p.include_in_function_choices and p.name}
    unknown = [name for name in arguments if name not in offered]
    if unknown:
        raise ToolError(f"no parameter {unknown[0]!r}; there are: {', '.join(offered) or 'none'}")
    missing = [name for name, p in offered.items() if p.is_required and name not in arguments]
    if missing:
        raise ToolError(f"the parameter {missing[0]!r} is missing")
    for name, value in arguments.items():
        _check(name, value, offered[name].schema_data or {})
    return dict(arguments)


def _check(name: str, value: object, schema: Mapping[str, Any]) -> None:
    wanted = schema.get("type")
    allowed = _TYPES.get(str(wanted))
    if allowed and (not isinstance(value, allowed) or (isinstance(value, bool) and wanted != "boolean")):
        raise ToolError(f"the parameter {name!r} must be of type {wanted}, got {value!r:.200}")
    choices: Sequence[object] | None = schema.get("enum")
    if choices and value not in choices:
        raise ToolError(f"the parameter {name!r} must be one of {list(choices)}, got {value!r:.200}")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ToolError(f"the parameter {name!r} is {len(value)} characters long; the limit is {MAX_TEXT}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check(f"{name}[{index}]", item, schema.get("items") or {})
