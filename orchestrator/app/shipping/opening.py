"""Opens what shipments ask of this installation: the workflows, what reads and acts through them, the record."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from orchestrator.app.assembly import read_services
from orchestrator.app.azure import Azure
from orchestrator.app.doing import make_acting
from orchestrator.app.policies import environment_of_shop
from orchestrator.app.shipping.conversing import procedures_folder
from orchestrator.app.shipping.planning import ShipmentPlanner
from orchestrator.app.shipping.recording import ShipmentDesk, open_shipments
from orchestrator.app.sources import choose_sources
from orchestrator.app.workflows import DeferredWorkflows
from orchestrator.store.actions import StoredActions
from orchestrator.surfaces.application import Options
from plugins.logicapps.reads import WorkflowReader

if TYPE_CHECKING:
    from orchestrator.core.ports import WorkflowReads
    from orchestrator.core.workflows import Workflows
    from orchestrator.engine.acting.acting import Acting
    from orchestrator.settings import Settings
    from orchestrator.store.database import Database
    from orchestrator.store.shipments import StoredShipments


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipping:
    """What buys, follows and records shipments in this process."""

    actions: StoredActions
    shipments: "StoredShipments"
    desk: ShipmentDesk
    acting: "Acting"
    workflows: "Workflows"
    reads: "WorkflowReads"
    planner: ShipmentPlanner


@asynccontextmanager
async def open_shipping(settings: "Settings", database: "Database") -> AsyncIterator[Shipping]:
    """All of it; nothing is called before it is used."""
    kind = choose_sources(Options(), settings, make=False).kind
    services = read_services(Options(), settings, kind=kind)
    async with Azure(settings) as azure, DeferredWorkflows(settings, azure=azure, headers=dict) as workflows:
        reads = WorkflowReader(workflows)
        yield Shipping(
            actions=StoredActions(database),
            shipments=open_shipments(database),
            desk=ShipmentDesk(database),
            acting=make_acting(settings, database, azure=azure, workflows=workflows, services=services),
            workflows=workflows,
            reads=reads,
            planner=ShipmentPlanner(
                reads=reads,
                procedures=procedures_folder(settings),
                environment=partial(environment_of_shop, settings),
            ),
        )
