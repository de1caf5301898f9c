"""Outgoing calls of a run carry its trace."""

from datetime import UTC, datetime
from typing import Any

import httpx
from azure.core import AsyncPipelineClient
from azure.core.pipeline.policies import CustomHookPolicy
from azure.core.rest import HttpRequest

from orchestrator.app.telemetry.joining import JoinedTransport, join_azure
from orchestrator.app.telemetry.runs import NoTelemetry, open_telemetry
from orchestrator.core.events import RunStarted

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
STARTED = RunStarted(run="r", session="s", message="m", source="live", at=NOW, now=NOW, inputs={})


def echo(request: httpx.Request) -> httpx.Response:
    """Answer with the trace that the request carries."""
    return httpx.Response(200, text=request.headers.get("traceparent", "none"))


async def test_calls_of_a_run_carry_its_trace(collector: Any) -> None:
    """An HTTP client's call inside a run names the run's span; one before it names none."""
    async with (
        open_telemetry(otlp_endpoint=collector.address) as telemetry,
        httpx.AsyncClient(transport=JoinedTransport(httpx.MockTransport(echo), telemetry.headers)) as client,
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


async def test_an_azure_client_joins_by_its_hook(collector: Any) -> None:
    """The hook of the SDK's pipeline puts the header on the wire."""
    async with open_telemetry(otlp_endpoint=collector.address) as telemetry:
        hook = CustomHookPolicy(raw_request_hook=join_azure(telemetry.headers))
        async with AsyncPipelineClient(collector.address, policies=[hook]) as client:
            with telemetry.run() as heard:
                heard(STARTED)
                await client.send_request(HttpRequest("POST", f"{collector.address}/query", content=b"x"))
    (request,) = [item for item in collector.received if item.path == "/query"]
    (span,) = collector.spans()
    assert request.headers["traceparent"].split("-")[1:3] == [span.trace.hex(), span.id.hex()]


async def test_without_telemetry_nothing_is_added() -> None:
    """The wrapping costs a call nothing but itself."""
    transport = JoinedTransport(httpx.MockTransport(echo), NoTelemetry().headers)
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.get("http://workflow.example/")).text == "none"
