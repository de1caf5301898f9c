"""Checks bodies against JSON Schemas: one check for the caller, before it sends, and for the host, when it receives."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SHOWN = 200


def body_problems(schema: Mapping[str, object], body: object) -> tuple[str, ...]:
    """What is wrong with a body, each with its field; none where it fits."""
    from jsonschema import Draft7Validator  # noqa: PLC0415  # 0.1 s, when a workflow is called

    found = sorted(Draft7Validator(schema).iter_errors(body), key=lambda error: [str(part) for part in error.path])
    return tuple(_problem(error) for error in found)


def _problem(error: "ValidationError") -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path).lstrip(".")
    place = f"the field {path!r}" if path else "the body"
    if error.instance is None and error.validator == "type":
        return f"{place} is null, and the schema wants {_names(error.validator_value)}: leave it out or give a value"
    return f"{place}: {error.message[:_SHOWN]}"


def _names(wanted: object) -> str:
    return " or ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
