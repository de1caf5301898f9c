# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Tells what the sample carriers would take for a shipment."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects
from playbooks.shop.quoting import quote
from playbooks.shop.tariff_reading import shipped_tariff


async def handle(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:  # noqa: ARG001  # reading needs none
    """Rates, the cheapest first, and why a service does not take it."""
    return quote(body, tariff=shipped_tariff(), now=effects.now())
