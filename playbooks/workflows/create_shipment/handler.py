# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Buys a shipment of an order from a sample carrier, once for a key."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.buying import create_shipment


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """The shipment with its label; the key travels on to the one transaction that buys."""
    return await create_shipment(body, key=key, effects=effects)
