"""The one place that touches the CEL library: loading it and compiling with it."""

import importlib.machinery
import importlib.util
import sys
from functools import cache
from typing import Any

from orchestrator.core.errors import ExpressionError


@cache
def load_library() -> Any:
    """The compiled core of the package `cel`.

    Its `__init__` imports a command line with an editor and a terminal (150 ms), which nothing here needs, so the
    extension module is loaded by itself; where that fails the whole package is imported.
    """
    if "cel" not in sys.modules:
        package = importlib.util.find_spec("cel")
        folders = list(package.submodule_search_locations or ()) if package else []
        spec = importlib.machinery.PathFinder.find_spec("cel", folders) if folders else None
        if spec is not None and isinstance(spec.loader, importlib.machinery.ExtensionFileLoader):
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    import cel  # noqa: PLC0415 - heavy: see above

    return cel


def compile_program(text: str, *, source: str) -> Any:
    """Compile CEL text; `source` is what the author wrote, for messages."""
    try:
        return load_library().compile(text)
    except ValueError as error:
        reason = str(error).partition("ERROR: ")[2].partition("\n")[0] or str(error)
        raise ExpressionError(f"expression {source!r}: {reason}") from error
