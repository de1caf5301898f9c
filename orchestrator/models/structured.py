"""One answer of a chat service in a given JSON Schema, with the tokens that it took."""

import json
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass

from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.contents import ChatHistory, StreamingChatMessageContent
from semantic_kernel.exceptions import KernelException

from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.core.usage import Tokens, estimate

CONTENT_FILTER = "content_filter"
LENGTH = "length"


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredAnswer:
    """What the service wrote, unread, and its tokens: its own count, or estimated where it sent none."""

    text: str
    tokens: Tokens
    model: str


class StructuredChat:
    """Asks a chat service for answers in a schema, as deterministic as the service allows.

    What a model refuses of temperature, seed and limit (some reasoning models do) is left out from then on.
    """

    def __init__(self, service: ChatCompletionClientBase) -> None:
        self._service = service
        self._left_out: set[str] = set()

    @property
    def model(self) -> str:
        """The model's or deployment's name."""
        return str(self._service.ai_model_id)

    async def answer(
        self, *, system: str, user: str, schema_name: str, schema: Mapping[str, object], token_limit: int
    ) -> StructuredAnswer:
        """Ask once, with structured output in strict mode; nothing else is tried again.

        Source: OpenAI's `response_format` of type `json_schema`. A server that does not know it refuses (400).

        Raises:
            ModelError: The service failed, its filter stopped the answer, or the answer was cut at `token_limit`.
        """
        history = ChatHistory(system_message=system)
        history.add_user_message(user)
        form = {"type": "json_schema", "json_schema": {"name": schema_name, "schema": dict(schema), "strict": True}}
        chunks = await self._chunks(history, {"response_format": form}, token_limit)
        text = "".join(chunk.content for chunk in chunks)
        tokens = _tokens(chunks) or estimate((system, user, json.dumps(schema)), (text,))
        return StructuredAnswer(text=_finished(chunks, text), tokens=tokens, model=self.model)

    async def _chunks(
        self, history: ChatHistory, wanted: Mapping[str, object], token_limit: int
    ) -> list[StreamingChatMessageContent]:
        while True:
            sampling: dict[str, object] = {"temperature": 0.0, "seed": 1, "max_completion_tokens": token_limit}
            kept = {name: value for name, value in sampling.items() if name not in self._left_out}
            if "max_completion_tokens" in self._left_out:  # the name of older servers
                kept["max_tokens"] = token_limit
            try:
                return await _ask(self._service, history, {**wanted, **kept})
            except ModelError as error:
                refused = (
                    {name for name in kept if name in str(error)} if error.fault is ModelFault.BAD_REQUEST else set()
                )
                if not refused - self._left_out - {"max_tokens"}:
                    raise
                self._left_out |= refused


async def _ask(
    service: ChatCompletionClientBase, history: ChatHistory, options: dict[str, object]
) -> list[StreamingChatMessageContent]:
    settings = service.get_prompt_execution_settings_class()(extension_data=options)
    chunks: list[StreamingChatMessageContent] = []
    try:
        async with aclosing(service.get_streaming_chat_message_contents(history, settings)) as stream:
            async for batch in stream:
                chunks += [chunk for chunk in batch if chunk is not None]
    except KernelException as error:
        raise ModelError(f"the chat service failed: {type(error).__name__}") from error
    return chunks


def _finished(chunks: list[StreamingChatMessageContent], text: str) -> str:
    finish = next((chunk.finish_reason.value for chunk in reversed(chunks) if chunk.finish_reason), "")
    if finish == CONTENT_FILTER:
        raise ModelError("the content filter stopped the model's answer", fault=ModelFault.FILTERED)
    if finish == LENGTH:
        raise ModelError("the answer was cut at the model's length limit", fault=ModelFault.TOO_LONG)
    if not text.strip():
        raise ModelError("the chat service answered nothing", fault=ModelFault.UNREADABLE, retryable=True)
    return text


def _tokens(chunks: list[StreamingChatMessageContent]) -> Tokens | None:
    """As the server counted them, in the last chunk that says."""
    usage = next((found for chunk in reversed(chunks) if (found := chunk.metadata.get("usage")) is not None), None)
    asked, answered = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    return Tokens(asked, answered) if isinstance(asked, int) and isinstance(answered, int) else None
