# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Records a message of a channel, in place of posting it."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """The message as recorded; nobody waits for it."""
    return await effects.act("message", {"channel": body["channel"], "text": body["text"]}, key=key)
