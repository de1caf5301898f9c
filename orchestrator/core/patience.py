"""Time limits that do not run while somebody only waits for their turn to ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class _Limit:
    """A time-out, how many of its tasks wait, and what was left of it when the first began to."""

    timeout: asyncio.Timeout
    waiting: int = 0
    left_s: float = 0.0


_LIMIT: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@asynccontextmanager
async def limited(seconds: float) -> AsyncIterator[None]:
    """At most so many seconds, without those spent inside `waiting`; raises TimeoutError."""
    async with asyncio.timeout(seconds) as timeout:
        token = _LIMIT.set(_Limit(timeout))
        try:
            yield
        finally:
            _LIMIT.reset(token)


@asynccontextmanager
async def waiting(turn: asyncio.Semaphore) -> AsyncIterator[None]:
    """One's turn; until it comes the nearest `limited` around does not run."""
    limit = _LIMIT.get()
    if limit is None or not turn.locked():
        async with turn:
            yield
        return
    _stop(limit)
    try:
        await turn.acquire()
    finally:
        _go_on(limit)
    try:
        yield
    finally:
        turn.release()


def _stop(limit: _Limit) -> None:
    when = limit.timeout.when()
    if limit.waiting == 0 and when is not None:
        limit.left_s = when - asyncio.get_running_loop().time()
        limit.timeout.reschedule(None)
    limit.waiting += 1


def _go_on(limit: _Limit) -> None:
    limit.waiting -= 1
    if limit.waiting == 0 and not limit.timeout.expired():
        limit.timeout.reschedule(asyncio.get_running_loop().time() + limit.left_s)
