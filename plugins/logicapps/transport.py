"""Opens the HTTP client so that no signature is ever in what it logs, raises or shows.

The client sees an address without its query. The transport below it, which neither logs nor raises with an address,
puts the query back as the last thing before the bytes leave.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from orchestrator.core.redaction import redact
from orchestrator.core.workflows import Secret

QUERY = "switchboard.query"
"""The request extension that holds the query."""
IDLE_S = 4.0
"""Shorter than servers keep idle connections, so that none is closed under a request."""
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")


class _Redacting(logging.Filter):
    """Takes secrets out of the libraries' own records: at DEBUG they hold response headers, such as `Location`."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # arguments that do not fit are the library's mistake, and may be secret
            text = str(record.msg)
        record.msg, record.args = redact(text), None
        return True


_REDACTING = _Redacting()


class SignedTransport(httpx.AsyncBaseTransport):
    """Adds a request's secret query on its way to the transport within."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request with its query."""
        query = request.extensions.get(QUERY)
        if not isinstance(query, Secret) or not query.reveal():
            return await self._inner.handle_async_request(request)
        signed = httpx.Request(
            method=request.method,
            url=httpx.URL(f"{request.url}?{query.reveal()}"),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(signed)

    async def aclose(self) -> None:
        """Close the transport within."""
        await self._inner.aclose()


@asynccontextmanager
async def open_http(
    transport: httpx.AsyncBaseTransport | None = None, *, headers: Callable[[], dict[str, str]] = dict
) -> AsyncIterator[httpx.AsyncClient]:
    """A client that follows no redirect and keeps no cookie.

    Args:
        transport: Takes the place of the network.
        headers: Of the calling task, such as those by which a call joins a trace; one that the caller sets stays.
    """

    async def join(request: httpx.Request) -> None:  # the client awaits it
        for name, value in headers().items():
            request.headers.setdefault(name, value)

    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_REDACTING)  # adding it again changes nothing
    limits = httpx.Limits(max_connections=20, keepalive_expiry=IDLE_S)
    inner = transport or httpx.AsyncHTTPTransport(limits=limits)
    async with httpx.AsyncClient(
        transport=SignedTransport(inner), follow_redirects=False, trust_env=False, event_hooks={"request": [join]}
    ) as client:
        yield client
