# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Opens a ticket in the host's own ticket system."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects

_FIELDS = ("title", "description", "severity", "incident")


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """The ticket; the key travels on, so that it is opened once however often this runs."""
    fields = {name: body[name] for name in _FIELDS if name in body}
    made = await effects.act("ticket", {**fields, "key": key}, key=key)
    return {"number": f"#{made['number']}", "key": key, "title": made["title"], "opened_at": made["at"]}
