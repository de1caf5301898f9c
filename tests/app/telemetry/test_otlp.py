"""Runs of the whole program, exported over OTLP to a collector on this machine."""

import asyncio
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.application import App
from orchestrator.app.log import FILE, LIBRARIES
from orchestrator.app.telemetry.runs import Telemetry, open_telemetry
from orchestrator.core.errors import SettingsError
from orchestrator.core.events import Event, RunStarted, StepStarted, ToolCalled
from orchestrator.surfaces.application import Options

QUESTION = "calls of pay to a target fail since 10:20"
SECRETS = ("hunter2hunter2", "Zk3Zk3Zk3_x", "0123456789abcdef0123456789abcdef", "Erika Mustermann")


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """The process's logging as it was; opening a conversation configures it."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, LIBRARIES))}
    yield
    root.handlers[:] = handlers
    for logger, level in levels.items():
        logger.setLevel(level)


def logged(state: Path) -> list[dict[str, Any]]:
    """The entries of the program's log."""
    return [json.loads(line) for line in (state / FILE).read_text(encoding="utf-8").splitlines()]


async def ask(telemetry: Telemetry, options: Options, text: str = QUESTION) -> dict[str, Any]:
    """One run, as a surface makes it."""
    async with App().converse(options) as conversation:
        with telemetry.run() as heard:
            return await conversation.ask(text, listen=heard)


async def test_a_run_is_one_trace(collector: Any, options: Options) -> None:
    """Turn, model calls, tools, guide, step and queries under the run, each with its parent's time around it."""
    async with open_telemetry(otlp_endpoint=collector.address) as telemetry:
        report = await ask(telemetry, options)
    spans = collector.spans()
    by_id = {span.id: span for span in spans}
    names = {(span.name, by_id[span.parent].name if span.parent else "") for span in spans}
    assert names == {
        ("invoke_workflow switchboard", ""),
        ("invoke_agent triage", "invoke_workflow switchboard"),
        ("chat embedded-planner-1", "invoke_agent triage"),
        ("execute_tool guides-search", "invoke_agent triage"),
        ("execute_tool guides-run", "invoke_agent triage"),
        ("execute_tool report-submit", "invoke_agent triage"),
        ("query duckdb", "execute_tool guides-run"),
        ("guide failing_target", "execute_tool guides-run"),
        ("query duckdb", "guide failing_target"),
        ("step targets", "guide failing_target"),
        ("query duckdb", "step targets"),
    }
    assert {span.trace for span in spans} == {spans[0].trace}
    assert [
        s.name for s in spans if s.parent and not by_id[s.parent].start <= s.start <= s.end <= by_id[s.parent].end
    ] == []
    assert [span.name for span in spans if span.failed] == []
    queries = [span for span in spans if span.name == "query duckdb"]
    evidence = {item["id"]: item["row_count"] for item in report["evidence"]}
    assert {
        s.attributes["switchboard.evidence.id"]: s.attributes["db.response.returned_rows"] for s in queries
    } == evidence


async def test_spans_carry_the_conventions(collector: Any, options: Options) -> None:
    """GenAI names on run, agent, tool and model; database names on queries; our own beside them."""
    async with open_telemetry(otlp_endpoint=collector.address + "/") as telemetry:
        report = await ask(telemetry, options)
    spans = {span.name: span.attributes for span in collector.spans()}
    run = spans["invoke_workflow switchboard"]
    assert run["gen_ai.operation.name"] == "invoke_workflow"
    assert run["gen_ai.conversation.id"] == report["session"]
    assert run["switchboard.run.id"] == report["run"]
    assert (run["switchboard.verdict.status"], run["switchboard.verdict.cause"]) == ("cause_found", "target_down")
    assert spans["invoke_agent triage"]["gen_ai.agent.name"] == "triage"
    assert spans["execute_tool guides-run"] == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "guides-run",
        "gen_ai.tool.call.id": "call_2",
        "gen_ai.tool.type": "function",
    }
    assert spans["chat embedded-planner-1"]["gen_ai.provider.name"] == "switchboard"
    (text,) = {
        span.attributes["db.query.text"]
        for span in collector.spans()
        if span.name == "query duckdb" and span.attributes["switchboard.evidence.id"] == "E1"
    }
    assert text.startswith("AppDependencies\n| where AppRoleName == p_service")
    assert "'pay'" not in text


async def test_metrics_come_with_few_values(collector: Any, options: Options) -> None:
    """Runs, steps, queries and claims by status; times of operations."""
    async with open_telemetry(otlp_endpoint=collector.address) as telemetry:
        report = await ask(telemetry, options)
    metrics = collector.metrics()
    (runs,) = metrics["switchboard.runs"]
    assert runs == (
        {"switchboard.status": "answered", "switchboard.verdict.status": "cause_found", "switchboard.source": "files"},
        1,
    )
    assert [value for _, value in metrics["switchboard.claims"]] == [len(report["claims"])]
    assert metrics["switchboard.steps"] == [
        ({"switchboard.step.status": "done", "switchboard.step.outcome": "conclude"}, 1)
    ]
    assert sum(value for _, value in metrics["switchboard.queries"]) == len(report["evidence"])
    operations = {attributes["gen_ai.operation.name"] for attributes, _ in metrics["gen_ai.client.operation.duration"]}
    assert operations == {"chat", "execute_tool", "invoke_agent"}
    assert set(metrics) == {
        "switchboard.runs",
        "switchboard.run.duration",
        "switchboard.claims",
        "switchboard.steps",
        "switchboard.queries",
        "gen_ai.client.operation.duration",
        "db.client.operation.duration",
    }


async def test_no_secret_and_no_text_leaves(collector: Any, options: Options) -> None:
    """What is planted in the message, the rows and an error is in no byte that is exported, by either way."""
    logs = Path(options.logs[0]) / "AppDependencies.csv"
    logs.write_text(logs.read_text().replace("bank", "https://bank.example/pay?sig=Zk3Zk3Zk3_x"))
    message = f"{QUESTION}, says Erika Mustermann, password=hunter2hunter2, api-key: 0123456789abcdef0123456789abcdef"
    async with open_telemetry(
        otlp_endpoint=collector.address, appinsights_connection_string=collector.connection_string
    ) as telemetry:
        report = await ask(telemetry, options, message)
        with pytest.raises(RuntimeError):
            _break_off(telemetry, message)
    sent = collector.everything()
    assert report["verdict"]["status"] == "cause_found"
    assert len(collector.spans()) > 10
    assert len(collector.envelopes()) > 10
    assert [secret for secret in (*SECRETS, "calls of pay", "bank.example") if secret.encode() in sent] == []


def _break_off(telemetry: Telemetry, message: str) -> None:
    with telemetry.run() as heard:
        heard(_started(message))
        raise RuntimeError(message)


def _started(message: str) -> Event:
    now = datetime.now(UTC)
    return RunStarted(run="r", session="s", message=message, source="files", at=now, now=now, inputs={})


async def test_a_cancelled_run_ends_its_spans_as_failed(collector: Any, options: Options) -> None:
    """Whatever was open when the run was stopped says so; what was over before stays good."""
    stopped = asyncio.Event()

    async with open_telemetry(otlp_endpoint=collector.address) as telemetry:

        async def run() -> None:
            async with App().converse(options) as conversation:
                with telemetry.run() as heard:

                    def listen(event: Event) -> None:
                        heard(event)
                        if isinstance(event, StepStarted):
                            stopped.set()

                    await conversation.ask(QUESTION, listen=listen)

        task = asyncio.create_task(run())
        await stopped.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    ends = {span.name: (span.failed, span.attributes.get("error.type")) for span in collector.spans()}
    for name in ("invoke_workflow switchboard", "invoke_agent triage", "execute_tool guides-run", "step targets"):
        assert ends[name] == (True, "CancelledError")
    assert ends["execute_tool guides-search"] == (False, None)
    assert [a["error.type"] for a, _ in collector.metrics()["switchboard.runs"]] == ["CancelledError"]


async def test_a_call_of_a_step_can_join_the_trace(collector: Any, options: Options) -> None:
    """While a step runs, `traceparent` names its span; outside of a run there is none."""
    seen: dict[str, str] = {}
    async with open_telemetry(otlp_endpoint=collector.address) as telemetry, App().converse(options) as conversation:
        with telemetry.run() as heard:

            def listen(event: Event) -> None:
                heard(event)
                if isinstance(event, StepStarted | ToolCalled):
                    seen[event.step if isinstance(event, StepStarted) else event.tool] = telemetry.headers()[
                        "traceparent"
                    ]

            await conversation.ask(QUESTION, listen=listen)
        assert telemetry.headers() == {}
    spans = {span.name: span for span in collector.spans()}
    expected = {"targets": "step targets", **{name: f"execute_tool {name}" for name in seen if "-" in name}}
    assert {key: value.split("-")[1:3] for key, value in seen.items()} == {
        key: [spans[name].trace.hex(), spans[name].id.hex()] for key, name in expected.items()
    }
    assert "guides-run" in seen


async def test_a_collector_that_is_not_there_costs_little_and_is_logged_once(options: Options, state: Path) -> None:
    """Two runs answer as ever; the end waits no longer than its bound; one entry names the place."""
    async with open_telemetry(otlp_endpoint="http://127.0.0.1:9", flush_s=0.5) as telemetry:
        reports = [await ask(telemetry, options) for _ in range(2)]
    assert [report["status"] for report in reports] == ["answered", "answered"]
    (entry,) = logged(state)
    assert (entry["level"], entry["destination"]) == ("warning", "127.0.0.1:9")


async def test_a_place_that_failed_before_is_not_waited_for_again(options: Options, state: Path) -> None:
    """The end takes a fraction of its bound, which is an hour here."""
    async with asyncio.timeout(300), open_telemetry(otlp_endpoint="http://127.0.0.1:9", flush_s=3_600.0) as telemetry:
        await ask(telemetry, options)
        while not (state / FILE).exists():  # noqa: ASYNC110  # a file has no event
            await asyncio.sleep(0.05)


async def test_a_collector_that_never_answers_is_left(collector: Any, options: Options, state: Path) -> None:
    """The program ends though a request is under way, and says so once."""
    collector.held = threading.Event()
    async with open_telemetry(otlp_endpoint=collector.address, flush_s=0.3) as telemetry:
        await ask(telemetry, options)
    assert len(logged(state)) == 1
    collector.held.set()
    for thread in threading.enumerate():
        if thread.daemon and "Otel" in thread.name:
            thread.join(10)


@pytest.mark.parametrize("status", [400, 401, 404, 500])
async def test_a_refusal_is_logged_once(collector: Any, options: Options, state: Path, status: int) -> None:
    """Whatever the collector answers, the run is not touched."""
    collector.status = status
    async with open_telemetry(otlp_endpoint=collector.address, flush_s=0.5) as telemetry:
        report = await ask(telemetry, options)
    assert report["status"] == "answered"
    assert len(logged(state)) == 1


async def test_an_event_that_cannot_be_encoded_does_not_end_the_run(collector: Any) -> None:
    """The trace breaks off; the answer is given."""
    async with open_telemetry(otlp_endpoint=collector.address) as telemetry:
        broken = replace(telemetry, clock=lambda: 1 // 0)  # type: ignore[type-var]  # it is the live one
        with broken.run() as heard:
            heard(_started("x"))
    assert collector.spans() == []


OFF = """
import asyncio, sys
from pathlib import Path
from orchestrator.app.telemetry.runs import open_telemetry
early = [name for name in sys.modules if name.split(".")[0] == "opentelemetry"]
from orchestrator.app.application import App
from orchestrator.surfaces.application import Options

async def main():
    async with open_telemetry() as telemetry, App().converse(Options()) as conversation:
        with telemetry.run() as heard:
            report = await conversation.ask("is checkout healthy?", listen=heard)
    return report["status"]

status = asyncio.run(main())
unwanted = ("opentelemetry.sdk", "opentelemetry.exporter", "azure.monitor.opentelemetry")
late = [name for name in sys.modules if name.startswith(unwanted)]
print(status, early, late)
"""


def test_off_it_loads_nothing() -> None:
    """Without a destination the embedded default loads neither the SDK nor an exporter."""
    done = subprocess.run([sys.executable, "-c", OFF], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "answered [] []\n"


@pytest.mark.parametrize(
    ("setting", "module"),
    [
        ("otlp_endpoint", "opentelemetry.exporter.otlp.proto.http.trace_exporter"),
        ("appinsights_connection_string", "azure.monitor.opentelemetry.exporter"),
    ],
)
async def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, setting: str, module: str) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SettingsError, match=r"pip install 'switchboard\[telemetry\]'"):
        async with open_telemetry(**{setting: "http://127.0.0.1:4318"}):
            pass
