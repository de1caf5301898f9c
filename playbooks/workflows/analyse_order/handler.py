# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Reads an order with its stock and its shipments."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.answers import order_answer


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # reading needs none
    """The order of the id, its `#` given or not."""
    return await effects.look(lambda connection: order_answer(connection, str(body["order_id"])))
