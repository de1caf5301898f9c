"""The embedded planner as a chat service of Semantic Kernel."""

import json
from collections.abc import AsyncGenerator, Callable
from typing import Any, ClassVar

from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.prompt_execution_settings import PromptExecutionSettings
from semantic_kernel.contents import (
    AuthorRole,
    ChatHistory,
    ChatMessageContent,
    FunctionCallContent,
    FunctionResultContent,
    StreamingChatMessageContent,
    StreamingTextContent,
    TextContent,
)
from semantic_kernel.contents.utils.finish_reason import FinishReason

from orchestrator.models.planner import Calls, End, Message, ToolResult, plan

MODEL = "embedded-planner-1"


class EmbeddedSettings(PromptExecutionSettings):
    """What a turn sets for the planner: the names of the tools on offer."""

    tools: list[str] | None = None


class EmbeddedChat(ChatCompletionClientBase):
    """Speaks like a model that asks for tools; needs no network and always decides the same."""

    SUPPORTS_FUNCTION_CALLING: ClassVar[bool] = True

    def __init__(self, service_id: str = "chat") -> None:
        super().__init__(ai_model_id=MODEL, service_id=service_id)

    def get_prompt_execution_settings_class(self) -> type[PromptExecutionSettings]:
        """The settings class that the kernel makes for this service."""
        return EmbeddedSettings

    def _update_function_choice_settings_callback(self) -> Callable[..., None]:
        def offer(config: Any, settings: Any, _choice: Any) -> None:
            settings.tools = [function.fully_qualified_name for function in config.available_functions or ()]

        return offer

    def _reset_function_choice_settings(self, settings: PromptExecutionSettings) -> None:
        if isinstance(settings, EmbeddedSettings):
            settings.tools = None

    async def _inner_get_chat_message_contents(
        self, chat_history: ChatHistory, settings: PromptExecutionSettings
    ) -> list[ChatMessageContent]:
        items, finish = _decide(chat_history, settings)
        message = ChatMessageContent(
            role=AuthorRole.ASSISTANT, items=[*items], ai_model_id=self.ai_model_id, finish_reason=finish
        )
        return [message]

    async def _inner_get_streaming_chat_message_contents(
        self,
        chat_history: ChatHistory,
        settings: PromptExecutionSettings,
        function_invoke_attempt: int = 0,
    ) -> AsyncGenerator[list[StreamingChatMessageContent], Any]:
        items, finish = _decide(chat_history, settings)
        streamed = [
            StreamingTextContent(text=item.text, choice_index=0) if isinstance(item, TextContent) else item
            for item in items
        ]
        message = StreamingChatMessageContent(
            role=AuthorRole.ASSISTANT,
            choice_index=0,
            items=[*streamed],
            ai_model_id=self.ai_model_id,
            finish_reason=finish,
            function_invoke_attempt=function_invoke_attempt,
        )
        yield [message]


def _decide(
    history: ChatHistory, settings: PromptExecutionSettings
) -> tuple[list[TextContent | FunctionCallContent], FinishReason]:
    tools = settings.tools if isinstance(settings, EmbeddedSettings) else None
    match plan([_message(item) for item in history.messages], tools or []):
        case Calls(calls):
            items: list[TextContent | FunctionCallContent] = [
                FunctionCallContent(id=c.id, index=i, name=c.name, arguments=json.dumps(c.arguments))
                for i, c in enumerate(calls)
            ]
            return items, FinishReason.TOOL_CALLS
        case End(text):
            return [TextContent(text=text)], FinishReason.STOP


def _message(content: ChatMessageContent) -> Message:
    results = tuple(
        ToolResult(item.name or "", str(item.result))
        for item in content.items
        if isinstance(item, FunctionResultContent)
    )
    return Message(role=content.role.value, text=content.content or "", results=results)
