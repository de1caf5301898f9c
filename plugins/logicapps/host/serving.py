"""Opens a host: in this process, or on a port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx
import uvicorn
from starlette.applications import Starlette

from orchestrator.core.errors import InputError
from plugins.logicapps.host.answers import ConnectionCutError

LOOPBACK = "127.0.0.1"
IN_PROCESS = "http://127.0.0.1:7071"
"""The origin of addresses that never leave the process."""


@dataclass(frozen=True, slots=True)
class HostToken:
    """A credential that always has the token of a host."""

    token: str

    async def get_token(self, *_scopes: str) -> "HostToken":
        """Itself: it has the attribute `token`."""
        return self

    def __repr__(self) -> str:
        return "HostToken('**********')"


class InProcessTransport(httpx.AsyncBaseTransport):
    """Calls the application directly; a cut connection looks as it does on the network."""

    def __init__(self, app: Starlette) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Call the application."""
        try:
            return await self._inner.handle_async_request(request)
        except ConnectionCutError:
            raise httpx.ReadError("the connection was cut", request=request) from None

    async def aclose(self) -> None:
        """Nothing is open; the application's lifetime is its own."""


@asynccontextmanager
async def living(app: Starlette) -> AsyncIterator[InProcessTransport]:
    """The application in this process, with its lifespan around it."""
    async with app.router.lifespan_context(app):
        yield InProcessTransport(app)


@asynccontextmanager
async def serving(app: Starlette, *, host: str = LOOPBACK, port: int = 0) -> AsyncIterator[str]:
    """The application on a port (0 takes a free one); its origin. No request is logged: its address is a secret."""
    listener = _listen(host, port)
    config = uvicorn.Config(app, log_config=None, access_log=False, log_level="critical", lifespan="on")
    server = uvicorn.Server(config)
    with listener:
        # `serve` would take over the process's signals, which belong to the command line
        task = asyncio.create_task(server._serve([listener]))  # noqa: SLF001  # the part of `serve` without signals
        try:
            yield f"http://{_shown(host)}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await task


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(
            f"port {port} on {host!r} cannot be opened: {error.strerror}; choose another --port, or 0 for a free one"
        ) from error


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def as_settings(urls: Mapping[str, str]) -> str:
    """Signed addresses as the settings take them."""
    return "\n".join(f'[workflows.{name}]\nurl = "{url}"\n' for name, url in urls.items())
