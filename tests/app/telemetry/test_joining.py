"""The calls of a run's workflows carry its trace."""

from datetime import UTC, datetime
from typing import Any

import httpx

from orchestrator.app.telemetry.runs import NoTelemetry, open_telemetry
from orchestrator.core.events import RunStarted
from plugins.logicapps.transport import open_http

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
STARTED = RunStarted(run="r", session="s", message="m", source="live", at=NOW, now=NOW, inputs={})


def echo(request: httpx.Request) -> httpx.Response:
    """Answer with the trace that the request carries."""
    return httpx.Response(200, text=request.headers.get("traceparent", "none"))


async def test_calls_of_a_run_carry_its_trace(collector: Any) -> None:
    """A call inside a run names the run's span; one before it names none; a header that the caller set stays."""
    async with (
        open_telemetry(otlp_endpoint=collector.address) as telemetry,
        open_http(httpx.MockTransport(echo), headers=telemetry.headers) as client,
    ):
        before = await client.get("http://workflow.example/")
        with telemetry.run() as heard:
            heard(STARTED)
            inside = await client.get("http://workflow.example/")
            own = await client.get("http://workflow.example/", headers={"traceparent": "mine"})
    (span,) = collector.spans()
    assert before.text == "none"
    assert inside.text.split("-")[1:3] == [span.trace.hex(), span.id.hex()]
    assert own.text == "mine"


async def test_without_telemetry_nothing_is_added() -> None:
    """No header, and no part of OpenTelemetry."""
    async with open_http(httpx.MockTransport(echo), headers=NoTelemetry().headers) as client:
        assert (await client.get("http://workflow.example/")).text == "none"
