"""Answers kept for a time."""

import asyncio

import pytest

from plugins.monitor.azure.kept import Kept


class Counted:
    """Answers with how often it was asked; fails first if told so."""

    def __init__(self, *, fails: int = 0) -> None:
        self.asked = 0
        self.fails = fails

    async def __call__(self) -> int:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.asked <= self.fails:
            raise ValueError("not now")
        return self.asked


async def test_one_ask_serves_all_who_want_it_together():
    """And those who come later, by key."""
    kept, made, other = Kept[int](keep_s=lambda _: 60.0), Counted(), Counted()
    assert await asyncio.gather(*(kept.get("a", made) for _ in range(5))) == [1] * 5
    assert (await kept.get("a", made), await kept.get("b", other), made.asked) == (1, 1, 1)


async def test_an_answer_is_asked_for_anew_after_its_time():
    """By the clock that is given."""
    now = [0.0]
    kept, made = Kept[int](keep_s=lambda _: 10.0, clock=lambda: now[0]), Counted()
    assert await kept.get("a", made) == 1
    now[0] = 9.9
    assert await kept.get("a", made) == 1
    now[0] = 10.0
    assert await kept.get("a", made) == 2


async def test_how_long_depends_on_the_answer():
    """Trouble that is told as a value is asked about again sooner."""
    now = [0.0]
    kept, made = Kept[int](keep_s=lambda answer: 2.0 if answer == 1 else 10.0, clock=lambda: now[0]), Counted()
    assert await kept.get("a", made) == 1
    now[0] = 2.0
    assert await kept.get("a", made) == 2
    now[0] = 11.9
    assert await kept.get("a", made) == 2


async def test_a_failure_is_not_kept():
    """The next one tries again."""
    kept, made = Kept[int](keep_s=lambda _: 60.0), Counted(fails=1)
    with pytest.raises(ValueError, match="not now"):
        await kept.get("a", made)
    assert await kept.get("a", made) == 2


async def test_who_stops_waiting_stops_nobody_else():
    """The work goes on."""
    kept, made = Kept[int](keep_s=lambda _: 60.0), Counted()
    first, second = (asyncio.create_task(kept.get("a", made)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second, made.asked) == (1, 1)


async def test_closing_stops_what_is_being_asked():
    """Nothing is left running."""
    kept, made = Kept[int](keep_s=lambda _: 60.0), Counted()
    waiting = asyncio.create_task(kept.get("a", made))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await kept.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_many_keys_do_not_pile_up():
    """Old answers make room."""
    kept = Kept[int](keep_s=lambda _: 60.0)
    for number in range(1_200):
        await kept.get(number, lambda: asyncio.sleep(0, result=1))
    assert len(kept._entries) <= 500
