import tomllib
from pathlib import Path
from types import ModuleType

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
TEXT = """alpha==1.2.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
Beta.Two==2.0b1 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
gamma==3
"""


def test_a_lock_is_read_with_markers_and_hashes(lock: ModuleType):
    """Names are canonical, markers are kept and hashes counted."""
    assert lock.read_lock(TEXT) == {
        "alpha": lock.Pin(version="1.2.0", marker="", hashes=2),
        "beta-two": lock.Pin(version="2.0b1", marker="python_full_version >= '3.12'", hashes=1),
        "gamma": lock.Pin(version="3", marker="", hashes=0),
    }


def test_what_the_lock_does_not_satisfy_is_told(lock: ModuleType):
    """A requirement without a pin, one outside of its range, and a pin without a hash."""
    asked = [Requirement("alpha>=2"), Requirement("beta_two>=2.0b1,<3"), Requirement("delta")]
    assert lock.mismatches(asked, lock.read_lock(TEXT)) == [
        "alpha is locked at '1.2.0', but alpha>=2 is declared",
        "delta is not locked; run python .ci/lock.py --write",
        "gamma 3 has no hash",
    ]


def test_another_environment_is_told_apart(lock: ModuleType):
    """A package that only another system needs may be absent; another version may not be there."""
    assert lock.differences(lock.read_lock(TEXT), {"alpha": "1.3.0"}) == [
        "alpha is locked at 1.2.0, and 1.3.0 is installed",
        "gamma 3 is locked, and is not installed",
    ]


def test_extras_are_asked_for(lock: ModuleType):
    """The extras that a deployment uses are part of what is locked, the others are not."""
    document = {"project": {"dependencies": ["a"], "optional-dependencies": {"metrics": ["b>1"], "test": ["c"]}}}
    assert lock.declared(document) == (Requirement("a"), Requirement("b>1"))


def test_the_lock_satisfies_the_project(lock: ModuleType):
    """Every dependency that pyproject.toml declares is locked within its range, with hashes."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert lock.mismatches(lock.declared(document), lock.read_lock(lock.LOCK.read_text())) == []
    build = lock.read_lock(lock.BUILD_LOCK.read_text())
    assert lock.mismatches([Requirement(text) for text in lock.BUILD], build) == []
