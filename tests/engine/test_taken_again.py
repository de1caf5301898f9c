"""A process that lost a run without hearing of it, and takes it again."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestrator.core.queueing import RunRequest
from orchestrator.engine.holding import Executor, Hold, Stop
from orchestrator.store.database import SqliteDatabase
from orchestrator.store.queue import StoredQueue

NOW = datetime(2026, 5, 4, 10, 50, tzinfo=UTC)


async def test_the_earlier_hold_is_lost(tmp_path: Path) -> None:
    """Its task is stopped, and leaves the later hold as it is: two tasks never carry out one run."""
    clock = [NOW]
    with SqliteDatabase(tmp_path / "journal.db") as database:
        queue = StoredQueue(database)
        queue.request(RunRequest(run="r", kind="ask", body={}, by="test"), now=NOW)
        slow = Executor(queue=queue, id="slow", clock=lambda: clock[0])
        holds: list[Hold] = []
        held = asyncio.Event()

        async def carry_out() -> None:
            taken = slow.take("r")
            assert taken is not None
            async with slow.holding(taken) as hold:
                holds.append(hold)
                held.set()
                await asyncio.Event().wait()

        first = asyncio.create_task(carry_out())
        await held.wait()
        clock[0] = NOW + timedelta(minutes=5)
        assert queue.claim("other", now=clock[0], lease_s=1, run="r") is not None
        assert queue.give_back("r", executor="other")
        held.clear()
        second = asyncio.create_task(carry_out())
        await held.wait()
        await asyncio.wait([first])
        assert (first.cancelled(), holds[0].stopped, holds[1].stopped) == (True, Stop.LOST, None)
        assert slow.running == ("r",)
        second.cancel()
        await asyncio.wait([second])
        assert slow.running == ()
