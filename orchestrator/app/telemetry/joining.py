"""Lets a client's calls join the trace of the run that makes them, by wrapping what sends them."""

from collections.abc import Callable
from typing import Any

import httpx


class JoinedTransport(httpx.AsyncBaseTransport):
    """Adds headers to each request on its way out.

    Args:
        inner: Sends the requests.
        headers: Gives the headers of the task that calls, such as `Telemetry.headers`.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, headers: Callable[[], dict[str, str]]) -> None:
        self._inner = inner
        self._headers = headers

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request with the headers; one that the caller set stays."""
        for name, value in self._headers().items():
            request.headers.setdefault(name, value)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what sends."""
        await self._inner.aclose()


def join_azure(headers: Callable[[], dict[str, str]]) -> Callable[[Any], None]:
    """The same for a client of the Azure SDK, as its `raw_request_hook`."""

    def hook(request: Any) -> None:
        for name, value in headers().items():
            request.http_request.headers.setdefault(name, value)

    return hook
