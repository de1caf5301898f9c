# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Reads an order with its stock and its shipments."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.answers import order_answer


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # reading needs none
    """The order of the id, its `#` given or not."""
    order_id, now = str(body["order_id"]), effects.now()
    return await effects.look(lambda connection: order_answer(connection, order_id, now=now))
