"""The one place that touches the CEL library: loading it and compiling with it."""

import importlib
import importlib.machinery
import importlib.util
import sys
from functools import cache
from typing import Any

from orchestrator.core.errors import ExpressionError

_CORE = "cel.cel"


@cache
def load_library() -> Any:
    """The compiled core of the package `cel`.

    Its `__init__` imports a command line with an editor and a terminal (150 ms), which nothing here needs, so the
    extension module is loaded by itself, under its own name: importing the whole package later finds it there.
    """
    if _CORE in sys.modules:
        return sys.modules[_CORE]
    package = importlib.util.find_spec("cel")
    folders = list(package.submodule_search_locations or ()) if package else []
    spec = importlib.machinery.PathFinder.find_spec(_CORE, folders) if folders else None
    if spec is None or not isinstance(spec.loader, importlib.machinery.ExtensionFileLoader):
        return importlib.import_module("cel")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[_CORE] = module
    return module


def compile_program(text: str, *, source: str) -> Any:
    """Compile CEL text; `source` is what the author wrote, for messages."""
    try:
        return load_library().compile(text)
    except ValueError as error:
        if "Recursion limit" in str(error):
            raise ExpressionError(f"expression {source!r} is nested too deeply; simplify it") from error
        reason = str(error).partition("ERROR: ")[2].partition("\n")[0] or str(error)
        raise ExpressionError(f"expression {source!r}: {reason}") from error
