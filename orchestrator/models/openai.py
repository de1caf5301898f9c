"""Any server of the OpenAI protocol as the chat service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from orchestrator.models.wire import ANSWER_TIMEOUT_S, WireChat, speaking


@asynccontextmanager
async def open_chat(
    *, base_url: str, model: str, api_key: str, timeout_s: float = ANSWER_TIMEOUT_S, service_id: str = "chat"
) -> AsyncIterator[WireChat]:
    """A chat service on `base_url` (ending in `/v1`), closed at the end."""
    from openai import AsyncOpenAI  # noqa: PLC0415  # imported only where a model is configured

    client = AsyncOpenAI(base_url=base_url, api_key=api_key, timeout=timeout_s, max_retries=0)
    async with speaking(client, model=model, timeout_s=timeout_s, service_id=service_id) as service:
        yield service
