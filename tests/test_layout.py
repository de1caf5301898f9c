"""The tree keeps its shape."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("orchestrator", "agents", "plugins", "playbooks")
TOP = {
    *ROOMS,
    "tests",
    "docs",
    "benchmarks",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
}


def imports(path: Path) -> set[str]:
    """The top-level names that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def test_semantic_kernel_is_imported_only_where_turns_are() -> None:
    """Its decorator alone costs seconds, so it stays in engine, models and tool files."""
    allowed = {"plugin.py", "tools.py"}
    strangers = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "semantic_kernel" in imports(path)
        and path.name not in allowed
        and path.parent not in {ROOT / "orchestrator/engine", ROOT / "orchestrator/models"}
    ]
    # the composition root names its types, under TYPE_CHECKING only
    assert sorted(strangers) == ["orchestrator/app/assembly.py", "orchestrator/app/model_source.py"]


def test_each_package_is_ours() -> None:
    """Isolated from the working directory, every room resolves to this tree."""
    code = f"import importlib.util as u; print([u.find_spec(n).submodule_search_locations[0] for n in {ROOMS!r}])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == [str(ROOT / room) for room in ROOMS]


def test_the_top_level_is_fixed() -> None:
    """Only the agreed names are tracked at the top."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {line.split("/")[0] for line in listed.splitlines()}
    assert {name for name in names if not name.startswith(".")} <= TOP


def test_no_package_of_tests() -> None:
    """A dependency installs a top-level `tests`; ours must not be one."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []
