"""The queries from which services are drafted; each works on a workspace and on exported files."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import Logs, QueryLimits
from orchestrator.core.table import Column, ColumnType, Table, TableStatus
from orchestrator.core.window import Window
from playbooks.discovery.sighting import Tables

LIMITS = QueryLimits(rows=10_000, timeout_s=120.0)
TRACED = timedelta(hours=1)  # of a workspace's traces, which are joined
# Requests of a role whose instances are pods, and the pods' namespaces; a resource is named as the platform names it.
QUERIES: Mapping[str, str] = {
    "roles": "AppRequests | summarize calls = sum(ItemCount) by AppRoleName",
    "callers": "AppDependencies | summarize calls = sum(ItemCount) by AppRoleName",
    "targets": "AppDependencies | where isnotempty(Target) | summarize calls = sum(ItemCount) by AppRoleName, Target",
    "callees": (
        "AppDependencies | where isnotempty(Id) | project Id, AppRoleName, Target, ItemCount\n"
        "| join kind=inner (AppRequests | where isnotempty(ParentId) | project ParentId, Callee = AppRoleName)\n"
        "    on $left.Id == $right.ParentId\n"
        "| summarize calls = sum(ItemCount) by AppRoleName, Target, Callee"
    ),
    "instances": (
        "AppRequests | distinct AppRoleName, AppRoleInstance\n"
        "| join kind=inner (KubePodInventory | distinct Name, Namespace) on $left.AppRoleInstance == $right.Name\n"
        "| distinct AppRoleName, Namespace"
    ),
    "pods": (
        "KubePodInventory | where isnotempty(ServiceName) and Namespace !in ('kube-system', 'gatekeeper-system')\n"
        "| distinct ServiceName, Namespace"
    ),
    "resources": "AzureMetrics | where isnotempty(ResourceId) | distinct ResourceId",
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "roles": ("AppRoleName", "calls"),
    "callers": ("AppRoleName", "calls"),
    "targets": ("AppRoleName", "Target", "calls"),
    "callees": ("AppRoleName", "Target", "Callee", "calls"),
    "instances": ("AppRoleName", "Namespace"),
    "pods": ("ServiceName", "Namespace"),
    "resources": ("ResourceId",),
}


async def ask_tables(logs: Logs, *, window: Window | None) -> tuple[Tables, tuple[str, ...]]:
    """The answers, and what to say where one is missing or cut short; a workspace is asked for `window` alone."""
    notes: list[str] = []

    async def ask(name: str) -> Table:
        asked = window
        if window is not None and name == "callees":
            asked = Window(max(window.start, window.end - TRACED), window.end)
        try:
            table = await logs.query(QUERIES[name], window=asked, limits=LIMITS)
        except QueryError as error:
            notes.append(f"{name}: {error.message}")
            return _empty(name)
        if table.status is not TableStatus.COMPLETE:
            notes.append(f"{name}: the answer is not whole ({table.reason or table.status.value})")
        return _empty(name) if table.status is TableStatus.FAILED else table

    found = dict(zip(QUERIES, await asyncio.gather(*map(ask, QUERIES)), strict=True))
    return Tables(**found), tuple(sorted(notes))


def _empty(name: str) -> Table:
    return Table(tuple(Column(column, ColumnType.STRING) for column in _COLUMNS[name]), ())
