"""Journals that earlier versions of the program wrote, read by today's: they say what they said then."""

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.application import App
from orchestrator.core.errors import StoreError
from orchestrator.surfaces.application import Options

FIXTURES = Path(__file__).parents[1] / "store" / "fixtures"
VERSIONS = sorted(path.name.removesuffix(".db.sql") for path in FIXTURES.glob("*.db.sql"))


@pytest.fixture
def places(options: Options) -> dict[str, str]:
    """What stands in a fixture for the folders that its runs looked at."""
    return {"@LOGS@": options.logs[0], "@GUIDES@": str(options.guides)}


def written(name: str, places: dict[str, str]) -> str:
    """A fixture, with this test's folders."""
    text = (FIXTURES / name).read_text(encoding="utf-8")
    for mark, place in places.items():
        text = text.replace(mark, place)
    return text


def restore(state: Path, dump: str) -> None:
    """Make the journal that a dump tells."""
    connection = sqlite3.connect(state / "journal.db")
    connection.executescript(dump)
    connection.close()


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_earlier_journal_says_what_it_said(version: str, state: Path, places: dict[str, str]) -> None:
    """The list, each run's report, and that its claims still hold: of answers, questions, failures, a killed run."""
    restore(state, written(f"{version}.db.sql", places))
    then: dict[str, Any] = json.loads(written(f"{version}.expected.json", places))
    app = App()
    listed = app.list_runs(limit=50)
    assert [{name: now[name] for name in was} for now, was in zip(listed, then["list"], strict=True)] == then["list"]
    for run, was in then["show"].items():
        report = app.show_run(run)
        assert {name: report.get(name) for name in was} == was
    for run, claims in then["verify"].items():
        checked = [asdict(claim) for claim in await app.verify_run(run)]
        assert json.loads(json.dumps(checked)) == claims


async def test_a_session_of_an_earlier_journal_goes_on(state: Path, places: dict[str, str], options: Options) -> None:
    """A new run stands beside the old ones, and knows the window that they spoke of."""
    restore(state, written("journal_v1.db.sql", places))
    then: dict[str, Any] = json.loads(written("journal_v1.expected.json", places))
    session, first = then["list"][-1]["session"], then["show"][then["list"][-1]["run"]]
    async with App().converse(Options(logs=options.logs, guides=options.guides, session=session)) as conversation:
        report: dict[str, Any] = await conversation.ask("and for cart?", listen=lambda _: None)
    assert report["window"]["from"] == first["window"]["from"]
    assert len(App().list_runs(limit=50)) == len(then["list"]) + 1


def test_a_journal_of_a_newer_program_is_refused(state: Path, places: dict[str, str]) -> None:
    """It is left as it is, and the message says what to do."""
    restore(state, written("journal_v1.db.sql", places).replace("PRAGMA user_version=1;", "PRAGMA user_version=41;"))
    before = (state / "journal.db").read_bytes()
    with pytest.raises(StoreError, match=r"schema version 41, this program knows \d+; use the newer program"):
        App().list_runs(limit=5)
    assert (state / "journal.db").read_bytes() == before


def test_a_damaged_event_is_refused(state: Path, places: dict[str, str]) -> None:
    """A report that is cut off in its middle is not shown as if it were whole."""
    restore(state, written("journal_v1.db.sql", places))
    (run, *_) = [item["run"] for item in App().list_runs(limit=9) if item["status"] == "answered"]
    connection = sqlite3.connect(state / "journal.db")
    connection.execute("UPDATE journal SET body = substr(body, 1, 900) WHERE run = ? AND kind = 'RunFinished'", (run,))
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=f"event .* of run {run}.*restore the store from a copy"):
        App().show_run(str(run))
