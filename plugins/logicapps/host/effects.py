"""The actions within a run: each is retried as Logic Apps does, and acts once only where the key travels on.

Default policy (https://learn.microsoft.com/azure/logic-apps/logic-apps-exception-handling): up to 4 retries on 408, 429
and 5xx, exponential, scaled by 7.5 s, between 5 and 45 s.
"""

import asyncio
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from orchestrator.core.table import iso_utc
from plugins.logicapps.host.faults import Fault
from plugins.logicapps.host.runs import KeptAction
from plugins.logicapps.host.store import HostStore

T = TypeVar("T")
Making = Callable[[str], Mapping[str, object]]
_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How an action that failed is tried again."""

    retries: int = 4
    scale_s: float = 7.5
    least_s: float = 5.0
    most_s: float = 45.0

    def pause_s(self, retry: int) -> float:
        """Seconds before a retry, counted from 1."""
        return min(max(self.scale_s * 2.0 ** (retry - 1), self.least_s), self.most_s)

    def covers(self, status: int) -> bool:
        """Whether a status is tried again."""
        return status in {408, 429} or status >= 500  # noqa: PLR2004  # HTTP's own


class ActionFailedError(Exception):
    """An action of a run failed for good; `status` is what its system answered."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(f"the action {name!r} failed with {status}")
        self.status = status


class CrashError(BaseException):
    """The process dies here: no handler catches it, and nothing is written about the run's end."""


class RunEffects:
    """The `Effects` that a handler gets.

    Args:
        store: Stands for the system that is acted on.
        run_id: The run.
        next_fault: The fault that the next action meets.
        policy: How actions are retried.
        sleep: Waits between retries.
        clock: The time, aware.
    """

    def __init__(
        self,
        store: HostStore,
        *,
        run_id: str,
        next_fault: Callable[[], Fault | None],
        policy: RetryPolicy,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._run_id = run_id
        self._next_fault = next_fault
        self._policy = policy
        self._sleep = sleep
        self._clock = clock

    def now(self) -> datetime:
        """The host's time; see `Effects`."""
        return self._clock()

    async def act(self, kind: str, record: Mapping[str, object], *, key: str | None) -> Mapping[str, object]:
        """Make a record; see `Effects`."""
        return await self._acted(kind, lambda run: self._store.act(kind, record, key=key, run_id=run))

    async def change(
        self, kind: str, work: Callable[[sqlite3.Connection], Mapping[str, object]], *, key: str | None
    ) -> Mapping[str, object]:
        """Change tables, and record it; see `Effects`."""
        return await self._acted(kind, lambda run: self._store.change(kind, work, key=key, run_id=run))

    async def look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Read tables; see `Effects`."""
        return await asyncio.to_thread(self._store.look, work)

    async def _acted(self, kind: str, make: Making) -> Mapping[str, object]:
        tracking_id, began = str(uuid.uuid4()), self._now()
        retries: list[dict[str, object]] = []
        for retry in range(1, self._policy.retries + 2):
            tried = self._now()
            status, made = await self._try(make)
            if made is not None:
                await self._keep(kind, tracking_id, began, retries, status="Succeeded", code="OK")
                return made
            if not self._policy.covers(status) or retry > self._policy.retries:
                break
            retries.append(
                {"startTime": tried, "endTime": self._now(), "code": str(status), "error": {"code": "Injected"}}
            )
            await self._sleep(self._policy.pause_s(retry))
        await self._keep(kind, tracking_id, began, retries, status="Failed", code=str(status))
        raise ActionFailedError(kind, status)

    async def find(self, kind: str, *, key: str) -> Mapping[str, object] | None:
        """The record that a key made."""
        return await asyncio.to_thread(self._store.find, kind, key=key)

    async def get(self, kind: str, *, number: int) -> Mapping[str, object] | None:
        """The record of a number."""
        return await asyncio.to_thread(self._store.get, kind, number=number)

    async def state_of(self, workflow: str, *, key: str) -> Literal["running", "ended", "absent"]:
        """Whether a run of a key is at work."""
        return await asyncio.to_thread(self._store.state_of, workflow, key=key)

    async def _try(self, make: Making) -> tuple[int, Mapping[str, object] | None]:
        """One try: its status, and the record where the caller got to know of it."""
        fault = self._next_fault()
        status = (fault.status or _UNAVAILABLE) if fault else 200
        if fault and not fault.after_work:
            return status, None
        made = await asyncio.to_thread(make, self._run_id)
        return status, None if fault else made

    async def _keep(
        self,
        name: str,
        tracking_id: str,
        began: str,
        retries: list[dict[str, object]],
        *,
        status: str,
        code: str,
    ) -> None:
        action = KeptAction(
            run_id=self._run_id,
            name=name,
            tracking_id=tracking_id,
            status=status,
            code=code,
            started=began,
            ended=self._now(),
            retries=tuple(retries),
        )
        await asyncio.to_thread(self._store.keep_action, action)

    def _now(self) -> str:
        return iso_utc(self._clock())


class CrashingEffects:
    """Effects of a run whose process dies at its first action, before it acted or after."""

    def __init__(self, inner: RunEffects, *, after: bool) -> None:
        self._inner = inner
        self._after = after

    def now(self) -> datetime:
        """See `Effects`."""
        return self._inner.now()

    async def act(self, kind: str, record: Mapping[str, object], *, key: str | None) -> Mapping[str, object]:
        """Die, having acted or not."""
        if self._after:
            await self._inner.act(kind, record, key=key)
        raise CrashError

    async def change(
        self, kind: str, work: Callable[[sqlite3.Connection], Mapping[str, object]], *, key: str | None
    ) -> Mapping[str, object]:
        """Die, having changed something or not."""
        if self._after:
            await self._inner.change(kind, work, key=key)
        raise CrashError

    async def look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """See `Effects`."""
        return await self._inner.look(work)

    async def find(self, kind: str, *, key: str) -> Mapping[str, object] | None:
        """See `Effects`."""
        return await self._inner.find(kind, key=key)

    async def get(self, kind: str, *, number: int) -> Mapping[str, object] | None:
        """See `Effects`."""
        return await self._inner.get(kind, number=number)

    async def state_of(self, workflow: str, *, key: str) -> Literal["running", "ended", "absent"]:
        """See `Effects`."""
        return await self._inner.state_of(workflow, key=key)
