"""Open switchboards, shared by the runs that look at the same things at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestrator.app.assembly import open_switchboard
from orchestrator.app.azure import Azure
from orchestrator.app.begun import Begun
from orchestrator.app.recorded import Recorded
from orchestrator.app.workflows import Headers
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options

if TYPE_CHECKING:
    from orchestrator.engine.switchboard import Switchboard


@dataclass(slots=True, kw_only=True)
class _Shared:
    """A switchboard, the task that opened it and will close it, and how many runs use it."""

    ready: "asyncio.Future[Switchboard]"
    unused: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None
    users: int = 0


class Switchboards:
    """Opens a switchboard when the first run needs it, and closes it when the last one is done with it."""

    def __init__(self, settings: Settings, *, azure: Azure, recorded: Recorded, headers: Headers = dict) -> None:
        self._settings = settings
        self._azure = azure
        self._recorded = recorded
        self._headers = headers
        self._open: dict[str, _Shared] = {}

    @asynccontextmanager
    async def use(self, options: Options, *, begun: Begun | None = None) -> AsyncIterator["Switchboard"]:
        """The switchboard for these options, or for what a run began with; raises what opening it raises."""
        key = _key(options, begun)
        shared = self._open.get(key)
        if shared is None or shared.unused.is_set():
            shared = self._open[key] = _Shared(ready=asyncio.get_running_loop().create_future())
            shared.task = asyncio.create_task(self._keep_open(shared, options, begun))
        shared.users += 1
        try:
            yield await asyncio.shield(shared.ready)
        finally:
            shared.users -= 1
            if not shared.users:
                await self._close(key, shared)

    async def _keep_open(self, shared: _Shared, options: Options, begun: Begun | None) -> None:
        """In a task of its own, so that the run that opened it may end before others."""
        try:
            async with open_switchboard(
                options,
                self._settings,
                azure=self._azure,
                headers=self._headers,
                recorded=self._recorded,
                begun=begun,
            ) as switchboard:
                shared.ready.set_result(switchboard)
                await shared.unused.wait()
        except BaseException as error:
            if shared.ready.done():
                raise
            shared.ready.set_exception(error)

    async def _close(self, key: str, shared: _Shared) -> None:
        shared.unused.set()
        if self._open.get(key) is shared:
            del self._open[key]
        assert shared.task is not None
        await asyncio.wait([shared.task])
        if not shared.ready.cancelled():
            shared.ready.exception()  # whoever waited for it may have been stopped


def _key(options: Options, begun: Begun | None) -> str:
    if begun is None:
        return repr(options)
    return repr((begun.options, begun.sources, begun.clock, [(guide.id, guide.version) for guide in begun.guides]))
