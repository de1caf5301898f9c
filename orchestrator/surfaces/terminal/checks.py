"""What lint, the check against data and the tests of guides found."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.application import (
    CheckedGuide,
    CheckedGuides,
    CheckedStep,
    CheckState,
    LintedGuide,
    TriedGuide,
)
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.layout import hanging
from orchestrator.surfaces.terminal.screen import Screen
from playbooks.problems import Level, Problem

_LEVELS = {Level.ERROR: "bold red", Level.WARNING: "yellow"}
_STATES = {
    CheckState.OK: "green",
    CheckState.WRONG: "bold red",
    CheckState.FAILED: "bold red",
    CheckState.SKIPPED: "yellow",
}
_SOURCES = {"live": "live logs", "files": "log files", "sample": "the bundled sample"}


def lint_text(guides: Sequence[LintedGuide], screen: Screen) -> str:
    """A line per problem that editors can jump to, then the count."""
    problems = [problem for guide in guides for problem in guide.problems]
    errors = sum(problem.level is Level.ERROR for problem in problems)
    warnings = len(problems) - errors
    parts: list[RenderableType] = [_problem(problem) for problem in problems]
    count = f"{_count(len(guides), 'guide')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"
    parts.append(Text(count, style="bold red" if errors else "bold green"))
    return screen.text(*parts)


def _problem(problem: Problem) -> Text:
    return Text.assemble(
        f"{clean(str(problem.place))}: ",
        (problem.level.value, _LEVELS[problem.level]),
        f": {clean(problem.message)}",
        no_wrap=True,
        overflow="ignore",
    )


def checked_text(found: CheckedGuides, screen: Screen) -> str:
    """Each guide with a line per step that asks something, then the problems, then the count."""
    parts: list[RenderableType] = []
    if found.source == "sample":
        parts.append(Text("SAMPLE DATA: no logs are configured", style="bold yellow"))
    for guide in found.guides:
        parts.append(Text(clean(guide.guide or guide.path), style="bold"))
        parts += [_checked_step(guide, step) for step in guide.steps]
        parts += [_problem(problem) for problem in guide.problems]
    states = [step.state for guide in found.guides for step in guide.steps]
    counted = ", ".join(f"{states.count(state)} {state.value}" for state in CheckState if state in states)
    problems = sum(len(guide.problems) for guide in found.guides)
    bad = problems or CheckState.FAILED in states
    text = f"{_count(len(found.guides), 'guide')} against {_SOURCES[found.source]}: {counted or 'nothing to ask'}"
    parts.append(Text(text, style="bold red" if bad else "bold green"))
    return screen.text(*parts)


def _checked_step(guide: CheckedGuide, step: CheckedStep) -> Text:
    place = "" if step.state is CheckState.OK else f" ({clean(guide.path)}:{step.line})"
    reason = f": {clean(step.reason)}" if step.reason else ""
    return Text.assemble(
        "  ",
        (f"{step.state.value:<8}", _STATES[step.state]),
        f"{clean(step.step)} ({step.kind}){place}{reason}",
        no_wrap=True,
        overflow="ignore",
    )


def tried_text(guide: TriedGuide, screen: Screen) -> str:
    """A line per test, with what came out otherwise than expected below those that failed."""
    if not guide.cases:
        return screen.text(Text(f"{clean(guide.guide)}: no tests; write {clean(guide.path)}", style="yellow"))
    parts: list[RenderableType] = []
    for case in guide.cases:
        word = Text("passed", style="green") if case.passed else Text("FAILED", style="bold red")
        place = "" if case.passed else f" ({clean(guide.path)}:{case.line})"
        parts.append(Text.assemble(word, f"  {clean(guide.guide)}: {clean(case.name)}{place}"))
        parts += [hanging([(screen.marks.bullet, Text(clean(problem)))], indent=8) for problem in case.problems]
    return screen.text(*parts)


def tried_summary(guides: Sequence[TriedGuide], screen: Screen) -> str:
    """How many passed and failed."""
    cases = [case for guide in guides for case in guide.cases]
    failed = sum(not case.passed for case in cases)
    text = (
        f"{_count(len(guides), 'guide')}, {_count(len(cases), 'test')}: {len(cases) - failed} passed, {failed} failed"
    )
    return screen.text(Text(text, style="bold red" if failed else "bold green"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
