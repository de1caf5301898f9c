# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Keeps insights, one row for each conversation and scorer version."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.insight_tables import STORED, store_rows


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """How many rows were new, changed, or there already."""
    rows = body["rows"]
    assert isinstance(rows, list)
    made = await effects.change(STORED, lambda connection: store_rows(connection, rows, key=key), key=key)
    return {name: made[name] for name in ("key", "new", "changed", "same")}
