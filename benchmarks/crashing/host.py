"""The target of actions: a host of workflows in a process of its own that nobody kills, with faults at random.

It acts for each request that arrives, whatever its key, so that a second call is seen as a second effect. None of its
faults delivers a request twice: a second effect is a second call of ours.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

from playbooks.changes import CHANGE
from playbooks.workflow import load_workflows
from plugins.logicapps.host.app import build_app
from plugins.logicapps.host.faults import Fault, FaultKind, FaultPlan
from plugins.logicapps.host.handlers import load_hosted
from plugins.logicapps.host.runs import Claim, HostedRun
from plugins.logicapps.host.serving import serving
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import HostStore
from plugins.logicapps.host.work import HostLimits, Works

ACTS = "restart_service"
LOOKS = "find_change"
SHIPPED = Path(__file__).parents[2] / "playbooks" / "workflows"
FAULTS = (
    Fault(kind=FaultKind.LOST_REPLY),
    Fault(kind=FaultKind.LOST_REPLY, after_work=False),
    Fault(kind=FaultKind.LATE_REPLY),
    Fault(kind=FaultKind.ERROR),
    Fault(kind=FaultKind.ERROR, after_work=True),
    Fault(kind=FaultKind.DELAY, seconds=0.2),
    Fault(kind=FaultKind.LATE_DELIVERY, seconds=0.3),
    Fault(kind=FaultKind.THROTTLE, retry_after_s=0.1),
    Fault(kind=FaultKind.ACCEPT, polls=1, retry_after_s=0.1),
)
SHARE = 0.5
"""Of the calls that change something, how many meet a fault."""


class NaiveStore(HostStore):
    """Knows no key: each request is a run, and each run acts."""

    def claim(self, run: HostedRun, *, payload: str) -> Claim:  # noqa: ARG002  # the store's signature
        """Begin, whatever was asked before."""
        self.begin(run)
        return Claim(state="new")

    def act(self, kind: str, body: Mapping[str, object], *, key: str | None, run_id: str) -> Mapping[str, object]:  # noqa: ARG002  # same
        """Act once more."""
        return super().act(kind, body, key=None, run_id=run_id)

    def find(self, kind: str, *, key: str) -> Mapping[str, object] | None:
        """The first effect of a key."""
        return next((record for record in self.records(kind) if record["key"] == key), None)


class RandomFaults(FaultPlan):
    """A fault for every other change, none for a look."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    def next_for_request(self, workflow: str) -> Fault | None:
        """See `FaultPlan`."""
        if workflow != ACTS or self._random.random() >= SHARE:
            return None
        return self._random.choice(FAULTS)


def serve(root: Path, *, seed: int) -> None:
    """Host until the process ends; the addresses stand in `host.json` once it answers."""
    asyncio.run(_serve(root, seed=seed))


async def _serve(root: Path, *, seed: int) -> None:
    specs = {name: spec for name, spec in load_workflows(SHIPPED).items() if name in {ACTS, LOOKS}}
    with NaiveStore(root / "target.db") as store:
        works = Works(store, faults=RandomFaults(Random(seed)), limits=HostLimits())  # noqa: S311
        async with serving(build_app(load_hosted(specs, folder=SHIPPED), works=works)) as origin:
            urls = {name: trigger_url(origin, name, key=store.keys_of(name)["primary"]) for name in specs}
            made = root / "host.new"
            made.write_text(json.dumps(urls))
            made.replace(root / "host.json")
            while os.getppid() != 1:  # noqa: ASYNC110  # whoever started it is there: nothing tells when it is not
                await asyncio.sleep(0.2)


def addresses(root: Path) -> dict[str, str]:
    """The workflows' addresses; none before the host answers."""
    with suppress(FileNotFoundError):
        found: dict[str, str] = json.loads((root / "host.json").read_text())
        return found
    return {}


def effects(root: Path) -> Counter[str]:
    """How often each key was acted on."""
    if not (root / "target.db").exists():
        return Counter()
    with HostStore(root / "target.db") as store:
        return Counter(str(record["key"]) for record in store.records(CHANGE))
