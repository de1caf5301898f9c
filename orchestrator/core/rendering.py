"""Texts with `{expr}` and `{expr:spec}` filled from recorded values; never `str.format`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from orchestrator.core.cel.syntax import parse_expression
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import compile_expression
from orchestrator.core.table import iso_utc, json_value

_SPEC = re.compile(r",?d|,?(?:\.\d{1,2})?[f%]|,")
_LIKE_SPEC = re.compile(r"[\w.,%+<>^#-]{0,12}")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """An expression in a text, with its number format or ''."""

    expression: str
    spec: str = ""


@lru_cache(maxsize=4096)
def parse_template(template: str) -> tuple[str | Placeholder, ...]:
    """The literal texts and placeholders of a template; ExpressionError on unbalanced braces or a bad spec."""
    parts: list[str | Placeholder] = []
    literal: list[str] = []
    at = 0
    while at < len(template):
        char = template[at]
        if char in "{}" and template[at : at + 2] == char * 2:
            literal.append(char)
            at += 2
        elif char == "{":
            end = _closing_brace(template, at)
            if literal:
                parts.append("".join(literal))
                literal = []
            parts.append(_placeholder(template, template[at + 1 : end]))
            at = end + 1
        elif char == "}":
            raise ExpressionError(f"template {template!r}, column {at + 1}: a lone '}}'; write '}}}}' for a brace")
        else:
            literal.append(char)
            at += 1
    return (*parts, "".join(literal)) if literal else tuple(parts)


def render(template: str, scope: Mapping[str, object]) -> str:
    """The text with its placeholders filled; null prints `unknown`; ExpressionError where one has no value."""
    return "".join(
        part if isinstance(part, str) else format_value(_evaluate(part, scope), part.spec)
        for part in parse_template(template)
    )


def resolve(value: object, scope: Mapping[str, object]) -> object:
    """Arguments filled: a text that is one `{expr}` keeps the value's type, others are rendered, at any depth."""
    match value:
        case str():
            parts = parse_template(value)
            if len(parts) == 1 and isinstance(parts[0], Placeholder) and not parts[0].spec:
                return _evaluate(parts[0], scope)
            return render(value, scope)
        case Mapping():
            return {key: resolve(item, scope) for key, item in value.items()}
        case list() | tuple():
            return [resolve(item, scope) for item in value]
        case _:
            return value


def placeholders(template: str) -> tuple[str, ...]:
    """The expressions in a template, in order."""
    return tuple(part.expression for part in parse_template(template) if isinstance(part, Placeholder))


def format_value(value: object, spec: str = "") -> str:
    """A value as people read it: times ISO in UTC, lists joined by commas, numbers by `spec`, null `unknown`."""
    match value:
        case None:
            return "unknown"
        case list() | tuple():
            return ", ".join(format_value(item, spec) for item in value) or "none"
        case bool():
            text = "true" if value else "false"
        case int() | float():
            return _number(value, spec)
        case str():
            text = value
        case datetime():
            text = iso_utc(value)
        case timedelta():
            text = _duration(value)
        case Mapping():
            text = json.dumps(json_value(dict(value)), ensure_ascii=False, sort_keys=True)
        case _:
            text = str(value)
    if spec:
        raise ExpressionError(f"format {spec!r} is for numbers, and the value is {text!r}; leave the format out")
    return text


def _number(value: float, spec: str) -> str:
    if not spec:
        return str(value) if isinstance(value, int) else format(value, ".15g")
    return format(round(value) if spec.endswith("d") else value, spec)


def _duration(value: timedelta) -> str:
    sign = "-" if value < timedelta(0) else ""
    value = abs(value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f"{value.microseconds / 1_000_000:.3f}"[1:].rstrip("0").rstrip(".") if value.microseconds else ""
    parts = ((value.days, "d"), (hours, "h"), (minutes, "min"))
    words = [f"{number} {unit}" for number, unit in parts if number]
    if seconds or fraction or not words:
        words.append(f"{seconds}{fraction} s")
    return sign + " ".join(words)


def _evaluate(part: Placeholder, scope: Mapping[str, object]) -> object:
    return compile_expression(part.expression).evaluate(scope)


def _closing_brace(template: str, start: int) -> int:
    """The index of the brace that closes the one at `start`, past nested brackets and quoted strings."""
    open_ones: list[str] = []
    quote = ""
    at = start
    while at < len(template):
        char = template[at]
        if quote:
            at += char == "\\"
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in _CLOSING:
            open_ones.append(_CLOSING[char])
        elif open_ones and char == open_ones[-1]:
            open_ones.pop()
            if not open_ones:
                return at
        at += 1
    raise ExpressionError(f"template {template!r}, column {start + 1}: '{{' is never closed; write '{{{{' for a brace")


def _placeholder(template: str, text: str) -> Placeholder:
    """Split `expr:spec`; a text that is an expression as a whole (`a ? b : c`) has no spec."""
    try:
        parse_expression(text)
    except ExpressionError as whole:
        expression, colon, spec = text.rpartition(":")
        spec = spec.strip()
        if not colon or not _LIKE_SPEC.fullmatch(spec):
            raise ExpressionError(f"template {template!r}: {whole}") from whole
        if not _SPEC.fullmatch(spec):
            raise ExpressionError(
                f"template {template!r}: format {spec!r} is not known; write d, f or %, "
                "with ',' before and a precision, such as ,d or .1% or ,.2f"
            ) from whole
        parse_expression(expression)
        return Placeholder(expression.strip(), spec)
    return Placeholder(text.strip())
