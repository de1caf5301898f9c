"""Opens what it takes to do an approved action in this process: the workflows, the policy, the list for persons."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from orchestrator.app.approvals import read_judging
from orchestrator.app.assembly import read_services
from orchestrator.app.azure import Azure
from orchestrator.app.desk import HandoffDesk
from orchestrator.app.effects import EffectVerifier
from orchestrator.app.shipping.recording import Desks, ShipmentDesk
from orchestrator.app.sources import choose_sources
from orchestrator.app.workflows import DeferredWorkflows
from orchestrator.engine.acting.acting import Acting, nobody_is
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions
from orchestrator.store.pins import StoredPins
from orchestrator.surfaces.application import Options

if TYPE_CHECKING:
    from orchestrator.core.workflows import Workflows
    from orchestrator.engine.acting.ports import Verifier
    from orchestrator.store.database import Database
    from playbooks.services import Services


@asynccontextmanager
async def open_doing(
    settings: Settings, database: "Database", *, verifier: "Verifier | None" = None
) -> AsyncIterator[Acting]:
    """What does actions in the name of this process; the policy is read as it is now."""
    kind = choose_sources(Options(), settings, make=False).kind
    services = read_services(Options(), settings, kind=kind)
    async with Azure(settings) as azure, DeferredWorkflows(settings, azure=azure, headers=dict) as workflows:
        yield make_acting(settings, database, azure=azure, workflows=workflows, services=services, verifier=verifier)


def make_acting(
    settings: Settings,
    database: "Database",
    *,
    azure: Azure,
    workflows: "Workflows",
    services: "Services",
    verifier: "Verifier | None" = None,
) -> Acting:
    """What does actions in the name of this process, over what is open already."""
    return Acting(
        actions=StoredActions(database),
        workflows=workflows,
        # read anew each time: a worker lives for days, and what was edited counts at once
        judge=lambda request, now: read_judging(settings).rule(request, now),
        process=f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}",
        verifier=verifier or EffectVerifier(settings=settings, azure=azure, pins=StoredPins(database)),
        desk=Desks((HandoffDesk(database, services), ShipmentDesk(database))),
        # a workflow that is hosted in the process that calls it dies with it
        is_gone=nobody_is if settings.workflows else is_dead_here,
    )


def is_dead_here(process: str) -> bool:
    """Whether a process of this machine surely is no more."""
    host, _, rest = process.partition(":")
    number = rest.partition(":")[0]
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's, and alive
    return False
