# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Looks a key of open_ticket up in the host's own ticket system."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # this call's own key says nothing
    """The ticket of the key in question, else whether a run of it is still at work."""
    wanted = str(body["key"])
    # the run first: one that ends between the two questions has its ticket by the second
    state = await effects.state_of("open_ticket", key=wanted)
    found = await effects.find("ticket", key=wanted)
    if found is not None:
        result = {"number": f"#{found['number']}", "key": wanted, "title": found["title"], "opened_at": found["at"]}
        return {"state": "done", "result": result}
    return {"state": "running" if state == "running" else "absent"}
