"""Approved actions are done at most once, whatever breaks, and what became of them is found out."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from target import MINUTE, Killed, World, restart

from orchestrator.core.actions.commands import Approve, Claim, Ruled
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.errors import QueryError
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.workflows import Unknown
from orchestrator.engine.acting.acting import MOST_LOOKS
from orchestrator.engine.acting.advancing import Advancing
from orchestrator.engine.acting.ports import Looked
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import SqliteDatabase

KEY = "restart_service:checkout:1"
HELPED = Looked(held=True, again=False, text="share is 0.01 (rows: 1)", check="row.share < 0.02")
WORSE = Looked(held=False, again=False, text="share is 0.4 (rows: 1)", check="!(row.share < 0.02)")
NOT_YET = Looked(held=None, again=True, text="rows end before the window does")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty store, and a target that does nothing wrong yet."""
    with closing(SqliteDatabase(tmp_path / "journal.db")) as database:
        yield World(StoredActions(database))


async def approved(world: World) -> Action:
    """A-1, which ann approved."""
    acting, _ = world.process()
    filed = await acting.propose(restart())
    ruled = world.law(filed.action.request, world.clock.now)
    yes = Approve(by="local:ann", fingerprint=filed.action.request.fingerprint, ruled=ruled, via="cli")
    return world.actions.handle(filed.action.id, yes, now=world.clock.now).action


async def test_what_is_approved_is_done_however_many_are_forbidden(world: World) -> None:
    """A thousand later proposals hide nothing."""
    action = await approved(world)
    no = Ruled(ruling=Ruling(decision=Decision.FORBIDDEN, reasons=("no",)), mode=Mode.REVIEW)
    for number in range(1_000):
        world.actions.file(restart(subject=f"service-{number}"), no, now=world.clock.now)
    acting, _ = world.process()
    await Advancing(acting).advance()
    assert world.actions.find(action.id).stage is not Stage.APPROVED


async def test_a_subject_may_hold_any_text(world: World) -> None:
    """What is no character breaks nothing."""
    acting, _ = world.process()
    filed = await acting.propose(restart(subject="che\ud800ckout"))
    assert (filed.action.id, filed.action.stage) == ("A-1", Stage.WAITING)


async def quiet(world: World, *, rounds: int = 60) -> Action:
    """A-1 after a new process did all that is due for as long as it takes."""
    acting, _ = world.process()
    advancing = Advancing(acting)
    for _ in range(rounds):
        assert (await advancing.advance()).troubles == ()
        world.clock.pass_by(MINUTE)
    return world.actions.find("A-1")


async def test_done_and_verified(world: World):
    """An approved action is called with its arguments under its key, and seen to have helped once that can be seen."""
    await approved(world)
    acting, _ = world.process()
    done = await acting.perform("A-1")
    assert (done.stage, done.verify_at) == (Stage.DONE, world.clock.now + 20 * MINUTE)
    assert world.target.effects == [(KEY, {"service": "checkout"})]
    world.clock.pass_by(20 * MINUTE)
    world.eyes.finds = [HELPED]
    found = await acting.verify("A-1")
    assert (found.stage, found.verified and found.verified.text) == (Stage.VERIFIED, "share is 0.01 (rows: 1)")


async def test_not_approved_is_not_done(world: World):
    """An action that waits, or expired, is left as it is."""
    acting, _ = world.process()
    await acting.propose(restart())
    assert (await acting.perform("A-1")).stage is Stage.WAITING
    await quiet(world, rounds=62)
    assert world.actions.find("A-1").stage is Stage.EXPIRED
    assert world.target.attempts == []


@pytest.mark.parametrize(
    ("fault", "stage", "effects"),
    [
        ("none", Stage.VERIFIED, 1),
        ("lost_after", Stage.VERIFIED, 1),
        ("late", Stage.VERIFIED, 1),
        ("slow_and_late", Stage.VERIFIED, 1),
        ("accepted", Stage.VERIFIED, 1),
        ("throttled", Stage.VERIFIED, 1),
        ("lost_before", Stage.VERIFIED, 1),
        ("replies_later", Stage.VERIFIED, 1),
        ("killed_before", Stage.VERIFIED, 1),
        ("killed_after", Stage.VERIFIED, 1),
        ("refused", Stage.FAILED, 0),
    ],
)
async def test_each_fault_of_the_target(world: World, fault: str, stage: Stage, effects: int):
    """Whatever becomes of the first call, the action is done once, by this call or by one that nothing came before."""
    await approved(world)
    acting, life = world.process()
    world.target.faults = [fault]
    try:
        await acting.perform("A-1")
    except Killed:
        life.kill()
    assert ((await quiet(world)).stage, len(world.target.effects)) == (stage, effects)
    assert len(world.target.attempts) == (2 if fault in {"throttled", "lost_before", "killed_before"} else 1)


async def test_a_lost_reply_is_given_to_a_person_and_settled_by_a_read(world: World):
    """An outcome that nobody knows is told to persons at once; it is left by reading, never by another call."""
    await approved(world)
    world.target.faults = ["lost_after"]
    acting, _ = world.process()
    assert (await acting.perform("A-1")).stage is Stage.UNKNOWN
    assert world.persons.taken["A-1"] == ["waiting", "unknown"]
    assert (await acting.settle("A-1")).stage is Stage.DONE
    assert len(world.target.attempts) == 1


@pytest.mark.parametrize("fault", ["late", "slow_and_late"])
async def test_absence_is_not_believed_while_a_call_may_arrive(world: World, fault: str):
    """A target that shows nothing yet proves nothing: the request may be under way, and may have been sent late."""
    await approved(world)
    world.target.faults = [fault]
    acting, _ = world.process()
    await acting.perform("A-1")
    for _ in range(4):
        world.clock.pass_by(MINUTE)
        assert (await acting.settle("A-1")).stage is Stage.UNKNOWN
    assert len(world.target.attempts) == 1


async def test_a_cancelled_call_is_unknown(world: World):
    """Who waits for a call may stop; what it became is then read."""
    await approved(world)
    acting, _ = world.process()
    begun = asyncio.Event()

    async def hang(*_: object, **__: object) -> Unknown:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    acting.workflows = type("Hanging", (), {"call": staticmethod(hang), "specs": {}})()  # type: ignore[assignment]  # a target that never answers
    task = asyncio.create_task(acting.perform("A-1"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    found = world.actions.find("A-1")
    assert (found.stage, found.unknown and found.unknown.owner) == (Stage.UNKNOWN, "read")


@pytest.mark.parametrize("fault", ["none", "lost_after", "accepted"])
async def test_killed_at_every_step(tmp_path: Path, fault: str):
    """A process that dies before or after any step of the store leaves an action that another sees to its end."""
    finished, steps = False, 0
    while not finished:
        with closing(SqliteDatabase(tmp_path / f"{steps}.db")) as database:
            world = World(StoredActions(database))
            await approved(world)
            world.target.faults = [fault]
            acting, _ = world.process(dies_after=steps)
            try:
                await acting.perform("A-1")
                finished = True
            except Killed:
                pass
            found = await quiet(world)
            assert (found.stage, len(world.target.effects)) == (Stage.VERIFIED, 1), steps
        steps += 1
    assert steps > 4  # it was killed at some


async def test_two_processes_at_once(world: World):
    """Of those who begin at the same time one calls."""
    await approved(world)
    processes = [world.process()[0] for _ in range(4)]
    await asyncio.gather(*(acting.perform("A-1") for acting in processes))
    assert len(world.target.effects) == 1


async def test_what_did_not_help_is_offered_to_be_taken_back(world: World):
    """The undo is an action of its own that waits for approval like any; it is proposed once."""
    await approved(world)
    world.eyes.finds = [WORSE]
    found = await quiet(world)
    assert (found.stage, found.undo) == (Stage.UNVERIFIED, "A-2")
    undo = world.actions.find("A-2")
    assert (undo.stage, undo.request.workflow, undo.request.undo_of) == (Stage.WAITING, "scale_out", "A-1")
    assert undo.request.because == "A-1 (restart_service) did not help: share is 0.4 (rows: 1)"
    assert [action.id for action in world.actions.listed()] == ["A-2", "A-1"]
    assert world.persons.taken["A-1"][-1] == "unverified"


async def test_killed_while_the_undo_is_offered(tmp_path: Path):
    """Who dies between the parts of an offer leaves one undo, not two."""
    for steps in range(12):
        with closing(SqliteDatabase(tmp_path / f"{steps}.db")) as database:
            world = World(StoredActions(database))
            await approved(world)
            await world.process()[0].perform("A-1")
            world.clock.pass_by(20 * MINUTE)
            world.eyes.finds = [WORSE, WORSE]
            acting, _ = world.process(dies_after=steps)
            with suppress(Killed):
                await acting.verify("A-1")
            found = await quiet(world, rounds=2)
            assert (found.undo, len(world.actions.listed())) == ("A-2", 2), steps


async def test_what_cannot_be_told_yet_is_looked_for_again(world: World):
    """Rows that are late are waited for; in the end it is said that it cannot be told, and nothing is taken back."""
    await approved(world)
    world.eyes.finds = [NOT_YET] * 2
    assert (await quiet(world)).stage is Stage.VERIFIED
    assert len(world.eyes.seen) == 3


async def test_what_can_never_be_told(world: World):
    """After some looks nobody looks any more; a person is told."""
    await approved(world)
    world.eyes.finds = [NOT_YET] * 50
    found = await quiet(world, rounds=120)
    assert (found.stage, len(world.eyes.seen), found.undo) == (Stage.UNTOLD, MOST_LOOKS, None)
    assert world.persons.taken["A-1"][-1] == "untold"


async def test_data_that_cannot_be_opened(world: World):
    """A source that is gone leaves the action done and says why it cannot be told."""

    async def gone(_action: Action) -> Looked:
        raise QueryError("the folder is gone")

    world.eyes.look = gone  # type: ignore[method-assign]  # a source that is gone
    await approved(world)
    found = await quiet(world, rounds=30)
    assert found.verified is not None
    assert (found.stage, found.verified.text) == (
        Stage.UNTOLD,
        "it cannot be told whether it helped: the folder is gone",
    )


async def test_a_late_reply_changes_nothing_that_is_settled(world: World):
    """The reply of a call that was read meanwhile is no second outcome."""
    await approved(world)
    world.target.faults = ["replies_later"]
    acting, _ = world.process()
    await acting.perform("A-1")
    await acting.settle("A-1")
    before = world.actions.find("A-1")
    assert before.stage is Stage.DONE
    assert (await acting.perform("A-1")).events == before.events


async def test_a_claim_of_another_process_is_respected(world: World):
    """While another process may be calling, nothing is called; a read by others takes nothing from it."""
    action = await approved(world)
    claim = Claim(process="other", fingerprint=action.request.fingerprint, patience=timedelta(minutes=12))
    world.actions.handle("A-1", claim, now=world.clock.now)
    acting, _ = world.process()
    assert (await acting.perform("A-1")).stage is Stage.CLAIMED
    assert (await acting.settle("A-1")).stage is Stage.CLAIMED
    assert world.target.attempts == []


async def test_one_trouble_stops_no_other(world: World):
    """An action whose target cannot even be read is told, and the others go on."""
    await approved(world)
    world.target.faults = ["lost_after"]
    acting, _ = world.process()
    await acting.perform("A-1")
    other = restart(subject="cart", arguments={"service": "cart"})
    world.law.persons = 0
    await acting.propose(other)
    read = world.target.read

    async def broken(key: str, **more: object) -> object:
        if key == KEY:
            raise QueryError("no such address")
        return await read(key, **more)  # type: ignore[arg-type]  # passed on

    world.target.read = broken  # type: ignore[method-assign,assignment]  # a target that cannot be read
    advanced = await Advancing(acting).advance()
    assert advanced.troubles == (("A-1", "no such address"),)
    assert [action.id for action in advanced.moved] == ["A-2"]
    assert not any(action.stage in UNSETTLED for action in advanced.moved)
