"""The orchestrator: connects a message to specialists, runs their turns, and ends with reports."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from semantic_kernel import Kernel
from semantic_kernel.agents import ChatHistoryAgentThread
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.contents import AuthorRole, ChatMessageContent

from orchestrator.core.errors import InputError, ModelError, SwitchboardError
from orchestrator.core.events import (
    EvidenceFound,
    HandedOff,
    QuestionAsked,
    Routed,
    RunFinished,
    RunStarted,
    TurnFinished,
    TurnStarted,
)
from orchestrator.core.evidence import Evidence
from orchestrator.core.followup import completed, replied
from orchestrator.core.journal import Journal
from orchestrator.core.ports import Index, Logs, Metrics, ResourceGraph
from orchestrator.core.recording import Recorder
from orchestrator.core.report import Json, Question, Report, Status, Unknown, in_words, merge
from orchestrator.core.routing.router import Route, Router, Subject
from orchestrator.core.runs import RunContext
from orchestrator.core.specs import AgentSpec
from orchestrator.core.usage import Meter, Usage
from orchestrator.engine.run import Listener, Run
from orchestrator.engine.session import Session
from orchestrator.engine.specialist import SpecialistAgent
from orchestrator.engine.turn import TurnCounts
from orchestrator.engine.voice import ModelTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What runs look at, and how it was opened.

    Attributes:
        source: live, files or sample.
        now: The clock of the runs; None is the wall clock.
        zone: IANA zone of times that name none.
        inputs: JSON that opens the same data again.
        notes: What a report says about the data, given its queries: rows that could not be read, columns missing.
        scan_limit_bytes: What one run's queries of logs may scan; None is no limit.
    """

    logs: Logs
    index: Index
    source: str
    now: datetime | None
    zone: str
    inputs: Json
    notes: Callable[[Sequence[str]], tuple[str, ...]]
    given: Mapping[str, str] = field(default_factory=dict)
    metrics: Metrics | None = None
    graph: ResourceGraph | None = None
    scan_limit_bytes: int | None = None


@dataclass(slots=True, kw_only=True)
class Switchboard:
    """One orchestrator for many runs; `terms` where a model speaks, None for the embedded planner."""

    kernel: Kernel
    service: ChatCompletionClientBase
    specs: Mapping[str, AgentSpec]
    router: Router
    environment: Environment
    journal: Journal
    terms: ModelTerms | None = None

    async def ask(self, text: str, *, session: Session, listen: Listener, agent: str | None = None) -> Json:
        """Answer one message: route it, run a turn per subject, store and return the report.

        Raises:
            InputError: The message is empty or the agent unknown.
        """
        if not text.strip():
            raise InputError("the message is empty; say what is wrong, as in: checkout returns 502 since 10:20")
        if agent is not None and agent not in self.specs:
            raise InputError(f"there is no agent {agent!r}; there are: {', '.join(self.specs)}")
        run = Run.new(text, journal=self.journal, listen=listen)
        with run.recorded(session):
            document = await self._answer(run, session=session, agent=agent)
            session.reports.append(document)
            run.emit(RunFinished(status=str(document["status"]), report=document))
        return document

    async def _answer(self, run: Run, *, session: Session, agent: str | None) -> Json:
        text = run.said
        now = self.environment.now or datetime.now(UTC)
        run.emit(
            RunStarted(
                run=run.id,
                session=session.id,
                message=text,
                source=self.environment.source,
                at=datetime.now(UTC),
                now=now,
                inputs=self.environment.inputs,
            )
        )
        alert = _payload(text)
        whole = completed(text, session.reports[-1] if session.reports else None, earlier=session.reports[:-1])
        route = self._route(whole, alert, session, agent)
        run.emit(
            Routed(
                agents=route.agents,
                confidence=route.confidence,
                abstained=route.abstained,
                reason=route.reason,
                question=route.question,
            )
        )
        meter = self._meter()
        reports = await self._turns(run, route, session=session, text=whole, alert=alert, now=now, meter=meter)
        return merge(reports) if meter is None else {**merge(reports), "usage": meter.usage.document()}

    def _meter(self) -> Meter | None:
        if self.terms is None:
            return None
        return Meter(budget=self.terms.budget, usage=Usage(model=str(self.service.ai_model_id)))

    def _route(self, text: str, alert: Mapping[str, object] | None, session: Session, agent: str | None) -> Route:
        if agent is None:
            return self.router.route(alert if alert is not None else text, speaking=session.speaking)
        return Route(
            agents=(agent,),
            confidence=1.0,
            abstained=False,
            reason="you named the agent",
            question=None,
            subjects=(Subject(agent=agent, text=text),),
        )

    async def _turns(
        self,
        run: Run,
        route: Route,
        *,
        session: Session,
        text: str,
        alert: Mapping[str, object] | None,
        now: datetime,
        meter: Meter | None,
    ) -> list[Json]:
        if route.abstained:
            return [self._abstained(run, route, session, text).document()]
        reports = []
        scanned = 0
        for number, subject in enumerate(route.subjects, start=1):
            run.emit(TurnStarted(agent=subject.agent, turn=number, text=subject.text))
            context = self._context(run, session, subject.text, alert, now, scanned=scanned)
            context.meter = meter
            report = await self._subject(run, subject, context=context, number=number, route=route, session=session)
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
        thread = await _thread(session, context.asked)
        why: Json = {"agents": list(route.agents), "confidence": route.confidence, "reason": route.reason}
        counts = TurnCounts(0, 0)
        report: Report | None
        try:
            report, counts = await specialist.answer(context, thread=thread, route=why)
        except InputError:
            raise
        except SwitchboardError as error:
            report = _failed(context, spec, error, why)
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

    def _context(
        self,
        run: Run,
        session: Session,
        asked: str,
        alert: Mapping[str, object] | None,
        now: datetime,
        *,
        scanned: int,
    ) -> RunContext:
        def found(evidence: Evidence) -> None:
            run.emit(EvidenceFound(evidence=evidence.document()))

        environment = self.environment
        recorder = Recorder(
            logs=environment.logs,
            index=environment.index,
            source=environment.source,
            found=found,
            metrics=environment.metrics,
            graph=environment.graph,
            scan_limit_bytes=environment.scan_limit_bytes,
            scanned_bytes=scanned,
        )
        return RunContext(
            run=run.id,
            session=session.id,
            asked=asked,
            alert=alert,
            now=now,
            zone=environment.zone,
            source=environment.source,
            given=environment.given,
            remembered=session.remembered(),
            previous=session.previous(),
            reply=replied(run.said, session.reports[-1] if session.reports else None),
            recorder=recorder,
            emit=run.emit,
            tell=run.tell,
            about_data=lambda: environment.notes([item.query for item in recorder.evidence()]),
        )

    def _abstained(self, run: Run, route: Route, session: Session, text: str) -> Report:
        question = route.question or "What should I look at?"
        return Report(
            status=Status.ABSTAINED,
            run=run.id,
            session=session.id,
            agent="none",
            asked=text,
            message=in_words(f"I do not know who should answer this. {question}", source=self.environment.source),
            source=self.environment.source,
            questions=(Question(text=question),),
            route={"agents": [], "confidence": route.confidence, "reason": route.reason},
        )


def _payload(text: str) -> Mapping[str, object] | None:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    except RecursionError as error:
        raise InputError("the payload is nested too deeply to be an alert; send the alert's own JSON") from error
    if isinstance(value, list) and value:
        value = value[0]  # a list of alerts: the first is looked at
    return value if isinstance(value, dict) else None


async def _thread(session: Session, asked: str) -> ChatHistoryAgentThread:
    thread = ChatHistoryAgentThread()
    await thread.create()
    for said, answered in session.exchanges():
        await thread.on_new_message(ChatMessageContent(role=AuthorRole.USER, content=said))
        await thread.on_new_message(ChatMessageContent(role=AuthorRole.ASSISTANT, content=answered))
    await thread.on_new_message(ChatMessageContent(role=AuthorRole.USER, content=asked))
    return thread


def _failed(context: RunContext, spec: AgentSpec, error: SwitchboardError, route: Json) -> Report:
    """What a turn that broke off can still say: its evidence, and why it ended."""
    return Report(
        status=Status.FAILED,
        run=context.run,
        session=context.session,
        agent=spec.name,
        asked=context.asked,
        message=in_words(f"The run failed: {error.message}", source=context.source),
        source=context.source,
        evidence=tuple(item.document() for item in context.recorder.evidence()),
        unknown=(Unknown(text="the run broke off", reason=error.message),),
        notes=(*context.notes, *context.about_data()),
        route=route,
    )
