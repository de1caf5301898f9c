"""Runs that go on after their process, are taken over, cancelled, or run out of time: on SQLite and PostgreSQL."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from durable import STEPS, Desk, FragileDatabase, NotedLogs, stable, write_guide

from orchestrator.core.errors import InputError, StoreError, TakenOverError
from orchestrator.core.events import Event, EvidenceFound, StepFinished
from orchestrator.core.queueing import RunState
from orchestrator.core.report import Json
from orchestrator.engine.session import Session
from orchestrator.engine.voice import ModelTerms
from orchestrator.models.embedded import EmbeddedChat
from orchestrator.models.scripted import Line, ScriptedChat
from orchestrator.store.database import Database
from orchestrator.store.opening import open_database

KILLED = Path(__file__).parents[1] / "servers" / "durable.py"
LATER = timedelta(minutes=1)
Opener = Callable[[], Database]
MakeDesk = Callable[..., Desk]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the guide is, and the store's file."""
    write_guide(tmp_path)
    return tmp_path


@pytest.fixture(params=["sqlite", "postgresql"])
def make_desk(request: pytest.FixtureRequest, folder: Path) -> Iterator[MakeDesk]:
    """A desk as another process would have it, each time."""
    url = request.getfixturevalue("postgres").fresh() if request.param == "postgresql" else None
    with ExitStack() as stack:

        def make(*, asked: list[str] | None = None, **options: object) -> Desk:
            database = stack.enter_context(closing(open_database(folder, url=url)))
            told = asked if asked is not None else []
            logs = NotedLogs(told.append)
            return Desk(database=database, folder=folder, **{"logs": logs, **options})  # type: ignore[arg-type]

        yield make


def broken_off(desk: Desk, run: str, after: type[Event] = StepFinished, *, count: int = 2) -> None:
    """Carry a run out and leave it, as a dying process does, at its n-th event of a kind."""
    seen = 0

    def hear(event: Event) -> None:
        nonlocal seen
        seen += isinstance(event, after)
        if seen == count:
            desk.executor.leave_all()

    async def carry_out() -> None:
        taken = desk.executor.take(run)
        assert taken is not None
        with pytest.raises(asyncio.CancelledError):
            await desk.carrying.carry_out(taken, listen=hear)

    asyncio.run(carry_out())


def test_two_hundred_kills_change_nothing(tmp_path: Path) -> None:
    """Killed at random points, each run ends with the report of the undisturbed one, and no finished query is asked."""
    done = subprocess.run([sys.executable, KILLED, tmp_path, "200"], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] >= 200
    assert found["ended"] > 0
    assert {name: found[name] for name in ("asked_again", "wrong", "fewest_kept")} == {
        "asked_again": 0,
        "wrong": 0,
        "fewest_kept": len(STEPS) + 1,
    }
    assert "was resumed (attempt" in found["notes"][0]


def test_a_resumed_run_is_the_undisturbed_one(make_desk: MakeDesk) -> None:
    """Its report, and the events of its last attempt, but for times and what they say of the resumption."""
    desk, asked = make_desk(), list[str]()
    for run in ("whole", "broken"):
        desk.request(run)
    whole = asyncio.run(desk.carry_out("whole"))
    broken_off(make_desk(asked=asked), "broken", EvidenceFound)
    before = list(asked)
    again = make_desk(asked=asked, later=LATER)
    report = asyncio.run(again.carry_out("broken"))
    assert stable(report) == stable(whole)
    assert report["verdict"]["cause"] == "all_there"  # type: ignore[index]  # JSON
    events = {run: again.recorded.journal.events(run) for run in ("whole", "broken")}
    evidence = {run: _evidence(events[run]) for run in events}
    assert evidence["whole"] == evidence["broken"]
    assert len(asked) <= len(STEPS) + 1 + len(before) - 2  # two had been answered


def _evidence(events: object) -> list[tuple[object, ...]]:
    found = [event["evidence"] for event in events if event["kind"] == "EvidenceFound"]  # type: ignore[attr-defined]
    return sorted((item["id"], item["step"], item["query"], item["result_sha256"]) for item in found)


def test_a_recalled_answer_keeps_its_time(make_desk: MakeDesk) -> None:
    """The evidence says when it was asked, not when it was recalled."""
    desk = make_desk()
    desk.request("run")
    broken_off(desk, "run")
    first = {
        e["evidence"]["id"]: e["evidence"]["at"]
        for e in desk.recorded.journal.events("run")
        if "evidence" in e and e["kind"] == "EvidenceFound"
    }  # type: ignore[index,call-overload]  # JSON
    report = asyncio.run(make_desk(later=LATER).carry_out("run"))
    times = {item["id"]: item["at"] for item in report["evidence"]}  # type: ignore[attr-defined]  # JSON
    assert first
    assert {name: times[name] for name in first} == first


def test_a_guide_edited_meanwhile_does_not_change_a_run(make_desk: MakeDesk, folder: Path) -> None:
    """It keeps to the text that it began with, and its report names both versions."""
    desk = make_desk()
    desk.request("run")
    broken_off(desk, "run")
    write_guide(folder, title="Many other steps")
    report = asyncio.run(make_desk(later=LATER).carry_out("run"))
    assert report["guide"]["title"] == "Many steps"  # type: ignore[index]  # JSON
    notes = " ".join(report["notes"])  # type: ignore[arg-type]  # JSON
    assert "the guide many_steps was edited since this run began: it keeps to version" in notes


def test_only_one_process_holds_a_run(make_desk: MakeDesk) -> None:
    """A second one cannot take it, until the lease is over; then the first one's next event is refused."""
    first, second = make_desk(), make_desk(later=LATER)
    early = make_desk()
    first.request("run")
    reports: list[Json] = []

    async def both() -> None:
        taken = first.executor.take("run")
        assert taken is not None
        assert early.executor.take("run") is None
        begun = asyncio.Event()

        def hear(event: Event) -> None:
            if isinstance(event, EvidenceFound) and not begun.is_set():
                begun.set()

        slow = asyncio.create_task(first.carrying.carry_out(taken, listen=hear))
        await begun.wait()
        reports.append(await second.carry_out("run"))
        with pytest.raises(TakenOverError):
            await slow

    # the first one's queries outlast the second one's whole run
    first.logs.wait_s = 0.5
    asyncio.run(both())
    finished = [event for event in first.recorded.journal.all_events("run") if event.event["kind"] == "RunFinished"]
    assert [item.event["report"]["run"] for item in finished] == ["run"]  # type: ignore[index]  # JSON
    assert reports[0]["status"] == "answered"


def test_a_finished_run_is_not_run_again(make_desk: MakeDesk) -> None:
    """A process that died before it could say so left only that to be done."""
    followed: list[str] = []

    async def follow(_taken: object, report: Json) -> None:
        followed.append(str(report["run"]))

    desk, asked = make_desk(), list[str]()
    desk.request("run", kind="schedule")
    report = asyncio.run(desk.carry_out("run"))
    desk.database_execute("UPDATE run_requests SET state = 'running', lease_until = '2000' WHERE run = 'run'")
    again = make_desk(asked=asked, later=LATER, follow={"schedule": follow})
    assert stable(asyncio.run(again.carry_out("run"))) == stable(report)
    assert (asked, followed) == ([], ["run"])
    found = desk.executor.queue.find("run")
    assert found is not None
    assert (found.state, found.outcome) == (RunState.ENDED, "answered")


def test_what_follows_is_done_before_the_run_counts_as_over(make_desk: MakeDesk) -> None:
    """Where it fails, the run is taken up again, and it is done then."""
    calls: list[str] = []

    async def follow(_taken: object, report: Json) -> None:
        calls.append(str(report["status"]))
        if len(calls) == 1:
            raise InputError("no desk is open")

    desk = make_desk(follow={"schedule": follow})
    desk.request("run", kind="schedule")
    with pytest.raises(InputError, match="no desk"):
        asyncio.run(desk.carry_out("run"))
    assert desk.executor.queue.find("run").state is RunState.QUEUED  # type: ignore[union-attr]  # it is there
    asyncio.run(make_desk(follow={"schedule": follow}, later=LATER).carry_out("run"))
    assert calls == ["answered", "answered"]
    assert desk.executor.queue.find("run").state is RunState.ENDED  # type: ignore[union-attr]  # it is there


RUN_GUIDE = Line(calls=[("guides-run", {"guide_id": "many_steps", "parameters_json": "{}"})])
SUBMIT = Line(calls=[("report-submit", {"claims": ["C1"], "hypotheses": ["it is alpha"], "question": ""})])


def test_a_model_is_not_asked_again_what_it_answered(make_desk: MakeDesk) -> None:
    """A resumed run does not pay twice: the script has no second first line, and the usage is the whole run's."""
    whole = make_desk(chat=ScriptedChat([RUN_GUIDE, SUBMIT]), terms=ModelTerms())
    first = make_desk(chat=ScriptedChat([RUN_GUIDE, SUBMIT]), terms=ModelTerms())
    rest = ScriptedChat([SUBMIT])
    for run in ("whole", "broken"):
        whole.request(run)
    undisturbed = asyncio.run(whole.carry_out("whole"))
    broken_off(first, "broken")
    report = asyncio.run(make_desk(chat=rest, terms=ModelTerms(), later=LATER).carry_out("broken"))
    rest.finish()
    assert stable(report) == stable(undisturbed)
    assert report["usage"]["calls"] == 2  # type: ignore[index]  # JSON
    assert report["hypotheses"] == ["it is alpha"]


def test_a_model_that_failed_for_good_is_not_asked_again(make_desk: MakeDesk) -> None:
    """The stand-in went on in its place, and does so in each attempt."""
    terms = ModelTerms(stand_in=EmbeddedChat())
    desk, silent = make_desk(chat=ScriptedChat([]), terms=terms), ScriptedChat([SUBMIT])
    desk.request("run")
    broken_off(desk, "run")
    report = asyncio.run(make_desk(chat=silent, terms=terms, later=LATER).carry_out("run"))
    assert silent.offered == ()
    assert report["verdict"]["cause"] == "all_there"  # type: ignore[index]  # JSON
    assert any("went on in its place" in str(note) for note in report["notes"])  # type: ignore[attr-defined]  # JSON


@pytest.mark.parametrize("kind", [StepFinished, EvidenceFound])
def test_a_cancelled_run_ends_with_what_it_found(make_desk: MakeDesk, kind: type[Event]) -> None:
    """By another process, between its steps; the report says who, and the queue that it was cancelled."""
    desk, other = make_desk(), make_desk()
    desk.request("run")

    def hear(event: Event) -> None:
        if isinstance(event, kind):
            other.executor.queue.request_cancel("run", by="local:ann", now=other.executor.clock())
            desk.executor.beat()

    async def carry_out() -> Json:
        taken = desk.executor.take("run")
        assert taken is not None
        report = await desk.carrying.carry_out(taken, listen=hear)
        await asyncio.sleep(0)  # nothing is left of the cancellation
        return report

    report = asyncio.run(carry_out())
    assert report["status"] == "failed"
    assert str(report["message"]).startswith("The run was cancelled by local:ann.")
    found = desk.executor.queue.find("run")
    assert found is not None
    assert (found.state, found.outcome) == (RunState.CANCELLED, "cancelled")
    assert desk.recorded.journal.events("run")[-1]["kind"] == "RunFinished"


def test_a_run_out_of_time_says_what_it_found(make_desk: MakeDesk) -> None:
    """Politely, as out of any budget."""
    logs = NotedLogs(lambda _: None, wait_s=30)
    desk = make_desk(limit_s=0.2, logs=logs)
    desk.request("run")
    report = asyncio.run(desk.carry_out("run"))
    assert "the run took longer than its 0.2 s" in json.dumps(report)
    assert desk.executor.queue.find("run").state is RunState.ENDED  # type: ignore[union-attr]  # it is there


def test_a_run_whose_attempts_all_broke_off_is_given_up(make_desk: MakeDesk) -> None:
    """Else what ends its process would end one after another."""
    desk = make_desk(most_attempts=2)
    for run in ("begun", "never"):
        desk.request(run)
    broken_off(desk, "begun")
    desk.database_execute("UPDATE run_requests SET attempt = 2")
    again = make_desk(most_attempts=2, later=LATER)
    begun, never = (asyncio.run(again.carry_out(run)) for run in ("begun", "never"))
    assert [report["status"] for report in (begun, never)] == ["failed", "failed"]
    assert "begun 2 times" in str(begun["message"])
    assert begun["evidence"]
    assert [item.status for item in again.recorded.journal.runs(limit=5)] == ["failed", "failed"]


def test_a_key_asks_once(make_desk: MakeDesk) -> None:
    """Who asks with it again is sent to the run of the first time."""
    desk = make_desk()
    asked: list[str] = []

    async def known(run: str) -> Json:
        asked.append(run)
        return {"run": run}

    async def ask(key: str) -> Json:
        return await desk.switchboard.ask(
            "run guide many_steps", session=Session(id="s"), listen=lambda _: None, agent="triage", key=key, known=known
        )

    async def thrice() -> list[Json]:
        return [await ask("a"), await ask("a"), await ask("b")]

    first, second, third = asyncio.run(thrice())
    assert second == {"run": first["run"]}
    assert third["run"] != first["run"]
    assert asked == [first["run"]]


@pytest.mark.parametrize("from_the_first", [True, False])
def test_a_store_that_gives_out_does_not_keep_an_answer_back(folder: Path, *, from_the_first: bool) -> None:
    """Who waits for it gets it, and is told that it is not recorded."""
    with open_database(folder, url=None) as database:  # type: ignore[attr-defined]  # a file
        fragile = FragileDatabase(database)
        desk = Desk(database=fragile, folder=folder, logs=NotedLogs(lambda _: None))
        fragile.gone = from_the_first

        def hear(event: Event) -> None:
            fragile.gone = fragile.gone or isinstance(event, StepFinished)

        report = asyncio.run(
            desk.switchboard.ask("run guide many_steps", session=Session(id="s"), listen=hear, agent="triage")
        )
    assert report["verdict"]["cause"] == "all_there"  # type: ignore[index]  # JSON
    notes = report["notes"]
    assert notes == ["this run is not recorded: the state store cannot be used: the disk is full; free it"]


def test_a_run_that_nobody_waits_for_is_not_answered_unrecorded(folder: Path) -> None:
    """Its answer would be nowhere: it fails, and is taken up when its lease is over."""
    with open_database(folder, url=None) as database:  # type: ignore[attr-defined]  # a file
        fragile = FragileDatabase(database)
        desk = Desk(database=fragile, folder=folder, logs=NotedLogs(lambda _: None))
        desk.request("run")
        taken = desk.executor.take("run")
        assert taken is not None

        def hear(event: Event) -> None:
            fragile.gone = fragile.gone or isinstance(event, StepFinished)

        with pytest.raises(StoreError, match="disk is full"):
            asyncio.run(desk.carrying.carry_out(taken, listen=hear))
        fragile.gone = False
        again = Desk(database=fragile, folder=folder, logs=NotedLogs(lambda _: None), later=LATER)
        assert asyncio.run(again.carry_out("run"))["status"] == "answered"


def test_a_key_is_not_taken_where_it_cannot_be_kept(folder: Path) -> None:
    """Else the next one would ask a second time."""
    with open_database(folder, url=None) as database:  # type: ignore[attr-defined]  # a file
        fragile = FragileDatabase(database)
        desk = Desk(database=fragile, folder=folder, logs=NotedLogs(lambda _: None))
        fragile.gone = True
        asked = desk.switchboard.ask(
            "run guide many_steps", session=Session(id="s"), listen=lambda _: None, agent="triage", key="k"
        )
        with pytest.raises(StoreError, match="disk is full"):
            asyncio.run(asked)
