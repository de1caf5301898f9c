"""Runs hosted workflows: a run goes on whether or not its caller still listens, and is kept with what it answered."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from orchestrator.core.redaction import redact
from orchestrator.core.workflows import Answer, Answering, Effects, NotPossibleError, payload_sha256
from plugins.logicapps.exchange import wall_clock
from plugins.logicapps.host.effects import ActionFailedError, CrashError, CrashingEffects, RetryPolicy, RunEffects
from plugins.logicapps.host.faults import FaultPlan
from plugins.logicapps.host.handlers import Hosted
from plugins.logicapps.host.replies import HostReply, answer_reply, no_response, run_headers
from plugins.logicapps.host.runs import Claim, HostedRun
from plugins.logicapps.host.store import LEASE_S, HostStore

_log = logging.getLogger("switchboard.workflows")
_log.addHandler(logging.NullHandler())  # nobody sees a trace on the terminal who set up no log


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLimits:
    """Times of the host.

    Attributes:
        held_s: How long a request is held before 504.
        run_s: How long a run may take; shorter than the lease of its key.
        close_s: How long closing waits for runs at work.
        gap_s: The `Retry-After` of an accepted request; None sends none.
        policy: How actions of runs are retried.
    """

    held_s: float = 120.0
    run_s: float = LEASE_S * 0.8
    close_s: float = 5.0
    gap_s: float | None = None
    policy: RetryPolicy = field(default_factory=RetryPolicy)


def new_run_id() -> str:
    """An id that looks like the service's: digits, then a scale unit."""
    return f"08{secrets.randbelow(10**33):033d}CU00"


class Works:
    """The runs of this process.

    Args:
        store: Where they are kept.
        faults: What goes wrong in them.
        limits: How long they may take.
        sleep: Waits, within runs and before them.
        clock: The time, aware.
    """

    def __init__(
        self,
        store: HostStore,
        *,
        faults: FaultPlan,
        limits: HostLimits,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self.store = store
        self.faults = faults
        self.limits = limits
        self.sleep = sleep
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[HostReply]] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def claim(self, run: HostedRun, body: Mapping[str, object]) -> Claim:
        """Begin a run under its key; one without a key always begins."""
        if run.key is not None:
            return await asyncio.to_thread(self.store.claim, run, payload=payload_sha256(body))
        await asyncio.to_thread(self.store.begin, run)
        return Claim(state="new")

    def start(
        self,
        hosted: Hosted,
        run: HostedRun,
        body: Mapping[str, object],
        *,
        delay_s: float = 0.0,
        crash_after: bool | None = None,
    ) -> asyncio.Task[HostReply]:
        """Work on a run that has begun; `crash_after` breaks it off at its first action, before it or after it."""
        effects = self._effects(hosted, run)
        acting = effects if crash_after is None else CrashingEffects(effects, after=crash_after)
        task = asyncio.create_task(self._work(hosted, run, body, delay_s=delay_s, effects=acting))
        self._tasks[run.run_id] = task
        task.add_done_callback(lambda done: self._ended(run, done))
        return task

    def _ended(self, run: HostedRun, task: asyncio.Task[HostReply]) -> None:
        """Forget a run; where not even its end could be kept, say so, because nobody may be waiting for it."""
        self._tasks.pop(run.run_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the end of run %s of %s was not kept: %s", run.run_id, run.workflow, redact(str(error)))

    async def again(
        self, hosted: Hosted, run: HostedRun, body: Mapping[str, object], *, origin: str | None
    ) -> asyncio.Task[HostReply]:
        """Another run of the same input, as a second delivery or a resubmission makes; it claims nothing."""
        second = replace(run, run_id=new_run_id(), origin_run_id=origin)
        await asyncio.to_thread(self.store.begin, second)
        return self.start(hosted, second, body)

    def later(self, hosted: Hosted, run: HostedRun, body: Mapping[str, object], *, delay_s: float) -> None:
        """Let a request arrive after a while, when nobody listens any more; one still on its way at the end is lost."""
        task = asyncio.create_task(self._deliver(hosted, run, body, delay_s=delay_s))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, hosted: Hosted, run: HostedRun, body: Mapping[str, object], *, delay_s: float) -> None:
        await self.sleep(delay_s)
        if (await self.claim(run, body)).state == "new":
            self.start(hosted, run, body)

    async def close(self) -> None:
        """Let runs end, and abort those that do not."""
        for waiting in set(self._under_way):
            waiting.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        tasks = set(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=self.limits.close_s)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(
        self, hosted: Hosted, run: HostedRun, body: Mapping[str, object], *, delay_s: float, effects: Effects
    ) -> HostReply:
        headers = headers_of(run)
        try:
            async with asyncio.timeout(self.limits.run_s):
                if delay_s:
                    await self.sleep(delay_s)
                answer = await hosted.handler(body, key=run.key or run.tracking_id, effects=effects)
            reply = answer_reply(answer, headers=headers)
        except NotPossibleError as error:
            return await self._refuse(hosted, run, error)
        except CrashError:
            await asyncio.to_thread(self.store.abandon, run.run_id)
            return no_response(headers)
        except ActionFailedError as error:
            return await self._fail(run, "ActionFailed", str(error))
        except TimeoutError:
            return await self._fail(run, "WorkflowRunTimedOut", f"the run took longer than {self.limits.run_s:g} s")
        except asyncio.CancelledError:
            self.store.end(run.run_id, status="Cancelled", code="Terminated", error="the host closed", reply=None)
            raise
        except Exception as error:  # noqa: BLE001  # a handler is foreign code: its failure is its run's, never the host's
            _log.exception("the handler of %s failed in run %s", hosted.spec.name, run.run_id)
            return await self._fail(run, "HandlerFailed", f"{type(error).__name__}: {error}")
        kept = reply if hosted.spec.answering is not Answering.NONE else None
        await asyncio.to_thread(self.store.end, run.run_id, status="Succeeded", code="OK", error=None, reply=kept)
        return reply

    async def _refuse(self, hosted: Hosted, run: HostedRun, error: NotPossibleError) -> HostReply:
        """Answer that it is not possible, and end as failed: a run that succeeded would have changed something."""
        refusal = {"error": {"code": error.code, "message": error.message}}
        reply = answer_reply(Answer(status=error.status, body=refusal), headers=headers_of(run))
        kept = reply if hosted.spec.answering is not Answering.NONE else None
        text = redact(error.message)
        await asyncio.to_thread(self.store.end, run.run_id, status="Failed", code=error.code, error=text, reply=kept)
        return reply

    async def _fail(self, run: HostedRun, code: str, message: str) -> HostReply:
        text = redact(message)
        await asyncio.to_thread(self.store.end, run.run_id, status="Failed", code=code, error=text, reply=None)
        return no_response(headers_of(run))

    def _effects(self, hosted: Hosted, run: HostedRun) -> RunEffects:
        return RunEffects(
            self.store,
            run_id=run.run_id,
            next_fault=lambda: self.faults.next_for_action(hosted.spec.name),
            policy=self.limits.policy,
            sleep=self.sleep,
            clock=self._clock,
        )


def headers_of(run: HostedRun) -> dict[str, str]:
    """The service's headers about a run."""
    return run_headers(run.workflow, run_id=run.run_id, tracking_id=run.tracking_id, correlation_id=run.correlation_id)
