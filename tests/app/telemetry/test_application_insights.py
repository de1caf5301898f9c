"""The Azure Monitor exporter against an ingestion endpoint on this machine."""

import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.application import App
from orchestrator.app.telemetry.runs import open_telemetry
from orchestrator.core.errors import SettingsError
from orchestrator.surfaces.application import Options

QUESTION = "calls of pay to a target fail since 10:20"


async def test_a_run_arrives_as_request_dependencies_and_metrics(collector: Any, options: Options) -> None:
    """The run is a request, what it did are its dependencies, all of one operation; metrics come beside."""
    async with (
        open_telemetry(appinsights_connection_string=collector.connection_string) as telemetry,
        App().converse(options) as conversation,
    ):
        with telemetry.run() as heard:
            await conversation.ask(QUESTION, listen=heard)
    items = collector.envelopes()
    kinds = {item["data"]["baseType"] for item in items}
    assert kinds == {"RequestData", "RemoteDependencyData", "MetricData"}
    (request,) = [item for item in items if item["data"]["baseType"] == "RequestData"]
    spans = [item for item in items if item["data"]["baseType"] != "MetricData"]
    assert {item["tags"]["ai.operation.id"] for item in spans} == {request["tags"]["ai.operation.id"]}
    assert request["data"]["baseData"]["name"] == "invoke_workflow switchboard"
    assert request["data"]["baseData"]["properties"]["switchboard.verdict.cause"] == "target_down"
    dependencies = {item["data"]["baseData"]["name"]: item["data"]["baseData"] for item in spans}
    assert dependencies["query duckdb"]["type"] == "duckdb"
    assert dependencies["execute_tool guides-run"]["properties"]["gen_ai.tool.name"] == "guides-run"
    measured = {point["name"] for item in items for point in item["data"]["baseData"].get("metrics", ())}
    assert {"switchboard.runs", "gen_ai.client.operation.duration"} <= measured


async def test_nothing_else_is_called_written_or_told_about_the_machine(
    collector: Any, options: Options, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No report of the exporter on itself, no remote settings, no file, no name of the machine; one path is posted."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo
    called: set[Any] = set()

    def connecting(self: socket.socket, address: Any) -> None:
        called.add(address[:2] if isinstance(address, tuple) else address)
        connect(self, address)

    def resolving(host: Any, *rest: Any, **options: Any) -> Any:
        called.add((host, rest[0] if rest else None))
        return resolve(host, *rest, **options)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", resolving)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    collector.status = 503  # what would be kept on disk for later
    async with (
        open_telemetry(appinsights_connection_string=collector.connection_string, flush_s=1.0) as telemetry,
        App().converse(options) as conversation,
    ):
        with telemetry.run() as heard:
            await conversation.ask(QUESTION, listen=heard)
    assert called == {("127.0.0.1", collector.port)}
    assert {request.path for request in collector.received} == {"/v2.1/track"}
    assert list((tmp_path / "temporary").iterdir()) == []
    assert socket.gethostname().encode() not in collector.everything()


@pytest.mark.parametrize("text", ["hunter2hunter2", "InstrumentationKey=hunter2hunter2", "a=b;c"])
async def test_a_wrong_connection_string_is_an_error_that_does_not_quote_it(text: str) -> None:
    """It is a secret even when it is wrong."""
    with pytest.raises(SettingsError, match="SWITCHBOARD_APPINSIGHTS_CONNECTION_STRING is wrong") as caught:
        async with open_telemetry(appinsights_connection_string=text):
            pass
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
