"""Approves an action for exactly what was shown, and does it at once where enough have approved."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast

from orchestrator.app.approvals import VIA, Judging, concluded, find_action, read_judging
from orchestrator.app.identity import this_user
from orchestrator.app.state import open_state
from orchestrator.core.actions.commands import Approve, Attest, BreakGlass
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.errors import InputError
from orchestrator.core.report import Json
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions

if TYPE_CHECKING:
    from orchestrator.store.database import Database

Tell = Callable[[str], None]
WAIT_S = 2.0
LONGEST_WAIT_S = 4 * 3600.0


class Doing(Protocol):
    """Does approved actions, at most once each, and finds out what became of them."""

    async def perform(self, action_id: str) -> Action:
        """Do it, where nobody else does; the action as it stands then, verified where that can be told already."""
        ...

    async def settle(self, action_id: str) -> Action:
        """Read its target; it is not done again by this."""
        ...

    async def verify(self, action_id: str) -> Action:
        """Look for its effect, where it is time."""
        ...

    def take_over(self, action: Action) -> None:
        """Give to a person what needs one."""
        ...


Open = Callable[["Settings", "Database"], AbstractAsyncContextManager[Doing]]


async def approve(
    settings: Settings,
    action_id: str,
    *,
    digest: str,
    break_glass: str | None,
    wait: bool,
    tell: Tell,
    opened: Open,
) -> Json:
    """Say yes as this user to what has that digest, and do it once enough have.

    Repeated it says the same, and does what is approved and was not begun, such as after a crash.
    """
    with open_state(settings) as database:
        stored, judging, now = StoredActions(database), read_judging(settings), datetime.now(UTC)
        found = find_action(stored, action_id)
        command = _command(found, judging, digest=digest, break_glass=break_glass, now=now)
        handled = await asyncio.to_thread(stored.handle, found.id, command, now=now)
        if handled.declined is not None:
            return concluded(handled.action, judging, now, declined=handled.declined)
        action = handled.action
        if action.stage is not Stage.WAITING:
            async with opened(settings, database) as doing:
                action = await _done(action, doing, tell=tell, wait=wait)
        return concluded(action, judging, datetime.now(UTC))


def _command(
    action: Action, judging: Judging, *, digest: str, break_glass: str | None, now: datetime
) -> Approve | BreakGlass:
    ruled = judging.rule(action.request, now)
    if break_glass is not None:
        return BreakGlass(by=this_user(), fingerprint=digest, reason=break_glass, ruled=ruled, via=VIA)
    return Approve(by=this_user(), fingerprint=digest, ruled=ruled, via=VIA)


async def _done(action: Action, doing: Doing, *, tell: Tell, wait: bool) -> Action:
    """Do what is approved; take up what another process left; wait for the verification where that is asked for."""
    request = action.request
    if action.glass is not None:
        doing.take_over(action)
        tell(f"{action.id}: glass broken by {action.glass.by}: {action.glass.reason}; another person reviews it")
    if action.stage is Stage.APPROVED:
        tell(f"{action.id}: calling {request.workflow} on {request.subject}")
        action = await doing.perform(action.id)
    if wait:
        action = await _verified(action, doing, tell=tell)
    doing.take_over(action)
    return action


async def _verified(action: Action, doing: Doing, *, tell: Tell) -> Action:
    """Ask again until it is told; whoever waits may stop at any time, for nothing is lost by it."""
    loop = asyncio.get_running_loop()
    end, told = loop.time() + LONGEST_WAIT_S, ""
    while loop.time() < end:
        if action.stage in UNSETTLED:
            line, action = "waiting for its target", await doing.settle(action.id)
        elif action.stage is Stage.DONE and action.verify_at is not None:
            line, action = f"waiting to verify it, from {action.verify_at}", await doing.verify(action.id)
        else:
            break
        if line != told:
            tell(f"{action.id}: {line}")
            told = line
        if action.stage not in UNSETTLED and action.stage is not Stage.DONE:
            break
        await asyncio.sleep(WAIT_S)
    return action


async def settle(settings: Settings, action_id: str, *, found: str | None, note: str, tell: Tell, opened: Open) -> Json:
    """Find out what became of an action: by reading its target, or by what this user saw there."""
    with open_state(settings) as database:
        stored, judging, now = StoredActions(database), read_judging(settings), datetime.now(UTC)
        action = find_action(stored, action_id)
        if action.stage not in UNSETTLED:
            if found is not None:
                raise InputError(f"{action.id} is {action.stage.value}: there is nothing to find out about it")
            return concluded(action, judging, now)
        async with opened(settings, database) as doing:
            if found is None:
                tell(f"{action.id}: reading what became of {action.key}")
                action = await doing.settle(action.id)
            else:
                attest = Attest(by=this_user(), done=found == "done", note=note)
                handled = await asyncio.to_thread(stored.handle, action.id, attest, now=now)
                if handled.declined is not None:
                    return concluded(handled.action, judging, now, declined=handled.declined)
                action = handled.action
            doing.take_over(action)
        document = concluded(action, judging, datetime.now(UTC))
    if action.stage is Stage.FAILED:
        known = {
            "status": "done",
            "message": "settled: it was not done; ask again where it is still wanted",
            "next": None,
        }
        document["result"] = {**cast("Json", document["result"]), **known}
    return document
