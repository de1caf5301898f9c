"""Writes anew what the tests compare with: `python tests/surfaces/goldens.py`; read the diff before committing it.

That is the pages in `tests/surfaces/golden/` and the `--help` blocks of `docs/cli.md`.
"""

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path

import typer

from orchestrator.surfaces.cli import build_cli
from orchestrator.surfaces.terminal.post import post_text
from orchestrator.surfaces.terminal.report import report_text
from orchestrator.surfaces.terminal.screen import ASCII, UNICODE, Screen

HERE = Path(__file__).parent
FOLDER = HERE / "golden"
MANUAL = HERE.parents[1] / "docs" / "cli.md"
BLOCK = re.compile(r"```text\n\$ switchboard(?P<command>[^\n]*?) ?--help\n(?P<help>.*?)```", re.DOTALL)


def _reports() -> dict[str, object]:
    spec = util.spec_from_file_location("golden_reports", HERE / "reports.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.ALL)


def pages() -> Iterator[tuple[str, str]]:
    """Every golden file's name and text: all reports at 80 columns, one narrow, one in ASCII, and the posts."""
    made = {name: make() for name, make in _reports().items()}  # type: ignore[operator]  # loaded by path
    for name, report in made.items():
        yield f"{name}.txt", report_text(report, Screen(width=80, marks=UNICODE))
        yield f"{name}.post.txt", post_text(report) + "\n"
    yield "cause_found.60.txt", report_text(made["cause_found"], Screen(width=60))
    yield "cause_found.120.txt", report_text(made["cause_found"], Screen(width=120))
    yield "cause_found.ascii.txt", report_text(made["cause_found"], Screen(width=80, marks=ASCII))


def commands() -> list[str]:
    """Every command as typed after `switchboard`, the groups too; the first is empty."""
    found = [""]

    def add(command: object, path: str) -> None:
        for name, child in getattr(command, "commands", {}).items():
            found.append(f"{path} {name}".strip())
            add(child, found[-1])

    add(typer.main.get_command(build_cli(None)), "")  # type: ignore[arg-type]  # help asks the application nothing
    return found


def help_of(command: str) -> str:
    """What `switchboard COMMAND --help` prints at 80 columns."""
    os.environ["COLUMNS"] = "80"
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        cli = typer.main.get_command(build_cli(None))  # type: ignore[arg-type]  # same
        cli.main(args=[*command.split(), "--help"], prog_name="switchboard")
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def with_help(manual: str) -> str:
    """The manual with every help block written anew."""

    def block(found: re.Match[str]) -> str:
        command = found["command"].strip()
        typed = f"switchboard {command}".strip()
        return f"```text\n$ {typed} --help\n{help_of(command)}```"

    return BLOCK.sub(block, manual)


def main() -> None:
    """Write everything."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    MANUAL.write_text(with_help(MANUAL.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
