"""Defers Semantic Kernel's handlebars compiler until a template needs it.

`pybars` compiles its grammar when it is imported, about 0.5 of the 1.3 seconds that `import semantic_kernel` takes,
and no prompt here is a handlebars template. Until one is, a stand-in takes its place; the first use of its compiler
puts the real package everywhere.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

_USER = "semantic_kernel.prompt_template.handlebars_prompt_template"


class _Compiler:
    """Loads `pybars` and gives its compiler."""

    def __new__(cls) -> Any:
        real = _restore()
        return real.Compiler()


class _PybarsError(Exception):  # pybars' own name
    """Never raised: whatever compiles has the real one by then."""


def defer_handlebars() -> None:
    """Call before the first import of Semantic Kernel; does nothing where `pybars` is already there."""
    if "pybars" in sys.modules:
        return
    stand_in: Any = ModuleType("pybars")
    stand_in.Compiler = _Compiler
    stand_in.PybarsError = _PybarsError
    sys.modules["pybars"] = stand_in


def _restore() -> Any:
    del sys.modules["pybars"]
    real = importlib.import_module("pybars")
    user: Any = sys.modules.get(_USER)
    if user is not None:
        user.Compiler, user.PybarsError = real.Compiler, real.PybarsError
    return real
