"""Guides against the data that there is today: every query is described, none is run in full."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from agents.triage.bindings import column_type, optional_tables, with_stand_ins
from agents.triage.measuring import metrics_query
from orchestrator.app.azure import Azure
from orchestrator.app.guide_checks import ReadFile, read_guide_files
from orchestrator.app.log_source import open_logs
from orchestrator.app.resource_source import Resources, open_resources
from orchestrator.app.sources import choose_sources
from orchestrator.core.errors import InputError, NotConfiguredError, Place, QueryError, SettingsError
from orchestrator.core.expressions import cel_value
from orchestrator.core.ports import Logs, QueryLimits, QueryParameter
from orchestrator.core.table import Column, Table, TableStatus
from orchestrator.core.window import Window
from orchestrator.settings import Settings
from orchestrator.surfaces.application import CheckedGuide, CheckedGuides, CheckedStep, CheckState, Options
from playbooks.guide import AskedMetrics, Guide, Step
from playbooks.literals import parse_literal
from playbooks.problems import Level, Problem, error
from playbooks.typecheck import Describe, check_types
from playbooks.yaml_values import nearest_names

LOOK_BACK = timedelta(hours=1)
_LOOK = QueryLimits(rows=1, timeout_s=60.0)
_SIDE_BY_SIDE = 2
"""Guides at once: each asks one query at a time, and a workspace takes five."""


async def check_guides(files: Sequence[Path], *, options: Options, settings: Settings, live: bool) -> CheckedGuides:
    """Each guide among the files and folders against the configured logs; none given, the shipped ones."""
    sources = choose_sources(options, settings)
    if live and sources.kind != "live":
        raise SettingsError(
            "--live asks a workspace, and none is configured: give --workspace ID, or set SWITCHBOARD_WORKSPACE"
        )
    read = read_guide_files(files)
    guides = [item.guide for item in read if item.guide is not None]
    _refuse_unknown(options.parameters, guides)
    async with (
        Azure(settings) as azure,
        open_logs(options, azure, sources, guides) as opened,
        open_resources(azure, sources, opened.logs) as resources,
    ):
        gate = asyncio.Semaphore(_SIDE_BY_SIDE)
        checks = [_check_file(item, _Asking(opened.logs, resources, options.parameters, opened.now), gate)
                  for item in read]  # fmt: skip
        return CheckedGuides(source=sources.kind, guides=tuple(await asyncio.gather(*checks)))


def _refuse_unknown(given: Mapping[str, str], guides: Sequence[Guide]) -> None:
    known = {parameter.name for guide in guides for parameter in guide.parameters}
    for name in given:
        if name not in known:
            raise InputError(f"--param {name!r}: no guide has a parameter of that name{nearest_names(name, known)}")


@dataclass(slots=True)
class _Asking:
    """Describes the queries of one guide, and keeps what came of each."""

    logs: Logs
    resources: Resources
    given: Mapping[str, str]
    now: datetime
    failed: dict[str, QueryError] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    async def describe(self, guide: Guide, kql: str, parameters: Sequence[QueryParameter]) -> Sequence[Column]:
        """The columns of a query of logs; optional tables that are not there have their declared columns."""
        try:
            absent = [name for name in optional_tables(kql, guide.tables) if await self._is_absent(name)]
            columns = await self.logs.describe(with_stand_ins(kql, guide.tables, absent), parameters=parameters)
        except QueryError as fault:
            self._remember(kql, fault)
            raise
        if absent:
            self.notes[kql] = f"there is no table {', '.join(absent)}, which is optional"
        return columns

    async def describe_graph(self, kql: str, parameters: Sequence[QueryParameter]) -> Sequence[Column]:
        """The columns of a query of the resource graph, from its first row."""
        try:
            return _whole(await self.resources.graph.query(kql, parameters=parameters, limits=_LOOK)).columns
        except QueryError as fault:
            self._remember(kql, fault)
            raise

    async def measure(self, step: Step, metrics: AskedMetrics, values: Mapping[str, object]) -> CheckedStep:
        """One interval of the metrics, where their resource is known without a run."""
        window = Window(self.now - LOOK_BACK, self.now)
        scope = {**values, "window": {"from": cel_value(window.start), "to": cel_value(window.end)}}
        try:
            query = metrics_query(metrics, scope, window)
        except InputError:
            reason = "its resource is known in a run only; name it with --param NAME=ID"
            return _step(step, CheckState.SKIPPED, reason)
        try:
            _whole(await self.resources.metrics.measure(query, limits=_LOOK))
        except (SettingsError, NotConfiguredError) as fault:
            return _step(step, CheckState.SKIPPED, fault.message)
        except QueryError as fault:
            return _step(step, CheckState.FAILED if fault.retryable else CheckState.WRONG, fault.message)
        return _step(step, CheckState.OK)

    async def _is_absent(self, table: str) -> bool:
        try:
            await self.logs.describe(table)
        except QueryError as fault:
            if fault.retryable:
                raise
            return True
        return False

    def _remember(self, kql: str, fault: QueryError) -> None:
        """A fault that may be gone at the next try, or that nobody is there to ask, says nothing about the query."""
        if fault.retryable or isinstance(fault, NotConfiguredError):
            self.failed[kql] = fault


def _whole(table: Table) -> Table:
    if table.status is TableStatus.FAILED:
        raise QueryError(table.reason or "no answer", retryable=True)
    return table


async def _check_file(item: ReadFile, asking: _Asking, gate: asyncio.Semaphore) -> CheckedGuide:
    guide = item.guide
    if guide is None:
        fault = (error(item.fault.place, item.fault.problem),) if item.fault else ()
        return CheckedGuide(guide=None, path=str(item.path), steps=(), problems=fault)
    async with gate:
        given = _given(guide, asking.given)
        describe, describe_graph = _describers(guide, asking, given)
        problems = await asyncio.to_thread(_problems, guide, describe, describe_graph)
        values = {name: cel_value(parameter.value) for name, parameter in given.items()}
        return await _checked(guide, asking, problems, values)


def _describers(guide: Guide, asking: _Asking, given: Mapping[str, QueryParameter]) -> tuple[Describe, Describe]:
    """What the checker calls on its thread for a query of logs and one of the resource graph."""
    loop = asyncio.get_running_loop()

    def wait(answer: Coroutine[None, None, Sequence[Column]]) -> Sequence[Column]:
        return asyncio.run_coroutine_threadsafe(answer, loop).result()

    def describe(kql: str, samples: Sequence[QueryParameter]) -> Sequence[Column]:
        return wait(asking.describe(guide, kql, [given.get(item.name, item) for item in samples]))

    def describe_graph(kql: str, samples: Sequence[QueryParameter]) -> Sequence[Column]:
        return wait(asking.describe_graph(kql, [given.get(item.name, item) for item in samples]))

    return describe, describe_graph


def _problems(guide: Guide, describe: Describe, describe_graph: Describe) -> list[Problem]:
    found = check_types(guide, describe, describe_graph=describe_graph)
    return [problem for problem in found if problem.level is Level.ERROR]


def _given(guide: Guide, texts: Mapping[str, str]) -> dict[str, QueryParameter]:
    """The parameters given outright, typed; a query is described with these in place of samples."""
    return {
        item.name: QueryParameter(item.name, column_type(item.type), parse_literal(texts[item.name], item.type))
        for item in guide.parameters
        if item.name in texts
    }


async def _checked(
    guide: Guide, asking: _Asking, problems: Sequence[Problem], values: Mapping[str, object]
) -> CheckedGuide:
    """The steps that ask something, each with what came of it."""
    steps: list[CheckedStep] = []
    silent = {fault.message for fault in asking.failed.values()}
    told = [item for item in problems if item.message.removeprefix("verify: ") not in silent]
    for step, first, last in _ranges(guide):
        fault = next((asking.failed[kql] for kql in _queries(step) if kql in asking.failed), None)
        if fault is not None:
            state = CheckState.SKIPPED if isinstance(fault, NotConfiguredError) else CheckState.FAILED
            steps.append(_step(step, state, fault.message))
        elif any(first <= (item.place.line or 0) <= last for item in told):
            steps.append(_step(step, CheckState.WRONG))
        elif step.metrics is not None:
            checked = await asking.measure(step, step.metrics, values)
            steps.append(checked)
            told += _wrong_metrics(guide, checked)
        elif step.query:
            steps.append(_step(step, CheckState.OK, asking.notes.get(step.query)))
    told.sort(key=lambda item: item.place.line or 0)
    return CheckedGuide(guide=guide.id, path=guide.path, steps=tuple(steps), problems=tuple(told))


def _queries(step: Step) -> list[str]:
    """Its own, and those that verify its mitigations."""
    concluded = [branch.conclusion for branch in step.branches if branch.conclusion is not None]
    verified = [item.verify.kql for one in concluded for item in one.mitigations if item.verify and item.verify.kql]
    return [step.query, *verified]


def _wrong_metrics(guide: Guide, checked: CheckedStep) -> list[Problem]:
    place = Place(guide.path, checked.line, f"steps.{checked.step}.metrics")
    return [error(place, str(checked.reason))] if checked.state is CheckState.WRONG else []


def _ranges(guide: Guide) -> list[tuple[Step, int, int]]:
    """Each step with the lines of its section."""
    starts = [step.line for step in guide.steps]
    ends = [*(line - 1 for line in starts[1:]), guide.text.count("\n") + 1]
    return list(zip(guide.steps, starts, ends, strict=True))


def _step(step: Step, state: CheckState, reason: str | None = None) -> CheckedStep:
    kind = "kql" if step.kql is not None else "resource_graph" if step.resource_graph is not None else "metrics"
    if step.is_decision or step.ask is not None or step.run is not None:
        kind = "ask" if step.ask is not None else "run" if step.run is not None else "decision"
    line = step.query_line or (step.metrics.line if step.metrics else step.line)
    return CheckedStep(step=step.id, kind=kind, line=line, state=state, reason=reason)
