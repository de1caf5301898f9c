"""Reads a tool call's arguments and checks them against the tool's own schema, as Semantic Kernel does not."""

import json
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
MAX_ITEMS = 200
MAX_ARGUMENTS = 100_000


class ArgumentsError(ToolError):
    """A call's arguments are no JSON object."""


def decode_arguments(text: str | Mapping[str, Any] | None) -> dict[str, Any]:
    """A call's arguments; ArgumentsError unless they are one JSON object of bounded size."""
    if text is None or text == "":
        return {}
    if isinstance(text, Mapping):
        return dict(text)
    if len(text) > MAX_ARGUMENTS:
        raise ArgumentsError(f"the arguments are {len(text):,d} characters long; the limit is {MAX_ARGUMENTS:,d}")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArgumentsError(f"the arguments are not JSON ({error}); send one JSON object") from error
    if not isinstance(value, dict):
        raise ArgumentsError(f"the arguments must be one JSON object, got {type(value).__name__}")
    return value


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
        if len(value) > MAX_ITEMS:
            raise ToolError(f"the parameter {name!r} has {len(value)} items; the limit is {MAX_ITEMS}")
        for index, item in enumerate(value):
            _check(f"{name}[{index}]", item, schema.get("items") or {})
