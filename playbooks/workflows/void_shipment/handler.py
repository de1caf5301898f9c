# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Gives a shipment back to its sample carrier, once for a key."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.voiding import void_shipment


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """When it was given back; the key travels on."""
    return await void_shipment(body, key=key, effects=effects)
