"""Puts the rooms together: opens the data, reads the playbooks, builds the kernel. Only here do all rooms meet."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.analysis.insight_source import open_insights
from orchestrator.app.azure import Azure
from orchestrator.app.begun import Begun
from orchestrator.app.guide_folders import SHIPPED, read_guides
from orchestrator.app.identity import this_user
from orchestrator.app.log_source import Opened, open_logs
from orchestrator.app.model_source import model_terms, open_chat_service
from orchestrator.app.recorded import Recorded, open_recorded, pinned
from orchestrator.app.remembering import beside_past, record_of, stored_record
from orchestrator.app.resource_source import Resources, open_resources
from orchestrator.app.search_source import open_index, stood_in
from orchestrator.app.sources import Sources, choose_sources, zone_name
from orchestrator.app.workflows import DeferredWorkflows, Headers
from orchestrator.core.errors import InputError, QueryError
from orchestrator.core.ports import Hit, Index
from orchestrator.core.table import iso_utc
from orchestrator.core.window import Window
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options
from playbooks.guide import Guide, MessageValueSource

if TYPE_CHECKING:
    from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase

    from orchestrator.core.routing.router import Router
    from orchestrator.core.specs import AgentSpec
    from orchestrator.engine.proposals import Proposals
    from orchestrator.engine.switchboard import Environment, Switchboard
    from playbooks.services import Services

MAX_NAMES = 500
LOOK_BACK = timedelta(days=1)
GIGABYTE = 1_000_000_000


def read_services(options: Options, settings: Settings, *, kind: str) -> "Services":
    """The inventory named, else `services.yaml` beside the named guides; the shipped one is the sample shop's."""
    from playbooks.services import Services, load_services  # noqa: PLC0415  # with the YAML parser

    named = options.services or settings.services
    guides = options.guides or settings.guides
    beside = guides / "services.yaml" if guides else None
    if named is not None:
        return load_services(named)
    if beside is not None and beside.is_file():
        return load_services(beside)
    return load_services(SHIPPED / "services.yaml") if kind == "sample" else Services()


@asynccontextmanager
async def open_switchboard(
    options: Options,
    settings: Settings,
    *,
    azure: Azure | None = None,
    headers: Headers = dict,
    recorded: Recorded | None = None,
    begun: Begun | None = None,
) -> AsyncIterator["Switchboard"]:
    """Everything that a conversation needs, closed at the end.

    Args:
        options: What a person set.
        settings: What stands otherwise.
        azure: Stays open, where the caller has it.
        headers: Those by which a workflow's call joins the trace of its run.
        recorded: Where runs are recorded; stays open, where the caller has it.
        begun: The data and the guides of a run that goes on, in place of today's.
    """
    from orchestrator.app.log import quiet_libraries  # noqa: PLC0415  # structlog is not free
    from orchestrator.engine.handlebars import defer_handlebars  # noqa: PLC0415  # before Semantic Kernel

    quiet_libraries()
    defer_handlebars()
    zone_name(options, settings)  # told before anything is opened, where there is none of that name
    guides = begun.guides if begun else read_guides(options.guides or settings.guides)
    _refuse_unknown(options.parameters, guides)
    sources = begun.sources if begun else choose_sources(options, settings)
    services = read_services(options, settings, kind=sources.kind)
    async with (
        nullcontext(azure) if azure else Azure(settings) as shared,
        open_logs(options, shared, sources, guides) as opened,
        open_resources(shared, sources, opened.logs) as resources,
        open_index(settings, shared, guides) as index,
        open_chat_service(settings, shared) as service,
        DeferredWorkflows(settings, azure=shared, headers=headers) as workflows,
        AsyncExitStack() as stack,
    ):
        names = await _system_names(guides, services, opened, kind=sources.kind)
        with nullcontext(recorded) if recorded else open_recorded(settings) as record:
            parts = _Parts(
                guides=guides,
                services=services,
                opened=replace(opened, note=begun.clock) if begun and begun.clock else opened,
                resources=resources,
                index=beside_past(index, record.database, settings, stack),
                workflows=workflows,
                recorded=record if begun else pinned(record, guides),
                names=names,
            )
            environment = _environment(options, settings, sources, parts)
            proposals = _proposals(settings, shared, parts=parts, source=sources.kind)
            switchboard = _build(
                settings, service, parts=parts, environment=environment, proposals=proposals, now=options.now
            )
            switchboard.proposals = proposals
            yield switchboard


def _refuse_unknown(given: Mapping[str, str], guides: Sequence[Guide]) -> None:
    """A parameter that no guide has is a slip, whatever the message is then routed to."""
    from playbooks.yaml_values import nearest_names  # noqa: PLC0415  # the YAML parser is loaded with the guides

    known = {parameter.name for guide in guides for parameter in guide.parameters}
    known |= {step.id for guide in guides for step in guide.steps if step.ask is not None}
    for name in given:
        if name not in known:
            raise InputError(f"--param {name!r}: no guide has a parameter of that name{nearest_names(name, known)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the kernel's plugins are made of."""

    guides: Sequence[Guide]
    services: "Services"
    opened: Opened
    resources: Resources
    index: Index
    workflows: DeferredWorkflows
    recorded: Recorded
    names: tuple[str, ...]


async def _system_names(guides: Sequence[Guide], services: "Services", opened: Opened, *, kind: str) -> tuple[str, ...]:
    """The services that the inventory or the logs know, which messages may call by name.

    Live logs are asked about the last day only, and all tables at once: a workspace may hold years.
    """
    names = [name for service in services for name in service.names]
    wanted = {
        (source.table, source.column): None
        for guide in guides
        for parameter in guide.parameters
        for source in parameter.sources
        if isinstance(source, MessageValueSource) and source.table in guide.tables
    }
    window = Window(opened.now - LOOK_BACK, opened.now) if kind == "live" else None

    async def values(table: str, column: str) -> list[str]:
        kql = f"{table} | summarize n = count() by {column} | top {MAX_NAMES} by n desc"
        try:
            found = await opened.logs.query(kql, window=window)
        except QueryError:
            return []  # these logs have no such table
        return [row[0] for row in found.rows if isinstance(row[0], str)]

    for found in await asyncio.gather(*(values(table, column) for table, column in wanted)):
        names += found
    return tuple(dict.fromkeys(names))


def _environment(options: Options, settings: Settings, sources: Sources, parts: _Parts) -> "Environment":
    from orchestrator.engine.switchboard import Environment  # noqa: PLC0415  # brings Semantic Kernel
    from plugins.logicapps.reads import WorkflowReader  # noqa: PLC0415

    opened, folder, zone = parts.opened, options.guides or settings.guides, zone_name(options, settings)
    # live logs go on while a conversation does; those of files end where they end
    now = None if sources.kind == "live" and options.now is None else opened.now
    limit = settings.logs_scan_limit_gb

    def notes(queries: Sequence[str] | None) -> tuple[str, ...]:
        trouble = parts.recorded.trouble
        if queries is None:
            return (trouble,) if trouble else ()
        first = (opened.note, trouble) if trouble else (opened.note,)
        searched = stood_in(parts.index)
        return (*first, *opened.logs.warnings_for(queries), *((searched,) if searched else ()))

    return Environment(
        logs=opened.logs,
        index=parts.index,
        metrics=parts.resources.metrics,
        graph=parts.resources.graph,
        record=stored_record(parts.recorded.database),
        insights=open_insights(settings, parts.workflows),
        workflows=WorkflowReader(parts.workflows),
        source=sources.kind,
        now=now,
        zone=zone,
        inputs={
            "logs": list(sources.logs),
            "workspaces": {name: item.model_dump(exclude_none=True) for name, item in sources.workspaces.items()},
            "source": sources.kind,
            "guides": str(folder.absolute()) if folder else None,
            "services": str(options.services.absolute()) if options.services else None,
            "now": iso_utc(now) if now else None,
            "clock": opened.note,
            "tz": zone,
            "parameters": dict(options.parameters),
            "strict": options.strict,
        },
        notes=notes,
        given=options.parameters,
        scan_limit_bytes=round(limit * GIGABYTE) if limit is not None else None,
        guides={guide.id: guide.version for guide in parts.guides},
    )


def _build(
    settings: Settings,
    service: "ChatCompletionClientBase",
    *,
    parts: _Parts,
    environment: "Environment",
    proposals: "Proposals | None",
    now: datetime | None,
) -> "Switchboard":
    from agents.triage.alerts import alert_name  # noqa: PLC0415
    from agents.triage.matching import GuideMatcher  # noqa: PLC0415
    from agents.triage.passages import answer_passage  # noqa: PLC0415
    from agents.triage.tools import GuideTools  # noqa: PLC0415
    from orchestrator.app.analysis.conversing import open_conversation_tools, open_insight_tools  # noqa: PLC0415
    from orchestrator.app.analysis.hearing import open_watching  # noqa: PLC0415
    from orchestrator.app.shipping.conversing import open_order_tools  # noqa: PLC0415
    from orchestrator.engine.kernel import build_kernel  # noqa: PLC0415
    from orchestrator.engine.switchboard import Switchboard  # noqa: PLC0415
    from plugins.logicapps.plugin import WorkflowTools  # noqa: PLC0415
    from plugins.monitor.plugin import LogTools  # noqa: PLC0415
    from plugins.record.plugin import RecordTools  # noqa: PLC0415
    from plugins.search.plugin import SearchTools  # noqa: PLC0415

    guides = GuideTools(
        guides={guide.id: guide for guide in parts.guides},
        matcher=GuideMatcher(parts.index, parts.services, names=parts.names),
        services=parts.services,
        alert_name=alert_name,
        record_of=partial(record_of, parts.recorded.database),
        # the tests check the shipped guides against the schema
        proven=frozenset(guide.version for guide in parts.guides if Path(guide.path).is_relative_to(SHIPPED)),
    )

    async def choose(question: str) -> Hit | None:
        return await answer_passage(parts.index, question)

    plugins = {
        "guides": guides,
        "search": SearchTools(choose),
        "logs": LogTools(parts.opened.logs),
        "record": RecordTools(),
        "workflows": WorkflowTools(parts.workflows),
        "insights": open_insight_tools(settings, parts.workflows, now=now),
        "conversations": open_conversation_tools(),
        "orders": open_order_tools(settings, parts.recorded.database, proposals),
    }
    return Switchboard(
        kernel=build_kernel(service, plugins),
        service=service,
        specs=specialists(),
        router=build_router(parts.names, parts.guides),
        environment=environment,
        journal=parts.recorded.journal,
        terms=model_terms(settings),
        executor=parts.recorded.executor,
        memory=parts.recorded.memory,
        limit_s=settings.run_time_limit_s,
        watching=open_watching(settings, parts.recorded.database),
        by=this_user(),
    )


def _proposals(settings: Settings, azure: Azure, *, parts: _Parts, source: str) -> "Proposals | None":
    """What files the actions that reports propose; None where there is no store to file them in."""
    from orchestrator.app.doing import make_acting  # noqa: PLC0415  # it reads the inventory from here
    from orchestrator.app.policies import environment_of, mode_of  # noqa: PLC0415  # same
    from orchestrator.engine.proposals import Proposals  # noqa: PLC0415  # with the engine

    if parts.recorded.database is None:
        return None
    return Proposals(
        acting=make_acting(
            settings, parts.recorded.database, azure=azure, workflows=parts.workflows, services=parts.services
        ),
        mode=mode_of(settings),
        environment=environment_of(settings, source=source),
        requested_by=this_user(),
    )


def specialists() -> "dict[str, AgentSpec]":
    """The specialists by name."""
    from agents.handoff.spec import HANDOFF  # noqa: PLC0415  # read where a conversation is
    from agents.sentiment.spec import SENTIMENT  # noqa: PLC0415
    from agents.shipment.spec import SHIPMENT  # noqa: PLC0415
    from agents.triage.spec import TRIAGE  # noqa: PLC0415

    return {spec.name: spec for spec in (TRIAGE, SHIPMENT, SENTIMENT, HANDOFF)}


def tool_names() -> frozenset[str]:
    """Every tool that a specialist may call."""
    return frozenset[str]().union(*(spec.grants for spec in specialists().values()))


def build_router(names: Iterable[str], guides: Sequence[Guide]) -> "Router":
    """The router that knows these services by name, and the guides' symptoms and alerts."""
    from orchestrator.core.routing.router import Router  # noqa: PLC0415  # compiles its table
    from playbooks.routing.loader import load_routing_table  # noqa: PLC0415

    symptoms = [symptom for guide in guides for symptom in guide.applies_to.symptoms]
    alerts = [alert for guide in guides for alert in guide.applies_to.alerts]
    return Router(load_routing_table().with_systems(names).with_symptoms(symptoms, alerts))
