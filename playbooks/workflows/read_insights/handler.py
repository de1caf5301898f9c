# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Sums up the insights that are kept."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.insight_tables import read_rows


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # reading needs none
    """The rows that answer the question."""
    return await effects.look(lambda connection: read_rows(connection, body))
