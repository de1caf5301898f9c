"""Azure Monitor Logs behind the port of logs: Log Analytics workspaces, asked through `azure-monitor-query`."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from azure.core.credentials_async import AsyncTokenCredential
from azure.monitor.query.aio import LogsQueryClient

from orchestrator.core.errors import QueryError, SettingsError
from orchestrator.core.ports import QueryLimits, QueryParameter, TableSchema
from orchestrator.core.redaction import redact
from orchestrator.core.table import Column, QueryStats, Table, TableStatus
from orchestrator.core.window import Window
from plugins.monitor.azure.catalog import Catalog, read_catalog
from plugins.monitor.azure.faults import Fault, Trouble, message_of, query_error, said, settings_error
from plugins.monitor.azure.kept import Kept
from plugins.monitor.azure.narrowing import MOST_ROWS, Ask, Excess, excess_of, narrowed, told
from plugins.monitor.azure.portal import portal_link, portal_of
from plugins.monitor.azure.query import Question, read_question
from plugins.monitor.azure.refusals import names_unknown, refusal
from plugins.monitor.azure.schemas import join_schemas, read_schema
from plugins.monitor.azure.service import LogService, Patience, Reply, Timespan
from plugins.monitor.azure.values import added, cut, read_column, read_rows
from plugins.monitor.azure.workspaces import Workspace, route, services_of

ENDPOINT = "https://api.loganalytics.io"
_TICK = timedelta(microseconds=1)
_MOMENT = timedelta(minutes=1)
_DESCRIBE_S = 30.0
_KEEP_S = 600.0
_KEEP_TROUBLE_S = 20.0  # long enough for one run's queries, short enough for the next question
_LINK_S = 5.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a query after all asks: how the last differs from the first, and what all of them cost."""

    reply: Reply | Trouble
    first: Ask
    last: Ask
    met: Excess | None
    stats: QueryStats


class AzureLogs:
    """Logs of one or several workspaces, read-only. Open it with `async with`.

    `now` is None, and setting it changes nothing: the service's clock is the wall clock.
    """

    def __init__(self, service: LogService, workspaces: Sequence[Workspace], *, portal: str) -> None:
        if not workspaces:
            raise SettingsError("no workspace is set: set SWITCHBOARD_WORKSPACE to the id of one")
        self.now: datetime | None = None
        self._service = service
        self._workspaces = tuple(workspaces)
        self._portal = portal
        self._catalogs: Kept[Catalog | Trouble] = Kept(keep_s=_catalog_s)
        self._described: Kept[tuple[Column, ...]] = Kept(keep_s=lambda _: _KEEP_S)
        self._schemas: Kept[Mapping[str, TableSchema]] = Kept(keep_s=lambda _: _KEEP_S)
        self._warnings: dict[str, None] = {}

    @classmethod
    def open(
        cls,
        credential: AsyncTokenCredential,
        workspaces: Sequence[Workspace],
        *,
        endpoint: str = ENDPOINT,
        authentication_policy: Any = None,
        enforce_https: bool = True,
        patience: Patience | None = None,
    ) -> Self:
        """Logs of these workspaces; nothing is asked and nobody signs in before the first query.

        Args:
            credential: Gives the tokens; it stays the caller's to close.
            workspaces: At least one.
            endpoint: The query service of the cloud.
            authentication_policy: In place of the credential's tokens, a policy of azure-core.
            enforce_https: Whether tokens are kept back from an endpoint without TLS.
            patience: What is asked again, and how long an answer is waited for.

        Raises:
            SettingsError: No workspace, or an endpoint without TLS.
        """
        if enforce_https and authentication_policy is None and not endpoint.startswith("https://"):
            raise SettingsError(f"SWITCHBOARD_LOGS_ENDPOINT is {endpoint!r}: tokens go to https addresses only")
        client = LogsQueryClient(
            credential,
            endpoint=endpoint,
            authentication_policy=authentication_policy,
            retry_total=0,
            permit_redirects=False,  # the service has none, and a token follows only to where it was meant for
        )
        options = {} if enforce_https else {"enforce_https": False}
        service = LogService(client, patience=patience or Patience(), options=options)
        return cls(service, workspaces, portal=portal_of(endpoint))

    async def __aenter__(self) -> Self:
        await self._service.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop what runs beside the queries, and close the connections."""
        for kept in (self._catalogs, self._described, self._schemas):
            await kept.aclose()
        await self._service.aclose()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out so far, such as links to the portal."""
        return tuple(self._warnings)

    def warnings_for(self, queries: Iterable[str]) -> tuple[str, ...]:  # noqa: ARG002  # the same for all queries
        """What was left out so far."""
        return self.warnings

    async def check(self) -> None:
        """Ask each workspace for nothing but an answer; SettingsError with the mend where one does not give it."""
        asked = (
            self._service.ask([place], "print 1", span=_MOMENT, timeout_s=_DESCRIBE_S) for place in self._workspaces
        )
        for place, reply in zip(self._workspaces, await asyncio.gather(*asked), strict=True):
            if isinstance(reply, Trouble):
                raise settings_error(reply, place=_named([place])) from reply.cause

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        """Run a query; see the port for what is raised and what is a failed table."""
        question, places = self._prepared(kql, parameters)
        bounds = limits or QueryLimits()
        answer = await self._answer(question, places, window=window, limits=bounds)
        if isinstance(answer.reply, Trouble):
            table = await self._given_out(answer.reply, answer, question, places, limits=bounds)
        else:
            table = _table(answer.reply, answer, question, limits=bounds)
        return replace(table, link=await self._link(question, places, window=window))

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        """The columns that the query would yield, as the service works them out from its schema of today."""
        return await self._described.get((kql, repr(tuple(parameters))), lambda: self._describe(kql, parameters))

    async def schema(self) -> Mapping[str, TableSchema]:
        """The tables with data that the settings ask here, by name; raises `QueryError` where they cannot be read."""
        return await self._schemas.get("schema", self._schema)

    def _prepared(self, kql: str, parameters: Sequence[QueryParameter]) -> tuple[Question, tuple[Workspace, ...]]:
        question = read_question(kql, parameters)
        return question, route(self._workspaces, question.references, services=services_of(parameters))

    async def _answer(
        self, question: Question, places: Sequence[Workspace], *, window: Window | None, limits: QueryLimits
    ) -> _Answer:
        """Ask, and ask for less as long as the service's own limits are met."""
        first = ask = Ask(rows=min(limits.rows, MOST_ROWS - 1), window=window)
        met: Excess | None = None
        stats: QueryStats | None = None
        while True:
            reply = await self._service.ask(
                places, question.bounded(ask.rows + 1), span=_span(ask.window), timeout_s=limits.timeout_s
            )
            cost = reply.stats if isinstance(reply, Reply) else QueryStats(elapsed_s=0.0)
            stats = added(stats, cost) if stats else cost
            excess = _excess(reply)
            again = narrowed(ask, excess) if excess else None
            if again is None:
                return _Answer(reply, first, ask, met or excess, stats)
            ask, met = again, excess

    async def _given_out(
        self,
        trouble: Trouble,
        answer: _Answer,
        question: Question,
        places: Sequence[Workspace],
        *,
        limits: QueryLimits,
    ) -> Table:
        """A failed table where the service gave out midway; raises where the query cannot be answered."""
        if answer.met is not None and excess_of(trouble.text):
            reason = f"{told(answer.first, answer.last, answer.met)}; narrow the time, or keep fewer columns"
        elif trouble.kind is Fault.TIMED_OUT:
            reason = f"stopped at the time limit of {limits.timeout_s:g} s"
        else:
            raise await self._error(trouble, question, places) from trouble.cause
        return Table((), (), TableStatus.FAILED, reason, answer.stats)

    async def _error(self, trouble: Trouble, question: Question, places: Sequence[Workspace]) -> QueryError:
        if trouble.kind is not Fault.REFUSED:
            return query_error(trouble, place=_named(places))
        known: dict[str, list[str]] = {}
        for place in places if names_unknown(trouble) else ():
            catalog = await self._catalog(place)
            if isinstance(catalog, Catalog):
                for table in catalog.tables.values():
                    known.setdefault(table.name, []).extend(column.name for column in table.columns)
        return refusal(trouble, question, known)

    async def _describe(self, kql: str, parameters: Sequence[QueryParameter]) -> tuple[Column, ...]:
        question, places = self._prepared(kql, parameters)
        # where a plugin makes the schema depend on rows, few are read
        reply = await self._service.ask(places, question.described, span=_MOMENT, timeout_s=_DESCRIBE_S)
        if isinstance(reply, Trouble):
            error = await self._error(reply, question, places)
            # only a name that is not known shows that a table is not there: one refused otherwise was not looked at
            error.retryable = error.retryable or (
                kql.strip() in question.references.tables and not names_unknown(reply)
            )
            raise error from reply.cause
        names = [column.name for column in reply.columns]
        rows = [dict(zip(names, row, strict=True)) for row in reply.rows]
        rows.sort(key=lambda row: int(row["ColumnOrdinal"]))
        return tuple(read_column(str(row["ColumnName"]), str(row["ColumnType"])) for row in rows)

    async def _catalog(self, place: Workspace) -> Catalog | Trouble:
        async def make() -> Catalog | Trouble:
            document = await self._service.metadata(place)
            return document if isinstance(document, Trouble) else read_catalog(document)

        return await self._catalogs.get(place, make)

    async def _schema(self) -> Mapping[str, TableSchema]:
        found = await asyncio.gather(*(self._schema_of(place) for place in self._workspaces))
        return join_schemas(found)

    async def _schema_of(self, place: Workspace) -> Mapping[str, TableSchema]:
        catalog = await self._catalog(place)
        if isinstance(catalog, Trouble):
            raise query_error(catalog, place=_named([place])) from catalog.cause
        return await read_schema(self._service, place, catalog)

    async def _link(self, question: Question, places: Sequence[Workspace], *, window: Window | None) -> str | None:
        """Where a person can run the query; None where a secret would be in the address, or an Azure id is not told."""
        if redact(question.text) != question.text:
            return None
        resources: list[str] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINK_S):
                for place in places:
                    resources += [place.resource or await self._resource(place)]
        if len(resources) < len(places) or not all(resources):
            return None
        return portal_link(question.text, resources=resources, window=window, portal=self._portal)

    async def _resource(self, place: Workspace) -> str:
        catalog = await self._catalog(place)
        if isinstance(catalog, Catalog):
            return catalog.resource or ""
        why = message_of(catalog, place=_named([place]))
        self._warnings[f"evidence has no links to the portal, as the workspace does not tell its Azure id: {why}"] = (
            None
        )
        return ""


def _named(places: Sequence[Workspace]) -> str:
    names = " and ".join(f"{place.name!r} ({place.address})" for place in places)
    return f"workspace{'s' if len(places) > 1 else ''} {names}"


def _span(window: Window | None) -> Timespan:
    """The service is given the last moment before the window's end, as it says nothing about the end itself."""
    return (window.start, window.end - _TICK) if window else None


def _excess(reply: Reply | Trouble) -> Excess | None:
    """The limit that an answer met; one that brought rows within a limit on size is kept."""
    if isinstance(reply, Trouble):
        return excess_of(reply.text)
    found = excess_of(" ".join(f"{item.get('code')} {item.get('message')}" for item in reply.details))
    return None if found is Excess.SIZE and reply.rows else found


def _catalog_s(catalog: Catalog | Trouble) -> float:
    return _KEEP_TROUBLE_S if isinstance(catalog, Trouble) else _KEEP_S


def _table(reply: Reply, answer: _Answer, question: Question, *, limits: QueryLimits) -> Table:
    rows, reason = cut(
        read_rows(reply.columns, reply.rows, sort=question.sort),
        QueryLimits(rows=answer.last.rows, bytes=limits.bytes),
    )
    reasons = [told(answer.first, answer.last, answer.met)] if answer.met else []
    if reply.details:
        reasons.append(f"the service gave a part of the result: {said(reply.details)}")
    if reason and not answer.met:
        reasons.append(reason)
    status = TableStatus.PARTIAL if reasons else TableStatus.COMPLETE
    if reply.details and not reply.columns:
        status = TableStatus.FAILED
    return Table(reply.columns, rows, status, "; ".join(reasons) or None, answer.stats)
