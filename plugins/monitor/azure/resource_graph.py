"""Azure Resource Graph behind the port of resources, over its REST API and azure-core's pipeline.

Source: Azure REST API, "Resources - Resources", version 2022-10-01.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from azure.core import AsyncPipelineClient
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    map_error,
)
from azure.core.pipeline.policies import (
    AsyncBearerTokenCredentialPolicy,
    ContentDecodePolicy,
    CustomHookPolicy,
    HeadersPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest

from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.table import QueryStats, Table, TableStatus
from plugins.monitor.azure.faults import FOREIGN, Heard, read_trouble
from plugins.monitor.azure.graph_answers import Page, quota_pause_s, quota_reset_s, read_page
from plugins.monitor.azure.metrics_faults import graph_error
from plugins.monitor.azure.retry import pause_s
from plugins.monitor.azure.values import cut, read_rows
from plugins.monitor.graph_query import fill

ENDPOINT = "https://management.azure.com"
_PATH = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
_PAGE = 1_000
_OK = 200
_ERRORS = {401: ClientAuthenticationError, 404: ResourceNotFoundError}


class AzureResourceGraph:
    """Asks what this identity may read of all subscriptions, or of those named; holds back while its quota is used up.

    Args:
        client: The pipeline to the endpoint, closed with this.
        subscriptions: Ids; none means every one that the identity can read.
        enforce_https: False on loopback only: a token never goes over plain http otherwise.
        page_rows: As many rows as one answer holds, at most 1,000.
        sleep: Waits that many seconds.
    """

    def __init__(
        self,
        client: AsyncPipelineClient[HttpRequest, Any],
        *,
        subscriptions: Sequence[str] = (),
        enforce_https: bool = True,
        page_rows: int = _PAGE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._subscriptions = list(subscriptions)
        self._enforce_https = enforce_https
        self._page_rows = page_rows
        self._sleep = sleep
        self._free_at = 0.0

    @classmethod
    def open(
        cls,
        credential: AsyncTokenCredential,
        *,
        endpoint: str = ENDPOINT,
        audience: str = ENDPOINT,
        subscriptions: Sequence[str] = (),
        enforce_https: bool = True,
        page_rows: int = _PAGE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Self:
        """A client that signs in with `credential` when it first asks; `audience` is another cloud's endpoint."""
        policies = [
            HeadersPolicy({"Accept": "application/json"}),
            UserAgentPolicy(base_user_agent="switchboard"),
            AsyncBearerTokenCredentialPolicy(credential, f"{audience.rstrip('/')}/.default"),
            CustomHookPolicy(),
            ContentDecodePolicy(),
        ]
        client: AsyncPipelineClient[HttpRequest, Any] = AsyncPipelineClient(base_url=endpoint, policies=policies)
        return cls(client, subscriptions=subscriptions, enforce_https=enforce_https, page_rows=page_rows, sleep=sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; closing twice is fine."""
        await self._client.close()

    async def query(
        self, kql: str, *, parameters: Sequence[QueryParameter] = (), limits: QueryLimits | None = None
    ) -> Table:
        """Ask, page by page, up to the limits; what was read before the time was over is a partial table."""
        limits = limits or QueryLimits()
        text, started = fill(kql, parameters), time.monotonic()
        pages: list[Page] = []
        reason: str | None = None
        try:
            async with asyncio.timeout(limits.timeout_s):
                await self._read(text, pages, limits)
        except TimeoutError:
            reason = f"stopped at the time limit of {limits.timeout_s:g} s"
        stats = QueryStats(elapsed_s=time.monotonic() - started)
        if not pages:
            return Table((), (), TableStatus.FAILED, reason, stats)
        columns = pages[0].columns
        rows, over = cut(read_rows(columns, [row for page in pages for row in page.rows], sort=()), limits)
        if pages[-1].is_cut:
            over = (
                over or f"Resource Graph cut the answer after {len(rows)} rows; project the column id, or ask for less"
            )
        reason = over or reason
        return Table(columns, rows, TableStatus.PARTIAL if reason else TableStatus.COMPLETE, reason, stats)

    async def _read(self, text: str, pages: list[Page], limits: QueryLimits) -> None:
        """Append pages until there are no more, or one row more than the limit."""
        token: str | None = None
        count = 0
        while not pages or (token and count <= limits.rows):
            page = await self._page(text, token, size=min(self._page_rows, limits.rows + 1 - count))
            pages.append(page)
            count += len(page.rows)
            token = page.next

    async def _page(self, text: str, token: str | None, *, size: int) -> Page:
        options = {"resultFormat": "table", "$top": size, **({"$skipToken": token} if token else {})}
        body: dict[str, object] = {"query": text, "options": options}
        if self._subscriptions:
            body["subscriptions"] = self._subscriptions
        tried = 0
        while True:
            await self._sleep(max(0.0, self._free_at - time.monotonic()))
            heard = Heard()
            try:
                return read_page(await self._post(body, heard))
            except FOREIGN as error:
                if isinstance(error, TimeoutError):
                    raise  # ours: the query's own limit
                trouble = read_trouble(error, heard)
                asked = trouble.retry_after_s if trouble.retry_after_s is not None else quota_reset_s(heard.headers)
                trouble = replace(trouble, retry_after_s=asked)
                wait_s = pause_s(trouble, tried)
                if wait_s is None:
                    raise graph_error(trouble) from error
            tried += 1
            await self._sleep(wait_s)

    async def _post(self, body: dict[str, object], heard: Heard) -> Any:
        request = HttpRequest("POST", self._client.format_url(_PATH), json=body)
        response = await self._client.send_request(
            request, raw_response_hook=heard.hear, enforce_https=self._enforce_https
        )
        self._free_at = time.monotonic() + quota_pause_s(heard.headers)
        if response.status_code != _OK:
            map_error(status_code=response.status_code, response=response, error_map=_ERRORS)
            raise HttpResponseError(response=response)
        return response.json()
