"""Telemetry and the log as the settings say."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from azure.core.credentials import AccessToken
from pydantic import SecretStr

from orchestrator.app.application import App
from orchestrator.app.azure import Azure
from orchestrator.app.log import LIBRARIES
from orchestrator.app.telemetry.runs import NoTelemetry
from orchestrator.app.telemetry.source import configure_log, open_run_telemetry, vocabulary_of
from orchestrator.core.errors import SettingsError
from orchestrator.core.events import RunStarted
from orchestrator.models.foundry import FoundryProject
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
STARTED = RunStarted(run="r", session="s", message="m", source="live", at=NOW, now=NOW, inputs={})
CONNECTIONS = "/api/projects/shop/connections"


class Token:
    """A credential that needs no sign-in."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken("entra-token", int(time.time()) + 3_600)

    async def close(self) -> None:
        """Nothing is open."""


class SignedIn(Azure):
    """The process's Azure clients, with a project that is open already."""

    def __init__(self, settings: Settings, project: FoundryProject) -> None:
        super().__init__(settings)
        self._opened = project

    async def project(self) -> FoundryProject:
        return self._opened


def insights(connection_string: str) -> dict[str, Any]:
    """The project's connection to its Application Insights."""
    return {
        "name": "insights",
        "id": "c",
        "type": "AppInsights",
        "target": "/subscriptions/s/insights",
        "isDefault": True,
        "credentials": {"type": "ApiKey", "key": connection_string},
        "metadata": {},
    }


async def test_without_a_place_nothing_is_told() -> None:
    """The default."""
    settings = Settings()
    async with Azure(settings) as azure, open_run_telemetry(settings, azure) as telemetry:
        assert isinstance(telemetry, NoTelemetry)


async def test_the_projects_application_insights_is_used_where_it_is_asked_for(collector: Any) -> None:
    """`project` stands for the connection string that the Foundry project holds."""
    connection = insights(collector.connection_string)
    collector.answers[CONNECTIONS] = {"value": [connection]}
    collector.answers[f"{CONNECTIONS}/insights/getConnectionWithCredentials"] = connection
    settings = Settings(appinsights_connection_string=SecretStr("project"))
    opening = FoundryProject.open(f"{collector.address}/api/projects/shop", credential=Token(), enforce_https=False)
    async with opening as project, open_run_telemetry(settings, SignedIn(settings, project)) as telemetry:
        with telemetry.run() as heard:
            heard(STARTED)
    assert [i["data"]["baseData"]["name"] for i in collector.envelopes() if i["data"]["baseType"] == "RequestData"] == [
        "invoke_workflow switchboard"
    ]


async def test_a_project_without_one_is_told(collector: Any) -> None:
    """With what to do."""
    collector.answers[CONNECTIONS] = {"value": []}
    settings = Settings(appinsights_connection_string=SecretStr("project"))
    opening = FoundryProject.open(f"{collector.address}/api/projects/shop", credential=Token(), enforce_https=False)
    async with opening as project:
        with pytest.raises(SettingsError, match="has no Application Insights; connect one"):
            async with open_run_telemetry(settings, SignedIn(settings, project)):
                pass


async def test_a_project_that_refuses_stops_no_run(collector: Any) -> None:
    """Telemetry is then off, and the log says why."""
    collector.status = 403
    settings = Settings(appinsights_connection_string=SecretStr("project"))
    opening = FoundryProject.open(f"{collector.address}/api/projects/shop", credential=Token(), enforce_https=False)
    with structlog.testing.capture_logs() as entries:
        async with opening as project, open_run_telemetry(settings, SignedIn(settings, project)) as telemetry:
            assert isinstance(telemetry, NoTelemetry)
    assert [entry["event"] for entry in entries] == ["the project's Application Insights is not used"]


async def test_the_program_tells_by_settings_alone(
    collector: Any, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question to the application arrives as one trace, with the report's run and session."""
    monkeypatch.setenv("SWITCHBOARD_OTLP_ENDPOINT", collector.address)
    async with App().converse(options) as conversation:
        report = await conversation.ask("calls of pay to a target fail since 10:20", listen=lambda _: None)
    (run,) = [span for span in collector.spans() if not span.parent]
    assert run.attributes["switchboard.run.id"] == report["run"]
    assert run.attributes["gen_ai.conversation.id"] == report["session"]
    assert run.attributes["switchboard.verdict.status"] == "cause_found"


@pytest.mark.parametrize(
    ("given", "provider", "search"),
    [
        ({}, "switchboard", "sqlite"),
        ({"project_endpoint": "https://a.example/p"}, "switchboard", "sqlite"),
        ({"project_endpoint": "https://a.example/p", "model_name": "m"}, "azure.ai.openai", "sqlite"),
        ({"azure_openai_endpoint": "https://a.example", "model_name": "m"}, "azure.ai.openai", "sqlite"),
        ({"model_base_url": "http://a.example/v1", "model_name": "m"}, "openai", "sqlite"),
        ({"search_endpoint": "https://a.search.windows.net"}, "switchboard", "azure.ai_search"),
    ],
)
def test_parts_are_named_as_they_are_chosen(given: dict[str, Any], provider: str, search: str) -> None:
    """The model's provider and the search's system."""
    vocabulary = vocabulary_of(Settings(**given), tools=frozenset())
    assert (vocabulary.provider, vocabulary.system("search:files")) == (provider, search)


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """The process's logging as it was."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, LIBRARIES))}
    yield
    root.handlers[:] = handlers
    for logger, level in levels.items():
        logger.setLevel(level)
    structlog.reset_defaults()


def test_the_log_is_as_the_settings_say(state: Path) -> None:
    """In the state folder, from the level on, without the settings' own secrets."""
    configure_log(Settings(log_level="info", model_api_key=SecretStr("plain words!")))
    structlog.get_logger("orchestrator.x").info("opened with plain words!")
    structlog.get_logger("orchestrator.x").debug("not told")
    (entry,) = [json.loads(line) for line in (state / "switchboard.log").read_text().splitlines()]
    assert entry["event"] == "opened with [redacted key]"
