import asyncio

import pytest

from orchestrator.core.patience import limited, waiting

SHORT_S = 0.05


async def let_go(turn: asyncio.Semaphore, after_s: float) -> None:
    """Give the turn back after a while."""
    await asyncio.sleep(after_s)
    turn.release()


async def test_waiting_for_a_turn_does_not_count() -> None:
    """A turn that comes long after the limit is still in time."""
    turn = asyncio.Semaphore(0)
    later = asyncio.create_task(let_go(turn, 4 * SHORT_S))
    async with limited(SHORT_S), waiting(turn):
        pass
    await later


async def test_several_tasks_of_a_limit_may_wait() -> None:
    """It runs on once none of them waits."""
    turn = asyncio.Semaphore(0)
    later = asyncio.create_task(let_go(turn, 4 * SHORT_S))

    async def ask() -> int:
        async with waiting(turn):
            return 1

    async with limited(SHORT_S):
        answers = await asyncio.gather(ask(), ask(), ask())
    await later
    assert answers == [1, 1, 1]


@pytest.mark.parametrize("free", [0, 1])
async def test_what_comes_after_the_turn_counts(free: int) -> None:
    """Whoever has the turn and does not end is stopped, be it that they waited or not; the turn is given back."""
    turn = asyncio.Semaphore(free)
    later = asyncio.create_task(let_go(turn, SHORT_S))
    with pytest.raises(TimeoutError):
        async with limited(SHORT_S), waiting(turn):
            await asyncio.Event().wait()
    await later
    assert not turn.locked()


async def test_without_a_limit_one_just_waits() -> None:
    """Nothing is needed around it."""
    turn = asyncio.Semaphore(1)
    async with waiting(turn):
        assert turn.locked()
    assert not turn.locked()


async def test_who_is_stopped_while_waiting_leaves_the_turn_to_others() -> None:
    """A cancelled task takes none with it."""
    turn = asyncio.Semaphore(0)

    async def ask() -> None:
        async with limited(60), waiting(turn):
            raise AssertionError

    task = asyncio.create_task(ask())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    turn.release()
    assert not turn.locked()
