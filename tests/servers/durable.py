"""A desk whose runs can be killed at any point: a guide of parallel steps over logs that note what they were asked."""

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase

from agents.triage.alerts import alert_name
from agents.triage.matching import GuideMatcher
from agents.triage.spec import TRIAGE
from agents.triage.tools import GuideTools
from orchestrator.app.begun import Begun
from orchestrator.app.carrying import Carrying, Follow
from orchestrator.app.recorded import Recorded
from orchestrator.core.asking import Question
from orchestrator.core.errors import StoreError
from orchestrator.core.pinning import PinnedText
from orchestrator.core.ports import Document, Hit, QueryLimits, QueryParameter, SearchQuery, TableSchema, WriteResult
from orchestrator.core.queueing import RunRequest
from orchestrator.core.routing.router import Router
from orchestrator.core.table import Column, ColumnType, QueryStats, Table
from orchestrator.core.window import Window
from orchestrator.engine.holding import LEASE_S, Executor
from orchestrator.engine.kernel import build_kernel
from orchestrator.engine.switchboard import Environment, Switchboard
from orchestrator.engine.voice import ModelTerms
from orchestrator.models.embedded import EmbeddedChat
from orchestrator.settings import Settings
from orchestrator.store.database import Connection, Database, Row, SqliteDatabase, Value
from orchestrator.store.journal import StoredJournal
from orchestrator.store.memory import StoredMemory
from orchestrator.store.pins import StoredPins
from orchestrator.store.queue import StoredQueue
from playbooks.guide import Guide
from playbooks.parse import parse_guide
from playbooks.routing.loader import load_routing_table
from playbooks.services import Services

NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)
STEPS = ("alpha", "beta", "gamma", "delta", "epsilon")
COLUMNS = (
    Column("n", ColumnType.LONG),
    Column("share", ColumnType.REAL),
    Column("label", ColumnType.STRING),
    Column("at", ColumnType.DATETIME),
    Column("lag", ColumnType.TIMESPAN),
    Column("bag", ColumnType.DYNAMIC),
)


def guide_text(*, title: str = "Many steps") -> str:
    """A guide whose first steps run side by side, and whose last ones rest on all of them."""
    steps = "\n".join(_step(name, after="joined") for name in STEPS)
    return f"""---
id: many_steps
title: {title}
owner: tests
reviewed: 2026-01-01
applies_to: {{symptoms: [many steps]}}
start: [{", ".join(STEPS)}]
tables: {{T: {{TimeGenerated: datetime, n: long}}}}
parameters:
  - {{name: p_from, type: datetime, from: [{{default: now-1h}}]}}
  - {{name: p_to, type: datetime, from: [{{default: now}}]}}
---

# {title}

{steps}
{_step("joined", after="last")}
## Decide {{#last}}

```yaml step
branches:
  - when: "steps.alpha.rows[0].n == 5"
    conclude: {{cause: all_there, object: "T", summary: "alpha counts {{steps.alpha.rows[0].n}}", confidence: high}}
  - otherwise: true
    unknown: "alpha has another step's rows"
```
"""


def _step(name: str, *, after: str) -> str:
    return f"""## Look at {name} {{#{name}}}

```kql
T | where TimeGenerated between (p_from .. p_to) | where label == "{name}"
```
```yaml step
branches:
  - when: "row.label == '{name}'"
    finding: "{name} has {{row.n}}, {{row.share:.1%}}"
    next: [{after}]
  - otherwise: true
    unknown: "{name} has the rows of {{row.label}}"
```
"""


def table_of(kql: str) -> Table:
    """The rows of a query: each step's are its own."""
    name = next((step for step in (*STEPS, "joined") if f'"{step}"' in kql), "none")
    row = (
        len(name),
        len(name) / 10,
        name,
        NOW - timedelta(microseconds=len(name)),
        timedelta(days=-1, microseconds=len(name)),
        {"name": name, "list": [1, 2.5, None, {"$time": name}]},
    )
    return Table(COLUMNS, (row,), stats=QueryStats(elapsed_s=0.001, scanned_rows=1, scanned_bytes=len(name)))


@dataclass(slots=True)
class NotedLogs:
    """Logs that answer after unequal times; `asked` is told each query before it is answered."""

    asked: Callable[[str], None]
    wait_s: float = 0.001

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        self.asked(kql)
        await asyncio.sleep(self.wait_s * (sum(map(ord, kql)) % 5))
        return table_of(kql)

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        return COLUMNS

    async def schema(self) -> dict[str, TableSchema]:
        return {"T": TableSchema(name="T", columns=COLUMNS)}


class EmptyIndex:
    """Nothing is found."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        return ()

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        return ()

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        return ()


class MortalDatabase:
    """A store whose process dies by SIGKILL at its n-th point: before a transaction, in it, or after its commit."""

    def __init__(self, database: Database, *, points: int) -> None:
        self._database = database
        self.dialect: Literal["sqlite", "postgresql"] = database.dialect
        self._left = points

    def reached(self) -> None:
        """One more point; the last one is the end."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def _mortal(self, transaction: AbstractContextManager[Connection]) -> Iterator[Connection]:
        self.reached()
        with transaction as connection:
            yield connection
            self.reached()
        self.reached()

    def transaction(self, *, alone: str | None = None, durable: bool = True) -> AbstractContextManager[Connection]:
        return self._mortal(self._database.transaction(alone=alone, durable=durable))

    def read(self, sql: str, *values: Value) -> list[Row]:
        return self._database.read(sql, *values)

    def close(self) -> None:
        self._database.close()


class FragileDatabase:
    """A store that cannot be used any more once it is `gone`."""

    dialect: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, database: Database) -> None:
        self._database = database
        self.gone = False

    def transaction(self, *, alone: str | None = None, durable: bool = True) -> AbstractContextManager[Connection]:
        self._refuse()
        return self._database.transaction(alone=alone, durable=durable)

    def read(self, sql: str, *values: Value) -> list[Row]:
        self._refuse()
        return self._database.read(sql, *values)

    def close(self) -> None:
        self._database.close()

    def _refuse(self) -> None:
        if self.gone:
            raise StoreError("the state store cannot be used: the disk is full; free it")


@cache
def _router() -> Router:
    return Router(load_routing_table())


def write_guide(folder: Path, *, title: str = "Many steps") -> None:
    """Put the guide into a folder."""
    (folder / "many_steps.md").write_text(guide_text(title=title))


@dataclass(slots=True, kw_only=True)
class Desk:
    """All that carries out runs over one store, as one process has it; its clock runs `later` than the wall's."""

    database: Database
    logs: NotedLogs
    folder: Path
    later: timedelta = timedelta(0)
    limit_s: float | None = None
    lease_s: float = LEASE_S
    most_attempts: int = 1_000
    follow: dict[str, Follow] = field(default_factory=dict)
    chat: ChatCompletionClientBase = field(default_factory=EmbeddedChat)
    terms: ModelTerms | None = None
    recorded: Recorded = field(init=False)
    switchboard: Switchboard = field(init=False)
    carrying: Carrying = field(init=False)

    def __post_init__(self) -> None:
        path = self.folder / "many_steps.md"
        text = path.read_text()
        guide = parse_guide(text, path=str(path))
        pins = StoredPins(self.database)
        pins.pin([PinnedText(version=guide.version, path=guide.path, text=text)])
        executor = Executor(
            queue=StoredQueue(self.database),
            id=f"desk-{os.getpid()}-{id(self)}",
            clock=lambda: datetime.now(UTC) + self.later,
            lease_s=self.lease_s,
        )
        self.recorded = Recorded(journal=StoredJournal(self.database), memory=self.memory, executor=executor, pins=pins)
        self.switchboard = self.build([guide])
        self.carrying = Carrying(
            Settings(),
            recorded=self.recorded,
            switchboards=self,  # type: ignore[arg-type]  # this desk's own
            follow=self.follow,
            most_attempts=self.most_attempts,
        )

    def build(self, guides: Sequence[Guide]) -> Switchboard:
        """A switchboard for these guides."""
        index, services = EmptyIndex(), Services()
        tools = GuideTools(
            guides={guide.id: guide for guide in guides},
            matcher=GuideMatcher(index, services),
            services=services,
            alert_name=alert_name,
            proven=frozenset(guide.version for guide in guides),
        )
        environment = Environment(
            logs=self.logs,
            index=index,
            source="files",
            now=NOW,
            zone="UTC",
            inputs={
                "logs": [],
                "source": "files",
                "guides": str(self.folder),
                "now": NOW.isoformat(),
                "tz": "UTC",
            },
            notes=lambda _: (),
            guides={guide.id: guide.version for guide in guides},
        )
        return Switchboard(
            kernel=build_kernel(self.chat, {"guides": tools}),
            service=self.chat,
            specs={"triage": TRIAGE},
            router=_router(),
            environment=environment,
            journal=self.recorded.journal,
            terms=self.terms,
            executor=self.executor,
            memory=self.recorded.memory,
            limit_s=self.limit_s,
        )

    @asynccontextmanager
    async def use(self, _options: object, *, begun: Begun | None = None) -> AsyncIterator[Switchboard]:
        """Its switchboard, or one with the guides that a run began with."""
        yield self.build(begun.guides) if begun else self.switchboard

    @property
    def executor(self) -> Executor:
        assert self.recorded.executor is not None
        return self.recorded.executor

    def memory(self, run: str) -> StoredMemory:
        return StoredMemory(self.database, run)

    def database_execute(self, sql: str) -> None:
        """Change a row behind everybody's back."""
        with self.database.transaction() as connection:
            connection.execute(sql)

    def request(self, run: str, *, key: str | None = None, kind: str = "ask") -> None:
        """Want a run of the guide."""
        body = Question(message="run guide many_steps", agent="triage").document()
        self.executor.queue.request(RunRequest(run=run, kind=kind, body=body, by="test", key=key), now=NOW)

    async def carry_out(self, run: str) -> dict[str, object]:
        """Claim a run and take it to its end."""
        taken = self.executor.take(run)
        assert taken is not None, f"{run} cannot be taken: {self.executor.queue.find(run)}"
        return await self.carrying.carry_out(taken)


TIMES = {"run", "session", "at", "elapsed_ms"}


def stable(report: object) -> str:
    """A report as text, without ids and times of the run, and without what it says of its being resumed."""

    def strip(value: object) -> object:
        match value:
            case dict():
                return {key: strip(item) for key, item in value.items() if key not in TIMES}
            case list():
                return [strip(item) for item in value if not (isinstance(item, str) and "was resumed" in item)]
            case _:
                return value

    return json.dumps(strip(report), sort_keys=True)


def main() -> None:
    """Kill runs at random points until so many are dead; print what came of it as JSON. Arguments: folder, kills."""
    folder, wanted = Path(sys.argv[1]), int(sys.argv[2])
    random = Random(7)  # noqa: S311  # where to die is no secret
    path, log = folder / "journal.db", folder / "asked.log"
    log.touch()
    write_guide(folder)
    _router()
    gc.freeze()  # what was imported is shared with every child
    kills, tries, ended, again, fewest = 0, 0, 0, 0, len(STEPS) + 1
    undisturbed = _child(path, log, "undisturbed", points=0, tries=0)
    assert undisturbed == 0, f"the undisturbed run ended with {undisturbed}"
    while kills < wanted:
        run = f"run-{ended}"
        code, known, attempts = -1, frozenset[str](), 0
        while code != 0:
            tries, attempts = tries + 1, attempts + 1
            before = log.stat().st_size
            # the more often it was killed, the further it may come, so that each run ends
            code = _child(path, log, run, points=random.randint(1, 8 + 12 * attempts), tries=tries)
            assert code in {0, -signal.SIGKILL}, f"a child ended with {code}"
            kills += code != 0
            asked = log.read_text()[before:].splitlines()
            again += sum(text in known for text in asked)
            known = _kept(path, run)
        ended += 1
        fewest = min(fewest, len(known))
    with SqliteDatabase(path) as database:
        journal = StoredJournal(database)
        first = stable(_report(journal, "undisturbed"))
        wrong = sum(stable(_report(journal, f"run-{number}")) != first for number in range(ended))
        notes = _report(journal, f"run-{ended - 1}")["notes"]
    found = {
        "kills": kills,
        "ended": ended,
        "asked_again": again,
        "wrong": wrong,
        "fewest_kept": fewest,
        "notes": notes,
    }
    print(json.dumps(found))  # noqa: T201


def _report(journal: StoredJournal, run: str) -> dict[str, object]:
    return dict(journal.events(run)[-1]["report"])  # type: ignore[call-overload]  # JSON


def _kept(path: Path, run: str) -> frozenset[str]:
    """The queries whose answers are stored."""
    with SqliteDatabase(path) as database:
        rows = database.read("SELECT body FROM results WHERE run = ? AND step LIKE '%/query/%'", run)
    labels = [json.loads(str(body))["table"]["rows"][0][2] for (body,) in rows]
    return frozenset(f"{run} {label}" for label in labels)


def _child(path: Path, log: Path, run: str, *, points: int, tries: int) -> int:
    """One process that carries the run on; its exit code, negative where a signal ended it."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        with log.open("a") as out:
            asyncio.run(_carry_on(path, out, run, points=points, tries=tries))
        code = 0
    finally:
        os._exit(code)


async def _carry_on(path: Path, out: object, run: str, *, points: int, tries: int) -> None:
    def asked(kql: str) -> None:
        print(run, table_of(kql).rows[0][2], file=out, flush=True)  # type: ignore[call-overload]  # a text file

    database = SqliteDatabase(path)
    mortal = MortalDatabase(database, points=points)
    # each process comes long after the lease of the one before it is over
    desk = Desk(database=mortal, logs=NotedLogs(asked), folder=path.parent, later=timedelta(minutes=tries))
    desk.request(run)
    taken = desk.executor.take(run)
    if taken is not None:
        await desk.carrying.carry_out(taken)
    database.close()


if __name__ == "__main__":
    main()
