"""Workflows as the application opens them: embedded, configured, served."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.workflows import SHIPPED, DeferredWorkflows, list_workflows, open_workflows, read_workflow
from orchestrator.core.errors import InputError, SettingsError
from orchestrator.core.workflows import Done, Refused, Unknown, action_key
from orchestrator.settings import Settings
from orchestrator.surfaces.cli import run_cli
from playbooks.workflow import load_workflows

KEY = action_key("open_ticket", "INC-7")
URL = "https://prod-1.westeurope.logic.azure.com/workflows/0a/triggers/manual/paths/invoke"
SAS = f"{URL}?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abcdefgh"
PROGRAM = "import sys; from orchestrator.app.main import main; sys.exit(main())"


def configured(**workflows: dict[str, str]) -> Settings:
    """Settings with these workflows."""
    return Settings(workflows=workflows)  # type: ignore[arg-type]  # pydantic reads the mappings


async def test_embedded_workflows_act_once_across_openings(state: Path) -> None:
    """The host's file keeps the key: opened again, the same call gives the same ticket."""
    settings = Settings()
    bodies = []
    for _ in range(2):
        async with open_workflows(settings) as workflows:
            outcome = await workflows.call("open_ticket", {"title": "t"}, key=KEY)
            assert isinstance(outcome, Done)
            bodies.append(outcome.body)
    assert bodies[0] == bodies[1]
    assert (await read_workflow(settings, KEY))["body"] == bodies[0]
    assert (state / "workflows.db").is_file()


async def test_a_ticket_is_read_by_its_number() -> None:
    """Its number has a `#`, which goes through the path and back; one that is not there is the workflow's own no."""
    async with open_workflows(Settings()) as workflows:
        opened = await workflows.call("open_ticket", {"title": "t"}, key=KEY)
        assert isinstance(opened, Done)
        found = await workflows.call("read_ticket", {"number": "#1"}, key="read")
        missing = await workflows.call("read_ticket", {"number": "#9"}, key="read")
        assert isinstance(found, Done)
        assert found.body == opened.body
        assert isinstance(missing, Refused)
        assert (missing.code, missing.by, missing.status) == ("TicketNotRead", "workflow", 404)


async def test_an_unknown_key_was_perhaps_never_sent() -> None:
    """Without a time of sending a finding of nothing is no proof."""
    document = await read_workflow(Settings(), KEY)
    assert (document["kind"], document["owner"]) == ("unknown", "read")
    with pytest.raises(InputError, match="there is no workflow"):
        await read_workflow(Settings(), "nonsense:1:1")


async def test_configured_workflows_are_the_only_ones(state: Path) -> None:
    """Nothing falls back to this machine, and no host is opened."""
    settings = configured(open_ticket={"url": SAS})
    async with open_workflows(settings) as workflows:
        assert list(workflows.specs) == ["open_ticket"]
    places = {one["name"]: one["place"] for one in list_workflows(settings)}
    assert places == dict.fromkeys(load_workflows(SHIPPED), "off") | {"open_ticket": "azure"}
    assert not (state / "workflows.db").exists()


@pytest.mark.parametrize(
    ("workflows", "problem"),
    [
        ({"open_tickets": {"url": SAS}}, "such as open_ticket"),
        ({"open_ticket": {"url": SAS, "audience": "https://management.azure.com"}}, "only one"),
        ({"open_ticket": {"url": URL}}, "no signature"),
    ],
)
async def test_settings_that_cannot_work(workflows: Any, problem: str) -> None:
    """They are refused before anything is opened, without the address."""
    with pytest.raises(SettingsError, match=problem) as caught:
        async with open_workflows(configured(**workflows)):
            pass
    assert "abcdefgh" not in caught.value.message


async def test_an_identity_is_opened_only_for_an_audience() -> None:
    """A workflow with an audience signs in; without an Azure login the call is refused and nothing is sent."""
    unsigned = f"{URL}?api-version=2016-10-01"
    settings = Settings(
        credential="environment",
        workflows={"open_ticket": {"url": unsigned, "audience": "https://management.azure.com"}},  # type: ignore[dict-item]
    )
    async with open_workflows(settings) as workflows:
        outcome = await workflows.call("open_ticket", {"title": "t"}, key=KEY)
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.by) == ("SignInFailed", "caller")


async def test_deferred_workflows_open_when_they_are_asked(state: Path) -> None:
    """Listing opens nothing; a call does, and another sees what it did."""
    async with DeferredWorkflows(Settings()) as deferred:
        assert "open_ticket" in deferred.specs
        assert list(DeferredWorkflows(configured(notify={"url": SAS})).specs) == ["notify"]
        assert not (state / "workflows.db").exists()
        assert isinstance(await deferred.call("open_ticket", {"title": "t"}, key=KEY), Done)
        assert isinstance(await deferred.read(KEY), Done)


async def test_a_message_is_recorded_before_the_host_closes() -> None:
    """A workflow without a Response action answers at once, and closing lets its run end."""
    key = action_key("notify", "INC-7")
    async with DeferredWorkflows(Settings()) as deferred:
        outcome = await deferred.call("notify", {"channel": "ops", "text": "hi"}, key=key)
        assert outcome.kind == "accepted"
    async with DeferredWorkflows(Settings()) as later:
        assert isinstance(await later.read(key), Done)


async def test_a_lost_reply_is_read_before_it_is_repeated(tmp_path: Path) -> None:
    """One client serves a conversation and knows that the key is open: the second call reads, and one ticket stands."""
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"kind": "lost_reply"}]))
    with serving("--faults", str(faults)) as (_, printed):
        settings = configured(**tomllib.loads(printed)["workflows"])
        async with DeferredWorkflows(settings) as deferred:
            assert isinstance(await deferred.call("open_ticket", {"title": "t"}, key=KEY), Unknown)
            again = await deferred.call("open_ticket", {"title": "t"}, key=KEY)
            read = await deferred.read(KEY)
    assert isinstance(again, Done)
    assert isinstance(read, Done)
    assert (again.body, again.run_id) == (read.body, read.run_id)


@contextmanager
def serving(*argv: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`switchboard workflows serve` as a process, with the settings that it printed."""
    command = [sys.executable, "-c", PROGRAM, "workflows", "serve", "--port", "0", *argv]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(len(list(SHIPPED.glob("*/schema.json"))) * 3 - 1)]
        try:
            yield process, "".join(lines)
        finally:
            process.kill()


async def test_a_served_host_is_called_by_its_printed_settings(tmp_path: Path) -> None:
    """What it prints works as settings; a fault of the file leaves an unknown outcome, which a read settles."""
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"kind": "lost_reply"}]))
    with serving("--faults", str(faults)) as (process, printed):
        settings = configured(**tomllib.loads(printed)["workflows"])
        async with open_workflows(settings) as workflows:
            assert isinstance(await workflows.call("open_ticket", {"title": "t"}, key=KEY), Unknown)
            assert isinstance(await workflows.read(KEY), Done)
        process.send_signal(signal.SIGINT)
        _, said = await asyncio.to_thread(process.communicate, timeout=20)
    assert process.returncode == 130
    assert "with 1 fault to come" in said
    assert "Traceback" not in said
    assert "sig=" not in said


def test_two_hosts_share_the_state_folder() -> None:
    """The same signed addresses hold for both, because their keys are in the folder."""
    with serving() as (_, first), serving() as (_, second):
        signatures = [
            [one["url"].partition("?")[2] for one in tomllib.loads(text)["workflows"].values()]
            for text in (first, second)
        ]
    assert signatures[0] == signatures[1]


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["--faults", "gone.json"], "--faults 'gone.json' cannot be read"),
        (["--dir", "gone"], "'gone' is no folder"),
        (["--host", "203.0.113.9"], "cannot be opened"),
    ],
)
def test_a_host_that_cannot_start(
    argv: list[str], problem: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Exit code 2 and what to do."""
    from orchestrator.app.application import App  # noqa: PLC0415  # as the command line does

    monkeypatch.chdir(tmp_path)
    assert run_cli(App(), ["workflows", "serve", "--port", "0", *argv]) == 2
    assert problem in capsys.readouterr().err


def test_help_and_ask_load_no_host() -> None:
    """Neither the client nor the host is imported by the command line, or by what opens a conversation."""
    code = (
        "import sys, orchestrator.app.main, orchestrator.app.assembly, orchestrator.surfaces.cli.workflows\n"
        "print(*[n for n in sys.modules if n.startswith(('plugins.logicapps', 'starlette', 'uvicorn', 'httpx'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.split() == []
