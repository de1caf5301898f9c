"""A run's events as metrics: tokens and times of model calls, runs, steps, queries and claims.

Every attribute has few values: identifiers of ours, statuses, models that are configured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opentelemetry.metrics import Counter, Histogram, Meter

from orchestrator.app.telemetry import vocabulary as names
from orchestrator.app.telemetry.model_calls import ModelCalls
from orchestrator.app.telemetry.vocabulary import Vocabulary, identifier, text_of
from orchestrator.core.events import (
    ClaimRejected,
    Event,
    EvidenceFound,
    ModelAnswered,
    ModelFailed,
    RunFinished,
    RunStarted,
    StepFinished,
    ToolCalled,
    ToolRefused,
    ToolReturned,
    TurnFinished,
)

# Source: OpenTelemetry, semantic conventions for generative AI metrics and for database client metrics
_TOKENS = tuple(4**power for power in range(14))
_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_QUERY_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Instruments:
    """The metrics of this process."""

    tokens: Histogram
    operations: Histogram
    queries_s: Histogram
    runs: Counter
    runs_s: Histogram
    steps: Counter
    queries: Counter
    claims: Counter

    @classmethod
    def of(cls, meter: Meter) -> "Instruments":
        """Made once, shared by all runs."""

        def seconds(name: str, about: str, bounds: tuple[float, ...] = _SECONDS) -> Histogram:
            return meter.create_histogram(name, "s", about, explicit_bucket_boundaries_advisory=bounds)

        return cls(
            tokens=meter.create_histogram(
                "gen_ai.client.token.usage",
                "{token}",
                "Tokens of a model call.",
                explicit_bucket_boundaries_advisory=_TOKENS,
            ),
            operations=seconds("gen_ai.client.operation.duration", "Time of a model call, tool call or turn."),
            queries_s=seconds("db.client.operation.duration", "Time of a query.", _QUERY_SECONDS),
            runs=meter.create_counter("switchboard.runs", "{run}", "Runs that ended."),
            runs_s=seconds("switchboard.run.duration", "Time of a run."),
            steps=meter.create_counter("switchboard.steps", "{step}", "Guide steps that were decided."),
            queries=meter.create_counter("switchboard.queries", "{query}", "Queries that were answered or failed."),
            claims=meter.create_counter("switchboard.claims", "{claim}", "Sentences with a receipt, and dropped ones."),
        )


@dataclass(slots=True)
class RunMeter:
    """Counts what happens in one run. Times are nanoseconds since 1970."""

    instruments: Instruments
    vocabulary: Vocabulary
    _models: ModelCalls = field(init=False)
    _started: int | None = None
    _source: str = names.OTHER
    _rejected: int = 0
    _calls: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._models = ModelCalls(self.vocabulary)

    def take(self, event: Event, at: int) -> None:  # noqa: C901  # one line per event
        """Hear an event at a time."""
        match event:
            case RunStarted():
                self._started, self._source = at, identifier(event.source)
            case ModelAnswered():
                self._model(event)
            case ModelFailed():
                failed = {**self._chat(event.model), names.ERROR: identifier(event.fault)}
                self.instruments.operations.record(self._models.waited_ms(at) / 1e3, failed)
            case ToolCalled():
                self._calls[event.call] = at
            case ToolReturned():
                self._calls.pop(event.call, None)
                self._operation("execute_tool", event.elapsed_ms, error=None if event.ok else "tool_failed")
            case ToolRefused():
                began = self._calls.pop(event.call, at)
                self._operation("execute_tool", (at - began) / 1e6, error="refused")
            case StepFinished():
                self.instruments.steps.add(
                    1, _bounded(**{"switchboard.step.status": event.status, "switchboard.step.outcome": event.outcome})
                )
            case EvidenceFound():
                self._query(event.evidence)
            case ClaimRejected():
                self._rejected += 1
            case TurnFinished():
                error = "turn_failed" if event.status == "failed" else None
                self._operation("invoke_agent", event.elapsed_ms, error=error)
            case RunFinished():
                self._finish(event, at)
            case _:
                pass  # nothing to count
        self._models.hear(event, at)

    def close(self, error: str | None, at: int) -> None:
        """Count a run that broke off by an error of that type."""
        if self._started is not None:
            self._ended(at, **{"switchboard.status": "failed", names.ERROR: error or "unfinished"})

    def _model(self, event: ModelAnswered) -> None:
        attributes = self._chat(event.model)
        self.instruments.operations.record(event.elapsed_ms / 1e3, attributes)
        for kind, count in (("input", event.input_tokens), ("output", event.output_tokens)):
            if count is not None:
                self.instruments.tokens.record(count, {**attributes, names.TOKEN_TYPE: kind})

    def _chat(self, model: str) -> dict[str, str]:
        return {names.OPERATION: "chat", names.PROVIDER: self._models.provider, names.MODEL: identifier(model)}

    def _operation(self, name: str, elapsed_ms: float, *, error: str | None) -> None:
        attributes = {names.OPERATION: name, names.PROVIDER: self.vocabulary.provider}
        if error is not None:
            attributes[names.ERROR] = error
        self.instruments.operations.record(elapsed_ms / 1e3, attributes)

    def _query(self, evidence: Mapping[str, object]) -> None:
        if not evidence.get("query"):
            return  # a person's answer, or an inner guide's outcome
        source = text_of(evidence, "source") or ""
        operation = "search" if source.startswith("search:") else "query"
        attributes = {names.DB_SYSTEM: self.vocabulary.system(source), names.DB_OPERATION: operation}
        status = identifier(evidence.get("status"))
        self.instruments.queries.add(1, {**attributes, "switchboard.evidence.status": status})
        elapsed = evidence.get("elapsed_ms")
        if isinstance(elapsed, int | float):
            failed = {names.ERROR: "query_failed"} if status == "failed" else {}
            self.instruments.queries_s.record(elapsed / 1e3, {**attributes, **failed})

    def _finish(self, event: RunFinished, at: int) -> None:
        verdict = text_of(event.report, "verdict", "status")
        claims = event.report.get("claims")
        made = len(claims) if isinstance(claims, list | tuple) else 0
        for result, count in (("made", made), ("rejected", self._rejected)):
            if count:
                said = _bounded(**{"switchboard.claim.result": result, "switchboard.verdict.status": verdict})
                self.instruments.claims.add(count, said)
        self._ended(
            at,
            **{
                "switchboard.status": event.status,
                "switchboard.verdict.status": verdict,
                names.ERROR: "run_failed" if event.status == "failed" else None,
            },
        )

    def _ended(self, at: int, **attributes: str | None) -> None:
        bounded = _bounded(**attributes, **{"switchboard.source": self._source})
        self.instruments.runs.add(1, bounded)
        if self._started is not None:
            self.instruments.runs_s.record((at - self._started) / 1e9, bounded)
        self._started = None


def _bounded(**attributes: str | None) -> dict[str, str]:
    return {name: identifier(value) for name, value in attributes.items() if value is not None}
