"""Which chat service speaks: the embedded planner, or the model that the settings name."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from orchestrator.app.azure import Azure
from orchestrator.core.errors import SettingsError
from orchestrator.core.usage import ModelBudget
from orchestrator.settings import PREFIX, Settings

if TYPE_CHECKING:
    from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase

    from orchestrator.engine.voice import ModelTerms
    from orchestrator.models.wire import WireChat

PLACES = ("model_base_url", "azure_openai_endpoint", "project_endpoint")
_NO_KEY = "none"  # the client wants a key, servers without one ignore it
_WHERE = "SWITCHBOARD_PROJECT_ENDPOINT, SWITCHBOARD_AZURE_OPENAI_ENDPOINT or SWITCHBOARD_MODEL_BASE_URL"


def endpoint_place(settings: Settings) -> str | None:
    """The setting that names where models are, a server before a project; SettingsError where two servers are named."""
    named = [name for name in PLACES if getattr(settings, name) is not None]
    servers = [name for name in named if name != "project_endpoint"]
    if len(servers) > 1:
        first, second = (f"{PREFIX}{name.upper()}" for name in servers)
        raise SettingsError(f"{first} and {second} both name where the model is; unset one")
    return next(iter(servers or named), None)


def model_place(settings: Settings) -> str | None:
    """The setting that names where the model is that speaks; None for the embedded planner.

    A project alone, without a model's name, serves its connections only.

    Raises:
        SettingsError: Two places are named, or one without a model's name.
    """
    place = endpoint_place(settings)
    if settings.model_name is not None and place is None:
        raise SettingsError(
            f"SWITCHBOARD_MODEL_NAME is {settings.model_name!r}, but nothing says where that model is; set {_WHERE}"
        )
    if settings.model_name is None and place not in {None, "project_endpoint"}:
        raise SettingsError(f"{PREFIX}{str(place).upper()} is set without SWITCHBOARD_MODEL_NAME; name the model")
    return place if settings.model_name is not None else None


@asynccontextmanager
async def open_chat_service(settings: Settings, azure: Azure) -> "AsyncIterator[ChatCompletionClientBase]":
    """The embedded planner, or the model that the settings name; closed at the end."""
    if model_place(settings) is None:
        from orchestrator.models.embedded import EmbeddedChat  # noqa: PLC0415  # brings Semantic Kernel

        yield EmbeddedChat()
        return
    async with open_model(settings, azure, settings.model_name or "") as service:
        yield service


@asynccontextmanager
async def open_model(settings: Settings, azure: Azure, name: str) -> "AsyncIterator[WireChat]":
    """A model of that name at the endpoint of the settings; closed at the end."""
    place, timeout_s = endpoint_place(settings), settings.model_timeout_s
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    opening: AbstractAsyncContextManager[WireChat]
    if place == "project_endpoint":
        opening = (await azure.project()).chat(deployment=name, timeout_s=timeout_s)
    elif place == "azure_openai_endpoint":
        from orchestrator.models.azure import open_azure_chat  # noqa: PLC0415  # brings the client library

        opening = open_azure_chat(
            endpoint=settings.azure_openai_endpoint or "",
            deployment=name,
            api_version=settings.azure_openai_api_version,
            api_key=key,
            credential=None if key else await azure.credential(),
            timeout_s=timeout_s,
        )
    elif place == "model_base_url":
        from orchestrator.models.openai import open_chat  # noqa: PLC0415  # brings the client library

        base_url = settings.model_base_url or ""
        opening = open_chat(base_url=base_url, model=name, api_key=key or _NO_KEY, timeout_s=timeout_s)
    else:
        raise SettingsError(f"the settings name the model {name!r}, but nothing says where it is; set {_WHERE}")
    async with opening as service:
        yield service


def model_terms(settings: Settings) -> "ModelTerms | None":
    """The budget of a run and who stands in for a model that fails for good; None for the embedded planner."""
    if model_place(settings) is None:
        return None
    from orchestrator.engine.voice import ModelTerms  # noqa: PLC0415  # brings Semantic Kernel
    from orchestrator.models.embedded import EmbeddedChat  # noqa: PLC0415  # same

    budget = ModelBudget(
        tokens=settings.model_token_limit,
        cost=settings.model_cost_limit,
        input_price=settings.model_input_price,
        output_price=settings.model_output_price,
    )
    return ModelTerms(budget=budget, stand_in=EmbeddedChat())
