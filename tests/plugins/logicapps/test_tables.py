"""Tables of the system behind hosted workflows: a change and the record of its key are one, whatever goes wrong."""

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestrator.core.errors import StoreError
from orchestrator.core.workflows import NotPossibleError
from plugins.logicapps.host.effects import ActionFailedError, CrashError, CrashingEffects, RetryPolicy, RunEffects
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.host.store import HostStore

Work = Callable[[sqlite3.Connection], Mapping[str, object]]
NOW = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)
BEFORE, AFTER = Fault(kind=FaultKind.INNER), Fault(kind=FaultKind.INNER, after_work=True)


def add(amount: int) -> Work:
    """A piece of work that adds to a sum, making its table at first."""

    def work(connection: sqlite3.Connection) -> Mapping[str, object]:
        connection.execute("CREATE TABLE IF NOT EXISTS sums (total INTEGER NOT NULL)")
        if not connection.execute("SELECT 1 FROM sums").fetchone():
            connection.execute("INSERT INTO sums VALUES (0)")
        connection.execute("UPDATE sums SET total = total + ?", (amount,))
        return {"total": total_in(connection)}

    return work


def total_in(connection: sqlite3.Connection) -> int:
    """The sum; 0 where nothing was ever added."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sums'").fetchone():
        return 0
    return int(connection.execute("SELECT total FROM sums").fetchone()[0])


def refuse(connection: sqlite3.Connection) -> Mapping[str, object]:
    """A piece of work that changes something, and then finds that it may not."""
    add(5)(connection)
    raise NotPossibleError("NoRoom", "There is no room.")


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """A host's file."""
    with HostStore(tmp_path / "workflows.db", clock=lambda: NOW) as found:
        yield found


def effects_of(store: HostStore, *faults: Fault) -> RunEffects:
    """Effects whose actions meet these faults, one after another."""
    left = list(faults)

    async def pause(_: float) -> None:
        return None

    return RunEffects(
        store,
        run_id="r1",
        next_fault=lambda: left.pop(0) if left else None,
        policy=RetryPolicy(),
        sleep=pause,
        clock=lambda: NOW,
    )


async def test_a_change_is_made_once_for_its_key(store: HostStore) -> None:
    """The second time gives the first record; without a key it is made each time."""
    effects = effects_of(store)
    first = await effects.change("sum", add(5), key="k")
    again = await effects.change("sum", add(7), key="k")
    assert first == again == {"total": 5, "number": 1, "at": "2026-11-22T10:45:00Z"}
    assert await effects.look(total_in) == 5
    assert [(await effects.change("sum", add(1), key=None))["total"] for _ in range(2)] == [6, 7]
    assert await effects.find("sum", key="k") == first


@pytest.mark.parametrize("faults", [(BEFORE,), (AFTER,), (BEFORE, AFTER, BEFORE, AFTER), (AFTER, AFTER, AFTER, AFTER)])
async def test_an_action_that_failed_is_tried_again_and_changes_once(store: HostStore, faults: Sequence[Fault]) -> None:
    """Whether it had changed something before it failed, or not; the retries are in the run's history."""
    effects = effects_of(store, *faults)
    made = await effects.change("sum", add(5), key="k")
    (action,) = store.actions("r1")
    assert made["total"] == await effects.look(total_in) == 5
    assert (action.name, action.status, len(action.retries)) == ("sum", "Succeeded", len(faults))


@pytest.mark.parametrize(("fault", "total"), [(BEFORE, 0), (AFTER, 5)])
async def test_an_action_that_never_succeeds_says_so(store: HostStore, fault: Fault, total: int) -> None:
    """What it did before it failed is done, and is found by its key."""
    effects = effects_of(store, *[fault] * 5)
    with pytest.raises(ActionFailedError):
        await effects.change("sum", add(5), key="k")
    assert await effects.look(total_in) == total
    assert (await effects.find("sum", key="k") is not None) == (total > 0)
    assert (await effects_of(store).change("sum", add(5), key="k"))["total"] == 5


@pytest.mark.parametrize(("after", "total"), [(False, 0), (True, 5)])
async def test_a_process_that_dies_has_changed_all_or_nothing(store: HostStore, *, after: bool, total: int) -> None:
    """Before its action or after it; the next one with the key ends at the same sum."""
    crashing = CrashingEffects(effects_of(store), after=after)
    with pytest.raises(CrashError):
        await crashing.change("sum", add(5), key="k")
    assert await crashing.look(total_in) == total
    assert (await crashing.find("sum", key="k") is not None) == after
    await effects_of(store).change("sum", add(5), key="k")
    assert await effects_of(store).look(total_in) == 5


async def test_what_is_not_possible_changes_nothing(store: HostStore) -> None:
    """No table, no record; a later try under the same key is free to succeed."""
    effects = effects_of(store)
    with pytest.raises(NotPossibleError) as caught:
        await effects.change("sum", refuse, key="k")
    assert (caught.value.code, caught.value.status) == ("NoRoom", 409)
    assert await effects.look(total_in) == 0
    assert (await effects.find("sum", key="k"), store.count("sum")) == (None, 0)
    assert (await effects.change("sum", add(5), key="k"))["total"] == 5


async def test_what_is_not_possible_is_not_tried_again(store: HostStore) -> None:
    """It is an answer and no failure of the system."""
    asked = []

    def work(connection: sqlite3.Connection) -> Mapping[str, object]:
        asked.append(1)
        return refuse(connection)

    with pytest.raises(NotPossibleError):
        await effects_of(store).change("sum", work, key="k")
    assert asked == [1]


async def test_a_failure_within_the_work_undoes_it(store: HostStore) -> None:
    """A mistake in a handler leaves no half, and the file can be used on."""

    def work(connection: sqlite3.Connection) -> Mapping[str, object]:
        add(5)(connection)
        raise KeyError("oops")

    with pytest.raises(KeyError):
        await effects_of(store).change("sum", work, key="k")
    with pytest.raises(StoreError, match="cannot be used"):
        await effects_of(store).look(lambda connection: connection.execute("SELECT * FROM nothing"))
    assert await effects_of(store).look(total_in) == 0
    assert (await effects_of(store).change("sum", add(5), key="k"))["total"] == 5


async def test_preparing_while_looking_is_kept(store: HostStore) -> None:
    """A first look may make the tables; one that fails makes none."""
    with pytest.raises(NotPossibleError):
        await effects_of(store).look(refuse)
    assert await effects_of(store).look(total_in) == 0
    await effects_of(store).look(add(5))
    assert await effects_of(store).look(total_in) == 5


def test_threads_on_one_file_change_once_per_key(tmp_path: Path) -> None:
    """Eight threads, each with its own connection, twenty keys each of them wants: twenty changes."""
    path = tmp_path / "workflows.db"
    HostStore(path).close()
    barrier = threading.Barrier(8)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with HostStore(path) as store:
                barrier.wait(30)
                for number in range(20):
                    store.change("sum", add(1), key=f"k{number}", run_id="r")
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with HostStore(path) as store:
        assert (failed, store.look(total_in), store.count("sum")) == ([], 20, 20)


def change_many(path: str, barrier: Any) -> None:
    """Another process that changes under the same keys."""
    with HostStore(Path(path)) as store:
        barrier.wait()
        for number in range(20):
            store.change("sum", add(1), key=f"k{number}", run_id="r")


def test_processes_on_one_file_change_once_per_key(tmp_path: Path) -> None:
    """Three processes, twenty keys, twenty changes."""
    path = tmp_path / "workflows.db"
    HostStore(path).close()
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    workers = [context.Process(target=change_many, args=(str(path), barrier)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * 3
    with HostStore(path) as store:
        assert (store.look(total_in), store.count("sum")) == (20, 20)
