"""One call of the chat service: streamed to who listens, made again where that may help, counted, remembered.

What a model said is recalled when its run goes on after a crash: it is not paid for twice, and says nothing else.
The embedded planner is not remembered, as it always decides the same.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

from semantic_kernel import Kernel
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.function_choice_behavior import FunctionChoiceBehavior
from semantic_kernel.contents import (
    ChatHistory,
    FunctionCallContent,
    FunctionResultContent,
    StreamingChatMessageContent,
)
from semantic_kernel.exceptions import KernelException

from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.core.events import ModelAnswered, ModelFailed, ModelSaid
from orchestrator.core.memory import Memory
from orchestrator.core.reading import LineRedactor, visible_lines
from orchestrator.core.retrying import RetryPolicy, next_wait
from orchestrator.core.runs import RunContext
from orchestrator.core.usage import ModelBudget, Tokens, estimate
from orchestrator.engine.reply import Reply, assemble, read_reply

CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTerms:
    """How a model is dealt with; there are none for the embedded planner.

    Attributes:
        budget: Of one run.
        retry: When a failed call is made again.
        stand_in: Goes on with a turn whose model failed for good; None ends the turn with what is there.
    """

    budget: ModelBudget = field(default_factory=ModelBudget)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    stand_in: ChatCompletionClientBase | None = None


@dataclass(slots=True, kw_only=True)
class Voice:
    """Asks one chat service on behalf of one turn."""

    kernel: Kernel
    service: ChatCompletionClientBase
    context: RunContext
    retry: RetryPolicy
    counted: bool

    @property
    def model(self) -> str:
        """Who speaks."""
        return str(self.service.ai_model_id)

    async def ask(self, history: ChatHistory, *, tools: Iterable[str]) -> Reply:
        """The next answer; ModelError where the service fails for good. Each failure and each answer is an event."""
        offered = sorted(tools)
        memory = Remembered(self.context.memory, self.context.next_step("model")) if self.counted else None
        tried, waited_s = 0, 0.0
        while True:
            try:
                return await self._once(history, offered, memory)
            except ModelError as error:
                tried += 1
                wait = next_wait(self.retry, error, tried=tried, waited_s=waited_s)
                if wait is None and memory is not None:
                    memory.keep_failure(error)
                self.context.emit(
                    ModelFailed(model=self.model, fault=error.fault.value, reason=error.message, retry_in_s=wait)
                )
                if wait is None:
                    raise
                await asyncio.sleep(wait)
                waited_s += wait

    async def _once(self, history: ChatHistory, tools: list[str], memory: "Remembered | None") -> Reply:
        started = time.perf_counter()
        reply = memory.recall() if memory is not None else None
        if reply is not None:
            lines = LineRedactor()
            self._say(lines.feed(reply.text) + lines.finish())
        else:
            reply = await self._streamed(history, tools)
            reply = memory.keep(reply) if memory is not None else reply
        self._count(reply, history, tools, elapsed_s=time.perf_counter() - started)
        if reply.finish == CONTENT_FILTER:
            raise ModelError("the content filter stopped the model's answer", fault=ModelFault.FILTERED)
        return reply

    async def _streamed(self, history: ChatHistory, tools: list[str]) -> Reply:
        settings = self.service.get_prompt_execution_settings_class()()
        settings.function_choice_behavior = FunctionChoiceBehavior.Auto(
            auto_invoke=False, filters={"included_functions": tools}
        )
        chunks: list[StreamingChatMessageContent] = []
        lines = LineRedactor()
        try:
            stream = self.service.get_streaming_chat_message_contents(history, settings, kernel=self.kernel)
            async with aclosing(stream):
                async for batch in stream:
                    found = [chunk for chunk in batch if chunk is not None]
                    chunks += found
                    self._say(lines.feed("".join(chunk.content for chunk in found)))
        except KernelException as error:
            raise ModelError(f"the chat service failed: {type(error).__name__}") from error
        if not chunks:
            raise ModelError("the chat service answered nothing", fault=ModelFault.UNREADABLE, retryable=True)
        self._say(lines.finish())
        return assemble(chunks, model=self.model)

    def _say(self, text: str) -> None:
        if text:
            self.context.tell(ModelSaid(model=self.model, text=visible_lines(text)))

    def _count(self, reply: Reply, history: ChatHistory, tools: list[str], *, elapsed_s: float) -> None:
        meter = self.context.meter if self.counted else None
        tokens: Tokens | None = None
        if meter is not None:
            tokens = reply.tokens or estimate(
                (*_texts(history), *self._offer_texts(tools)), (reply.text, *map(_arguments, reply.calls))
            )
        self.context.emit(
            ModelAnswered(
                model=reply.model,
                input_tokens=tokens.input if tokens else None,
                output_tokens=tokens.output if tokens else None,
                cost=meter.count(tokens) if meter and tokens else None,
                finish=reply.finish,
                elapsed_ms=round(elapsed_s * 1000, 1),
                estimated=tokens.estimated if tokens else False,
            )
        )

    def _offer_texts(self, tools: list[str]) -> Iterable[str]:
        """What describes the offered tools, for a server that does not count."""
        for metadata in self.kernel.get_full_list_of_function_metadata():
            if metadata.fully_qualified_name in tools:
                yield from (metadata.fully_qualified_name, metadata.description or "")
                yield from (f"{item.name} {item.description or ''}" for item in metadata.parameters)


@dataclass(frozen=True, slots=True)
class Remembered:
    """One answer of a model in the run's memory, or its failure for good."""

    memory: Memory
    step: str

    def recall(self) -> Reply | None:
        """What an earlier attempt was answered, if it was; its ModelError where the model failed for good."""
        kept = self.memory.recall(self.step)
        match kept:
            case None:
                return None
            case {"failed": str(message), "fault": str(fault)}:
                raise ModelError(message, fault=ModelFault(fault))
            case _:
                return read_reply(kept)

    def keep(self, reply: Reply) -> Reply:
        """Store it before anything follows; what is stored is what the turn goes on with."""
        return read_reply(self.memory.keep(self.step, reply.document()))

    def keep_failure(self, error: ModelError) -> None:
        """Store that there will be no answer."""
        self.memory.keep(self.step, {"failed": error.message, "fault": error.fault.value})


def _texts(history: ChatHistory) -> Iterable[str]:
    for message in history.messages:
        yield message.content
        for item in message.items:
            if isinstance(item, FunctionCallContent):
                yield _arguments(item)
            elif isinstance(item, FunctionResultContent):
                yield str(item.result)


def _arguments(call: FunctionCallContent) -> str:
    return f"{call.name} {call.arguments}"
