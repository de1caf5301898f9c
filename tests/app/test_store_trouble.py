"""A state store that cannot be used, or gives out midway: the question is answered, and the report says so."""

import sqlite3
from pathlib import Path

import pytest

from orchestrator.app.application import App
from orchestrator.core.errors import StoreError
from orchestrator.core.events import Event
from orchestrator.surfaces.application import Options

QUESTION = "calls of pay to a dependency fail since 10:20"


def notes(report: dict[str, object]) -> str:
    """What the report says beside its answer."""
    found = report["notes"]
    assert isinstance(found, list)
    return "\n".join(str(note) for note in found)


async def test_a_store_that_is_taken_away_midway_keeps_nobody_from_the_answer(options: Options, state: Path) -> None:
    """The run goes on unrecorded; the record that was put aside is whole, and the next run is recorded again."""

    def take_away(event: Event) -> None:
        if event.kind == "StepStarted" and (state / "journal.db").exists():
            (state / "journal.db").rename(state / "aside.db")

    async with App().converse(options) as conversation:
        report = await conversation.ask(QUESTION, listen=take_away)
        again = await conversation.ask("and for cart?", listen=lambda _: None)
    assert report["verdict"]["cause"] == "target_down"  # type: ignore[index]  # JSON
    assert "this run is not recorded" in notes(report)
    assert "was moved or deleted while it was used" in notes(report)
    assert "this run is not recorded" in notes(again)
    aside = sqlite3.connect(state / "aside.db")
    assert aside.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    aside.close()
    (state / "aside.db").rename(state / "journal.db")
    async with App().converse(options) as conversation:
        recorded = await conversation.ask(QUESTION, listen=lambda _: None)
    assert "not recorded" not in notes(recorded)
    assert [(item["run"], item["status"]) for item in App().list_runs(limit=1)] == [(recorded["run"], "answered")]


@pytest.mark.parametrize("kind", ["no database", "newer", "a folder", "unreachable server"])
async def test_a_store_that_cannot_be_opened_keeps_nobody_from_the_answer(
    options: Options, state: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Whatever is wrong with it; commands that are about the record say what it is."""
    file = state / "journal.db"
    match kind:
        case "no database":
            file.write_text("not a database, and long enough to be read as one" * 40)
        case "newer":
            connection = sqlite3.connect(file)
            connection.execute("PRAGMA user_version = 99")
            connection.close()
        case "a folder":
            file.mkdir()
        case _:
            pytest.importorskip("psycopg")
            monkeypatch.setenv("SWITCHBOARD_STATE_URL", "postgresql://ann:hunter2@/shop?host=/nowhere")
    async with App().converse(options) as conversation:
        report = await conversation.ask(QUESTION, listen=lambda _: None)
    assert report["verdict"]["cause"] == "target_down"  # type: ignore[index]  # JSON
    assert "this run is not recorded: the state store" in notes(report)
    assert "hunter2" not in str(report)
    with pytest.raises(StoreError, match="the state store") as caught:
        App().list_runs(limit=1)
    assert "hunter2" not in str(caught.value)
