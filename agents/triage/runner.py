"""Runs a guide over the evidence port: as many steps at once as the graph allows, each to its end or limit."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from agents.triage.account import Account, Ran
from agents.triage.bindings import column_type, earlier_values, optional_tables, reads_only, with_stand_ins
from agents.triage.coverage import measure
from agents.triage.decision import Decision, decide, unasked, visible_out
from agents.triage.footing import evidence_for, expressions_of, frame_of
from agents.triage.keys import evidence_keys
from agents.triage.measuring import metrics_query
from agents.triage.outcome import CoverageFacts, GuideOutcome, StepQuestion, nothing_said
from agents.triage.port import EvidencePort
from agents.triage.progress import StepEnd, StepProgress, StepStart
from agents.triage.scheduler import Schedule, StepStatus
from agents.triage.subguide import inner_guide, inner_parameters, inner_unknowns, open_reason, outcome_table
from orchestrator.core.claims import Frame, StepFrame, scope_of
from orchestrator.core.errors import InputError, QueryError
from orchestrator.core.evidence import Recorded
from orchestrator.core.expressions import MAX_ROWS, cel_value
from orchestrator.core.patience import limited
from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.rendering import render, resolve
from orchestrator.core.table import Column, Table, TableStatus
from orchestrator.core.window import Window
from playbooks.guide import Ask, AskedMetrics, Guide, Step, SubGuide
from playbooks.literals import parse_literal

__all__ = ["EvidencePort", "StepEnd", "StepProgress", "StepStart", "evidence_keys", "run_guide"]

GRACE_S = 1.0
"""How long after its limit a query is still awaited: the backend's own message says more than ours."""

COVERAGE_S = 30.0
"""How long the service's rows are counted, beside the steps."""

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_GUIDES: Mapping[str, Guide] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    """What a step's query, question or inner guide gave."""

    status: StepStatus = StepStatus.DONE
    evidence: str | None = None
    reason: str | None = None


async def run_guide(
    guide: Guide,
    *,
    port: EvidencePort,
    parameters: Sequence[QueryParameter],
    window: Window,
    emit: Callable[[StepProgress], None],
    answers: Mapping[str, object] = _NOTHING,
    guides: Mapping[str, Guide] = _NO_GUIDES,
) -> GuideOutcome:
    """Run every step that is reached, then judge.

    `answers` are a person's, by step; a step that lacks its own makes the outcome `needs_input`. A query that fails
    fails its step only. Raises what the port raises otherwise, such as `StoreError`.
    """
    run = _Run(guide, port, emit, answers=answers, guides=guides, prefix="", chain=(guide.id,))
    return await run.outcome(parameters=tuple(parameters), window=window)


class _Run:
    """One run of one guide; holds its account while steps are under way."""

    def __init__(
        self,
        guide: Guide,
        port: EvidencePort,
        emit: Callable[[StepProgress], None],
        *,
        answers: Mapping[str, object],
        guides: Mapping[str, Guide],
        prefix: str,
        chain: tuple[str, ...],
    ) -> None:
        self.guide = guide
        self.port = port
        self.emit = emit
        self.answers = answers
        self.guides = guides
        self.prefix = prefix
        self.chain = chain

    async def outcome(self, *, parameters: tuple[QueryParameter, ...], window: Window) -> GuideOutcome:
        """Run to the end and put the outcome together."""
        values = {item.name: cel_value(item.value) for item in parameters}
        values["window"] = {"from": cel_value(window.start), "to": cel_value(window.end)}
        schedule = Schedule.of(self.guide)
        self.account = Account(guide=self.guide, schedule=schedule, parameters=parameters, window=window, values=values)
        self._skip(schedule.decided)
        try:
            async with asyncio.TaskGroup() as tasks:
                self._launch(tasks)
                coverage = tasks.create_task(self._coverage(parameters, window))
        except BaseExceptionGroup as group:
            # A step catches what may go wrong with it; what is left is the port's or ours, and one of it is enough.
            raise group.exceptions[0] from group
        return self.account.outcome(coverage.result())

    async def _coverage(self, parameters: tuple[QueryParameter, ...], window: Window) -> CoverageFacts:
        """Whether the service is watched; not known where the answer takes longer than a step may by default."""
        try:
            async with limited(COVERAGE_S + GRACE_S):
                return await measure(self.port, self.guide, parameters=parameters, window=window, prefix=self.prefix)
        except TimeoutError:
            reason = f"the service's rows could not be counted within {COVERAGE_S:g} s"
            return CoverageFacts(table=None, service=None, reason=reason)

    def _launch(self, tasks: asyncio.TaskGroup) -> None:
        """Begin every step that may run now."""
        for name in self.account.schedule.ready():
            self.account.schedule = self.account.schedule.begin(name)
            tasks.create_task(self._run_step(self.guide.step(name), tasks))

    async def _run_step(self, step: Step, tasks: asyncio.TaskGroup) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        self.emit(StepStart(self.prefix + step.id, step.title))
        got = await self._perform(step)
        if not isinstance(got, _Got):
            self.account.questions[step.id] = got
            self.account.schedule = self.account.schedule.hold(step.id)
            return
        self._settle(step, self._judged(step, got, elapsed_s=clock() - began))
        self._launch(tasks)

    async def _perform(self, step: Step) -> _Got | tuple[StepQuestion, ...]:
        """Get the step's rows; a decision has none."""
        try:
            if step.ask is not None:
                return await self._answer(step, step.ask)
            if step.run is not None:
                return await self._inner(step, step.run)
            return await self._ask(step)
        except InputError as error:
            return _Got(status=StepStatus.FAILED, reason=error.message)

    async def _ask(self, step: Step) -> _Got:
        """Ask a system of record."""
        if step.kql is not None:
            return await self._query(step, step.kql)
        if step.resource_graph is not None:
            return await self._query_graph(step, step.resource_graph)
        if step.metrics is not None:
            return await self._measure(step, step.metrics)
        return _Got()

    async def _query(self, step: Step, kql: str) -> _Got:
        parameters = self._parameters(step, kql)
        try:
            async with limited(step.timeout_s + GRACE_S):
                absent = [name for name in optional_tables(kql, self.guide.tables) if await self._is_absent(name)]
                recorded = await self.port.ask(
                    self.prefix + step.id,
                    with_stand_ins(kql, self.guide.tables, absent),
                    parameters=parameters,
                    limits=_limits(step),
                )
        except TimeoutError:
            return _unanswered(step)
        self.account.notes[step.id] = tuple(f"there is no table {name}; read as empty" for name in absent)
        if reads_only(kql, self.guide.tables, absent):
            self.account.unseen[recorded.evidence_id] = tuple(absent)
        note = f"there is no table {', '.join(absent)}, which is optional: read as empty" if absent else None
        return self._kept(recorded, note=note)

    def _parameters(self, step: Step, query: str) -> tuple[QueryParameter, ...]:
        """The run's, and those outputs of earlier steps that the query names."""
        outs = {name: ran.out for name, ran in self.account.ran.items()}
        ancestors = [self.guide.step(name) for name in self.account.schedule.graph.ancestors(step.id)]
        return (*self.account.parameters, *earlier_values(query, ancestors, outs))

    async def _query_graph(self, step: Step, kql: str) -> _Got:
        asked = self.port.query_graph(
            self.prefix + step.id, kql, parameters=self._parameters(step, kql), limits=_limits(step)
        )
        return await self._answered(step, asked)

    async def _measure(self, step: Step, metrics: AskedMetrics) -> _Got:
        own = StepFrame(step=step.id, evidence=None, status=StepStatus.DONE.value)
        query = metrics_query(metrics, self._scope(step, own), self.account.window)
        return await self._answered(step, self.port.measure(self.prefix + step.id, query, limits=_limits(step)))

    async def _answered(self, step: Step, asked: Awaitable[Recorded]) -> _Got:
        """What comes back within the step's limit."""
        try:
            async with limited(step.timeout_s + GRACE_S):
                return self._kept(await asked)
        except TimeoutError:
            return _unanswered(step)

    async def _is_absent(self, table: str) -> bool:
        try:
            await self.port.columns(table)
        except QueryError as error:
            return not error.retryable
        return False

    def _kept(self, recorded: Recorded, *, note: str | None = None) -> _Got:
        """Keep a recorded table for later scopes, and say whether it is all."""
        table = recorded.table
        if table is None or table.status is TableStatus.FAILED or recorded.error is not None:
            reason = recorded.error or (table.reason if table else None) or "the query gave no answer"
            return _Got(status=StepStatus.FAILED, evidence=recorded.evidence_id, reason=reason)
        status, reasons = StepStatus.DONE, [note] if note else []
        if len(table.rows) > MAX_ROWS:
            status = StepStatus.PARTIAL
            reasons.append(f"only the first {MAX_ROWS:,d} of {len(table.rows):,d} rows are used")
            table = replace(table, rows=table.rows[:MAX_ROWS])
        if table.status is TableStatus.PARTIAL:
            status = StepStatus.PARTIAL
            reasons.append(table.reason or "the result is partial")
        self.account.tables[recorded.evidence_id] = table
        return _Got(status=status, evidence=recorded.evidence_id, reason="; ".join(reasons) or None)

    async def _answer(self, step: Step, ask: Ask) -> _Got | tuple[StepQuestion, ...]:
        """A person's answer as one row; a question where there is none, or one that does not fit."""
        key = self.prefix + step.id
        own = StepFrame(step=step.id, evidence=None, status=StepStatus.DONE.value)
        question = StepQuestion(step=key, type=ask.type, text=render(ask.question, self._scope(step, own)))
        if key not in self.answers:
            return (question,)
        try:
            answer = parse_literal(self.answers[key], ask.type)
        except InputError as error:
            return (replace(question, problem=error.message),)
        table = Table((Column("answer", column_type(ask.type)),), ((answer,),))
        return self._kept(await self.port.note(key, table, source="person"))

    async def _inner(self, step: Step, sub: SubGuide) -> _Got | tuple[StepQuestion, ...]:
        """Another guide's run as rows."""
        inner = inner_guide(sub.guide, self.guides, self.chain)
        own = StepFrame(step=step.id, evidence=None, status=StepStatus.DONE.value)
        scope = self._scope(step, own)
        arguments = {name: resolve(value, scope) for name, value in sub.arguments.items()}
        window = self.account.window
        parameters = inner_parameters(inner, arguments, outer=self.account.parameters, window=window)
        key = self.prefix + step.id
        run = _Run(
            inner,
            self.port,
            self.emit,
            answers=self.answers,
            guides=self.guides,
            prefix=f"{key}/",
            chain=(*self.chain, inner.id),
        )
        outcome = await run.outcome(parameters=parameters, window=window)
        if outcome.needs_input:
            return outcome.questions
        got = self._kept(await self.port.note(key, outcome_table(outcome), source=f"guide {inner.id}"))
        self.account.inner[step.id] = inner_unknowns(outcome, step.id)
        self.account.notes[step.id] = outcome.notes
        reason = open_reason(outcome)
        tells_all = reason is None or got.status is StepStatus.FAILED
        return got if tells_all else replace(got, status=StepStatus.PARTIAL, reason=reason)

    def _frame(self, step: Step, own: StepFrame) -> Frame:
        return frame_of(
            own,
            expressions_of(step),
            graph=self.account.schedule.graph,
            decided=self.account.frames,
            values=self.account.values,
        )

    def _scope(self, step: Step, own: StepFrame) -> dict[str, object]:
        return scope_of(self._frame(step, own), self.account.tables)

    def _judged(self, step: Step, got: _Got, *, elapsed_s: float) -> Ran:
        """Choose the branch, and keep what a statement made by it rests on."""
        failed = got.status is StepStatus.FAILED
        own = StepFrame(
            step=step.id,
            evidence=None if failed else got.evidence,
            status=got.status.value,
            out=tuple(step.out.items()),
        )
        frame = self._frame(step, own)
        scope = scope_of(frame, self.account.tables)
        decision = unasked(step, reason=got.reason or "failed") if failed else decide(step, scope)
        final = replace(own, out=decision.out)
        self.account.frames[step.id] = final
        frame = replace(frame, steps=(*frame.steps[:-1], replace(own, out=visible_out(step, decision.branch))))
        cited = evidence_for(frame, graph=self.account.schedule.graph, decided=self.account.frames)
        return Ran(
            decision=decision,
            status=got.status,
            reason=_reasons(got, decision),
            evidence=got.evidence,
            frame=frame,
            cited=(got.evidence,) if failed and got.evidence is not None else cited,
            out=self._out(frame, final) if final.out != own.out else _out_of(scope),
            elapsed_s=elapsed_s,
            unseen=self.account.unseen_by(decision, got.evidence, cited),
        )

    def _out(self, frame: Frame, final: StepFrame) -> dict[str, object]:
        """The values that the step gives to others."""
        return _out_of(scope_of(replace(frame, steps=(*frame.steps[:-1], final)), self.account.tables))

    def _settle(self, step: Step, ran: Ran) -> None:
        """Enter the result, and say so; then what is skipped because of it."""
        before = self.account.schedule
        self.account.ran[step.id] = ran
        self.account.schedule = before.finish(step.id, ran.status, ran.decision.next)
        self.emit(
            StepEnd(
                step=self.prefix + step.id,
                title=step.title,
                status=ran.status,
                kind=ran.kind,
                text=nothing_said(step.title, ran.unseen) if ran.unseen else ran.decision.text,
                evidence=ran.evidence,
                elapsed_s=ran.elapsed_s,
            )
        )
        self._skip(set(self.account.schedule.decided) - set(before.decided) - {step.id})

    def _skip(self, names: Iterable[str]) -> None:
        fresh = frozenset(names)
        for step in self.guide.steps:
            if step.id not in fresh:
                continue
            self.account.frames[step.id] = StepFrame(step=step.id, evidence=None, status=StepStatus.SKIPPED.value)
            self.emit(
                StepEnd(
                    step=self.prefix + step.id,
                    title=step.title,
                    status=StepStatus.SKIPPED,
                    kind=None,
                    text=self.account.skipped_text(step.id),
                    evidence=None,
                    elapsed_s=0.0,
                )
            )


def _limits(step: Step) -> QueryLimits:
    return QueryLimits(rows=MAX_ROWS, timeout_s=step.timeout_s)


def _unanswered(step: Step) -> _Got:
    return _Got(status=StepStatus.FAILED, reason=f"no answer within its limit of {step.timeout_s:g} s")


def _reasons(got: _Got, decision: Decision) -> str | None:
    """Why the step is partial or failed, then why it is unknown; each once."""
    found = [item for item in (got.reason, decision.reason) if item]
    return "; ".join(dict.fromkeys(found)) or None


def _out_of(scope: Mapping[str, object]) -> dict[str, object]:
    out = scope.get("out")
    return dict(out) if isinstance(out, Mapping) else {}
