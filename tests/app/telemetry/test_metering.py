"""Metrics of hand-made runs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from orchestrator.app.telemetry.metering import Instruments, RunMeter
from orchestrator.app.telemetry.vocabulary import Vocabulary
from orchestrator.core.events import (
    ClaimRejected,
    Event,
    ModelAnswered,
    ModelFailed,
    RunFinished,
    RunStarted,
    ToolCalled,
    ToolRefused,
    TurnStarted,
)

START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
STARTED = RunStarted(run="r", session="s", message="m", source="live", at=START, now=START, inputs={})


def measured(runs: Iterable[Iterable[tuple[float, Event]]], *, error: str | None = None) -> dict[str, list[Any]]:
    """Points by metric, as attributes and value, of runs whose events were heard at those seconds."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    instruments = Instruments.of(provider.get_meter("t"))
    for heard in runs:
        run = RunMeter(instruments, Vocabulary(provider="openai"))
        for at, event in heard:
            run.take(event, int(at * 1e9))
        run.close(error, 9_000_000_000)
    data = reader.get_metrics_data()
    provider.shutdown()
    metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics] if data else []
    return {
        metric.name: [(dict(p.attributes), p.sum if hasattr(p, "sum") else p.value) for p in metric.data.data_points]
        for metric in metrics
    }


def test_tokens_are_counted_by_kind_and_model() -> None:
    """Two runs add up; a call without a count adds none."""
    answer = ModelAnswered(model="gpt-x", input_tokens=100, output_tokens=7, cost=None, finish="stop", elapsed_ms=500.0)
    blind = ModelAnswered(model="gpt-x", input_tokens=None, output_tokens=None, cost=None, finish="", elapsed_ms=500.0)
    metrics = measured([[(0, answer)], [(0, answer), (1, blind)]])
    common = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-x"}
    assert metrics["gen_ai.client.token.usage"] == [
        ({**common, "gen_ai.token.type": "input"}, 200),
        ({**common, "gen_ai.token.type": "output"}, 14),
    ]
    assert metrics["gen_ai.client.operation.duration"] == [(common, 1.5)]


def test_a_failed_model_call_is_counted_by_its_fault() -> None:
    """With the time that was waited for it."""
    failed = ModelFailed(model="gpt-x", fault="throttled", reason="said by a server", retry_in_s=None)
    metrics = measured([[(1, TurnStarted(agent="triage", turn=1, text="m")), (3, failed)]])
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-x",
        "error.type": "throttled",
    }
    assert metrics["gen_ai.client.operation.duration"] == [(expected, 2.0)]


def test_claims_are_counted_with_the_verdict() -> None:
    """Made ones as the report has them, dropped ones beside."""
    report = {"claims": [{}, {}, {}], "verdict": {"status": "cause_found"}}
    dropped = ClaimRejected(text="said by a person", reason="nothing shows it")
    metrics = measured([[(0, STARTED), (1, dropped), (3, RunFinished(status="answered", report=report))]])
    assert metrics["switchboard.claims"] == [
        ({"switchboard.claim.result": "made", "switchboard.verdict.status": "cause_found"}, 3),
        ({"switchboard.claim.result": "rejected", "switchboard.verdict.status": "cause_found"}, 1),
    ]
    assert [value for _, value in metrics["switchboard.run.duration"]] == [3.0]


def test_a_run_that_breaks_off_is_counted_once_as_failed() -> None:
    """With the error's class, and its time until then."""
    metrics = measured([[(0, STARTED)]], error="CancelledError")
    failed = {"switchboard.status": "failed", "error.type": "CancelledError", "switchboard.source": "live"}
    assert metrics["switchboard.runs"] == [(failed, 1)]
    assert metrics["switchboard.run.duration"] == [(failed, 9.0)]


def test_values_stay_few_whatever_a_model_says() -> None:
    """A thousand made-up tools and texts in place of names are one series."""
    refused = [
        (1, ToolRefused(call=f"c{number}", tool=f"made up {number}", reason=f"{number}")) for number in range(1_000)
    ]
    odd = [
        ModelAnswered(model=f"Dear Erika, {n}", input_tokens=1, output_tokens=1, cost=None, finish="", elapsed_ms=1.0)
        for n in range(100)
    ]
    metrics = measured([[*refused, *((2, event) for event in odd)]])
    assert len(metrics["gen_ai.client.operation.duration"]) == 2
    assert "Erika" not in str(metrics)


def test_a_refused_call_takes_the_time_since_it_began() -> None:
    """From the call to its refusal."""
    called = ToolCalled(call="c1", tool="logs-query", arguments={})
    metrics = measured([[(1, called), (3, ToolRefused(call="c1", tool="logs-query", reason="no"))]])
    assert [value for _, value in metrics["gen_ai.client.operation.duration"]] == [2.0]
