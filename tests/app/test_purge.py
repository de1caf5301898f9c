"""Purging the record of real runs."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.app.application import App
from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Options

QUESTION = "calls of pay to a dependency fail since 10:20"


async def ask(options: Options, text: str) -> str:
    """The run's id."""
    async with App().converse(options) as conversation:
        report = await conversation.ask(text, listen=lambda _: None)
    return str(report["run"])


async def test_a_person_is_purged_from_a_run(options: Options) -> None:
    """The run is shown as before but for the name, and its claims still hold."""
    run = await ask(options, f"{QUESTION}, says Ann Lee")
    app = App()
    before = app.show_run(run)
    app.purge(before=None, subject="ann lee", dry_run=True)
    assert app.show_run(run) == before
    done = app.purge(before=None, subject="ann lee", dry_run=False)
    assert done["compacted"] is True
    after = app.show_run(run)
    assert after["asked"] == f"{QUESTION}, says [purged]"
    assert (after["verdict"], after["claims"]) == (before["verdict"], before["claims"])
    assert {claim.outcome for claim in await app.verify_run(run)} == {"holds"}
    again = app.purge(before=None, subject="Ann Lee", dry_run=True)
    assert sum(item["rows"] + item["kept"] for item in again["overwritten"]) == 0  # type: ignore[attr-defined]  # JSON


async def test_old_runs_are_purged(options: Options) -> None:
    """They are no longer listed, and shown to be unknown."""
    run = await ask(options, QUESTION)
    app = App()
    kept = app.purge(before=datetime.now(UTC) - timedelta(days=1), subject=None, dry_run=False)
    assert sum(item["rows"] for item in kept["deleted"]) == 0  # type: ignore[attr-defined]  # JSON
    app.purge(before=datetime.now(UTC), subject=None, dry_run=False)
    assert app.list_runs(limit=5) == ()
    with pytest.raises(InputError, match=f"there is no run '{run}'"):
        app.show_run(run)


def test_what_cannot_be_meant_is_refused() -> None:
    """Neither of both, a time to come, a subject that is too common."""
    for before, subject in ((None, None), (datetime.now(UTC) + timedelta(days=1), None), (None, "status")):
        with pytest.raises(InputError):
            App().purge(before=before, subject=subject, dry_run=True)
