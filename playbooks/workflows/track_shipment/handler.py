# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Tells where a parcel of a sample carrier is."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.following import track_shipment


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # reading needs none
    """What the carrier has told of it by now."""
    return await track_shipment(body, effects=effects)
