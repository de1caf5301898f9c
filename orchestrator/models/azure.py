"""Azure OpenAI without a project: a resource's endpoint, with a key or with a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from orchestrator.core.errors import SettingsError
from orchestrator.models.wire import ANSWER_TIMEOUT_S, WireChat, speaking

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

SCOPE = "https://cognitiveservices.azure.com/.default"
API_VERSION = "2024-10-21"


@asynccontextmanager
async def open_azure_chat(
    *,
    endpoint: str,
    deployment: str,
    api_version: str = API_VERSION,
    api_key: str | None = None,
    credential: "AsyncTokenCredential | None" = None,
    scope: str = SCOPE,
    timeout_s: float = ANSWER_TIMEOUT_S,
    service_id: str = "chat",
) -> AsyncIterator[WireChat]:
    """A chat service on a deployment; the key is used where there is one, else the credential, which stays open.

    Raises:
        SettingsError: Neither a key nor a credential.
    """
    from azure.identity.aio import get_bearer_token_provider  # noqa: PLC0415  # only where Azure is configured
    from openai import AsyncAzureOpenAI  # noqa: PLC0415

    if api_key is None and credential is None:
        raise SettingsError(f"Azure OpenAI at {endpoint!r} needs a key or an identity; set one of them")
    provider = get_bearer_token_provider(credential, scope) if credential is not None and api_key is None else None
    client = AsyncAzureOpenAI(
        azure_endpoint=endpoint,
        api_version=api_version,
        api_key=api_key,
        azure_ad_token_provider=provider,
        timeout=timeout_s,
        max_retries=0,
    )
    async with speaking(client, model=deployment, timeout_s=timeout_s, service_id=service_id) as service:
        yield service
