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
from orchestrator.app.sources import choose_sources
from orchestrator.app.workflows import DeferredWorkflows
from orchestrator.engine.acting.acting import Acting
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions
from orchestrator.surfaces.application import Options

if TYPE_CHECKING:
    from orchestrator.engine.acting.ports import Verifier
    from orchestrator.store.database import Database


@asynccontextmanager
async def open_doing(
    settings: Settings, database: "Database", *, verifier: "Verifier | None" = None
) -> AsyncIterator[Acting]:
    """What does actions in the name of this process; the policy is read as it is now."""
    kind = choose_sources(Options(), settings, make=False).kind
    services = read_services(Options(), settings, kind=kind)
    async with Azure(settings) as azure, DeferredWorkflows(settings, azure=azure, headers=dict) as workflows:
        yield Acting(
            actions=StoredActions(database),
            workflows=workflows,
            judge=read_judging(settings).rule,
            process=f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}",
            verifier=verifier,
            desk=HandoffDesk(database, services),
        )
