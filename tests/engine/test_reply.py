"""Streams are put together however servers cut them."""

from typing import Any

import pytest
from semantic_kernel.contents import AuthorRole, FunctionCallContent, StreamingChatMessageContent, StreamingTextContent
from semantic_kernel.contents.utils.finish_reason import FinishReason

from orchestrator.engine.reply import assemble

Piece = tuple[str | None, int | None, str | None, str | None]


def chunk(*items: Any, finish: FinishReason | None = None) -> StreamingChatMessageContent:
    """One chunk of a stream."""
    return StreamingChatMessageContent(
        role=AuthorRole.ASSISTANT, choice_index=0, items=list(items), ai_model_id="m", finish_reason=finish
    )


def call(piece: Piece) -> FunctionCallContent:
    """One piece of a call: id, index, name, arguments."""
    return FunctionCallContent(id=piece[0], index=piece[1], name=piece[2], arguments=piece[3])


STREAMS: list[tuple[str, list[Piece]]] = [
    ("by index", [("a", 0, "t-x", '{"n"'), (None, 0, None, ": 1}"), ("b", 1, "t-y", "{}")]),
    ("mixed", [("a", 0, "t-x", '{"n"'), ("b", 1, "t-y", "{"), (None, 0, None, ": 1}"), (None, 1, None, "}")]),
    ("id again and again", [("a", 0, "t-x", '{"n"'), ("a", 0, None, ": 1}"), ("b", 1, "t-y", "{}")]),
    ("one index for all", [("a", 0, "t-x", '{"n": 1}'), ("b", 0, "t-y", "{}")]),
    ("one index, in pieces", [("a", 0, "t-x", '{"n"'), (None, 0, None, ": 1}"), ("b", 0, "t-y", "{}")]),
    ("no index", [("a", None, "t-x", '{"n"'), (None, None, None, ": 1}"), ("b", None, "t-y", None)]),
    ("no id", [(None, None, "t-x", '{"n": 1}'), (None, None, "t-y", "{}")]),
]


@pytest.mark.parametrize("pieces", [case[1] for case in STREAMS], ids=[case[0] for case in STREAMS])
def test_pieces_of_calls_find_each_other(pieces: list[Piece]) -> None:
    """By id, else by index, else by order."""
    reply = assemble([chunk(call(piece)) for piece in pieces], model="m")
    assert [(item.name, item.arguments) for item in reply.calls] == [("t-x", '{"n": 1}'), ("t-y", "{}")]
    assert len({item.id for item in reply.calls}) == 2


def test_words_and_the_end_are_kept() -> None:
    """Words beside calls, and why the stream ended."""
    text = [StreamingTextContent(text=part, choice_index=0) for part in ("the ", "pool")]
    reply = assemble([chunk(text[0]), chunk(text[1]), chunk(finish=FinishReason.LENGTH)], model="m")
    assert (reply.text, reply.finish, reply.tokens, reply.calls) == ("the pool", "length", None, ())
