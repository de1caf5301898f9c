"""What a chat service said in one call, put together from its stream."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from semantic_kernel.contents import (
    AuthorRole,
    ChatMessageContent,
    FunctionCallContent,
    StreamingChatMessageContent,
    StreamingTextContent,
    TextContent,
)

from orchestrator.core.errors import StoreError
from orchestrator.core.report import Json
from orchestrator.core.usage import Tokens
from orchestrator.engine.arguments import MAX_ARGUMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer.

    Attributes:
        text: Its words.
        calls: The tools it asks for, in order, each with an id.
        finish: Why it stopped, in the protocol's word, or empty.
        tokens: As the server counted them; None where it did not say.
        model: Who answered.
    """

    text: str
    calls: tuple[FunctionCallContent, ...]
    finish: str
    tokens: Tokens | None
    model: str

    def message(self) -> ChatMessageContent:
        """For the history; arguments that are no JSON object stand as `{}`, as servers refuse to read others."""
        items: list[TextContent | FunctionCallContent] = [TextContent(text=self.text)] if self.text else []
        items += [call.model_copy(update={"arguments": _plain_arguments(call)}) for call in self.calls]
        return ChatMessageContent(role=AuthorRole.ASSISTANT, items=[*items], ai_model_id=self.model)

    def document(self) -> Json:
        """As JSON; `read_reply` reads it again."""
        return {
            "text": self.text,
            "calls": [[call.id, call.name, _arguments_text(call)] for call in self.calls],
            "finish": self.finish,
            "tokens": [self.tokens.input, self.tokens.output] if self.tokens else None,
            "model": self.model,
        }


def read_reply(document: Json) -> Reply:
    """The reply that `Reply.document` wrote; StoreError where it is none."""
    match document:
        case {
            "text": str(text),
            "calls": list(calls),
            "finish": str(finish),
            "tokens": None | list() as tokens,
            "model": str(model),
        }:
            return Reply(
                text=text,
                calls=tuple(
                    FunctionCallContent(id=item_id, index=index, name=name, arguments=arguments)
                    for index, (item_id, name, arguments) in enumerate(calls)
                ),
                finish=finish,
                tokens=Tokens(*tokens) if tokens else None,
                model=model,
            )
        case _:
            raise StoreError(f"a remembered reply has the wrong shape: {document!r:.200}")


def assemble(chunks: Sequence[StreamingChatMessageContent], *, model: str) -> Reply:
    """The reply of a stream.

    Pieces of a call belong together by id, else by index, else by order: servers differ in which of them they repeat.
    """
    items = [item for chunk in chunks for item in chunk.items]
    usage = next((found for chunk in reversed(chunks) if (found := chunk.metadata.get("usage")) is not None), None)
    finish = next((chunk.finish_reason.value for chunk in reversed(chunks) if chunk.finish_reason), "")
    return Reply(
        text="".join(item.text for item in items if isinstance(item, StreamingTextContent | TextContent) and item.text),
        calls=_calls(item for item in items if isinstance(item, FunctionCallContent)),
        finish=finish,
        tokens=_tokens(usage),
        model=next((chunk.ai_model_id for chunk in chunks if chunk.ai_model_id), model),
    )


def _tokens(usage: object) -> Tokens | None:
    asked, answered = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    return Tokens(asked, answered) if isinstance(asked, int) and isinstance(answered, int) else None


def _calls(pieces: Iterable[FunctionCallContent]) -> tuple[FunctionCallContent, ...]:
    begun: list[list[FunctionCallContent]] = []
    for piece in pieces:
        at = _place(piece, begun)
        if at is None:
            begun.append([piece])
        else:
            begun[at].append(piece)
    return tuple(_joined(parts, number) for number, parts in enumerate(begun, start=1))


def _place(piece: FunctionCallContent, begun: Sequence[Sequence[FunctionCallContent]]) -> int | None:
    """Which call a piece goes on with; None where it begins one."""
    if piece.id:
        return next((at for at, parts in enumerate(begun) if parts[0].id == piece.id), None)
    if piece.index is not None:
        return next((at for at in reversed(range(len(begun))) if begun[at][0].index == piece.index), None)
    return len(begun) - 1 if begun and not piece.name else None


def _joined(parts: Sequence[FunctionCallContent], number: int) -> FunctionCallContent:
    first = parts[0]
    texts = [part.arguments for part in parts if part.arguments]
    whole = (
        texts[0] if len(texts) == 1 else "".join(text if isinstance(text, str) else json.dumps(text) for text in texts)
    )
    name = next((part.name for part in parts if part.name), "")
    return FunctionCallContent(id=first.id or f"call_{number}", index=number - 1, name=name, arguments=whole or "{}")


def _arguments_text(call: FunctionCallContent) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(dict(call.arguments or {}))


def _plain_arguments(call: FunctionCallContent) -> str:
    text = _arguments_text(call)
    if len(text) > MAX_ARGUMENTS:
        return "{}"
    try:
        return text if isinstance(json.loads(text), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"
