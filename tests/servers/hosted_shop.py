"""The workflow host with the sample shop and its carriers behind it, a client of it, and a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx

from orchestrator.core.workflows import Outcome, Reading, WorkflowSpec
from playbooks.workflow import load_workflows
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import CallLimits, LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.history import RunHistory
from plugins.logicapps.host.app import build_app
from plugins.logicapps.host.faults import Fault, FaultPlan
from plugins.logicapps.host.handlers import load_hosted
from plugins.logicapps.host.management import OWNER, resource_of
from plugins.logicapps.host.runs import HostedRun
from plugins.logicapps.host.serving import IN_PROCESS, HostToken, living
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import HostStore
from plugins.logicapps.host.work import HostLimits, Works
from plugins.logicapps.transport import open_http

WORKFLOWS = Path(str(files("playbooks"))) / "workflows"
_SHORT_S = 5.0


class MovedClock:
    """A clock that stands until it is moved; waiting moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The time."""
        return self.at

    def advance(self, **span: float) -> None:
        """Let time pass, such as `days=2`."""
        self.at += timedelta(**span)

    async def sleep(self, seconds: float) -> None:
        """Wait for a moment, and let more pass."""
        self.advance(seconds=seconds)
        await asyncio.sleep(0.01)


class HostedShop:
    """The host, and what a test asks of it."""

    def __init__(
        self, *, store: HostStore, specs: Mapping[str, WorkflowSpec], http: httpx.AsyncClient, clock: MovedClock
    ) -> None:
        self.store = store
        self.specs = specs
        self.clock = clock
        self._http = http
        self.client = self.connect()
        self._asked = 0

    def connect(self) -> LogicAppsWorkflows:
        """Another client of the host, which knows nothing of what the first one sent."""
        token = HostToken(self.store.keys_of(OWNER)["primary"])
        exchange = Exchange(self._http, credential=token, clock=self.clock.now)
        addresses = [
            parse_address(
                name,
                trigger_url(IN_PROCESS, name, key=self.store.keys_of(name)["primary"]),
                resource=resource_of(name),
            )
            for name in self.specs
        ]
        return LogicAppsWorkflows(
            specs=self.specs.values(),
            addresses=addresses,
            exchange=exchange,
            history=RunHistory(exchange, endpoint=IN_PROCESS),
            limits=CallLimits(held_s=20.0),
            sleep=self.clock.sleep,
            clock=self.clock.now,
        )

    async def ask(self, workflow: str, **body: object) -> dict[str, Any]:
        """The answer of a reading workflow."""
        self._asked += 1
        done = await self.client.call(workflow, body, key=f"{workflow}:ask:{self._asked}")
        answer: dict[str, Any] = done.body  # type: ignore[union-attr,assignment]  # a test fails here where it is refused
        return answer

    async def change(self, workflow: str, *, key: str, **body: object) -> Outcome:
        """The outcome of a changing workflow."""
        return await self.client.call(workflow, {"key": key, **body}, key=key)

    async def read(self, key: str) -> Reading:
        """What became of a key."""
        return await self.client.read(key, sent_at=self.clock.at - timedelta(hours=1))

    async def ended(self, workflow: str, key: str) -> Sequence[HostedRun]:
        """The runs of a key, once none is at work."""
        async with asyncio.timeout(20):
            while True:
                runs = self.store.runs(workflow, tracking_id=key, status=None)
                if runs and all(run.status != "Running" for run in runs):
                    return runs
                await asyncio.sleep(0.01)


@asynccontextmanager
async def open_shop(folder: Path, *, faults: Iterable[Fault] = ()) -> AsyncIterator[HostedShop]:
    """A shop whose long pauses are only noted."""
    clock = MovedClock()

    async def pause(seconds: float) -> None:
        await asyncio.sleep(seconds if seconds < _SHORT_S else 0)

    hosted = load_hosted(load_workflows(WORKFLOWS), folder=WORKFLOWS)
    async with AsyncExitStack() as stack:
        store = stack.enter_context(HostStore(folder / "workflows.db", clock=clock.now))
        works = Works(
            store, faults=FaultPlan(tuple(faults)), limits=HostLimits(held_s=20.0), sleep=pause, clock=clock.now
        )
        transport = await stack.enter_async_context(living(build_app(hosted, works=works)))
        http = await stack.enter_async_context(open_http(transport))
        yield HostedShop(store=store, specs={one.spec.name: one.spec for one in hosted}, http=http, clock=clock)
