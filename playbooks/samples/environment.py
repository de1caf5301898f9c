"""A sample folder as an environment: changes have effects in it, and its telemetry goes on.

Only a folder that says which world it holds is touched. What it holds already stays as it is; further rows come in
files of their own, which appear together.
"""

import asyncio
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from secrets import token_hex
from typing import cast

from orchestrator.core.errors import InputError
from playbooks.samples.folder import Format, write_folder
from playbooks.samples.marks import FOLDER, Mark, State, end_of, put_state, read_mark, read_state
from playbooks.samples.remedies import Remedy, Timed
from playbooks.samples.scenario import VERSION, find_scenario, play
from playbooks.samples.sequel import play_on

_MINUTE = timedelta(minutes=1)
_TRIES = 50
_HALF_MADE_S = 3_600


def is_environment(folder: Path) -> bool:
    """Whether a folder is a sample that can be played on."""
    return read_mark(folder) is not None


def clock_of(folder: Path) -> datetime:
    """The time up to which an environment has been played; InputError for a folder that is none."""
    return _clock(_mark_of(folder), read_state(folder))


async def advance_sample(folder: Path, changes: Sequence[Remedy], until: datetime) -> datetime:
    """Let changes take effect and time pass, in a thread; see `advance`."""
    return await asyncio.to_thread(advance, folder, changes, until)


def advance(folder: Path, changes: Sequence[Remedy], until: datetime) -> datetime:
    """Play a folder's world on to `until` (rounded up to a whole minute of it) at least; its clock then.

    Those of `changes` that the folder has not seen happen at its clock as it was before, in the order of their
    numbers. May be called again, by others at the same time, and after a kill: the same changes never happen twice.

    Raises:
        InputError: The folder is no sample of this version, cannot be written, or `until` has no time zone.
    """
    if until.tzinfo is None:
        raise InputError(f"the time {until.isoformat()!r} has no time zone; add one, e.g. {until.isoformat() + 'Z'!r}")
    mark = _mark_of(folder)
    _tidy(folder)
    for _ in range(_TRIES):
        state = read_state(folder)
        following = _following(mark, state, changes, until)
        if following is None:
            return _clock(mark, state)
        if _written(folder, mark, state, following):
            return _clock(mark, following)
    raise InputError(f"others keep playing {str(folder)!r} on: try again later")


def _mark_of(folder: Path) -> Mark:
    mark = read_mark(folder)
    if mark is None:
        raise InputError(
            f"{str(folder)!r} is no sample environment (it has no {FOLDER}/world.json): nothing has an effect there; "
            "make one with `switchboard samples make`"
        )
    if mark.version != VERSION:
        raise InputError(
            f"the sample in {str(folder)!r} is of version {mark.version}, and this program plays {VERSION}: "
            "make it anew with `switchboard samples make`"
        )
    return mark


def _clock(mark: Mark, state: State) -> datetime:
    return end_of(mark) + state.minutes * _MINUTE


def _tidy(folder: Path) -> None:
    """Remove further rows that no state names because their writer was killed; one at work is younger than an hour."""
    kept = set(read_state(folder).parts)
    oldest = time.time() - _HALF_MADE_S
    with suppress(OSError):  # another writer may be tidying too
        for path in (folder / FOLDER).iterdir():
            if path.is_dir() and path.name not in kept and path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True)


def _following(mark: Mark, state: State, changes: Sequence[Remedy], until: datetime) -> State | None:
    """The state to come, or None where nothing is new."""
    new = sorted((one for one in changes if one.number > state.seen), key=lambda one: one.number)
    minutes = max(state.minutes, ceil((until - end_of(mark)) / _MINUTE))
    if not new and minutes == state.minutes:
        return None
    return replace(
        state,
        number=state.number + 1,
        minutes=minutes,
        seen=max([state.seen, *(one.number for one in new)]),
        changes=(*state.changes, *(Timed(state.minutes, one) for one in new)),
    )


def _written(folder: Path, mark: Mark, state: State, following: State) -> bool:
    """Write the rows that come with a state, then the state; False where another writer was quicker."""
    if following.minutes == state.minutes:
        return _put(folder, following)
    played = play(find_scenario(mark.sample), seed=mark.seed, end=end_of(mark))
    rows = play_on(played, following.changes, since=state.minutes, until=following.minutes)
    part = f"{following.number:04d}-{token_hex(8)}"
    place = folder / FOLDER / part
    write_folder(rows, out=place, fmt=cast("Format", mark.format), workspace=played.world.workspace)
    if _put(folder, replace(following, parts=(*state.parts, part))):
        return True
    shutil.rmtree(place, ignore_errors=True)
    return False


def _put(folder: Path, state: State) -> bool:
    try:
        return put_state(folder, state)
    except OSError as error:
        raise InputError(
            f"cannot write into {str(folder / FOLDER)!r}: {error.strerror}; free or repair the disk, or make the "
            "sample elsewhere"
        ) from error
