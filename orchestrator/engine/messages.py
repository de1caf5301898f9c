"""What a message is: an alert's payload or words, and where it stands in its session."""

import json
from collections.abc import Mapping

from semantic_kernel.agents import ChatHistoryAgentThread
from semantic_kernel.contents import AuthorRole, ChatMessageContent

from orchestrator.core.errors import InputError
from orchestrator.engine.session import Session


def payload_of(text: str) -> Mapping[str, object] | None:
    """The alert that a message is, or None where it is words."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    except RecursionError as error:
        raise InputError("the payload is nested too deeply to be an alert; send the alert's own JSON") from error
    if isinstance(value, list) and value:
        value = value[0]  # a list of alerts: the first is looked at
    return value if isinstance(value, dict) else None


async def thread_of(session: Session, asked: str) -> ChatHistoryAgentThread:
    """The session so far, as a specialist reads it, with what is asked now at its end."""
    thread = ChatHistoryAgentThread()
    await thread.create()
    for said, answered in session.exchanges():
        await thread.on_new_message(ChatMessageContent(role=AuthorRole.USER, content=said))
        await thread.on_new_message(ChatMessageContent(role=AuthorRole.ASSISTANT, content=answered))
    await thread.on_new_message(ChatMessageContent(role=AuthorRole.USER, content=asked))
    return thread
