# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Looks up the key of an update_order or update_customer call."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.updating import find_order_change


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # this call's own key says nothing
    """The change of the key in question, else whether a run of it is still at work."""
    return await find_order_change(str(body["key"]), effects=effects)
