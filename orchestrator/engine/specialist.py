"""A specialist as an agent of Semantic Kernel whose turns are ours."""

from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any, ClassVar

from semantic_kernel import Kernel
from semantic_kernel.agents import Agent, AgentResponseItem, AgentThread, ChatHistoryAgentThread
from semantic_kernel.agents.channels.chat_history_channel import ChatHistoryChannel
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.contents import AuthorRole, ChatHistory, ChatMessageContent, StreamingChatMessageContent

from orchestrator.core.answer import compose
from orchestrator.core.errors import ModelError
from orchestrator.core.redaction import redact
from orchestrator.core.report import Json, Report
from orchestrator.core.runs import RunContext
from orchestrator.core.specs import AgentSpec
from orchestrator.engine.turn import Turn, TurnCounts
from orchestrator.engine.voice import ModelTerms

Messages = str | ChatMessageContent | list[str | ChatMessageContent] | None
OnMessage = Callable[[ChatMessageContent], Awaitable[None]] | None


class SpecialistAgent(Agent):
    """Answers through `Turn`: the only place where a chat service is called."""

    channel_type: ClassVar[Any] = ChatHistoryChannel
    spec: AgentSpec
    service: ChatCompletionClientBase
    terms: ModelTerms | None = None

    @classmethod
    def of(
        cls, spec: AgentSpec, *, kernel: Kernel, service: ChatCompletionClientBase, terms: ModelTerms | None = None
    ) -> "SpecialistAgent":
        """The agent of a spec; `terms` where a model speaks."""
        return cls(
            name=spec.name,
            description=spec.description,
            instructions=spec.instructions,
            kernel=kernel,
            spec=spec,
            service=service,
            terms=terms,
        )

    async def answer(
        self, context: RunContext, *, thread: ChatHistoryAgentThread, route: Json
    ) -> tuple[Report | None, TurnCounts]:
        """Run one turn over the thread's messages; the report, also added to the thread, or None if it is passed on."""
        history = ChatHistory(system_message=self.instructions)
        async for message in thread.get_messages():
            # tools read the message from the run; a model reads it without its secrets
            text = redact(message.content or "")
            history.add_message(ChatMessageContent(role=message.role, content=text, name=message.name))
        turn = Turn(self.kernel, self.service, self.spec, context, self.terms)
        counts = await turn.run(history)
        if context.submission is None:
            return None, counts
        report = compose(context, self.spec, context.submission, route=route)
        said = ChatMessageContent(role=AuthorRole.ASSISTANT, content=report.message, name=self.name)
        await thread.on_new_message(said)
        return report, counts

    async def get_response(
        self, messages: Messages = None, *, thread: AgentThread | None = None, **kwargs: Any
    ) -> AgentResponseItem[ChatMessageContent]:
        """Answer in one message; `run` (a RunContext) must be given, as no turn is unrecorded."""
        context = kwargs.pop("run", None)
        if not isinstance(context, RunContext):
            raise ModelError("a specialist answers within a run: pass run=RunContext(...)")
        known = await self._ensure_thread_exists_with_messages(
            messages=messages,
            thread=thread,
            construct_thread=ChatHistoryAgentThread,
            expected_type=ChatHistoryAgentThread,
        )
        report, _ = await self.answer(context, thread=known, route=kwargs.pop("route", {}))
        if report is None:
            raise ModelError("the turn was passed on; only the orchestrator can follow it")
        said = ChatMessageContent(role=AuthorRole.ASSISTANT, content=report.message, name=self.name)
        return AgentResponseItem(message=said, thread=known)

    async def invoke(
        self,
        messages: Messages = None,
        *,
        thread: AgentThread | None = None,
        on_intermediate_message: OnMessage = None,
        **kwargs: Any,
    ) -> AsyncIterable[AgentResponseItem[ChatMessageContent]]:
        """Answer as a stream of one message."""
        response = await self.get_response(messages, thread=thread, **kwargs)
        if on_intermediate_message is not None:
            await on_intermediate_message(response.message)
        yield response

    async def invoke_stream(
        self,
        messages: Messages = None,
        *,
        thread: AgentThread | None = None,
        on_intermediate_message: OnMessage = None,
        **kwargs: Any,
    ) -> AsyncIterable[AgentResponseItem[StreamingChatMessageContent]]:
        """Answer as a stream of one chunk; the run's events are the live stream."""
        async for item in self.invoke(
            messages, thread=thread, on_intermediate_message=on_intermediate_message, **kwargs
        ):
            chunk = StreamingChatMessageContent(
                role=AuthorRole.ASSISTANT, choice_index=0, content=item.message.content, name=self.name
            )
            yield AgentResponseItem(message=chunk, thread=item.thread)
