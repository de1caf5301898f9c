"""The project's own scripts as modules, and the places of the deployment."""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def script() -> Iterator[Callable[[str], ModuleType]]:
    """Loads a script of `.ci`, whose folder is on the path while the tests of this folder run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / ".ci"))
        yield importlib.import_module


@pytest.fixture(scope="session")
def bicep(script: Callable[[str], ModuleType]) -> ModuleType:
    """Skips where the grammar of Bicep is not installed."""
    pytest.importorskip("tree_sitter_bicep", reason="tree-sitter-bicep is not installed")
    return script("bicep")


@pytest.fixture(scope="session")
def bicep_types(script: Callable[[str], ModuleType]) -> ModuleType:
    """The check of resources against their published types."""
    pytest.importorskip("tree_sitter_bicep", reason="tree-sitter-bicep is not installed")
    return script("bicep_types")


@pytest.fixture(scope="session")
def lock(script: Callable[[str], ModuleType]) -> ModuleType:
    """The check of the locked versions."""
    return script("lock")


@pytest.fixture(scope="session")
def licences(script: Callable[[str], ModuleType]) -> ModuleType:
    """The check of the packages' licences."""
    return script("licences")


@pytest.fixture(scope="session")
def deploy() -> Path:
    """The folder of the azd project."""
    return ROOT / "docs" / "deploy"


@pytest.fixture(scope="session")
def infra(deploy: Path) -> Path:
    """The folder of the template."""
    return deploy / "infra"
