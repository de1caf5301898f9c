"""Reads run history through the management API, where a workflow's resource id is known and an identity may read it.

Operations WorkflowRuns_List and WorkflowRunActions_List: https://learn.microsoft.com/rest/api/logic/workflow-runs/list,
whose filters are Status, StartTime and ClientTrackingId.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

from plugins.logicapps.exchange import Exchange, plain_target
from plugins.logicapps.protocol import Failure, Reply
from plugins.logicapps.settling import ActionRecord, RunRecord

MANAGEMENT = "https://management.azure.com"
API_VERSION = "2016-06-01"
PAGES = 10
_READ_S = 30.0
_OK = 200


class RunHistory:
    """The history of workflows.

    Args:
        exchange: Sends the requests, with a credential.
        endpoint: The management endpoint of the cloud; also the audience of its tokens.
    """

    def __init__(self, exchange: Exchange, *, endpoint: str = MANAGEMENT, audience: str | None = None) -> None:
        self._exchange = exchange
        self._endpoint = endpoint.rstrip("/")
        self._audience = audience or self._endpoint

    async def runs(self, resource: str, *, key: str) -> tuple[RunRecord, ...] | None:
        """The runs with this client tracking id, newest first; None where the history cannot be read."""
        pages = await self._pages(f"{resource}/runs", filter_=f"ClientTrackingId eq {odata_text(key)}")
        if pages is None:
            return None
        found = [run for page in pages for run in read_runs(page) if run.client_tracking_id in {None, key}]
        return tuple(sorted(found, key=lambda run: run.started.timestamp() if run.started else 0.0, reverse=True))

    async def actions(self, resource: str, *, run_id: str) -> tuple[ActionRecord, ...] | None:
        """The actions of a run with their retries; None where the history cannot be read."""
        pages = await self._pages(f"{resource}/runs/{quote(run_id, safe='')}/actions", filter_=None)
        return None if pages is None else tuple(action for page in pages for action in read_actions(page))

    async def _pages(self, path: str, *, filter_: str | None) -> list[Mapping[str, object]] | None:
        """Every page; None when one cannot be read, or when there is no end to them: half a history proves nothing."""
        query = f"api-version={API_VERSION}" + (f"&$filter={quote(filter_, safe='')}" if filter_ else "")
        url, found = f"{self._endpoint}{path}", []
        for _ in range(PAGES):
            reply = await self._exchange.send("GET", plain_target(url, query), held_s=_READ_S, audience=self._audience)
            page = _page(reply)
            if page is None:
                return None
            found.append(page)
            following = page.get("nextLink")
            if following is None:
                return found
            parts = urlsplit(str(following))
            if f"{parts.scheme}://{parts.netloc}" != self._endpoint:
                return None  # the token goes to the management endpoint and to nobody else
            url, query = f"{self._endpoint}{parts.path}", parts.query
        return None


def _page(reply: Reply | Failure) -> Mapping[str, object] | None:
    if isinstance(reply, Failure) or reply.status != _OK or not isinstance(reply.body, dict):
        return None
    return reply.body if isinstance(reply.body.get("value"), list) else None


def odata_text(text: str) -> str:
    """A text as an OData literal (OData 4.01, part 2, section 5.1.1.6.1: a quote is doubled)."""
    return "'" + text.replace("'", "''") + "'"


def read_runs(document: Mapping[str, object]) -> Iterator[RunRecord]:
    """The runs of one page."""
    for item in _mappings(document.get("value")):
        properties = _mapping(item.get("properties"))
        error = _mapping(properties.get("error"))
        yield RunRecord(
            run_id=str(item.get("name", "")),
            status=str(properties.get("status", "NotSpecified")),
            client_tracking_id=_text(_mapping(properties.get("correlation")).get("clientTrackingId")),
            origin_run_id=_text(properties.get("originRunId")),
            started=_time(properties.get("startTime")),
            ended=_time(properties.get("endTime")),
            code=_text(properties.get("code")) or _text(error.get("code")),
            error=_text(error.get("message")),
        )


def read_actions(document: Mapping[str, object]) -> Iterator[ActionRecord]:
    """The actions of one page."""
    for item in _mappings(document.get("value")):
        properties = _mapping(item.get("properties"))
        correlation = _mapping(properties.get("correlation"))
        yield ActionRecord(
            name=str(item.get("name", "")),
            status=str(properties.get("status", "NotSpecified")),
            action_tracking_id=_text(correlation.get("actionTrackingId")),
            client_tracking_id=_text(correlation.get("clientTrackingId")),
            code=_text(properties.get("code")),
            retry_history=tuple(_mappings(properties.get("retryHistory"))),
        )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(value: object) -> datetime | None:
    """An aware time; the service writes seven digits of a second."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
