"""What this process knows of the keys that it sent: one call of a key at a time, and none after an open outcome."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from orchestrator.core.workflows import Absent, Accepted, Done, Outcome, Reading, Refused, Unknown

REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The last call of a key; `outcome` is None while it runs, and for ever where it was cancelled.

    `taken` says that the service answered that it had taken the call, whatever came of it later.
    """

    payload: str
    sent_at: datetime
    outcome: Outcome | None = None
    taken: bool = False

    @property
    def is_open(self) -> bool:
        """Whether only a read can tell what became of it."""
        return not isinstance(self.outcome, Done)


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Attempts:
    """The attempts by key."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._by_key: dict[str, Attempt] = {}
        self._turns: dict[str, _Turn] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """One at a time for a key; who waits finds the outcome of the one before."""
        turn = self._turns.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[key]

    def last(self, key: str) -> Attempt | None:
        """The last call of a key that may have done something."""
        return self._by_key.get(key)

    def begin(self, key: str, attempt: Attempt) -> None:
        """A call that is about to be sent."""
        self._by_key.pop(key, None)
        self._by_key[key] = attempt
        while len(self._by_key) > self._remembered:
            del self._by_key[self._least()]

    def end(self, key: str, attempt: Attempt, outcome: Outcome) -> None:
        """Its outcome; one that was refused did nothing, and is forgotten."""
        if isinstance(outcome, Refused):
            self._by_key.pop(key, None)
        else:
            self._by_key[key] = replace(attempt, outcome=outcome, taken=_was_taken(outcome))

    def learn(self, key: str, reading: Reading) -> None:
        """What a read found of an open one."""
        attempt = self._by_key.get(key)
        if isinstance(reading, Absent):
            self._by_key.pop(key, None)
        elif attempt is not None and attempt.is_open:
            self._by_key[key] = replace(attempt, outcome=reading, taken=attempt.taken or isinstance(reading, Accepted))

    def _least(self) -> str:
        """The oldest that is done; an open one is forgotten only where there is nothing else."""
        return next((key for key, attempt in self._by_key.items() if not attempt.is_open), next(iter(self._by_key)))


def _was_taken(outcome: Outcome) -> bool:
    """A call that is at work, or of which the service knows a run."""
    return isinstance(outcome, Accepted) or (isinstance(outcome, Unknown) and outcome.run_id is not None)
