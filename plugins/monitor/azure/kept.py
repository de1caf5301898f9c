"""Keeps answers for a time: each is asked for once, by all who want it together."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")
_MOST = 500


@dataclass(frozen=True, slots=True)
class _Entry(Generic[V]):
    task: asyncio.Task[V]
    begun: float


class Kept(Generic[V]):
    """Answers by key. One that failed is not kept, and one who stops waiting stops nobody else.

    Args:
        keep_s: How long an answer is kept, by the answer.
        clock: Seconds that only go up.
    """

    def __init__(self, *, keep_s: Callable[[V], float], clock: Callable[[], float] = time.monotonic) -> None:
        self._keep_s = keep_s
        self._clock = clock
        self._entries: dict[Hashable, _Entry[V]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        """The answer for the key, which `make` gives where none is kept."""
        entry = self._entries.get(key)
        if entry is None or self._is_old(entry):
            if len(self._entries) >= _MOST:
                self._entries = {k: e for k, e in self._entries.items() if not e.task.done()}
            entry = _Entry(asyncio.ensure_future(_run(make)), self._clock())
            entry.task.add_done_callback(_failed)
            self._entries[key] = entry
        return await asyncio.shield(entry.task)

    def _is_old(self, entry: _Entry[V]) -> bool:
        if not entry.task.done():
            return False
        return _failed(entry.task) or entry.begun + self._keep_s(entry.task.result()) <= self._clock()

    async def aclose(self) -> None:
        """Stop what is still being asked for."""
        tasks = [entry.task for entry in self._entries.values() if not entry.task.done()]
        self._entries.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(make: Callable[[], Awaitable[V]]) -> V:
    return await make()


def _failed(task: asyncio.Task[V]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
