"""A chat service that plays a script; for tests of the loop, and for replaying what a model once said."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import PrivateAttr
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.prompt_execution_settings import PromptExecutionSettings
from semantic_kernel.contents import (
    AuthorRole,
    ChatHistory,
    FunctionCallContent,
    FunctionResultContent,
    StreamingChatMessageContent,
    StreamingTextContent,
)

from orchestrator.core.errors import ModelError
from orchestrator.models.embedded import EmbeddedSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the script says next.

    Attributes:
        calls: Tool names and arguments; arguments may be raw text, to play a malformed call.
        text: Words.
        expects: A text that the newest tool result must hold, or None.
    """

    calls: Sequence[tuple[str, Mapping[str, Any] | str]] = ()
    text: str = ""
    expects: str | None = None


class ScriptedChat(ChatCompletionClientBase):
    """Says its lines in order; a call too many, an unmet expectation or a line unused is a `ModelError`."""

    SUPPORTS_FUNCTION_CALLING: ClassVar[bool] = True
    _lines: tuple[Line, ...] = PrivateAttr()
    _said: int = PrivateAttr(default=0)
    _offered: list[tuple[str, ...]] = PrivateAttr(default_factory=list)

    def __init__(self, lines: Sequence[Line], service_id: str = "chat") -> None:
        super().__init__(ai_model_id="scripted-1", service_id=service_id)
        self._lines = tuple(lines)

    @property
    def offered(self) -> Sequence[tuple[str, ...]]:
        """The tools that each call was offered."""
        return tuple(self._offered)

    def finish(self) -> None:
        """Raises `ModelError` where lines were not said."""
        unused = len(self._lines) - self._said
        if unused:
            raise ModelError(f"{unused} lines of the script were not said, the next is {self._lines[self._said]!r}")

    def get_prompt_execution_settings_class(self) -> type[PromptExecutionSettings]:
        """The same settings as the embedded planner's."""
        return EmbeddedSettings

    def _update_function_choice_settings_callback(self) -> Callable[..., None]:
        def offer(config: Any, settings: Any, _choice: Any) -> None:
            settings.tools = [function.fully_qualified_name for function in config.available_functions or ()]

        return offer

    async def _inner_get_streaming_chat_message_contents(
        self,
        chat_history: ChatHistory,
        settings: PromptExecutionSettings,
        function_invoke_attempt: int = 0,
    ) -> AsyncGenerator[list[StreamingChatMessageContent], Any]:
        if isinstance(settings, EmbeddedSettings):
            self._offered.append(tuple(settings.tools or ()))
        line = self._next(chat_history)
        items: list[StreamingTextContent | FunctionCallContent] = [
            FunctionCallContent(
                id=f"call_{self._said}_{index}",
                index=index,
                name=name,
                arguments=arguments if isinstance(arguments, str) else json.dumps(arguments),
            )
            for index, (name, arguments) in enumerate(line.calls)
        ]
        if line.text:
            items.append(StreamingTextContent(text=line.text, choice_index=0))
        for item in items:
            yield [
                StreamingChatMessageContent(
                    role=AuthorRole.ASSISTANT,
                    choice_index=0,
                    items=[item],
                    ai_model_id=self.ai_model_id,
                    function_invoke_attempt=function_invoke_attempt,
                )
            ]

    def _next(self, history: ChatHistory) -> Line:
        if self._said == len(self._lines):
            raise ModelError(f"the script has only {self._said} lines")
        line = self._lines[self._said]
        newest = next(
            (
                str(i.result)
                for m in reversed(history.messages)
                for i in m.items
                if isinstance(i, FunctionResultContent)
            ),
            "",
        )
        if line.expects is not None and line.expects not in newest:
            raise ModelError(f"line {self._said + 1} expects {line.expects!r}, the newest tool result is {newest!r}")
        self._said += 1
        return line
