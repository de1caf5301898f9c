# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Changes an order, once for a key."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.updating import update_order


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """What was changed; the conditions are checked in the transaction that changes."""
    return await update_order(body, key=key, effects=effects)
