"""Whatever the order of faults, calls and reads: at most one effect per key, and no outcome that was not seen."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from importlib import util
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from orchestrator.core.workflows import Absent, Accepted, Done, Refused, Unknown, action_key
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.host.work import HostLimits

_SPEC = util.spec_from_file_location("logicapps_bench", Path(__file__).with_name("conftest.py"))
assert _SPEC
assert _SPEC.loader
bench_module = util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bench_module)

KEYS = [action_key("open_ticket", f"INC-{number}") for number in range(3)]
FAULTS = [
    Fault(kind=FaultKind.DELAY, seconds=0.03),
    Fault(kind=FaultKind.ACCEPT, polls=2, retry_after_s=1),
    Fault(kind=FaultKind.ACCEPT, polls=40),
    Fault(kind=FaultKind.THROTTLE, retry_after_s=2),
    Fault(kind=FaultKind.THROTTLE, retry_after_s=9_000),
    Fault(kind=FaultKind.ERROR),
    Fault(kind=FaultKind.ERROR, after_work=True, status=502),
    Fault(kind=FaultKind.LATE_REPLY),
    Fault(kind=FaultKind.LOST_REPLY),
    Fault(kind=FaultKind.LOST_REPLY, after_work=False),
    Fault(kind=FaultKind.LOST_LOCATION),
    Fault(kind=FaultKind.DUPLICATE),
    Fault(kind=FaultKind.LATE_DELIVERY, seconds=0.02),
    Fault(kind=FaultKind.CRASH),
    Fault(kind=FaultKind.CRASH, after_work=True),
    Fault(kind=FaultKind.RESUBMIT),
    Fault(kind=FaultKind.INNER, after_work=True, times=2),
    Fault(kind=FaultKind.INNER, times=5),
    Fault(kind=FaultKind.INNER, after_work=True, times=5),
]


class Watching(httpx.AsyncBaseTransport):
    """Notes what became of each request: its status, or `cut`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.seen: list[tuple[str, object]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on."""
        try:
            response = await self.inner.handle_async_request(request)
        except httpx.HTTPError:
            self.seen.append((request.method, "cut"))
            raise
        self.seen.append((request.method, response.status_code))
        return response


class AtMostOnce(RuleBasedStateMachine):
    """A caller who keeps the rules, one who does not, and a service that does its worst."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.watching: Watching
        self.last: dict[str, Any] = {}
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        opened = bench_module.open_bench(Path(folder), wrap=self.watch, limits=HostLimits(held_s=0.02, close_s=0.5))
        self.bench = self.runner.run(self.stack.enter_async_context(opened))

    def watch(self, inner: httpx.AsyncBaseTransport) -> Watching:
        """Put the watcher between client and host."""
        self.watching = Watching(inner)
        return self.watching

    def teardown(self) -> None:
        """Close everything, then count once more: what ran on in the background has ended."""
        self.runner.run(self.stack.aclose())
        self.runner.close()

    @rule(fault=st.sampled_from(FAULTS))
    def break_something(self, fault: Fault) -> None:
        """The next request, or the next action, meets it."""
        self.bench.faults.add(fault)

    @rule(seconds=st.sampled_from([1.0, 100.0, 400.0]))
    def wait(self, seconds: float) -> None:
        """Time passes for the caller."""
        self.bench.time.advance(seconds)

    @rule()
    def let_runs_end(self) -> None:
        """Real time passes for the host."""
        self.runner.run(asyncio.sleep(0.05))

    @rule(key=st.sampled_from(KEYS))
    def call(self, key: str) -> None:
        """Act, unless an outcome says that it was done, or may have been."""
        if isinstance(self.last.get(key), Refused | Absent | None):
            self.act(key)

    @rule(key=st.sampled_from(KEYS))
    def call_again_against_the_rules(self, key: str) -> None:
        """Even who repeats blindly, from a process that remembers nothing, acts once: the key travels on."""
        self.act(key, client=self.bench.connect())

    @rule(key=st.sampled_from(KEYS))
    def read(self, key: str) -> None:
        """A reading is true: done means one ticket, absent means none and nobody at work on one."""
        reading = self.runner.run(self.bench.client.read(key))
        self.last[key] = reading
        if isinstance(reading, Done | Absent):
            assert self.count(key) == (1 if isinstance(reading, Done) else 0)

    @invariant()
    def one_effect_per_key(self) -> None:
        """The law."""
        assert [count for count in map(self.count, KEYS) if count > 1] == []

    @rule(key=st.sampled_from(KEYS))
    def call_again_in_one_process(self, key: str) -> None:
        """Who repeats blindly in one process sends nothing while the outcome is open, or done."""
        self.act(key)

    def act(self, key: str, *, client: Any = None) -> None:
        """Call, and hold the outcome against what was seen on the wire and in the system."""
        before, seen = self.count(key), len(self.watching.seen)
        caller = client or self.bench.client
        outcome = self.runner.run(caller.call("open_ticket", {"title": "t"}, key=key))
        self.last[key] = outcome
        last_post = [what for method, what in self.watching.seen[seen:] if method == "POST"][-1:]
        if client is not None and last_post[0] in {"cut", 500, 502, 504}:
            assert isinstance(outcome, Unknown)
        if isinstance(outcome, Done):
            assert self.count(key) == 1
        if isinstance(outcome, Refused):
            assert self.count(key) == before
        assert isinstance(outcome, Done | Accepted | Refused | Unknown)

    def count(self, key: str) -> int:
        """Tickets of a key."""
        return int(self.bench.store.count("ticket", key=key))


TestAtMostOnce = AtMostOnce.TestCase
TestAtMostOnce.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
