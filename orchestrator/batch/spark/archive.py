"""Packs modules with all of ours that they import into a zip archive, which needs nothing but the standard library."""

import ast
import io
import sys
import zipfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import PurePosixPath

from orchestrator.core.errors import SwitchboardError

_OURS = ("agents", "orchestrator", "playbooks", "plugins")
_DATE = (1980, 1, 1, 0, 0, 0)  # the same modules give the same bytes


def pack(modules: Sequence[str]) -> bytes:
    """The archive of modules, of all of ours that they import, and of the data files beside those.

    Raises:
        SwitchboardError: One of them imports what is neither ours nor of the standard library.
    """
    found: dict[str, bytes] = {}
    for name in sorted(_closure(modules)):
        found |= _files_of(name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(found):
            archive.writestr(zipfile.ZipInfo(path, _DATE), found[path], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _closure(modules: Sequence[str]) -> set[str]:
    """Those modules, what they import, and the packages that hold them."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        parent = name.rpartition(".")[0]
        waiting += [*([parent] if parent else ()), *_imports(name)]
    return found


def _imports(name: str) -> Iterator[str]:
    """Our modules that a module imports."""
    for node in ast.walk(ast.parse(_source(name))):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            wanted = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for one in wanted:
            root = one.partition(".")[0]
            if root in _OURS:
                # the last part of `from package import name` may be a value
                if one == wanted[0] or _is_module(one):
                    yield one
            elif root not in sys.stdlib_module_names:
                raise SwitchboardError(f"{name} imports {one}, which a Spark executor need not have")


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # its parent is a module, not a package
        return False


def _source(name: str) -> bytes:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise SwitchboardError(f"there is no module {name!r} to be shipped")
    package = name if spec.submodule_search_locations else name.rpartition(".")[0]
    file = "__init__.py" if spec.submodule_search_locations else f"{name.rpartition('.')[2]}.py"
    return (files(package) / file).read_bytes()


def _files_of(name: str) -> dict[str, bytes]:
    """A module's file; of a package its data files too."""
    spec = find_spec(name)
    assert spec is not None  # it was read before
    place = PurePosixPath(*name.split("."))
    if spec.submodule_search_locations is None:
        return {f"{place}.py": _source(name)}
    data = {
        str(place / one.name): one.read_bytes()
        for one in files(name).iterdir()
        if one.is_file() and not one.name.endswith((".py", ".pyc", ".md"))
    }
    return {str(place / "__init__.py"): _source(name), **data}
