"""DBOS decides which worker carries out which run; whether it may do so is told by our lease.

There is one workflow, whose body is ours, and no step: DBOS numbers steps by the order of their calls, so that parallel
ones would get each other's results after a crash.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Self

from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID

from orchestrator.core.queueing import QueuedRun
from orchestrator.store.schema import VERSION

QUEUE = "runs"
FILE = "dbos.db"
POLL_S = 0.2
CLOSE_S = 10  # for DBOS to note how its last workflows ended
_OVER = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
Body = Callable[[str], Awaitable[str]]


class JsonSerializer(Serializer):
    """What DBOS stores of us are runs' ids and words: JSON, which loads no code."""

    def serialize(self, data: Any) -> str:
        """As JSON; an error is its type's name, as its text may hold anything."""
        return json.dumps(data, default=lambda value: type(value).__name__)

    def deserialize(self, serialized_data: str) -> Any:
        """The document; an error's name comes back as an error."""
        value = json.loads(serialized_data)
        return {**value, "args": tuple(value["args"])} if isinstance(value, dict) and "args" in value else value

    def name(self) -> str:
        """Under which DBOS notes what wrote a value."""
        return "switchboard_json"


class Placing:
    """DBOS in this process, launched within the running loop, so that runs are carried out on it.

    Args:
        address: Where DBOS keeps what it knows.
        executor: The id of this process; no other may have it.
        body: Carries out a run by its id, if it may, and tells in a word how that went.
        concurrency: Runs at once in this process.
    """

    def __init__(self, *, address: str, executor: str, body: Body, concurrency: int) -> None:
        self._executor = executor
        self._concurrency = concurrency
        self._config = DBOSConfig(
            name="switchboard",
            system_database_url=address,
            application_version=str(VERSION),
            executor_id=executor,
            serializer=JsonSerializer(),
            enable_otlp=False,
            log_level="WARNING",
        )
        self._body = body
        self._workflow: Any = None

    async def __aenter__(self) -> Self:
        DBOS(config=self._config)
        body = self._body

        @DBOS.workflow(name="run_requested", max_recovery_attempts=None)
        async def run_requested(run: str) -> str:
            return await body(run)

        self._workflow = run_requested
        DBOS.launch()
        _lead_log_to_ours()
        await DBOS.register_queue_async(
            QUEUE, worker_concurrency=self._concurrency, polling_interval_sec=POLL_S, on_conflict="always_update"
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        # not in the loop's own threads: DBOS has made them its own, and closes them
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(max_workers=1) as aside:
            close = partial(DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=CLOSE_S)
            await loop.run_in_executor(aside, close)
        loop.set_default_executor(ThreadPoolExecutor())

    async def place(self, runs: Sequence[QueuedRun], *, alive: Iterable[str]) -> None:
        """Have the runs carried out by some worker: those that DBOS does not know, and those of dead processes.

        `alive` are the executors that were heard of within a lease; what another one has begun is resumed.
        """
        living = {*alive, self._executor}
        known = await self._known(runs)
        for run in runs:
            name = _name(run.run, 1)
            number = 1
            while known.get(name, ("", ""))[0] in _OVER:  # it was placed before, and is due again
                number += 1
                name = _name(run.run, number)
            status, executor = known.get(name, ("", ""))
            if not status:
                await self._enqueue(name, run.run)
            elif status == "PENDING" and executor not in living:
                await DBOS.resume_workflow_async(name, queue_name=QUEUE)

    async def _enqueue(self, name: str, run: str) -> None:
        with SetWorkflowID(name):
            await DBOS.enqueue_workflow_async(QUEUE, self._workflow, run)

    async def _known(self, runs: Sequence[QueuedRun]) -> dict[str, tuple[str, str]]:
        """Status and executor of the runs' workflows, by name."""
        if not runs:
            return {}
        found = await DBOS.list_workflows_async(
            workflow_id_prefix=[_prefix(run.run) for run in runs], load_input=False, load_output=False
        )
        return {item.workflow_id: (item.status, item.executor_id or "") for item in found}


def dbos_address(state: Path, *, url: str | None) -> str:
    """Where DBOS keeps its tables: beside the state store's, in PostgreSQL or in a file of the state folder."""
    if url is None:
        return f"sqlite:///{(state / FILE).absolute()}"
    return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def _lead_log_to_ours() -> None:
    """DBOS prints by itself; through the root's handlers its entries lose their secrets, and stand with ours."""
    logger = logging.getLogger("dbos")
    for handler in tuple(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True


def _prefix(run: str) -> str:
    # with the schema's version: what an earlier program placed is no business of today's
    return f"v{VERSION}.{run}."


def _name(run: str, number: int) -> str:
    return f"{_prefix(run)}{number}"
