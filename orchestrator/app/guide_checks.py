"""Guides checked without data, and their tests: each on empty or recorded tables in the embedded engine."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.triage.guide_tests import run_case, write_tables
from orchestrator.app.guide_folders import SHIPPED
from orchestrator.app.sources import refuse_locked
from orchestrator.app.workflows import SHIPPED as WORKFLOWS
from orchestrator.core.errors import GuideError, InputError, Place, QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, Table
from orchestrator.core.workflows import WorkflowSpec
from orchestrator.surfaces.application import LintedGuide, TriedCase, TriedGuide
from playbooks.guide import Guide
from playbooks.guide_test import cases_path, load_cases
from playbooks.lint import lint_guide
from playbooks.markdown import has_front_matter
from playbooks.parse import parse_guide, read_text
from playbooks.problems import Problem, error
from playbooks.services import Services
from playbooks.workflow import load_workflows
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.embedded.local_graph import LocalResourceGraph
from plugins.monitor.embedded.local_metrics import LocalMetrics
from plugins.monitor.graph_query import tables_in

CLOCK = datetime(2026, 1, 1, tzinfo=UTC)  # no row is there to be older or newer


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's guide, or why there is none."""

    path: Path
    guide: Guide | None
    fault: GuideError | None = None


async def lint_guides(files: Sequence[Path]) -> tuple[LintedGuide, ...]:
    """The problems of each guide among the files and folders; none given, the shipped ones."""
    read, workflows = read_guide_files(files), load_workflows(WORKFLOWS)
    return tuple([LintedGuide(path=str(item.path), problems=await _lint(item, read, workflows)) for item in read])


async def try_guides(files: Sequence[Path], *, services: Services) -> AsyncIterator[TriedGuide]:
    """Each guide with the outcome of every test beside it; GuideError where a guide or its tests cannot be read."""
    read = read_guide_files(files)
    for item in read:
        if item.fault is not None:
            raise item.fault
    guides = {item.guide.id: item.guide for item in read if item.guide is not None}
    for guide in guides.values():
        results = [
            await run_case(
                guide,
                case,
                backend=_recorded,
                metrics_of=LocalMetrics,
                graph_of=LocalResourceGraph,
                guides=guides,
                services=services,
            )
            for case in load_cases(guide)
        ]
        cases = tuple(TriedCase(name=item.name, line=item.line, problems=item.problems) for item in results)
        yield TriedGuide(guide=guide.id, path=str(cases_path(guide)), cases=cases)


def read_guide_files(files: Sequence[Path]) -> list[ReadFile]:
    """Each guide among the files and folders, or why it is none; none given, the shipped ones."""
    paths = list(dict.fromkeys(path for named in files or (SHIPPED / "guides",) for path in _expanded(named)))
    if not paths:
        raise InputError(f"no guides in {', '.join(map(repr, map(str, files)))}: a guide is a .md with front matter")
    return [_read(path) for path in paths]


def _expanded(named: Path) -> Iterator[Path]:
    """A file as it is; of a folder what `--guides` would take."""
    refuse_locked(named)
    if named.is_dir():
        yield from (
            path for path in sorted(named.rglob("*.md")) if path.name.lower() != "readme.md" and _is_guide(path)
        )
    elif named.exists():
        yield named
    else:
        raise InputError(f"no such guide or folder {str(named)!r}; give Markdown files or folders of them")


def _is_guide(path: Path) -> bool:
    try:
        return has_front_matter(read_text(path))
    except GuideError:
        return True  # its fault is told when it is read


def _read(path: Path) -> ReadFile:
    try:
        return ReadFile(path, parse_guide(read_text(path), path=str(path)))
    except GuideError as fault:
        return ReadFile(path, None, fault)


async def _lint(item: ReadFile, read: Sequence[ReadFile], workflows: Mapping[str, WorkflowSpec]) -> tuple[Problem, ...]:
    if item.guide is None:
        return (error(item.fault.place, item.fault.problem),) if item.fault else ()
    guide = item.guide
    twins = [str(other.path) for other in read if other.guide and other.guide.id == guide.id and other is not item]
    twice = [error(Place(guide.path, 2, "id"), f"the id {guide.id!r} is also {name}'s; rename one") for name in twins]
    if not guide.tables:
        return (*twice, *lint_guide(guide, workflows=workflows))
    async with empty_logs(guide) as logs:
        loop, graph = asyncio.get_running_loop(), LocalResourceGraph(logs)

        def describe(kql: str, parameters: Sequence[QueryParameter]) -> Sequence[Column]:
            return asyncio.run_coroutine_threadsafe(logs.describe(kql, parameters=parameters), loop).result()

        def describe_graph(kql: str, parameters: Sequence[QueryParameter]) -> Sequence[Column]:
            for name in tables_in(kql):
                if name not in guide.tables:
                    raise QueryError(f"the table {name!r} is not declared: add it to `tables` with its columns")
            return asyncio.run_coroutine_threadsafe(graph.describe(kql, parameters=parameters), loop).result()

        found = await asyncio.to_thread(
            lint_guide, guide, describe=describe, describe_graph=describe_graph, workflows=workflows
        )
    return (*twice, *found)


@asynccontextmanager
async def empty_logs(guide: Guide) -> AsyncIterator[DuckDbLogs]:
    """The guide's tables without rows, in the embedded engine."""
    tables = {
        table.name: Table(tuple(Column(name, kind) for name, kind in table.columns.items()), ())
        for table in guide.tables.values()
    }
    async with _recorded(tables, CLOCK) as logs:
        yield logs


@asynccontextmanager
async def _recorded(tables: Mapping[str, Table], now: datetime) -> AsyncIterator[DuckDbLogs]:
    """The tables as files in the embedded engine."""
    with TemporaryDirectory(prefix="switchboard-") as folder:
        declared = write_tables(Path(folder), tables)
        async with DuckDbLogs.open([folder], declared=declared, now=now) as logs:
            yield logs
