"""A host of the shipped and the tests' workflows, in process or on a port, and the client that calls it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from orchestrator.core.workflows import Accepted, WorkflowSpec
from playbooks.workflow import load_workflows
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import CallLimits, LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.history import RunHistory
from plugins.logicapps.host.app import build_app
from plugins.logicapps.host.faults import Fault, FaultPlan
from plugins.logicapps.host.handlers import Hosted, load_hosted
from plugins.logicapps.host.management import OWNER, resource_of
from plugins.logicapps.host.runs import HostedRun
from plugins.logicapps.host.serving import IN_PROCESS, HostToken, living, serving
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import HostStore
from plugins.logicapps.host.work import HostLimits, Works
from plugins.logicapps.transport import open_http

SHIPPED = Path(str(files("playbooks"))) / "workflows"
OWN = Path(__file__).parent / "workflows"
SHORT_S = 5.0
"""The host's shorter pauses are real."""


class VirtualTime:
    """A clock that sleeping moves; a real moment passes too, so that the host gets on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)
        self.slept: list[float] = []

    def clock(self) -> datetime:
        """The time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0.01)

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.now += timedelta(seconds=seconds)


class Bench:
    """A host, its store and faults, and a client of it."""

    def __init__(self, *, store: HostStore, faults: FaultPlan, hosted: tuple[Hosted, ...], app: Starlette) -> None:
        self.store = store
        self.faults = faults
        self.specs: dict[str, WorkflowSpec] = {one.spec.name: one.spec for one in hosted}
        self.app = app
        self.time = VirtualTime()
        self.slept: list[float] = []
        self.origin = IN_PROCESS
        self.http: httpx.AsyncClient
        self.client: LogicAppsWorkflows

    def url(self, name: str, *, slot: str = "primary") -> str:
        """The signed address of a workflow."""
        return trigger_url(self.origin, name, key=self.store.keys_of(name)[slot])

    async def settled(self, key: str) -> Any:
        """The first reading of a key that is not `Accepted`."""
        async with asyncio.timeout(20):
            while True:
                reading = await self.client.read(key)
                if not isinstance(reading, Accepted):
                    return reading
                await asyncio.sleep(0.01)

    async def began(self, workflow: str, key: str) -> None:
        """Wait for a run of a key."""
        async with asyncio.timeout(20):
            while True:
                if self.store.runs(workflow, tracking_id=key, status=None):
                    return
                await asyncio.sleep(0.01)

    async def ended(self, workflow: str, key: str) -> Sequence[HostedRun]:
        """The runs of a key, once none is at work."""
        async with asyncio.timeout(20):
            while True:
                runs = self.store.runs(workflow, tracking_id=key, status=None)
                if runs and all(run.status != "Running" for run in runs):
                    return runs
                await asyncio.sleep(0.01)

    def connect(self, *, history: bool = True, limits: CallLimits | None = None, **address: Any) -> LogicAppsWorkflows:
        """Another client of the same host."""
        token = HostToken(self.store.keys_of(OWNER)["primary"])
        exchange = Exchange(self.http, credential=address.pop("credential", token), clock=self.time.clock)
        addresses = [
            parse_address(name, self.url(name), resource=resource_of(name) if history else None) for name in self.specs
        ]
        return LogicAppsWorkflows(
            specs=self.specs.values(),
            addresses=address.pop("addresses", addresses),
            exchange=exchange,
            history=RunHistory(exchange, endpoint=self.origin) if history else None,
            limits=limits or CallLimits(held_s=20.0),
            sleep=self.time.sleep,
            clock=self.time.clock,
        )


@asynccontextmanager
async def open_bench(
    folder: Path,
    *,
    place: str = "in_process",
    faults: Iterable[Fault] = (),
    limits: HostLimits | None = None,
    tokens: Callable[[str], bool] | None = None,
    disabled: Iterable[str] = (),
    wrap: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] = lambda inner: inner,
) -> AsyncIterator[Bench]:
    """A host that answers, and its client; real pauses are short, long ones are only noted."""
    slept: list[float] = []

    async def pause(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(seconds if seconds < SHORT_S else 0)

    hosted = tuple(one for where in (SHIPPED, OWN) for one in load_hosted(load_workflows(where), folder=where))
    with HostStore(folder / "workflows.db") as store:
        plan = FaultPlan(tuple(faults))
        works = Works(store, faults=plan, limits=limits or HostLimits(held_s=20.0), sleep=pause)
        app = build_app(hosted, works=works, tokens=tokens, disabled=disabled)
        bench = Bench(store=store, faults=plan, hosted=hosted, app=app)
        bench.slept = slept
        async with AsyncExitStack() as stack:
            if place == "port":
                bench.origin = await stack.enter_async_context(serving(app))
                transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport()
            else:
                transport = await stack.enter_async_context(living(app))
            bench.http = await stack.enter_async_context(open_http(wrap(transport)))
            bench.client = bench.connect()
            yield bench


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Any]:
    """Opens a bench in the test's folder."""
    return lambda **options: open_bench(options.pop("folder", tmp_path), **options)


@pytest.fixture(params=["in_process", "port"])
def place(request: pytest.FixtureRequest) -> str:
    """Where the host of a contract test is."""
    return str(request.param)


@pytest.fixture
async def bench(place: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """A host without faults, in both places."""
    async with open_bench(tmp_path, place=place) as found:
        yield found


@pytest.fixture
def vtime() -> VirtualTime:
    """A clock of the test's own."""
    return VirtualTime()
