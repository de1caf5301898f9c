"""A run's events as spans: one trace, with a span per turn, model call, tool call, guide, step and query.

Start and end come from the events: what tells how long it took gets that length, the rest begins and ends when its
events were heard. While a span is open it is the current one of the task that emitted its event, so that outgoing calls
of that task can join the trace. Questions, arguments, answers, rows and reasons are no attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opentelemetry.trace import SpanKind

from orchestrator.app.telemetry import vocabulary as names
from orchestrator.app.telemetry.model_calls import ModelCalls
from orchestrator.app.telemetry.spans import OpenSpan, Spans, read_time
from orchestrator.app.telemetry.vocabulary import Vocabulary, identifier, text_of
from orchestrator.core.events import (
    ClaimMade,
    ClaimRejected,
    Event,
    EvidenceFound,
    GuideMatched,
    HandedOff,
    ModelAnswered,
    ModelFailed,
    ModelReplaced,
    Routed,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    ToolCalled,
    ToolRefused,
    ToolReturned,
    TurnFinished,
    TurnStarted,
    WindowResolved,
)

_GUIDE_QUERIES = ("coverage", "services", "values:")


@dataclass(slots=True)
class RunTrace:
    """Builds the trace of one run.

    Args:
        spans: Makes the spans.
        vocabulary: Names of this process's parts.
    """

    spans: Spans
    vocabulary: Vocabulary
    _models: ModelCalls = field(init=False)
    _run: OpenSpan | None = None
    _turn: OpenSpan | None = None
    _tool: OpenSpan | None = None
    _guide: OpenSpan | None = None
    _call: str = ""
    _number: int = 1
    _window_at: int | None = None
    _versions: dict[str, str] = field(default_factory=dict)
    _steps: dict[str, OpenSpan] = field(default_factory=dict)
    _tokens: dict[str, int] = field(default_factory=dict)
    _claims: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._models = ModelCalls(self.vocabulary)

    def take(self, event: Event, at: int) -> None:  # noqa: C901, PLR0912  # one line per event
        """Hear an event at a time."""
        match event:
            case RunStarted():
                self._start_run(event, at)
            case Routed():
                self._routed(event)
            case TurnStarted():
                self._number = event.turn
                self._start_turn(event.agent, at, hop=0)
            case HandedOff():
                self._start_turn(event.target, at, hop=event.hop)
            case ModelAnswered():
                self._model(event, at)
            case ModelFailed():
                self._model_failed(event, at)
            case ModelReplaced() if self._turn is not None:
                self._turn.span.set_attribute("switchboard.model.replaced_by", identifier(event.by))
            case ToolCalled():
                self._start_tool(event.call, event.tool, at)
            case ToolReturned():
                self._end_tool(at, elapsed_ms=event.elapsed_ms, error=None if event.ok else "tool_failed")
            case ToolRefused():
                self._refused(event, at)
            case GuideMatched(guide=str(guide), version=str(version)):
                self._versions[guide] = version
            case WindowResolved():
                self._window_at = at
            case StepStarted():
                self._start_step(event, at)
            case StepFinished():
                self._end_step(event, at)
            case EvidenceFound():
                self._query(event.evidence, at)
            case ClaimMade():
                self._claims["made"] = self._claims.get("made", 0) + 1
            case ClaimRejected():
                self._claims["rejected"] = self._claims.get("rejected", 0) + 1
            case TurnFinished():
                self._end_turn(event, at)
            case RunFinished():
                self._end_run(event, at)
            case _:
                pass  # tells nothing about time
        self._models.hear(event, at)

    def close(self, error: str | None, at: int) -> None:
        """End what is still open: the run broke off by an error of that type."""
        self._close_turn(at, error=error or "unfinished")
        self.spans.end(self._run, at, error=error or "unfinished")
        self._run = None

    def _start_run(self, event: RunStarted, at: int) -> None:
        attributes = {
            names.OPERATION: "invoke_workflow",
            names.WORKFLOW: "switchboard",
            names.CONVERSATION: identifier(event.session),
            "switchboard.run.id": identifier(event.run),
            "switchboard.source": identifier(event.source),
        }
        self._run = self.spans.open("invoke_workflow switchboard", None, at, attributes, kind=SpanKind.SERVER)

    def _routed(self, event: Routed) -> None:
        if self._run is not None:
            agents = [identifier(agent) for agent in event.agents]
            self._run.span.set_attributes(
                {
                    "switchboard.route.agents": agents,
                    "switchboard.route.confidence": event.confidence,
                    "switchboard.route.abstained": event.abstained,
                }
            )

    def _start_turn(self, agent: str, at: int, *, hop: int) -> None:
        self._close_turn(at, error="unfinished")
        self._tokens.clear()
        attributes: dict[str, str | int] = {
            names.OPERATION: "invoke_agent",
            names.AGENT: identifier(agent),
            names.PROVIDER: self.vocabulary.provider,
            "switchboard.turn": self._number,
            "switchboard.hop": hop,
        }
        self._turn = self.spans.open(f"invoke_agent {identifier(agent)}", self._run, at, attributes)

    def _model(self, event: ModelAnswered, at: int) -> None:
        attributes: dict[str, str | int | float | bool | list[str]] = {
            **self._chat(event.model),
            "switchboard.usage.estimated": event.estimated,
        }
        if event.finish:
            attributes[names.FINISH_REASONS] = [identifier(event.finish)]
        if event.cost is not None:
            attributes["switchboard.usage.cost"] = event.cost
        for name, count in ((names.INPUT_TOKENS, event.input_tokens), (names.OUTPUT_TOKENS, event.output_tokens)):
            if count is not None:
                attributes[name] = count
                self._tokens[name] = self._tokens.get(name, 0) + count
        name = f"chat {identifier(event.model)}"
        self.spans.past(name, self._turn, at, attributes, elapsed_ms=event.elapsed_ms, error=None)

    def _model_failed(self, event: ModelFailed, at: int) -> None:
        name, waited = f"chat {identifier(event.model)}", self._models.waited_ms(at)
        fault = identifier(event.fault)
        self.spans.past(name, self._turn, at, self._chat(event.model), elapsed_ms=waited, error=fault)

    def _chat(self, model: str) -> dict[str, str]:
        return {names.OPERATION: "chat", names.PROVIDER: self._models.provider, names.MODEL: identifier(model)}

    def _start_tool(self, call: str, tool: str, at: int) -> None:
        self._call = call
        self._tool = self.spans.open(f"execute_tool {identifier(tool)}", self._turn, at, _tool(call, identifier(tool)))

    def _refused(self, event: ToolRefused, at: int) -> None:
        if self._tool is not None and event.call == self._call:
            self._end_tool(at, elapsed_ms=None, error="refused")
            return
        tool = self.vocabulary.tool(event.tool)
        self.spans.past(
            f"execute_tool {tool}", self._turn, at, _tool(event.call, tool), elapsed_ms=0.0, error="refused"
        )

    def _end_tool(self, at: int, *, elapsed_ms: float | None, error: str | None) -> None:
        self._close_guide(at, error=error)
        self.spans.end(self._tool, at, elapsed_ms=elapsed_ms, error=error, parent=self._turn)
        self._tool = None

    def _start_step(self, event: StepStarted, at: int) -> None:
        self._open_guide(event.guide, at)
        attributes = {"switchboard.guide.id": identifier(event.guide), "switchboard.step.id": identifier(event.step)}
        parent = self._outer(event.step) or self._guide
        self._steps[event.step] = self.spans.open(f"step {identifier(event.step)}", parent, at, attributes)

    def _open_guide(self, guide: str, at: int) -> None:
        if self._guide is not None:
            return
        attributes = {"switchboard.guide.id": identifier(guide)}
        if guide in self._versions:
            attributes["switchboard.guide.version"] = identifier(self._versions[guide])
        start = self._window_at or at
        self._guide = self.spans.open(f"guide {identifier(guide)}", self._tool or self._turn, start, attributes)

    def _end_step(self, event: StepFinished, at: int) -> None:
        step = self._steps.pop(event.step, None)
        if step is None:
            return  # skipped: it never began
        step.span.set_attribute("switchboard.step.status", identifier(event.status))
        if event.outcome:
            step.span.set_attribute("switchboard.step.outcome", identifier(event.outcome))
        if event.evidence:
            step.span.set_attribute("switchboard.evidence.id", identifier(event.evidence))
        error = "step_failed" if event.status == "failed" else None
        self.spans.end(
            step, at, elapsed_ms=event.elapsed_ms, error=error, parent=self._outer(event.step) or self._guide
        )

    def _outer(self, step: str) -> OpenSpan | None:
        """The step whose guide runs inside it."""
        while "/" in step:
            step = step.rpartition("/")[0]
            if step in self._steps:
                return self._steps[step]
        return None

    def _query(self, evidence: Mapping[str, object], at: int) -> None:
        text, source, key = (text_of(evidence, name) or "" for name in ("query", "source", "step"))
        if not text:
            return  # a person's answer, or an inner guide's outcome
        system, operation = self.vocabulary.system(source), "search" if source.startswith("search:") else "query"
        rows, elapsed = evidence.get("row_count"), evidence.get("elapsed_ms")
        attributes: dict[str, str | int] = {
            names.DB_SYSTEM: system,
            names.DB_OPERATION: operation,
            names.DB_ROWS: rows if isinstance(rows, int) else 0,
            "switchboard.evidence.id": identifier(evidence.get("id")),
            "switchboard.evidence.status": identifier(evidence.get("status")),
        }
        if source.startswith("logs:") and (key in self._steps or key.rpartition("/")[2].startswith(_GUIDE_QUERIES)):
            attributes[names.DB_TEXT] = text  # a guide's own, parameters apart; others may hold what a person said
        self.spans.past(
            f"{operation} {system}",
            self._steps.get(key) or self._guide or self._tool or self._turn,
            at,
            attributes,
            elapsed_ms=elapsed if isinstance(elapsed, int | float) else 0.0,
            error="query_failed" if evidence.get("status") == "failed" else None,
            start=read_time(text_of(evidence, "at")),
        )

    def _end_turn(self, event: TurnFinished, at: int) -> None:
        if self._turn is not None:
            self._turn.span.set_attributes(
                {
                    "switchboard.turn.status": identifier(event.status),
                    "switchboard.turn.model_calls": event.model_calls,
                    "switchboard.turn.tool_calls": event.tool_calls,
                    **self._tokens,
                }
            )
        self._close_turn(at, error="turn_failed" if event.status == "failed" else None, elapsed_ms=event.elapsed_ms)

    def _end_run(self, event: RunFinished, at: int) -> None:
        self._close_turn(at, error="unfinished")
        if self._run is None:
            return
        found = {
            "switchboard.status": event.status,
            "switchboard.verdict.status": text_of(event.report, "verdict", "status"),
            "switchboard.verdict.cause": text_of(event.report, "verdict", "cause"),
        }
        self._run.span.set_attributes({name: identifier(value) for name, value in found.items() if value is not None})
        self._run.span.set_attributes({f"switchboard.claims.{name}": count for name, count in self._claims.items()})
        self.spans.end(self._run, at, error="run_failed" if event.status == "failed" else None)
        self._run = None

    def _close_turn(self, at: int, *, error: str | None, elapsed_ms: float | None = None) -> None:
        """End the turn and all below it; what is open there broke off, whatever the turn became."""
        if self._tool is not None:
            self._end_tool(at, elapsed_ms=None, error=error or "unfinished")
        self._close_guide(at, error=error)
        self.spans.end(self._turn, at, elapsed_ms=elapsed_ms, error=error, parent=self._run)
        self._turn = None

    def _close_guide(self, at: int, *, error: str | None) -> None:
        for key in sorted(self._steps, key=len, reverse=True):
            step = self._steps.pop(key)
            if error is None:
                step.span.set_attribute("switchboard.step.status", "waiting")
            self.spans.end(step, at, error=error, parent=self._outer(key) or self._guide)
        self.spans.end(self._guide, at, error=error, parent=self._tool or self._turn)
        self._guide = None
        self._window_at = None


def _tool(call: str, tool: str) -> dict[str, str]:
    return {
        names.OPERATION: "execute_tool",
        names.TOOL: tool,
        names.TOOL_CALL: identifier(call),
        names.TOOL_TYPE: "function",
    }
