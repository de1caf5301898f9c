"""What each of the processes does: it takes alerts in, and carries out whatever runs there are."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crashing.acts import act
from crashing.host import ACTS, LOOKS, SHIPPED, addresses
from crashing.mortal import MortalDatabase
from crashing.scene import Scene, question

from orchestrator.app.azure import Azure
from orchestrator.app.carrying import Carrying
from orchestrator.app.incidents import inventory_of
from orchestrator.app.recorded import Recorded, recorded_in
from orchestrator.app.state import open_state
from orchestrator.app.switchboards import Switchboards
from orchestrator.app.worker.parts import part_follows
from orchestrator.core.alerts.parse import Reading, read_text
from orchestrator.core.asking import ASK, Question
from orchestrator.core.errors import SwitchboardError
from orchestrator.core.events import Event
from orchestrator.core.memory import Memory
from orchestrator.core.queueing import RunRequest, RunState
from orchestrator.core.report import Json
from orchestrator.engine.holding import Executor
from orchestrator.store.incidents import StoredIncidents
from orchestrator.store.queue import StoredQueue
from playbooks.workflow import load_workflows
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.transport import open_http

POLL_S = 0.02
LANES = 3  # runs side by side in one process
ATTEMPTS = 1_000_000
PATIENCE = timedelta(minutes=10)


class Told:
    """Writes down what this process was told to be so, at once: a line survives the process."""

    def __init__(self, scene: Scene) -> None:
        self._file = os.open(scene.told, os.O_WRONLY | os.O_APPEND)

    def __call__(self, *words: object) -> None:
        """One line."""
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def work(
    scene: Scene,
    *,
    alerts: list[tuple[str, str]],
    runs: range,
    acts: range,
    points: int,
    later: timedelta,
    lease_s: float,
) -> None:
    """Do all there is to do, unless killed before.

    Args:
        scene: Where.
        alerts: To take in, by id.
        runs: To ask for, by number; those of others are carried out as well.
        acts: Actions to propose, by number; those of others are done as well.
        points: At which point of the store to die; 0 is never.
        later: How much this process's clock is ahead: a process that comes after another's lease is over.
        lease_s: How long what it holds stays its own without a heartbeat.
    """
    asyncio.run(_work(scene, alerts=alerts, runs=runs, acts=acts, points=points, later=later, lease_s=lease_s))


async def _work(
    scene: Scene,
    *,
    alerts: list[tuple[str, str]],
    runs: range,
    acts: range,
    points: int,
    later: timedelta,
    lease_s: float,
) -> None:
    started, told, settings = time.monotonic(), Told(scene), scene.settings()

    def clock() -> datetime:
        return datetime.now(UTC) + later

    with open_state(settings) as database:
        mortal = MortalDatabase(database, points=points)
        queue = StoredQueue(mortal)
        incidents = StoredIncidents(mortal, topology=inventory_of(settings), clock=clock, debounce_s=0.0)
        for name, text in alerts:
            results = incidents.ingest(list(read_text(text, Reading(), at=clock())))
            told("alert", name, results[0].incident)
        for number in runs:
            body = Question(message=question(number)[1], agent="triage").document()
            request = RunRequest(run=f"run-{number}", kind=ASK, body=body, by="benchmark", key=f"key-{number}")
            found = queue.request(request, now=clock())
            told("run", found.run.run)
        recorded = recorded_in(mortal, kind="crash")
        assert recorded.executor is not None
        executor = Executor(queue=queue, id=recorded.executor.id, clock=clock, lease_s=lease_s)
        if scene.plant == "memory":
            own = recorded.memory
            recorded = replace(recorded, memory=lambda run: Muddled(own(run)))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_carry_out_all(scene, replace(recorded, executor=executor), _resumed(told, started)))
            tasks.create_task(_act_all(scene, mortal, numbers=acts, process=executor.id, told=told))


async def _act_all(scene: Scene, database: MortalDatabase, *, numbers: range, process: str, told: Told) -> None:
    """On the wall clock: what is under way at the target does not wait for a clock that was put forward."""
    specs = {name: spec for name, spec in load_workflows(SHIPPED).items() if name in {ACTS, LOOKS}}
    async with open_http() as http:
        workflows = LogicAppsWorkflows(
            specs=specs.values(),
            addresses=[parse_address(name, url) for name, url in addresses(scene.root).items()],
            exchange=Exchange(http),
            # the client believes that nothing arrived only minutes after a call; the ledger's own limit is kept here
            clock=lambda: datetime.now(UTC) + PATIENCE,
        )
        await act(database, workflows, numbers=numbers, process=process, told=told, plant=scene.plant)


class Muddled:
    """A memory that gives each query the answer of the first: a fault that is made on purpose."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._first = ""

    def recall(self, step: str) -> Json | None:
        """What the first step gave, once anything was kept."""
        found = self._memory.recall(step)
        if found is None or "/query/" not in step:
            return found
        self._first = self._first or step
        return self._memory.recall(self._first)

    def keep(self, step: str, result: Json) -> Json:
        """Kept as it is."""
        return self._memory.keep(step, result)


def _resumed(told: Told, started: float) -> Callable[[Event], None]:
    """Tells how long it took from the process's start until the first run that another had begun went on."""
    waiting = True

    def hear(event: Event) -> None:
        nonlocal waiting
        if waiting and event.kind == "RunResumed":
            waiting = False
            told("resumed", f"{time.monotonic() - started:.4f}")

    return hear


async def _carry_out_all(scene: Scene, recorded: Recorded, listen: Callable[[Event], None]) -> None:
    settings, executor, database = scene.settings(), recorded.executor, recorded.database
    assert executor is not None
    assert database is not None
    async with Azure(settings) as azure:
        switchboards = Switchboards(settings, azure=azure, recorded=recorded)
        carrying = Carrying(
            settings,
            recorded=recorded,
            switchboards=switchboards,
            follow=part_follows(settings, database),
            most_attempts=ATTEMPTS,
        )
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(_carry_out(carrying, listen))


async def _carry_out(carrying: Carrying, listen: Callable[[Event], None]) -> None:
    """One run after another, until there is none left, in whichever process."""
    executor = carrying.executor
    while executor.queue.listed(RunState.QUEUED, RunState.RUNNING, limit=1):
        taken = executor.queue.claim(executor.id, now=executor.clock(), lease_s=executor.lease_s)
        if taken is None:
            await asyncio.sleep(POLL_S)  # somebody else holds what is left
            continue
        try:
            await carrying.carry_out(taken, listen=listen)
        except SwitchboardError as error:
            print(f"{taken.run}: {error.message}", file=sys.stderr, flush=True)
