"""What the README shows is what the program does; `python tests/test_readme.py` writes the shown answers anew."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
PROGRAM = str(Path(sys.executable).with_name("switchboard"))
BLOCK = re.compile(r"```(?P<kind>bash|text)\n(?P<body>.*?)```", re.DOTALL)
# a terminal's own, or another time at each run
CHANGING = re.compile(r"\b[\d.]+ m?s\s*$|^run \d")
INTERACTIVE = ("chat",)


def commands(body: str) -> Iterator[list[str]]:
    """The program's commands in a block, without comments and without setting up."""
    for line in body.splitlines():
        words = shlex.split(line.split("  #")[0])
        if "switchboard" in words[:1]:
            yield words[1:]
        elif ".venv/bin/switchboard" in words:
            yield words[words.index(".venv/bin/switchboard") + 1 :]


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """One command in a folder and state of its own."""
    env = {**os.environ, "SWITCHBOARD_STATE": str(folder / "state"), "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, cwd=folder, env=env, check=False)


def shown(text: str) -> Iterator[tuple[list[str], str]]:
    """Each command whose answer is shown: the last one before a `text` block that is not itself commands."""
    last: list[str] = []
    for block in BLOCK.finditer(text):
        if block["kind"] == "bash":
            last = [*commands(block["body"])][-1:]
        elif last and not block["body"].startswith("switchboard"):
            yield last[0], block["body"]


def stable(text: str) -> list[str]:
    """An answer's lines, without those that differ from run to run."""
    return [line.rstrip() for line in text.splitlines() if line.strip() and not CHANGING.search(line)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place for all commands, as the later ones look at what the earlier ones did; with the checkout's docs."""
    place = tmp_path_factory.mktemp("readme")
    (place / "docs").symlink_to(README.parent / "docs")
    return place


def test_every_command_works(folder: Path) -> None:
    """In the README's order, each exits with 0."""
    blocks = BLOCK.finditer(README.read_text(encoding="utf-8"))
    every = [words for block in blocks if block["kind"] == "bash" for words in commands(block["body"])]
    ran = [words for words in every if words[0] not in INTERACTIVE]
    failed = {shlex.join(words): done.stderr for words in ran if (done := run(words, folder)).returncode}
    assert len(ran) > 10
    assert failed == {}


def test_every_answer_is_as_shown(tmp_path: Path) -> None:
    """Line by line, but for times and ids, on a fresh machine."""
    pairs = [*shown(README.read_text(encoding="utf-8"))]
    assert len(pairs) == 3
    for words, text in pairs:
        assert stable(run(words, tmp_path).stdout) == stable(text)


def write() -> None:
    """Put today's answers into the README."""
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        for words, old in [*shown(text)]:
            text = text.replace(f"```text\n{old}```", f"```text\n{run(words, Path(name)).stdout.strip()}\n```", 1)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
