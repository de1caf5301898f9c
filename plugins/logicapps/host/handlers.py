"""Loads the functions that stand for workflows: `handler.py` in a workflow's folder."""

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from orchestrator.core.errors import InputError
from orchestrator.core.workflows import Handler, WorkflowSpec

_WANTED = frozenset({"key", "effects"})


@dataclass(frozen=True, slots=True)
class Hosted:
    """A workflow that the host runs."""

    spec: WorkflowSpec
    handler: Handler


def load_hosted(specs: Mapping[str, WorkflowSpec], *, folder: Path) -> tuple[Hosted, ...]:
    """The workflows of a folder with their handlers."""
    return tuple(Hosted(spec, load_handler(folder / name / "handler.py")) for name, spec in specs.items())


def load_handler(path: Path) -> Handler:
    """The coroutine function `handle` of a file. The file is code of this installation or of its user, and is run."""
    if not path.is_file():
        raise InputError(f"{str(path)!r} is not there: a hosted workflow needs a handler.py with an async `handle`")
    name = f"switchboard_workflow_{path.parent.name}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{str(path)!r} cannot be loaded as Python; correct it")
    module = module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # no cache beside what users write
    try:
        spec.loader.exec_module(module)
    except (SyntaxError, ImportError, NameError) as error:
        raise InputError(f"{str(path)!r} cannot be loaded: {error}; correct it") from error
    finally:
        sys.dont_write_bytecode = before
    handler = getattr(module, "handle", None)
    if not inspect.iscoroutinefunction(handler) or not set(inspect.signature(handler).parameters) >= _WANTED:
        raise InputError(f"{str(path)!r} has no `async def handle(body, *, key, effects)`: write one")
    found: Handler = handler
    return found
