"""Expressions, templates and arguments as they stand in a guide's YAML, checked for syntax."""

from collections.abc import Mapping

from orchestrator.core.cel.syntax import parse_expression
from orchestrator.core.errors import ExpressionError
from orchestrator.core.rendering import parse_template
from playbooks.yaml_values import YamlValue


def read_expression(value: YamlValue) -> str:
    """A CEL expression, checked for syntax."""
    if isinstance(value.value, bool):
        return "true" if value.value else "false"
    text = value.text()
    try:
        parse_expression(text)
    except ExpressionError as error:
        raise value.error(error.message) from error
    return text


def read_template(value: YamlValue) -> str:
    """A text with placeholders, checked for syntax."""
    text = value.text()
    try:
        parse_template(text)
    except ExpressionError as error:
        raise value.error(error.message) from error
    return text


def read_arguments(value: YamlValue | None) -> Mapping[str, object]:
    """Arguments of an action: plain values, whose texts may hold placeholders at any depth."""
    if value is None or value.value is None:
        return {}
    value.mapping()
    _check_templates(value)
    plain = value.plain()
    return plain if isinstance(plain, dict) else {}


def _check_templates(value: YamlValue) -> None:
    match value.value:
        case str() if value.value.strip():
            read_template(value)
        case tuple():
            for item in value.value:
                _check_templates(item)
        case dict():
            for item in value.value.values():
                _check_templates(item)
        case _:
            return
