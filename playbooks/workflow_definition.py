"""Checks a `workflow.json`: the structure that Azure demands of it, and that it keeps what `schema.json` promises.

Source of the structure: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.core.redaction import redact
from orchestrator.core.workflows import Answering, WorkflowSpec
from playbooks.workflow_sql import sql_problems

SCHEMA = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
TRIGGER = "manual"
_PARTS = frozenset({"$schema", "contentVersion", "parameters", "triggers", "actions", "outputs"})
_PARAMETER_TYPES = frozenset({"string", "securestring", "int", "float", "bool", "array", "object", "secureobject"})
_STATUSES = frozenset({"Succeeded", "Failed", "Skipped", "TimedOut"})
_REFERENCE = re.compile(r"\b(?P<what>parameters|body|outputs|actions)\('(?P<name>[^']+)'\)")
_SECURE = frozenset({"securestring", "secureobject"})
_MOVED = range(300, 400)
_METHODS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE"})


def definition_problems(definition: Mapping[str, Any], spec: WorkflowSpec) -> tuple[str, ...]:
    """Everything that is wrong with a definition; none where it can be deployed as it stands."""
    return (
        *_shape(definition),
        *_trigger(definition, spec),
        *_actions(definition),
        *_responses(definition, spec),
        *_references(definition),
        *_secrets(definition),
        *_sql(definition),
    )


def _shape(definition: Mapping[str, Any]) -> Iterator[str]:
    if definition.get("$schema") != SCHEMA:
        yield f"$schema is {definition.get('$schema')!r}: give {SCHEMA!r}"
    if not re.fullmatch(r"\d+\.\d+\.\d+\.\d+", str(definition.get("contentVersion"))):
        yield f"contentVersion is {definition.get('contentVersion')!r}: give one such as '1.0.0.0'"
    for name in definition.keys() - _PARTS:
        yield f"there is no part {name!r} of a definition: remove it"
    for name in ("parameters", "triggers", "actions", "outputs"):
        if not isinstance(definition.get(name), dict):
            yield f"{name} is missing: give an object"
    for name, parameter in _objects(definition.get("parameters")):
        kind = str(parameter.get("type", "")).lower()
        if kind not in _PARAMETER_TYPES:
            yield f"parameters.{name}: its type is {parameter.get('type')!r}"
        if kind in _SECURE and "defaultValue" in parameter:
            yield f"parameters.{name}: a secret has no default value"


def _trigger(definition: Mapping[str, Any], spec: WorkflowSpec) -> Iterator[str]:
    triggers = dict(_objects(definition.get("triggers")))
    if list(triggers) != [TRIGGER]:
        yield f"triggers are {', '.join(triggers) or 'none'}: give one, {TRIGGER!r}"
        return
    trigger = triggers[TRIGGER]
    inputs = trigger.get("inputs", {})
    if trigger.get("type") != "Request" or trigger.get("kind") != "Http":
        yield "triggers.manual: its type is not Request of the kind Http"
    if inputs.get("schema") != spec.request:
        yield "triggers.manual.inputs.schema is not the request of schema.json: copy that"
    if trigger.get("operationOptions") != "EnableSchemaValidation":
        yield "triggers.manual: without the operation option EnableSchemaValidation the schema is not enforced"
    if inputs.get("relativePath", "").strip("/") != (spec.relative_path or "").strip("/"):
        yield f"triggers.manual.inputs.relativePath is not {spec.relative_path!r} as in schema.json"


def _actions(definition: Mapping[str, Any]) -> Iterator[str]:
    scopes = list(_scopes(definition.get("actions"), "actions"))
    names = [name for _, actions in scopes for name in actions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"actions: two are named {name!r}, and a definition tells actions apart by their names"
    for place, actions in scopes:
        yield from _scope(place, actions)


def _scopes(actions: object, place: str) -> Iterator[tuple[str, Mapping[str, Mapping[str, Any]]]]:
    """The actions that may wait for each other: the definition's own, then those within each action that holds some."""
    found = dict(_objects(actions))
    yield place, found
    for name, action in found.items():
        otherwise = action.get("else")
        if isinstance(action.get("actions"), dict):
            yield from _scopes(action["actions"], f"{place}.{name}.actions")
        if isinstance(otherwise, dict):
            yield from _scopes(otherwise.get("actions"), f"{place}.{name}.else.actions")


def _all_actions(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for _, actions in _scopes(definition.get("actions"), "actions"):
        yield from actions.items()


def _scope(place: str, actions: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not actions:
        yield f"{place} are missing: a workflow does something"
    for name, action in actions.items():
        if not action.get("type"):
            yield f"{place}.{name}: its type is missing"
        method = action.get("inputs", {}).get("method")
        if action.get("type") == "Http" and method not in _METHODS:
            yield f"{place}.{name}: an HTTP action has no method {method!r}; there are {', '.join(sorted(_METHODS))}"
        for before, statuses in dict(action.get("runAfter", {})).items():
            if before not in actions:
                yield f"{place}.{name}.runAfter: there is no action {before!r}"
            if not statuses or not set(statuses) <= _STATUSES:
                yield f"{place}.{name}.runAfter.{before}: {statuses!r} are not statuses"
    if actions and all(action.get("runAfter") for action in actions.values()):
        yield f"{place}: none comes first, each waits for another"
    if _has_circle(actions):
        yield f"{place}: some wait for each other in a circle"


def _has_circle(actions: Mapping[str, Mapping[str, Any]]) -> bool:
    left = {name: set(action.get("runAfter", {})) & set(actions) for name, action in actions.items()}
    while ready := [name for name, before in left.items() if not before]:
        for name in ready:
            del left[name]
        left = {name: before - set(ready) for name, before in left.items()}
    return bool(left)


def _responses(definition: Mapping[str, Any], spec: WorkflowSpec) -> Iterator[str]:
    found = [(n, a) for n, a in _all_actions(definition) if a.get("type") == "Response"]
    if bool(found) != (spec.answering is not Answering.NONE):
        yield f"{len(found)} Response actions, and schema.json says answering: {spec.answering}"
    for name, action in found:
        status = action.get("inputs", {}).get("statusCode")
        if isinstance(status, int) and status in _MOVED:
            yield f"actions.{name}: a response is never {status}"
        is_async = action.get("operationOptions") == "Asynchronous"
        if is_async != (spec.answering is Answering.ASYNC):
            yield f"actions.{name}: the option Asynchronous does not go with answering: {spec.answering}"


def _references(definition: Mapping[str, Any]) -> Iterator[str]:
    known = {"parameters": set(dict(_objects(definition.get("parameters"))))}
    actions = {name for name, _ in _all_actions(definition)}
    for place, text in _texts(definition.get("actions"), "actions"):
        for found in _REFERENCE.finditer(text):
            if found["name"] not in known.get(found["what"], actions):
                yield f"{place}: there is no {found['what']}('{found['name']}')"


def _secrets(definition: Mapping[str, Any]) -> Iterator[str]:
    for place, text in _texts(definition, ""):
        if redact(text) != text:
            yield f"{place}: it holds a secret: take it from a parameter of the type SecureString"


def _sql(definition: Mapping[str, Any]) -> Iterator[str]:
    for name, action in _all_actions(definition):
        yield from sql_problems(name, action)


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield place, value
        case dict():
            for name, item in value.items():
                yield from _texts(item, f"{place}.{name}".lstrip("."))
        case list():
            for index, item in enumerate(value):
                yield from _texts(item, f"{place}[{index}]")
        case _:
            return


def _objects(value: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, dict):
        yield from ((name, item) for name, item in value.items() if isinstance(item, dict))
