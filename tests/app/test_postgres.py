"""The whole program with its state in PostgreSQL."""

import pytest
from postgres_server import PostgresServer

from orchestrator.app.application import App
from orchestrator.core.errors import SettingsError
from orchestrator.settings import load_settings
from orchestrator.surfaces.application import Options

QUESTION = "calls of pay to a dependency fail since 10:20"


@pytest.fixture
def app(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> App:
    """The program, over an empty store."""
    monkeypatch.setenv("SWITCHBOARD_STATE_URL", postgres.fresh())
    return App()


async def test_a_run_is_recorded_shown_verified_and_purged(app: App, options: Options) -> None:
    """As in a file, by a conversation that goes on in another process's."""
    async with app.converse(options) as conversation:
        first = await conversation.ask(QUESTION, listen=lambda _: None)
    session = str(first["session"])
    async with app.converse(Options(logs=options.logs, guides=options.guides, session=session)) as conversation:
        second = await conversation.ask("and for cart?", listen=lambda _: None)
    assert [(item["run"], item["status"]) for item in app.list_runs(limit=5)] == [
        (second["run"], "answered"),
        (first["run"], "answered"),
    ]
    assert app.show_run(str(first["run"])) == first
    assert {claim.outcome for claim in await app.verify_run(str(first["run"]))} == {"holds"}
    (exported,) = app.export_runs([str(first["run"])], since=None)
    assert exported["run"] == first["run"]
    assert app.purge(before=None, subject="Cart-7", dry_run=True)["compacted"] is None


async def test_the_doctor_says_where_the_state_is(app: App, options: Options) -> None:
    """And neither the address nor its password."""
    (found,) = [item for item in await app.diagnose(options) if item.part == "state"]
    assert (found.state, found.detail) == ("ok", "PostgreSQL: 0 runs")


@pytest.mark.parametrize("address", ["mysql://ann:hunter2@localhost/shop", "localhost:5432", "postgresql+psycopg://x"])
def test_an_address_that_is_none_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message shows a right one, and not the wrong one."""
    monkeypatch.setenv("SWITCHBOARD_STATE_URL", address)
    with pytest.raises(SettingsError, match=r"SWITCHBOARD_STATE_URL is wrong.*postgresql://user:password@") as caught:
        load_settings()
    assert address not in str(caught.value)
