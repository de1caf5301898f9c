"""Opens what beside the logs a guide may ask: metrics, and the inventory of Azure resources with their health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from orchestrator.app.azure import Azure
from orchestrator.app.gates import GatedGraph, GatedMetrics
from orchestrator.app.sources import Sources
from orchestrator.core.ports import Logs, Metrics, ResourceGraph
from orchestrator.settings import over_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Both ports, open."""

    metrics: Metrics
    graph: ResourceGraph


@asynccontextmanager
async def open_resources(azure: Azure, sources: Sources, logs: Logs) -> AsyncIterator[Resources]:
    """Azure's where the logs are live, else the tables of the files; nothing is asked before a guide asks."""
    if sources.kind != "live":
        from plugins.monitor.embedded.local_graph import LocalResourceGraph  # noqa: PLC0415  # with the log engine
        from plugins.monitor.embedded.local_metrics import LocalMetrics  # noqa: PLC0415  # same

        yield Resources(metrics=LocalMetrics(logs), graph=LocalResourceGraph(logs))
        return
    from plugins.monitor.azure.metrics import ENDPOINT, AzureMetrics  # noqa: PLC0415  # only where Azure is asked
    from plugins.monitor.azure.resource_graph import ENDPOINT as MANAGEMENT  # noqa: PLC0415  # same
    from plugins.monitor.azure.resource_graph import AzureResourceGraph  # noqa: PLC0415  # same

    management = azure.settings.management_endpoint or MANAGEMENT
    measured = azure.settings.metrics_endpoint or ENDPOINT
    credential = await azure.credential()
    async with (
        AzureResourceGraph.open(
            credential, endpoint=management, audience=management, enforce_https=not over_loopback(management)
        ) as graph,
        AzureMetrics(
            credential,
            graph=graph,
            endpoint=measured,
            audience=metrics_audience(measured),
            enforce_https=not over_loopback(measured),
        ) as metrics,
    ):
        yield Resources(
            metrics=GatedMetrics(metrics, azure.gate("metrics")), graph=GatedGraph(graph, azure.gate("graph"))
        )


def metrics_audience(endpoint: str) -> str:
    """Whom a token for the endpoint is for: its address without the region."""
    host = urlsplit(endpoint).hostname or ""
    _, dot, cloud = host.partition(".")
    return f"https://{cloud}" if dot and cloud.startswith("metrics.") else f"https://{host}"
