# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Changes the address of a customer, once for a key."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.updating import update_customer


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """The address as it is now; orders keep theirs."""
    return await update_customer(body, key=key, effects=effects)
