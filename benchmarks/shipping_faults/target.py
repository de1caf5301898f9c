"""The target: the shop and its carriers behind a workflow host on a port, in a process that is killed and restarted.

Every third purchase meets a fault, and now and then the service is throttled for a while. What the shop itself knows
of orders that left is forgotten before each purchase: it sells to whoever asks under another key, so that a second
call is seen as a second shipment, and only the ledger and the key stand between.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

from shipping_faults.scene import CREATE, ENVIRONMENT, TOOLS, Scene

from playbooks.workflow import load_workflows
from plugins.logicapps.host.app import build_app
from plugins.logicapps.host.effects import RetryPolicy
from plugins.logicapps.host.faults import Fault, FaultKind, FaultPlan
from plugins.logicapps.host.handlers import load_hosted
from plugins.logicapps.host.runs import Claim, HostedRun
from plugins.logicapps.host.serving import serving
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import HostStore
from plugins.logicapps.host.work import HostLimits, Works

SHIPPED = Path(__file__).parents[2] / "playbooks" / "workflows"
SHARE = 1 / 3
STORM = 1 / 150
STORM_LENGTH = 25
FAULTS = (
    Fault(kind=FaultKind.LATE_REPLY),
    Fault(kind=FaultKind.LOST_REPLY),
    Fault(kind=FaultKind.LOST_REPLY, after_work=False),
    Fault(kind=FaultKind.LOST_LOCATION),
    Fault(kind=FaultKind.ERROR),
    Fault(kind=FaultKind.ERROR, after_work=True),
    Fault(kind=FaultKind.DUPLICATE),
    Fault(kind=FaultKind.RESUBMIT),
    Fault(kind=FaultKind.DELAY, seconds=0.2),
    Fault(kind=FaultKind.LATE_DELIVERY, seconds=0.3),
    Fault(kind=FaultKind.ACCEPT, polls=1, retry_after_s=0.1),
    Fault(kind=FaultKind.CRASH),
    Fault(kind=FaultKind.CRASH, after_work=True),
)
INNER = (Fault(kind=FaultKind.INNER), Fault(kind=FaultKind.INNER, after_work=True))
INNER_SHARE = 1 / 20
THROTTLED = Fault(kind=FaultKind.THROTTLE, retry_after_s=0.2)
"""Of inner actions, how many fail and are retried by the workflow itself."""
POLICY = RetryPolicy(scale_s=0.02, least_s=0.01, most_s=0.1)


class RandomFaults(FaultPlan):
    """Faults by chance, and storms of 429."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self._storm = 0

    def next_for_request(self, workflow: str) -> Fault | None:
        """See `FaultPlan`."""
        if workflow != CREATE:
            return None
        if self._storm == 0 and self._random.random() < STORM:
            self._storm = STORM_LENGTH
        if self._storm:
            self._storm -= 1
            return THROTTLED
        return self._random.choice(FAULTS) if self._random.random() < SHARE else None

    def next_for_action(self, workflow: str) -> Fault | None:
        """See `FaultPlan`."""
        return self._random.choice(INNER) if workflow == CREATE and self._random.random() < INNER_SHARE else None


class ForgetfulStore(HostStore):
    """The host's file, in which the shop forgets before each purchase that an order has left.

    Attributes:
        keyless: Whether it forgets keys, too: each request is a run, and each run acts.
    """

    keyless = False

    def claim(self, run: HostedRun, *, payload: str) -> Claim:
        """See the store."""
        if not self.keyless:
            return super().claim(run, payload=payload)
        self.begin(run)
        return Claim(state="new")

    def change(
        self, kind: str, work: Callable[[sqlite3.Connection], Mapping[str, object]], *, key: str | None, run_id: str
    ) -> Mapping[str, object]:
        """See the store."""

        def forgetting(connection: sqlite3.Connection) -> Mapping[str, object]:
            _forget(connection, order_of(key or ""), key or "", keyless=self.keyless)
            return work(connection)

        return super().change(kind, forgetting, key=None if self.keyless else key, run_id=run_id)


def order_of(key: str) -> str:
    """The order that a key is about."""
    return key.partition(":")[2].partition(":")[0].removeprefix(f"{ENVIRONMENT}.").partition(".")[0]


def _forget(connection: sqlite3.Connection, order: str, key: str, *, keyless: bool) -> None:
    """Let an order look as it did before it left; its earlier shipments stay, under another order's name."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE name = 'shop_shipments'").fetchone()
    if (
        found is None
        or connection.execute("SELECT 1 FROM shop_shipments WHERE order_id = ?", (order,)).fetchone() is None
    ):
        return
    if keyless:
        connection.execute("UPDATE shop_shipments SET key = key || '~' || id WHERE key = ?", (key,))
    connection.execute("UPDATE shop_shipments SET order_id = order_id || '~' WHERE order_id = ?", (order,))
    connection.execute("DELETE FROM shop_fulfillments WHERE order_id = ?", (order,))
    connection.execute("UPDATE shop_orders SET status = 'pending' WHERE id = ?", (order,))


def fill(scene: Scene) -> None:
    """Make the shop."""
    with HostStore(scene.target) as store:
        store.look(scene.fill)


def serve(scene: Scene, *, seed: int) -> None:
    """Host until the process ends; the addresses stand in `host.json` once it answers."""
    asyncio.run(_serve(scene, seed=seed))


async def _serve(scene: Scene, *, seed: int) -> None:
    specs = {name: spec for name, spec in load_workflows(SHIPPED).items() if name in TOOLS}
    with ForgetfulStore(scene.target) as store:
        store.keyless = scene.plant == "key"
        works = Works(store, faults=RandomFaults(Random(seed)), limits=HostLimits(policy=POLICY))  # noqa: S311
        app = build_app(load_hosted(specs, folder=SHIPPED), works=works)
        async with serving(app, port=scene.port) as origin:
            urls = {name: trigger_url(origin, name, key=store.keys_of(name)["primary"]) for name in specs}
            made = scene.root / f"host.{os.getpid()}"
            made.write_text(json.dumps(urls))
            made.replace(scene.root / "host.json")
            with suppress(ProcessLookupError):
                while os.getppid() != 1:  # noqa: ASYNC110  # whoever started it is there: nothing tells when it is not
                    await asyncio.sleep(0.2)
