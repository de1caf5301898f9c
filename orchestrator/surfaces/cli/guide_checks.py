"""`switchboard guides lint`, `switchboard guides check` and `switchboard guides test`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.surfaces.application import (
    Application,
    CheckedGuide,
    CheckedGuides,
    CheckState,
    Document,
    LintedGuide,
    TriedCase,
    TriedGuide,
)
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.checks import checked_text, lint_text, tried_summary, tried_text
from playbooks.problems import Level, Problem

LINT_EXAMPLES = """\b
Examples:
  switchboard guides lint
  switchboard guides lint guides/cache_cold.md --json
"""
CHECK_EXAMPLES = """\b
Examples:
  switchboard guides check --logs ./export
  switchboard guides check --live --workspace 11111111-2222-3333-4444-555555555555
  switchboard guides check --live guides/cache_cold.md --json
"""
TEST_EXAMPLES = """\b
Examples:
  switchboard guides test
  switchboard guides test guides/cache_cold.md
"""
Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILES", help="Guides, or folders of them; without, those that ask would use."),
]

Live = Annotated[
    bool, typer.Option("--live", help="Refuse to check against files: only a workspace's schema of today counts.")
]


def lint(context: typer.Context, files: Files = None, *, as_json: shared.AsJson = False) -> None:
    """Check guides without data: types, queries, paths. Exit code 1 on an error."""
    found = asyncio.run(shared.application_of(context).lint_guides(tuple(files or ())))
    problems = [problem for guide in found for problem in guide.problems]
    errors = sum(problem.level is Level.ERROR for problem in problems)
    if as_json:
        guides = [_linted(guide) for guide in found]
        write_json({"guides": guides, "errors": errors, "warnings": len(problems) - errors})
    else:
        write(lint_text(found, out_screen()))
    raise typer.Exit(ExitCode.FAILED if errors else ExitCode.ANSWERED)


def _linted(guide: LintedGuide) -> Document:
    return {"path": guide.path, "problems": [_problem(problem) for problem in guide.problems]}


def _problem(problem: Problem) -> Document:
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "field": problem.place.field,
        "level": problem.level.value,
        "message": problem.message,
    }


def check(
    context: typer.Context,
    files: Files = None,
    *,
    live: Live = False,
    logs: shared.Logs = None,
    workspace: shared.Workspace = None,
    now: shared.Now = None,
    tz: shared.Zone = None,
    param: shared.Parameters = None,
    as_json: shared.AsJson = False,
) -> None:
    """Check every query of guides against the data there is, without running it in full.

    That is the logs which ask would look at. Exit code 1 where a query or an expression on its columns is wrong, or
    could not be asked.
    """
    options = shared.read_options(logs=logs, workspace=workspace, now=now, tz=tz, parameters=param)
    found = asyncio.run(shared.application_of(context).check_guides(tuple(files or ()), options, live=live))
    states = [step.state for guide in found.guides for step in guide.steps]
    bad = any(guide.problems for guide in found.guides) or CheckState.FAILED in states
    if as_json:
        write_json(_checked_document(found))
    else:
        write(checked_text(found, out_screen()))
    raise typer.Exit(ExitCode.FAILED if bad else ExitCode.ANSWERED)


def _checked_document(found: CheckedGuides) -> Document:
    states = [step.state for guide in found.guides for step in guide.steps]
    return {
        "source": found.source,
        "guides": [_checked(guide) for guide in found.guides],
        **{state.value: states.count(state) for state in CheckState},
    }


def _checked(guide: CheckedGuide) -> Document:
    steps = [
        {"step": step.step, "kind": step.kind, "line": step.line, "state": step.state.value, "reason": step.reason}
        for step in guide.steps
    ]
    problems = [_problem(problem) for problem in guide.problems]
    return {"guide": guide.guide, "path": guide.path, "steps": steps, "problems": problems}


def run_tests(context: typer.Context, files: Files = None, *, as_json: shared.AsJson = False) -> None:
    """Run the tests beside guides (GUIDE.test.yaml) offline. Exit code 1 when one fails."""
    tried = asyncio.run(_try_all(shared.application_of(context), tuple(files or ()), shown=not as_json))
    cases = [case for guide in tried for case in guide.cases]
    failed = sum(not case.passed for case in cases)
    if as_json:
        guides = [_tried(guide) for guide in tried]
        write_json({"guides": guides, "passed": len(cases) - failed, "failed": failed})
    else:
        write(tried_summary(tried, out_screen()))
    raise typer.Exit(ExitCode.FAILED if failed else ExitCode.ANSWERED)


async def _try_all(application: Application, files: Sequence[Path], *, shown: bool) -> list[TriedGuide]:
    """Every guide's outcomes; shown as they come."""
    tried: list[TriedGuide] = []
    async for guide in application.try_guides(files):
        tried.append(guide)
        if shown:
            write(tried_text(guide, out_screen()))
    return tried


def _tried(guide: TriedGuide) -> Document:
    return {"guide": guide.guide, "path": guide.path, "cases": [_case(case) for case in guide.cases]}


def _case(case: TriedCase) -> Document:
    return {"name": case.name, "line": case.line, "passed": case.passed, "problems": list(case.problems)}
