"""Fixtures of the surfaces' tests: the fake application, and runs of the command line in process and as a process."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from orchestrator.surfaces.cli import run_cli

PROGRAM = Path(__file__).with_name("fake_application.py")


def _load(name: str) -> ModuleType:
    spec = util.spec_from_file_location(f"surface_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture(scope="session")
def reports() -> ModuleType:
    """The module of reports."""
    return _load("reports")


@pytest.fixture
def application(tmp_path: Path) -> object:
    """A fake application with a state folder."""
    return _load("fake_application").FakeApplication(tmp_path / "state")


@pytest.fixture
def run(application: object, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in this process."""

    def once(*argv: str) -> Ended:
        capsys.readouterr()
        code = run_cli(application, argv)  # type: ignore[arg-type]  # loaded by path
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return once


@pytest.fixture
def spawn(tmp_path: Path) -> Run:
    """Run one command in a process of its own."""

    def once(*argv: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
        done = subprocess.run(  # our own program
            [sys.executable, str(PROGRAM), *argv],
            input=stdin.encode(),
            capture_output=True,
            env={**os.environ, "FAKE_STATE": str(tmp_path), "COLUMNS": "80", **(env or {})},
            check=False,
            timeout=60,
        )
        return Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    return once
