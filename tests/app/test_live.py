"""The whole program on live logs: Azure's own clients against services on loopback, chosen by settings alone."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from log_analytics import TOKEN, WORKSPACE, LogAnalytics, gateway_timeout, problem
from managed_identity import ManagedIdentity
from serving import serve

from orchestrator.surfaces.application import Options
from plugins.monitor.embedded.duckdb import DuckDbLogs

Ask = Callable[..., Awaitable[tuple[int, str, str]]]
NOW = "2026-05-04T11:00:00Z"
QUESTION = "calls of pay fail since 10:00"


@pytest.fixture
async def service(options: Options) -> AsyncIterator[LogAnalytics]:
    """A workspace that holds the folder's table."""
    async with DuckDbLogs.open(list(options.logs)) as logs:
        service = LogAnalytics(logs)
        async with serve(service.app) as service.url:
            yield service


@pytest.fixture
async def program(service: LogAnalytics, options: Options, state: Path, tmp_path: Path) -> AsyncIterator[Ask]:
    """The program in a process of its own, signed in by a managed identity; its exit code, answer and complaints."""
    identity = ManagedIdentity(TOKEN)
    async with serve(identity.app) as address:
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            **ManagedIdentity.environment(address),
            "SWITCHBOARD_STATE": str(state),
            "SWITCHBOARD_CREDENTIAL": "managed",
            "SWITCHBOARD_WORKSPACE": WORKSPACE,
            "SWITCHBOARD_LOGS_ENDPOINT": service.url,
            "SWITCHBOARD_MANAGEMENT_ENDPOINT": "http://127.0.0.1:9",  # nobody listens
            "SWITCHBOARD_GUIDES": str(options.guides),
        }

        async def run(*argv: str, **more: str) -> tuple[int, str, str]:
            process = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).with_name("switchboard")),
                *argv,
                env={**environment, **more},
                cwd=tmp_path,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await process.communicate()
            return process.returncode or 0, out.decode(), err.decode()

        yield run


async def report_of(program: Ask, *argv: str) -> dict[str, Any]:
    """The document of an `ask` that answers."""
    code, out, err = await program("ask", QUESTION, "--now", NOW, "--json", *argv)
    assert (code, err) == (0, "")
    document: dict[str, Any] = json.loads(out)
    return document


async def test_live_logs_answer_as_the_same_files_do(program: Ask, options: Options) -> None:
    """Verdict, claims, rows and hashes are the same; only where they came from differs."""
    live = await report_of(program)
    _, out, _ = await program("ask", QUESTION, "--now", NOW, "--json", "--logs", options.logs[0])
    files = json.loads(out)
    assert (live["source"], files["source"]) == ("live", "files")
    assert live["verdict"]["cause"] == "target_down"
    same = ("status", "verdict", "impact", "message", "ruled_out", "unknown", "next", "window")
    assert {name: live[name] for name in same} == {name: files[name] for name in same}
    assert [claim["text"] for claim in live["claims"]] == [claim["text"] for claim in files["claims"]]
    steps = [{item["step"]: (item["result_sha256"], item["rows"]) for item in of["evidence"]} for of in (live, files)]
    assert steps[0]["targets"] == steps[1]["targets"]


async def test_each_evidence_of_live_logs_leads_to_its_query_in_the_portal(program: Ask) -> None:
    """And none of files does."""
    live = await report_of(program)
    assert all(item["link"].startswith("https://portal.azure.com/") for item in live["evidence"])


async def test_a_run_on_live_logs_is_verified_by_asking_them_again(program: Ask, service: LogAnalytics) -> None:
    """The record names the workspace, and nothing secret."""
    report = await report_of(program)
    asked = len(service.asked)
    code, out, _ = await program("runs", "verify", report["run"], "--json")
    outcomes = {claim["outcome"] for claim in json.loads(out)["claims"]}
    assert (code, outcomes, len(service.asked) > asked) == (0, {"holds"}, True)


async def test_live_logs_are_asked_about_a_bounded_time_only(program: Ask, service: LogAnalytics) -> None:
    """A workspace may hold years: no query is without a bound in its text or its timespan."""
    await report_of(program)
    unbounded = [
        item.text
        for item in service.asked
        if item.body.get("timespan") is None and "TimeGenerated" not in item.text and "AppDependencies" in item.text
    ]
    assert not [text for text in unbounded if "getschema" not in text]


async def test_who_may_not_read_is_told_which_role_is_missing(program: Ask, service: LogAnalytics) -> None:
    """Before every query of a run fails by itself."""
    denied = problem(403, "InsufficientAccessError", "The provided credentials have insufficient access")
    service.faults = [lambda _: asyncio.sleep(0, denied)] * 20
    code, out, err = await program("ask", QUESTION, "--now", NOW)
    assert (code, out) == (2, "")
    assert "Log Analytics Reader" in err
    assert TOKEN not in err


async def test_nobody_is_signed_in(program: Ask) -> None:
    """Exit code 2, with the mend."""
    code, out, err = await program("ask", QUESTION, "--now", NOW, SWITCHBOARD_CREDENTIAL="environment")
    assert (code, out) == (2, "")
    assert "sign" in err.lower()


async def test_a_query_that_times_out_fails_alone(program: Ask, service: LogAnalytics) -> None:
    """The run goes on, says what could not be asked, and names no cause."""

    async def only_the_step(request: Any) -> Any:
        body = await request.json()
        return (
            await gateway_timeout()(request) if "by Target" in body["query"] and "take 0" not in body["query"] else None
        )

    service.faults = [only_the_step] * 200
    report = await report_of(program)
    assert (report["status"], report["verdict"]["cause"]) == ("answered", None)
    failed = [item for item in report["evidence"] if item["status"] == "failed"]
    assert [item["step"] for item in failed] == ["targets"]


async def test_doctor_asks_the_workspace(program: Ask) -> None:
    """Signed in, and the tables are there."""
    code, out, _ = await program("doctor", "--json")
    found = {item["part"]: item for item in json.loads(out)["findings"]}
    assert (code, found["identity"]["state"], found["logs"]["state"]) == (0, "ok", "ok")
    assert found["logs"]["detail"].startswith("live (default): 1 tables, newest 2026-05-04 10:59 UTC")
    assert found["resources"]["state"] == "off"
