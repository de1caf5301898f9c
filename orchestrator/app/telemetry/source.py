"""Where the settings send traces and metrics, and where they send the log."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from orchestrator.app.telemetry.runs import NoTelemetry, Telemetry, open_telemetry
from orchestrator.app.telemetry.vocabulary import Vocabulary
from orchestrator.core.errors import ModelError, SettingsError
from orchestrator.settings import Settings

if TYPE_CHECKING:
    from orchestrator.app.azure import Azure

PROJECT = "project"
"""In place of a connection string: the one of the Foundry project's own Application Insights."""

_PATIENCE_S = 5.0
_PROVIDERS = {
    "project_endpoint": "azure.ai.openai",
    "azure_openai_endpoint": "azure.ai.openai",
    "model_base_url": "openai",
    None: "switchboard",
}


@asynccontextmanager
async def open_run_telemetry(
    settings: Settings, azure: "Azure", *, tools: frozenset[str] = frozenset()
) -> AsyncIterator[Telemetry]:
    """What is told about runs under these settings; nothing is loaded where no place is set.

    Raises:
        SettingsError: A package is missing, a setting is wrong, or the project has no Application Insights.
    """
    if settings.otlp_endpoint is None and settings.appinsights_connection_string is None:
        yield NoTelemetry()
        return
    async with AsyncExitStack() as stack:
        credential = None
        if settings.appinsights_identity:
            from orchestrator.app.azure import open_blocking_credential  # noqa: PLC0415  # where it is wanted

            credential = stack.enter_context(open_blocking_credential(settings))
        yield await stack.enter_async_context(
            open_telemetry(
                otlp_endpoint=settings.otlp_endpoint,
                appinsights_connection_string=await _connection_string(settings, azure),
                appinsights_credential=credential,
                vocabulary=vocabulary_of(settings, tools=tools),
            )
        )


def vocabulary_of(settings: Settings, *, tools: frozenset[str]) -> Vocabulary:
    """The names of the parts that these settings choose."""
    from orchestrator.app.model_source import model_place  # noqa: PLC0415  # where telemetry is on
    from orchestrator.app.search_source import search_is_live  # noqa: PLC0415

    return Vocabulary(
        provider=_PROVIDERS[model_place(settings)],
        systems={"search": "azure.ai_search"} if search_is_live(settings) else {},
        tools=tools,
    )


def configure_log(settings: Settings) -> None:
    """Send the log to the state folder's file, to stderr, or to both, as the settings say."""
    from orchestrator.app.log import FILE, configure_logging, secrets_of  # noqa: PLC0415  # structlog is not free

    configure_logging(
        level=settings.log_level,
        file=settings.state / FILE if settings.log_to in {"file", "both"} else None,
        stream=sys.stderr if settings.log_to in {"stderr", "both"} else None,
        known=secrets_of(settings),
    )


async def _connection_string(settings: Settings, azure: "Azure") -> str | None:
    if settings.appinsights_connection_string is None:
        return None
    text = settings.appinsights_connection_string.get_secret_value()
    if text != PROJECT:
        return text
    try:
        async with asyncio.timeout(_PATIENCE_S):
            found = await (await azure.project()).telemetry_connection_string()
    except (ModelError, TimeoutError) as error:  # a run goes on without telemetry
        import structlog  # noqa: PLC0415  # not free

        reason = str(error) or f"no answer within {_PATIENCE_S:g} s"
        structlog.stdlib.get_logger(__name__).warning("the project's Application Insights is not used", reason=reason)
        return None
    if found is None:
        raise SettingsError(
            f"SWITCHBOARD_APPINSIGHTS_CONNECTION_STRING is {PROJECT!r}, but the project has no Application Insights; "
            "connect one on the project's page Tracing, or set the connection string itself"
        )
    return found
