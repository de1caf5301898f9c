"""Killed processes' runs through the application: resumed, cancelled, exported."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from orchestrator.app.application import App
from orchestrator.app.recorded import open_recorded
from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Options

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
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
    options = Options(logs=(sys.argv[1],), guides=Path(sys.argv[2]), key=sys.argv[4])
    async with App().converse(options) as conversation:
        await conversation.ask(sys.argv[3], listen=listen)
asyncio.run(main())
"""


@pytest.fixture
def killed(options: Options) -> str:
    """The id of a run whose process was killed at its first finished step."""
    command = [sys.executable, "-c", KILLED, options.logs[0], str(options.guides), QUESTION, "page-17"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return str(App().list_runs(limit=1)[0]["run"])


def expire() -> None:
    """Let the time of every lease pass."""
    with open_recorded(App().settings()) as recorded:
        assert recorded.database is not None
        with recorded.database.transaction() as connection:
            connection.execute("UPDATE run_requests SET lease_until = '2000-01-01T00:00:00.000000Z'")


async def resumed(run: str) -> dict[str, object]:
    """Its report."""
    return await App().resume_run(run, listen=lambda _: None)


async def test_a_killed_run_goes_on(killed: str, options: Options) -> None:
    """On the data and the guide that it began with; while its lease lasts, whoever held it is named."""
    with pytest.raises(InputError, match=r"is held by ask-.* until"):
        await resumed(killed)
    expire()
    (guide,) = (options.guides or Path()).glob("*.md")
    guide.write_text(guide.read_text().replace("Calls to a target fail", "Another title"))
    report = await resumed("last")
    jsonschema.validate(report, json.loads((SCHEMAS / "ask.schema.json").read_text()))
    assert report["run"] == killed
    assert report["verdict"]["cause"] == "target_down"  # type: ignore[index]  # JSON
    assert report["guide"]["title"] == "Calls to a target fail"  # type: ignore[index]  # JSON
    notes = [str(note) for note in report["notes"]]  # type: ignore[attr-defined]  # JSON
    assert "the clock is the newest time in the logs" in notes
    assert any("this run was resumed (attempt 2)" in note for note in notes)
    assert any("was edited since this run began" in note for note in notes)
    assert await resumed(killed) == report  # it has its end
    assert App().show_run(killed) == report


async def test_whoever_asks_with_the_key_of_a_killed_run_gets_its_report(killed: str, options: Options) -> None:
    """It is taken up for them."""
    expire()
    with_key = Options(logs=options.logs, guides=options.guides, key="page-17")
    async with App().converse(with_key) as conversation:
        report = await conversation.ask(QUESTION, listen=lambda _: None)
    assert report["run"] == killed
    assert len(App().list_runs(limit=5)) == 1


def test_a_killed_run_is_exported_and_cancelled(killed: str) -> None:
    """While its lease lasts it is asked to stop; after that its end is recorded at once."""
    (named,) = App().export_runs([killed], since=None)
    (since,) = App().export_runs([], since=datetime.now(UTC) - timedelta(days=1))
    assert named == since
    jsonschema.validate(named, json.loads((SCHEMAS / "run_export.schema.json").read_text()))
    assert named["request"]["key"] == "page-17"  # type: ignore[index]  # JSON
    assert not list(App().export_runs([], since=datetime.now(UTC) + timedelta(days=1)))
    schema = json.loads((SCHEMAS / "cancelled.schema.json").read_text())
    asked = App().cancel_run(killed)
    expire()
    ended = App().cancel_run("last")
    for document in (asked, ended):
        jsonschema.validate(document, schema)
    assert [asked["state"], ended["state"]] == ["running", "cancelled"]
    assert str(asked["executor"]).startswith("ask-")
    report = App().show_run(killed)
    assert str(report["message"]).startswith("The run was cancelled by local:")
    assert report["evidence"]
    with pytest.raises(InputError, match="is over"):
        App().cancel_run(killed)


@pytest.mark.usefixtures("options")
async def test_a_run_that_is_not_there_is_told() -> None:
    """Before anything else is."""
    with pytest.raises(InputError, match="there is no run 'nope'"):
        await resumed("nope")
    with pytest.raises(InputError, match="there is no run 'nope'"):
        App().cancel_run("nope")
    with pytest.raises(InputError, match="there is no run 'nope'"):
        list(App().export_runs(["nope"], since=None))
