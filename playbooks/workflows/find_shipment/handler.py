# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Looks up the key of a create_shipment or void_shipment call."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.voiding import find_shipment


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # this call's own key says nothing
    """What the key did, else whether a run of it is still at work."""
    return await find_shipment(str(body["key"]), effects=effects)
