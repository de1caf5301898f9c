"""Any server of the OpenAI protocol as the chat service."""

from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion


def open_chat(*, base_url: str, model: str, api_key: str, service_id: str = "chat") -> ChatCompletionClientBase:
    """A chat service on `base_url` (ending in `/v1`); the client retries as the `openai` library does."""
    from openai import AsyncOpenAI  # noqa: PLC0415  # imported only where a model is configured

    client = AsyncOpenAI(base_url=base_url, api_key=api_key)
    return OpenAIChatCompletion(ai_model_id=model, async_client=client, service_id=service_id)
