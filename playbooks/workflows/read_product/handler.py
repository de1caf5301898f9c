# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Reads a product with its articles."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.answers import product_answer


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # reading needs none
    """The product of the id."""
    return await effects.look(lambda connection: product_answer(connection, str(body["product_id"])))
