"""The host's file: durable, shared by processes, once per key."""

import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.core.errors import InputError, StoreError
from plugins.logicapps.host.handlers import load_handler
from plugins.logicapps.host.replies import HostReply
from plugins.logicapps.host.runs import HostedRun
from plugins.logicapps.host.store import HostStore

NOW = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)


def a_run(run_id: str = "r1", *, key: str = "k") -> HostedRun:
    """A run of one workflow."""
    return HostedRun(run_id=run_id, workflow="w", key=key, tracking_id=key, correlation_id=key)


def act_many(path: str, barrier: object) -> None:
    """Another process that acts under the same keys."""
    with HostStore(Path(path)) as store:
        barrier.wait()  # type: ignore[attr-defined]  # a multiprocessing barrier
        for number in range(50):
            store.act("ticket", {"by": os.getpid()}, key=f"k{number}", run_id="r")
            store.claim(a_run(f"{os.getpid()}-{number}", key=f"k{number}"), payload="p")
        barrier.wait()  # type: ignore[attr-defined]  # who ends earlier is dead, and its keys are free again


def test_processes_at_the_same_time_act_once_per_key(tmp_path: Path) -> None:
    """Four processes, fifty keys, fifty records, and each key claimed by one run."""
    path = tmp_path / "host.db"
    HostStore(path).close()
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(4)
    workers = [context.Process(target=act_many, args=(str(path), barrier)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    with HostStore(path) as store:
        assert store.count("ticket") == 50
        assert len(store.runs("w", tracking_id=None, status=None)) == 50


def test_what_was_stored_survives_a_killed_process(tmp_path: Path) -> None:
    """The record is there after the process is killed without closing anything."""
    code = (
        "import os, signal, sys; from pathlib import Path; from plugins.logicapps.host.store import HostStore;"
        "s = HostStore(Path(sys.argv[1])); s.act('ticket', {'a': 1}, key='k', run_id='r');"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "host.db")], check=False)
    assert done.returncode == -9
    with HostStore(tmp_path / "host.db") as store:
        found = store.find("ticket", key="k")
        assert found is not None
        assert found["a"] == 1


def test_a_key_whose_run_died_is_free_after_its_lease(tmp_path: Path) -> None:
    """Within the lease it is at work; after it the dead run is aborted and the key claimed anew."""
    now = [NOW]
    with HostStore(tmp_path / "host.db", clock=lambda: now[0]) as store:
        states = [store.claim(a_run("r1"), payload="p").state, store.claim(a_run("r2"), payload="p").state]
        states.append(store.state_of("w", key="k"))
        now[0] += timedelta(seconds=301)
        states += [store.state_of("w", key="k"), store.claim(a_run("r3"), payload="p").state]
        assert states == ["new", "running", "running", "ended", "new"]
        assert [(run.run_id, run.status) for run in store.runs("w", tracking_id="k", status=None)] == [
            ("r3", "Running"),
            ("r1", "Aborted"),
        ]
        store.end("r1", status="Succeeded", code="OK", error=None, reply=None)
        late = store.run("r1")
        assert late is not None
        assert late.status == "Aborted"


def test_a_finished_key_gives_its_answer(tmp_path: Path) -> None:
    """The answer as it was, also after the file was opened again; another payload is told apart."""
    reply = HostReply(status=201, body={"a": [1]}, headers={"x": "y"})
    with HostStore(tmp_path / "host.db") as store:
        store.claim(a_run("r1"), payload="p")
        store.end("r1", status="Succeeded", code="OK", error=None, reply=reply)
    with HostStore(tmp_path / "host.db") as store:
        claim = store.claim(a_run("r2"), payload="p")
        assert claim.run is not None
        assert (claim.state, claim.run.reply) == ("done", reply)
        assert store.claim(a_run("r3"), payload="q").state == "other_payload"


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """The file holds signing keys."""
    with HostStore(tmp_path / "new" / "host.db"):
        mode = stat.S_IMODE((tmp_path / "new" / "host.db").stat().st_mode)
    assert mode == 0o600


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """Named, with the mend."""
    (tmp_path / "host.db").write_text("hello, this is no database at all" * 50)
    with pytest.raises(StoreError, match="free or repair it"):
        HostStore(tmp_path / "host.db")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "is not there"),
        ("def handle(:", "cannot be loaded"),
        ("import no_such_module", "cannot be loaded"),
        ("x = 1", "async def handle"),
        ("def handle(body, *, key, effects): ...", "async def handle"),
        ("async def handle(body): ...", "async def handle"),
    ],
)
def test_a_handler_that_cannot_be_run(tmp_path: Path, text: str | None, problem: str) -> None:
    """The file is named, with what is wanted."""
    path = tmp_path / "own" / "handler.py"
    path.parent.mkdir()
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=problem) as caught:
        load_handler(path)
    assert str(path) in caught.value.message
    assert list(path.parent.glob("__pycache__")) == []


def test_closing_waits_for_the_thread_that_is_at_it(tmp_path: Path) -> None:
    """As after Ctrl-C: closed under its hands, SQLite would crash the process."""
    began, go = threading.Event(), threading.Event()
    store = HostStore(tmp_path / "host.db")

    def slowly(connection: sqlite3.Connection) -> object:
        began.set()
        assert go.wait(30)
        return connection.execute("SELECT 1").fetchone()

    with ThreadPoolExecutor() as threads:
        looking = threads.submit(store.look, slowly)
        assert began.wait(30)
        closing = threads.submit(store.close)
        assert not closing.done()
        go.set()
        assert (looking.result(), closing.result()) == ((1,), None)
