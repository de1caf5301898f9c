"""The turn: a chat service asks for tools, and we grant, budget, run and record them, one after another."""

import asyncio
import functools
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from semantic_kernel import Kernel
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.function_choice_behavior import FunctionChoiceBehavior
from semantic_kernel.contents import (
    AuthorRole,
    ChatHistory,
    ChatMessageContent,
    FunctionCallContent,
    FunctionResultContent,
    StreamingChatMessageContent,
)
from semantic_kernel.exceptions import KernelException, ServiceException
from semantic_kernel.functions import KernelArguments, KernelFunction

from orchestrator.core.errors import BudgetError, ModelError, SwitchboardError, ToolError
from orchestrator.core.events import ModelAnswered, ToolCalled, ToolRefused, ToolReturned
from orchestrator.core.redaction import redact
from orchestrator.core.runs import RunContext, Submission
from orchestrator.core.specs import AgentSpec
from orchestrator.engine.arguments import checked_arguments
from orchestrator.engine.tools import decode_arguments

REMINDER = "End the turn by calling report-submit; text alone is not an answer."
MAX_REMINDERS = 1


@dataclass(frozen=True, slots=True)
class TurnCounts:
    """What a turn used."""

    model_calls: int
    tool_calls: int


@dataclass(slots=True)
class Turn:
    """One specialist's answer to one message.

    Args:
        kernel: Holds the plugins; only functions in the spec's grants are offered or run.
        service: Who speaks: the embedded planner or a model.
        spec: Grants and budget.
        context: The run's state; handed to each tool out of the model's sight.
    """

    kernel: Kernel
    service: ChatCompletionClientBase
    spec: AgentSpec
    context: RunContext
    model_calls: int = 0
    tool_calls: int = 0

    async def run(self, history: ChatHistory) -> TurnCounts:
        """Speak until the report is submitted or the turn is passed on; `history` grows in place.

        Raises:
            BudgetError: The budget was used up before.
            ModelError: The chat service failed.
        """
        try:
            async with asyncio.timeout(self.spec.budget.seconds):
                await self._loop(history)
        except TimeoutError as error:
            raise BudgetError(f"the turn took longer than its {self.spec.budget.seconds:g} s") from error
        return TurnCounts(self.model_calls, self.tool_calls)

    async def _loop(self, history: ChatHistory) -> None:
        reminders = 0
        while not self._over():
            message = await self._complete(history)
            history.add_message(message)
            calls = [item for item in message.items if isinstance(item, FunctionCallContent)]
            for call in calls:
                history.add_message(await self._answer(call))
                if self._over():
                    return
            if calls:
                continue
            if reminders == MAX_REMINDERS:
                # words without a report are a reading: they are kept, as a hypothesis
                self.context.submission = Submission(hypotheses=(message.content,) if message.content else ())
                return
            reminders += 1
            history.add_user_message(REMINDER)

    def _over(self) -> bool:
        return self.context.submission is not None or self.context.passing is not None

    async def _complete(self, history: ChatHistory) -> ChatMessageContent:
        if self.model_calls >= self.spec.budget.model_calls:
            raise BudgetError(f"the turn asked its model {self.model_calls} times, its limit, without a report")
        self.model_calls += 1
        settings = self.service.get_prompt_execution_settings_class()()
        settings.function_choice_behavior = FunctionChoiceBehavior.Auto(
            auto_invoke=False, filters={"included_functions": sorted(self.spec.grants)}
        )
        chunks: list[StreamingChatMessageContent] = []
        started = time.perf_counter()
        try:
            stream = self.service.get_streaming_chat_message_contents(history, settings, kernel=self.kernel)
            async for batch in stream:
                chunks += [chunk for chunk in batch if chunk is not None]
        except (KernelException, ServiceException) as error:
            raise ModelError(f"the chat service failed: {error}", retryable=True) from error
        if not chunks:
            raise ModelError("the chat service answered nothing", retryable=True)
        whole = functools.reduce(lambda left, right: left + right, chunks)
        usage = whole.metadata.get("usage")
        self.context.emit(
            ModelAnswered(
                model=whole.ai_model_id or self.service.ai_model_id,
                input_tokens=getattr(usage, "prompt_tokens", None),
                output_tokens=getattr(usage, "completion_tokens", None),
                cost=None,
                finish=whole.finish_reason.value if whole.finish_reason else "",
                elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
            )
        )
        return ChatMessageContent(role=AuthorRole.ASSISTANT, items=list(whole.items), ai_model_id=whole.ai_model_id)

    async def _answer(self, call: FunctionCallContent) -> ChatMessageContent:
        started = time.perf_counter()
        try:
            text, ok = await self._run_tool(call), True
        except ToolError as error:
            text, ok = f"refused: {error.message}", False
            self.context.emit(ToolRefused(call=call.id or "", tool=call.name or "", reason=error.message))
        if ok:
            self.context.emit(
                ToolReturned(
                    call=call.id or "",
                    tool=call.name or "",
                    ok=True,
                    result_sha256=hashlib.sha256(text.encode()).hexdigest(),
                    elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
                )
            )
        # hashed as it was, redacted on its way to the model
        result = FunctionResultContent.from_function_call_content_and_result(call, redact(text))
        return result.to_chat_message_content()

    async def _run_tool(self, call: FunctionCallContent) -> str:
        name = call.name or ""
        function = self._granted(name)
        arguments = checked_arguments(function.metadata, decode_arguments(call.arguments))
        if self.tool_calls >= self.spec.budget.tool_calls:
            raise BudgetError(f"the turn called {self.tool_calls} tools, its limit, without a report")
        self.tool_calls += 1
        self.context.emit(ToolCalled(call=call.id or "", tool=name, arguments=arguments))
        return await self._invoke(function, arguments)

    def _granted(self, name: str) -> KernelFunction:
        if name not in self.spec.grants:
            raise ToolError(f"the tool {name!r} is not granted; granted are: {', '.join(sorted(self.spec.grants))}")
        try:
            return self.kernel.get_function_from_fully_qualified_function_name(name)
        except KernelException as error:
            raise ToolError(f"there is no tool {name!r}") from error

    async def _invoke(self, function: KernelFunction, arguments: Mapping[str, Any]) -> str:
        try:
            result = await function.invoke(self.kernel, KernelArguments(**arguments, run=self.context))
        except KernelException as error:
            raise _own(error) from error
        return "" if result is None or result.value is None else str(result.value)


def _own(error: BaseException) -> SwitchboardError:
    """Our error inside Semantic Kernel's wrapping; anything else is a tool's fault that no model may read."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, SwitchboardError):
            return cause
        cause = cause.__cause__
    return ModelError(f"a tool failed unexpectedly: {type(error).__name__}")
