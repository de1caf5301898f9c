# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Drains the nodes of a zone of the sample environment."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.changes import make_change


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """The change as made; the key travels on, so that it is made once however often this runs."""
    return await make_change("drain_zone", body, key=key, effects=effects)
