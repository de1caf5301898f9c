"""One request and its reply, or what is known of a request without one. Nothing here raises for the network."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx

from orchestrator.core.redaction import redact
from orchestrator.core.workflows import Secret
from plugins.logicapps.address import Target
from plugins.logicapps.faults import HTTP_ERRORS, failure_of
from plugins.logicapps.protocol import Failure, Loss, Reply, read_reply
from plugins.logicapps.transport import QUERY

CONNECT_S = 10.0
MARGIN_S = 10.0
"""How much longer than the service we hold a request, so that its own 504 arrives."""


class TokenCredential(Protocol):
    """What this needs of an azure-identity credential."""

    async def get_token(self, *scopes: str) -> Any:
        """A token with the attribute `token`."""
        ...


def wall_clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


class Exchange:
    """Sends requests.

    Args:
        http: The client of `open_http`.
        credential: For addresses with an audience.
        clock: For `Retry-After` dates.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        credential: TokenCredential | None = None,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._http = http
        self._credential = credential
        self._clock = clock

    async def send(
        self,
        method: str,
        target: Target,
        *,
        held_s: float,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        audience: str | None = None,
    ) -> Reply | Failure:
        """Send one request and read the whole reply within `held_s` and a margin."""
        signed_in = await self._sign_in(audience) if audience else {}
        if isinstance(signed_in, Failure):
            return signed_in
        limit = held_s + MARGIN_S
        try:
            async with asyncio.timeout(limit + CONNECT_S):
                response = await self._http.request(
                    method,
                    target.url,
                    headers={**(headers or {}), **signed_in},
                    content=content,
                    timeout=httpx.Timeout(limit, connect=CONNECT_S, pool=CONNECT_S),
                    extensions={QUERY: target.query},
                )
        except TimeoutError:
            return Failure(loss=Loss.AFTER_SEND, reason=f"no whole answer within {limit:.0f} s")
        except HTTP_ERRORS as error:
            return failure_of(error)
        return read_reply(response.status_code, response.headers, response.content, now=self._clock())

    async def _sign_in(self, audience: str) -> dict[str, str] | Failure:
        from azure.core.exceptions import AzureError  # noqa: PLC0415  # only with an identity

        if self._credential is None:
            return _not_signed_in("no identity is configured")
        try:
            found = await self._credential.get_token(f"{audience.rstrip('/')}/.default")
        except (AzureError, ValueError) as error:  # the library refuses what it is configured with by ValueError
            return _not_signed_in(redact(str(error).strip().partition("\n")[0]))
        return {"Authorization": f"Bearer {found.token}"}


def _not_signed_in(why: str) -> Failure:
    reason = f"no token for the workflow: {why}; sign in, or give this program's identity access"
    return Failure(loss=Loss.NOT_SENT, reason=reason, code="SignInFailed", retryable=False)


def plain_target(url: str, query: str) -> Target:
    """A target whose query needs no hiding."""
    return Target(url=url, query=Secret(query), signed=False)
