"""A chat service over the wire: Semantic Kernel's client, with a time limit per answer and our errors."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
from semantic_kernel.connectors.ai.prompt_execution_settings import PromptExecutionSettings
from semantic_kernel.contents import ChatHistory, StreamingChatMessageContent

from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.models.faults import FOREIGN, model_error

if TYPE_CHECKING:
    from openai import AsyncOpenAI

ANSWER_TIMEOUT_S = 60.0


class WireChat(OpenAIChatCompletion):
    """Streams answers from a server of the OpenAI protocol; whatever fails is a `ModelError`.

    It retries nothing: whether an answer is worth another try is the turn's decision, by its policy.
    """

    answer_timeout_s: float = ANSWER_TIMEOUT_S

    @classmethod
    def on(cls, client: "AsyncOpenAI", *, model: str, timeout_s: float, service_id: str = "chat") -> Self:
        """A service that asks `model` through an open client."""
        # pydantic's plugin for mypy would know the constructor of our base; the type checker alone does not
        construct: Callable[..., Self] = cls
        service = construct(ai_model_id=model, async_client=client, service_id=service_id)
        service.answer_timeout_s = timeout_s
        return service

    async def _inner_get_streaming_chat_message_contents(
        self,
        chat_history: ChatHistory,
        settings: PromptExecutionSettings,
        function_invoke_attempt: int = 0,
    ) -> AsyncGenerator[list[StreamingChatMessageContent], Any]:
        stream = super()._inner_get_streaming_chat_message_contents(chat_history, settings, function_invoke_attempt)
        deadline = asyncio.get_running_loop().time() + self.answer_timeout_s
        try:
            while True:
                try:
                    # a limit around the `yield` would stop our caller instead of the server
                    async with asyncio.timeout_at(deadline):
                        batch = await anext(stream)
                except StopAsyncIteration:
                    return
                except TimeoutError as error:
                    raise ModelError(
                        f"the model's service took longer than {self.answer_timeout_s:g} s for one answer",
                        fault=ModelFault.TIMEOUT,
                        retryable=True,
                    ) from error
                except FOREIGN as error:
                    raise model_error(error) from error
                yield batch
        finally:
            await stream.aclose()


@asynccontextmanager
async def speaking(client: "AsyncOpenAI", *, model: str, timeout_s: float, service_id: str) -> AsyncIterator[WireChat]:
    """A chat service on an open client, which is closed at the end."""
    async with client:
        service = WireChat.on(client, model=model, timeout_s=timeout_s, service_id=service_id)
        yield service
