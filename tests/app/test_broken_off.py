"""Runs that are stopped, that break off, and that are killed: what they had found is kept."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from orchestrator.app.application import App
from orchestrator.core.errors import InputError
from orchestrator.core.events import Event
from orchestrator.surfaces.application import Options

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/ask.schema.json").read_text(encoding="utf-8"))
QUESTION = "calls of pay to a dependency fail since 10:20"
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from orchestrator.app.application import App
from orchestrator.surfaces.application import Options
def listen(event):
    if event.kind == "StepFinished":
        os.kill(os.getpid(), signal.SIGKILL)
async def main():
    async with App().converse(Options(logs=(sys.argv[1],), guides=Path(sys.argv[2]))) as conversation:
        await conversation.ask(sys.argv[3], listen=listen)
asyncio.run(main())
"""
INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell without job control has it ignored
from orchestrator.app.application import App, LiveConversation
from orchestrator.surfaces.cli import run_cli
class Interrupted(LiveConversation):
    async def ask(self, text, *, listen):
        def hear(event):
            listen(event)
            if event.kind == "StepStarted":
                os.kill(os.getpid(), signal.SIGINT)
        return await LiveConversation.ask(self, text, listen=hear)
class Program(App):
    def converse(self, options):
        from contextlib import asynccontextmanager
        @asynccontextmanager
        async def opened():
            async with App.converse(self, options) as found:
                yield Interrupted(found._switchboard, found._session, found._agent, found._telemetry)
        return opened()
sys.exit(run_cli(Program(), sys.argv[1:]))
"""


async def test_a_stopped_run_keeps_what_it_found(options: Options) -> None:
    """Stopped at its first step: listed as failed, shown with window, guide and evidence; the session goes on."""
    async with App().converse(options) as conversation:

        def stop(event: Event) -> None:
            if event.kind == "StepFinished":
                task.cancel()

        task = asyncio.ensure_future(conversation.ask(QUESTION, listen=stop))
        with pytest.raises(asyncio.CancelledError):
            await task
        shown = App().show_run("last")
        assert conversation.last_report() == shown
        assert conversation.evidence("E1") is not None
        after = await conversation.ask(QUESTION, listen=lambda _: None)
    jsonschema.validate(shown, SCHEMA)
    assert App().list_runs(limit=2)[1]["status"] == "failed"
    assert str(shown["message"]).startswith("The run was stopped.")
    assert [step["status"] for step in shown["steps"]] == ["done"]  # type: ignore[attr-defined]  # JSON
    assert shown["guide"]["id"] == "failing_target"  # type: ignore[index]  # JSON
    assert after["verdict"]["cause"] == "target_down"  # type: ignore[index]  # JSON


async def test_a_run_that_breaks_off_has_an_end(options: Options) -> None:
    """An error that nobody expected reaches the caller, and the record does not say that the run goes on."""

    def fail(event: Event) -> None:
        if event.kind == "StepStarted":
            raise ZeroDivisionError

    async with App().converse(options) as conversation:
        with pytest.raises((ZeroDivisionError, ExceptionGroup)):
            await conversation.ask(QUESTION, listen=fail)
    assert App().list_runs(limit=1)[0]["status"] == "failed"
    report = App().show_run("last")
    assert "nobody expected" in str(report["message"])
    assert report["unknown"]


async def test_bad_input_in_a_run_is_its_end(options: Options) -> None:
    """A guide that is refused before its first step: the record says why."""
    assert options.guides is not None
    path = options.guides / "failing_target.md"
    path.write_text(path.read_text().replace('when: "row.share > 0.2"', 'when: "row.Target > 0.2"'))
    async with App().converse(options) as conversation:
        with pytest.raises(InputError):
            await conversation.ask(QUESTION, listen=lambda _: None)
    assert "row.Target" in str(App().show_run("last")["message"])


def test_a_killed_run_is_unfinished_and_can_be_shown(options: Options) -> None:
    """Nothing wrote its end, so the report is built from what was recorded."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, options.logs[0], str(options.guides), QUESTION], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert App().list_runs(limit=1)[0]["status"] in {"running", "unfinished"}  # by whether its lease is over
    report = App().show_run("last")
    jsonschema.validate(report, SCHEMA)
    assert report["status"] == "failed"
    assert "has no end" in str(report["message"])
    assert [step["id"] for step in report["steps"]] == ["targets"]  # type: ignore[attr-defined]  # JSON
    assert [item["step"] for item in report["evidence"]][-1:] == ["values:AppDependencies.AppRoleName"]  # type: ignore[attr-defined]  # JSON


def test_an_interrupted_command_says_where_its_findings_are(options: Options) -> None:
    """Ctrl-C ends the process with 130, and the run is shown by the command that it names."""
    asked = ["ask", QUESTION, "--logs", options.logs[0], "--guides", str(options.guides)]
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, *asked], capture_output=True, text=True, check=False)
    (run,) = App().list_runs(limit=1)
    assert done.returncode == 130
    assert run["status"] == "failed"
    assert f"switchboard runs show {run['run']}" in done.stderr
    assert "Traceback" not in done.stderr
    assert str(App().show_run("last")["message"]).startswith("The run was stopped.")
