"""The orchestrator: connects a message to specialists, runs their turns, and ends with reports."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from semantic_kernel import Kernel
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase

from orchestrator.core.errors import InputError, ModelError, StoreError, SwitchboardError, TakenOverError
from orchestrator.core.events import (
    HandedOff,
    QuestionAsked,
    Routed,
    RunFinished,
    RunStarted,
    TurnFinished,
    TurnStarted,
)
from orchestrator.core.followup import completed
from orchestrator.core.journal import Journal
from orchestrator.core.memory import Memory
from orchestrator.core.queueing import QueuedRun, Requested
from orchestrator.core.report import Json, Report, merge
from orchestrator.core.routing.router import Route, Router, Subject
from orchestrator.core.runs import RunContext
from orchestrator.core.specs import AgentSpec
from orchestrator.core.time_limit import TimeLimit
from orchestrator.core.usage import Meter, Usage
from orchestrator.engine.endings import abstained_report, failed_report
from orchestrator.engine.environment import Common, Environment, turn_context
from orchestrator.engine.holding import Executor, Hold, Stop
from orchestrator.engine.messages import payload_of, thread_of
from orchestrator.engine.proposals import Proposals
from orchestrator.engine.record import Record, no_memory
from orchestrator.engine.run import Listener, Run
from orchestrator.engine.session import Session
from orchestrator.engine.specialist import SpecialistAgent
from orchestrator.engine.start import Start, new_run_id, request_body
from orchestrator.engine.turn import TurnCounts
from orchestrator.engine.voice import ModelTerms
from orchestrator.engine.watching import Watching

__all__ = ["Environment", "Switchboard"]


@dataclass(slots=True, kw_only=True)
class Switchboard:
    """One orchestrator for many runs.

    Attributes:
        terms: Where a model speaks; None for the embedded planner.
        executor: By whom runs are held, so that one whose process dies is taken up; None where no run is.
        memory: A run's finished steps.
        by: Who asks, as the queue of runs tells it.
        limit_s: How long one attempt of a run may take; None is as long as its turns may.
        proposals: Files the actions that reports propose; None where none is filed.
        watching: Hears what customers say that a person should know of; None where nobody listens.
    """

    kernel: Kernel
    service: ChatCompletionClientBase
    specs: Mapping[str, AgentSpec]
    router: Router
    environment: Environment
    journal: Journal
    terms: ModelTerms | None = None
    executor: Executor | None = None
    memory: Callable[[str], Memory] = no_memory
    limit_s: float | None = None
    proposals: Proposals | None = None
    watching: Watching | None = None
    by: str = "local"

    async def ask(
        self,
        text: str,
        *,
        session: Session,
        listen: Listener,
        agent: str | None = None,
        key: str | None = None,
        known: Callable[[str], Awaitable[Json]] | None = None,
    ) -> Json:
        """Answer one message: route it, run a turn per subject, store and return the report.

        Args:
            text: The message.
            session: The conversation that it belongs to.
            listen: Hears each event.
            agent: A specialist, in place of routing.
            key: Whoever asks with a key that was used before gets the report of the run of then.
            known: That run's report, by its id.

        Raises:
            InputError: The message is empty or the agent unknown.
            StoreError: There is a key, and no store to look it up in.
        """
        started = self.start(text, session=session, agent=agent)
        trouble, taken = None, None
        try:
            made = self._requested(started, key=key)
            if made is not None and not made.new and known is not None:
                return await known(made.run.run)
            taken = self.executor.take(started.run) if self.executor is not None and made is not None else None
        except StoreError as error:
            if key is not None:
                raise
            trouble = error.message
        start = Start(started=started, message=text)
        return await self.carry_out(start, session=session, listen=listen, taken=taken, trouble=trouble)

    def start(self, text: str, *, session: Session, agent: str | None = None, run: str | None = None) -> RunStarted:
        """What a run on this message begins with; nothing is done yet. Raises as `ask` does."""
        if not text.strip():
            raise InputError("the message is empty; say what is wrong, as in: checkout returns 502 since 10:20")
        if agent is not None and agent not in self.specs:
            raise InputError(f"there is no agent {agent!r}; there are: {', '.join(self.specs)}")
        at = datetime.now(UTC)
        return RunStarted(
            run=run or new_run_id(),
            session=session.id,
            message=text,
            source=self.environment.source,
            at=at,
            now=self.environment.now or at,
            inputs=self.environment.inputs,
            agent=agent,
            guides=self.environment.guides,
            follows=session.runs(),
        )

    def _requested(self, started: RunStarted, *, key: str | None) -> Requested | None:
        """Make the run known, or find the one of its key; None where runs are not held."""
        if self.executor is None:
            if key is not None:
                raise StoreError(
                    "a key works only where runs are recorded, and the state store cannot be used; doctor tells why"
                )
            return None
        return self.executor.request(started.run, body=request_body(started), by=self.by, key=key)

    async def carry_out(
        self,
        start: Start,
        *,
        session: Session,
        listen: Listener,
        taken: QueuedRun | None = None,
        insists: bool = False,
        trouble: str | None = None,
        then: Callable[[Json], Awaitable[None]] | None = None,
    ) -> Json:
        """Run, from its start or with what an earlier attempt had finished; its report.

        Args:
            start: What it begins with.
            session: With the reports that its conversation had then.
            listen: Hears each event.
            taken: The claim on it; without one nobody else may know of the run.
            insists: Whether a store that gives out fails the run.
            trouble: Why it is not recorded at all, where that is known.
            then: What follows from the report, before the run counts as over.

        Raises:
            TakenOverError: Another process took the run.
        """
        memory = no_memory(start.run) if taken is None else self.memory(start.run)
        record = Record(run=start.run, journal=self.journal, memory=memory, insists=insists, trouble=trouble)
        run = Run(id=start.run, said=start.message, record=record, listen=listen)
        if self.executor is None or taken is None:
            return await self._recorded(run, start, session)
        async with self.executor.holding(taken) as hold:
            run.hold = hold
            followed = then is None
            try:
                report = await self._held(run, start, session)
                if then is not None:
                    await then(report)
                    followed = True
            finally:
                self.executor.release(hold, outcome=run.outcome if followed else None)
        return report

    async def _held(self, run: Run, start: Start, session: Session) -> Json:
        assert run.hold is not None
        try:
            report = await self._recorded(run, start, session)
        except asyncio.CancelledError:
            await run.hold.settle()  # the cancellation may still be on its way, and is not to meet what comes after
            return _stopped(run, run.hold)
        await run.hold.settle()
        return report

    async def _recorded(self, run: Run, start: Start, session: Session) -> Json:
        with run.recorded(session):
            document = await self._answer(run, start, session=session)
            if self.proposals is not None:
                document = await self.proposals.take(document, started=start.started, incident=run.incident)
            if self.watching is not None and run.incident is None and payload_of(run.said) is None:
                document = self.watching.take(
                    document,
                    message=run.said,
                    session=session.id,
                    exchanges=session.exchanges(),
                    emit=run.emit,
                )
            session.reports.append(document)
            run.emit(RunFinished(status=str(document["status"]), report=document))
        return document

    async def _answer(self, run: Run, start: Start, *, session: Session) -> Json:
        text, started = run.said, start.started
        run.begin(start)
        alert = payload_of(text)
        whole = completed(text, session.reports[-1] if session.reports else None, earlier=session.reports[:-1])
        route = self._route(whole, alert, session, started.agent)
        run.emit(
            Routed(
                agents=route.agents,
                confidence=route.confidence,
                abstained=route.abstained,
                reason=route.reason,
                question=route.question,
            )
        )
        common = Common(
            start=start,
            session=session,
            alert=alert,
            meter=self._meter(),
            limit=TimeLimit.from_now(self.limit_s) if self.limit_s is not None else None,
        )
        reports = await self._turns(run, route, common, text=whole)
        return merge(reports) if common.meter is None else {**merge(reports), "usage": common.meter.usage.document()}

    def _meter(self) -> Meter | None:
        if self.terms is None:
            return None
        return Meter(budget=self.terms.budget, usage=Usage(model=str(self.service.ai_model_id)))

    def _route(self, text: str, alert: Mapping[str, object] | None, session: Session, agent: str | None) -> Route:
        if agent is not None:
            return _given(agent, text, "you named the agent")
        route = self.router.route(alert if alert is not None else text, speaking=session.speaking)
        if route.abstained and session.speaking is not None and session.asked_back():
            return _given(session.speaking, text, f"it answers the question of {session.speaking}")
        return route

    async def _turns(self, run: Run, route: Route, common: Common, *, text: str) -> list[Json]:
        if route.abstained:
            source = self.environment.source
            return [
                abstained_report(route, run=run.id, session=common.session.id, asked=text, source=source).document()
            ]
        reports = []
        scanned = 0
        for number, subject in enumerate(route.subjects, start=1):
            run.emit(TurnStarted(agent=subject.agent, turn=number, text=subject.text))
            context = turn_context(run, common, self.environment, asked=subject.text, number=number, scanned=scanned)
            context.whole = text if len(route.subjects) > 1 else ""
            report = await self._subject(
                run, subject, context=context, number=number, route=route, session=common.session
            )
            scanned = context.recorder.scanned_bytes
            reports.append(report.document())
        return reports

    async def _subject(
        self, run: Run, subject: Subject, *, context: RunContext, number: int, route: Route, session: Session
    ) -> Report:
        """One subject's turn, and those that it is passed on to."""
        agent = subject.agent
        while True:
            context.peers = frozenset(self.specs) - {agent}
            report = await self._turn(run, agent, context=context, number=number, route=route, session=session)
            if report is not None:
                return report
            passing, context.passing = context.passing, None
            if passing is None:
                raise ModelError(f"the turn of {agent} ended without a report")
            context.hops += 1
            run.emit(HandedOff(source=agent, target=passing.agent, reason=passing.reason, hop=context.hops))
            agent = passing.agent

    async def _turn(
        self, run: Run, agent: str, *, context: RunContext, number: int, route: Route, session: Session
    ) -> Report | None:
        started = time.perf_counter()
        spec = self.specs[agent]
        specialist = SpecialistAgent.of(spec, kernel=self.kernel, service=self.service, terms=self.terms)
        thread = await thread_of(session, context.asked)
        why: Json = {"agents": list(route.agents), "confidence": route.confidence, "reason": route.reason}
        counts = TurnCounts(0, 0)
        report: Report | None
        try:
            report, counts = await specialist.answer(context, thread=thread, route=why)
        except InputError:
            raise
        except SwitchboardError as error:
            report = failed_report(context, spec, error, why)
        for question in report.questions if report else ():
            run.emit(QuestionAsked(text=question.text, parameter=question.parameter, choices=question.choices))
        run.emit(
            TurnFinished(
                agent=agent,
                turn=number,
                status=report.status.value if report else "passed_on",
                model_calls=counts.model_calls,
                tool_calls=counts.tool_calls,
                elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
            )
        )
        return report


def _given(agent: str, text: str, reason: str) -> Route:
    subject = Subject(agent=agent, text=text)
    return Route(agents=(agent,), confidence=1.0, abstained=False, reason=reason, question=None, subjects=(subject,))


def _stopped(run: Run, hold: Hold) -> Json:
    """The report of a run that somebody cancelled; any other end of its task goes on to who waits for it."""
    match hold.stopped:
        case Stop.CANCELLED if run.report is not None:
            return run.report
        case Stop.LOST:
            raise TakenOverError(
                f"another process went on with the run {run.id!r}; see: switchboard runs show {run.id}"
            )
        case _:
            raise asyncio.CancelledError
