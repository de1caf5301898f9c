"""A retail shop behind the workflow host in this process, called by the real Logic Apps client over its protocol."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from ordering.retail import Raw, Write

from orchestrator.core.workflows import Outcome, Reading, WorkflowSpec
from playbooks.shop.retail import load_retail
from playbooks.workflow import load_workflows
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import CallLimits, LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.host.app import build_app
from plugins.logicapps.host.faults import Fault, FaultPlan
from plugins.logicapps.host.handlers import Hosted, load_hosted
from plugins.logicapps.host.serving import IN_PROCESS, living
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import HostStore
from plugins.logicapps.host.work import HostLimits, Works
from plugins.logicapps.transport import open_http

SHIPPED = Path(__file__).resolve().parents[2] / "playbooks" / "workflows"
TOOLS = ("update_order", "update_customer", "find_order_change", "analyse_order", "find_customer", "read_product")


async def _at_once(_seconds: float) -> None:
    """Pauses between tries are not what is measured."""
    await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Shop:
    """An open shop."""

    store: HostStore
    http: httpx.AsyncClient
    specs: Sequence[WorkflowSpec]

    def client(self) -> LogicAppsWorkflows:
        """A client that knows nothing of what others sent."""
        urls = {
            spec.name: trigger_url(IN_PROCESS, spec.name, key=self.store.keys_of(spec.name)["primary"])
            for spec in self.specs
        }
        return LogicAppsWorkflows(
            specs=self.specs,
            addresses=[parse_address(name, url) for name, url in urls.items()],
            exchange=Exchange(self.http),
            limits=CallLimits(held_s=20.0),
            sleep=_at_once,
        )

    async def deliver(self, write: Write, *, key: str) -> Outcome:
        """Send a write as a process sends it that knows of no other."""
        name, body = as_call(write)
        return await self.client().call(name, body, key=key)

    async def rest(self) -> None:
        """Wait until no run is at work: one whose place was lost goes on without its caller."""
        while self.store.look(_at_work):  # noqa: ASYNC110  # the file tells, and nothing else does
            await asyncio.sleep(0.001)

    async def read(self, key: str) -> Reading:
        """What became of a key."""
        return await self.client().read(key)


def _at_work(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM runs WHERE status = 'Running'").fetchone()[0])


def as_call(write: Write) -> tuple[str, dict[str, object]]:
    """The workflow of a write, and its body."""
    if write.action == "update_customer":
        return "update_customer", dict(write.arguments)
    return "update_order", {**write.arguments, "operation": write.action}


class Template:
    """A shop's file as it was loaded, copied for each run.

    Args:
        folder: Where it is made.
        database: What it holds.
    """

    def __init__(self, folder: Path, database: Raw) -> None:
        self._folder = folder
        self.path = folder / "template.db"
        self._specs = {name: spec for name, spec in load_workflows(SHIPPED).items() if name in TOOLS}
        self._hosted: tuple[Hosted, ...] = load_hosted(self._specs, folder=SHIPPED)
        with HostStore(self.path) as store:
            store.look(lambda connection: load_retail(connection, database))

    @asynccontextmanager
    async def open(self, faults: Sequence[Fault] = ()) -> AsyncIterator[Shop]:
        """A fresh copy of the shop."""
        path = self._folder / "run.db"
        for old in self._folder.glob("run.db*"):
            old.unlink()
        shutil.copyfile(self.path, path)
        with HostStore(path) as store:
            works = Works(store, faults=FaultPlan(faults), limits=HostLimits(), sleep=_at_once)
            async with living(build_app(self._hosted, works=works)) as transport, open_http(transport) as http:
                yield Shop(store, http, tuple(self._specs.values()))
