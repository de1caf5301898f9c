"""Loads workflows, a folder each: `schema.json` (what it promises), `workflow.json` (for Azure), `handler.py`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.core.errors import InputError, Place
from orchestrator.core.workflows import Answering, WorkflowSpec

SCHEMA_FILE = "schema.json"
DEFINITION_FILE = "workflow.json"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIELDS: Mapping[str, type] = {
    "title": str,
    "changing": bool,
    "lookup_by_key": str,
    "answering": str,
    "relative_path": str,
    "request": dict,
    "response": dict,
}
_REQUIRED = ("title", "changing", "request")


def load_workflows(folder: Path) -> dict[str, WorkflowSpec]:
    """The workflows of a folder by name; InputError names file and field."""
    if not folder.is_dir():
        raise InputError(f"{str(folder)!r} is no folder: name one that holds a folder for each workflow")
    found = {path.parent.name: load_spec(path) for path in sorted(folder.glob(f"*/{SCHEMA_FILE}"))}
    if not found:
        raise InputError(f"{str(folder)!r} holds no workflow: put NAME/{SCHEMA_FILE} and NAME/handler.py there")
    for spec in found.values():
        _check_lookup(spec, found, folder / spec.name / SCHEMA_FILE)
    return found


def load_spec(path: Path) -> WorkflowSpec:
    """One workflow's promises, from its `schema.json`."""
    name = path.parent.name
    if not _NAME.fullmatch(name):
        raise _wrong(path, None, f"the folder {name!r} is not snake_case: rename it")
    document = load_json(path)
    _check_fields(path, document)
    answering = _answering(path, document)
    if document["changing"] and "key" not in document["request"].get("required", []):
        raise _wrong(path, "request", "a workflow that changes something needs the required text 'key': add it")
    return WorkflowSpec(
        name=name,
        title=document["title"],
        changing=document["changing"],
        lookup_by_key=document.get("lookup_by_key"),
        answering=answering,
        relative_path=document.get("relative_path"),
        request=document["request"],
        response=document.get("response"),
    )


def load_json(path: Path) -> dict[str, Any]:
    """A JSON object of a file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); make it readable UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: it is no JSON: {error}; correct it") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: it holds {type(found).__name__}: write an object")
    return found


def _check_fields(path: Path, document: Mapping[str, Any]) -> None:
    for name, value in document.items():
        if name not in _FIELDS:
            raise _wrong(path, name, f"there is no such field; known are {', '.join(_FIELDS)}")
        if not isinstance(value, _FIELDS[name]):
            raise _wrong(path, name, f"it is {value!r}: give {_FIELDS[name].__name__}")
    for name in _REQUIRED:
        if name not in document:
            raise _wrong(path, name, "it is missing: add it")


def _answering(path: Path, document: Mapping[str, Any]) -> Answering:
    try:
        answering = Answering(document.get("answering", "sync"))
    except ValueError:
        raise _wrong(path, "answering", f"it is {document['answering']!r}: give {', '.join(Answering)}") from None
    if (answering is Answering.NONE) == ("response" in document):
        raise _wrong(path, "response", "a workflow has it exactly where it answers: add it, or set answering to none")
    return answering


def _check_lookup(spec: WorkflowSpec, known: Mapping[str, WorkflowSpec], path: Path) -> None:
    if spec.lookup_by_key is None:
        return
    lookup = known.get(spec.lookup_by_key)
    if lookup is None or lookup.changing:
        raise _wrong(path, "lookup_by_key", f"{spec.lookup_by_key!r} is no reading workflow of this folder: name one")


def _wrong(path: Path, field: str | None, problem: str) -> InputError:
    return InputError(f"{Place(str(path), field=field)}: {problem}")
