"""Tool calls of one turn: granted, in order, checked, run one after another, recorded."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from semantic_kernel import Kernel
from semantic_kernel.contents import ChatMessageContent, FunctionCallContent, FunctionResultContent
from semantic_kernel.exceptions import KernelException
from semantic_kernel.functions import KernelArguments, KernelFunction

from orchestrator.core.errors import BudgetError, SwitchboardError, ToolError
from orchestrator.core.events import ToolCalled, ToolRefused, ToolReturned
from orchestrator.core.reading import reading
from orchestrator.core.redaction import redact
from orchestrator.core.runs import RunContext
from orchestrator.core.specs import AgentSpec
from orchestrator.engine.arguments import ArgumentsError, checked_arguments, decode_arguments

MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one call: the text that the model reads."""

    call: FunctionCallContent
    text: str
    ok: bool

    def message(self) -> ChatMessageContent:
        """For the history; hashed as it was, redacted on its way to the model."""
        result = FunctionResultContent.from_function_call_content_and_result(self.call, redact(self.text))
        return result.to_chat_message_content()


@dataclass(slots=True, kw_only=True)
class ToolCalls:
    """Runs what a chat service asks for, and counts how often it errs.

    Attributes:
        count: Tools that ran.
        answered: What became of every call, in order.
    """

    kernel: Kernel
    spec: AgentSpec
    context: RunContext
    count: int = 0
    answered: list[Answered] = field(default_factory=list)
    _made: Counter[tuple[str, str]] = field(default_factory=Counter)
    _malformed: int = 0
    _refused: int = 0

    async def answer(self, call: FunctionCallContent, *, allowed: frozenset[str]) -> Answered:
        """Run one call, or say why not; BudgetError where the turn may call no more tools."""
        name, started = call.name or "", time.perf_counter()
        try:
            text, ok = await self._run(call, allowed), True
        except ToolError as error:
            text, ok = f"refused: {error.message}", False
            self._malformed += isinstance(error, ArgumentsError)
            # the name is the model's own text
            named = reading(name, limit=MAX_NAME)
            self.context.emit(ToolRefused(call=call.id or "", tool=named, reason=error.message))
        self._refused = 0 if ok else self._refused + 1
        if ok:
            self.context.emit(
                ToolReturned(
                    call=call.id or "",
                    tool=name,
                    ok=True,
                    result_sha256=hashlib.sha256(text.encode()).hexdigest(),
                    elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
                )
            )
        done = Answered(call, text, ok)
        self.answered.append(done)
        return done

    @property
    def lost(self) -> str:
        """Why the model is asked no more, in words; empty while it may go on."""
        patience = self.spec.patience
        repeats = max(self._made.values(), default=0)
        if repeats > patience.same_call * 2:
            return f"the model made the same call {repeats} times"
        if self._malformed >= patience.malformed:
            return f"the model sent arguments that are no JSON object {self._malformed} times"
        if self._refused >= patience.refusals:
            return f"{self._refused} calls of the model in a row were refused"
        return ""

    async def _run(self, call: FunctionCallContent, allowed: frozenset[str]) -> str:
        name = call.name or ""
        function = self._granted(name, allowed)
        arguments = checked_arguments(function.metadata, decode_arguments(call.arguments))
        self._refuse_repeated(name, arguments)
        if self.count >= self.spec.budget.tool_calls:
            raise BudgetError(f"the turn called {self.count} tools, its limit, without a report")
        self.count += 1
        self.context.emit(ToolCalled(call=call.id or "", tool=name, arguments=arguments))
        return await self._invoke(function, arguments)

    def _granted(self, name: str, allowed: frozenset[str]) -> KernelFunction:
        if name not in self.spec.grants:
            said = reading(name, limit=MAX_NAME)
            raise ToolError(f"the tool {said!r} is not granted; granted are: {', '.join(sorted(self.spec.grants))}")
        if name not in allowed:
            raise ToolError(f"no other call is left; call {', '.join(sorted(allowed))}")
        before = self.spec.first.get(name)
        if before is not None and before not in {item.call.name for item in self.answered if item.ok}:
            raise ToolError(f"call {before} first: {name} is for what no guide answers")
        try:
            return self.kernel.get_function_from_fully_qualified_function_name(name)
        except KernelException as error:
            raise ToolError(f"there is no tool {name!r}") from error

    def _refuse_repeated(self, name: str, arguments: Mapping[str, Any]) -> None:
        made = (name, json.dumps(arguments, sort_keys=True))
        self._made[made] += 1
        if self._made[made] > self.spec.patience.same_call:
            raise ToolError(
                f"{name} was called with these arguments before, and its answer stands above; "
                "look at something else, or end the turn with report-submit"
            )

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
    return SwitchboardError(f"a tool failed unexpectedly: {type(error).__name__}")
