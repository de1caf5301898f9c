# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Finds a customer by what they know of themselves."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.answers import customer_answer


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # reading needs none
    """The customer whom all the facts fit, if they are enough."""
    return await effects.look(lambda connection: customer_answer(connection, body))
