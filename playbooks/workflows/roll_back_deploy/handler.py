# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Rolls a service of the sample environment back to an earlier version."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.changes import make_change


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """The change as made; the key travels on, so that it is made once however often this runs."""
    return await make_change("roll_back_deploy", body, key=key, effects=effects)
