"""What `doctor` says of the parts that may live on Azure: asked for real, told without a secret."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from orchestrator.app.azure import SCOPES, Azure, signed_in
from orchestrator.app.log_source import open_plain_logs
from orchestrator.app.model_source import model_place, open_chat_service
from orchestrator.app.resource_source import open_resources
from orchestrator.app.sources import Sources
from orchestrator.app.telemetry.source import PROJECT
from orchestrator.core.errors import ModelError, ModelFault, SwitchboardError
from orchestrator.settings import Settings, over_loopback
from orchestrator.surfaces.application import Finding, Options

SIGN_IN = "run `az login`, or choose another SWITCHBOARD_CREDENTIAL; docs/azure.md says which role each identity needs"
SHOWN = 8
REACH_S = 3.0


async def identity(azure: Azure, sources: Sources) -> Finding:
    """Whether a token can be had for every part that is asked with one."""
    needed = scopes_needed(azure.settings, sources)
    if not needed:
        return Finding(part="identity", state="off", detail="no part signs in to Azure")
    credential = await azure.credential()
    for part, scope in needed.items():
        if trouble := await signed_in(credential, scope):
            return Finding(part="identity", state="wrong", detail=f"no token for {part}: {trouble}", mend=SIGN_IN)
    return Finding(
        part="identity", state="ok", detail=f"{azure.settings.credential}: signed in for {', '.join(needed)}"
    )


def scopes_needed(settings: Settings, sources: Sources) -> Mapping[str, str]:
    """The token scope of each part that uses the identity, by part."""
    place = model_place_or_none(settings)
    keyless = settings.model_api_key is None
    used = {
        "logs": sources.kind == "live",
        "search": settings.search_endpoint is not None and settings.search_key is None,
        "model": place == "project_endpoint" or settings.search_connection is not None,
        "azure openai": place == "azure_openai_endpoint" and keyless,
        **{f"workflow {name}": item.audience is not None for name, item in settings.workflows.items()},
    }
    audiences = {f"workflow {name}": f"{item.audience}/.default" for name, item in settings.workflows.items()}
    if settings.logs_endpoint is not None and not over_loopback(settings.logs_endpoint):
        audiences["logs"] = f"{settings.logs_endpoint.rstrip('/')}/.default"  # another cloud's
    return {part: audiences.get(part) or SCOPES[part] for part, wanted in used.items() if wanted}


def model_place_or_none(settings: Settings) -> str | None:
    """Where the model is; None also where the settings contradict each other, which the model's finding tells."""
    try:
        return model_place(settings)
    except SwitchboardError:
        return None


async def live_logs(azure: Azure, sources: Sources) -> Finding:
    """Whether the workspaces can be asked, and their tables."""
    names = ", ".join(sources.workspaces)
    try:
        async with open_plain_logs(Options(), azure, sources) as logs:
            tables = await logs.schema()
    except SwitchboardError as error:
        mend = "the identity needs the role Log Analytics Reader on the workspace; see docs/azure.md"
        return Finding(part="logs", state="wrong", detail=f"live ({names}): {error.message}", mend=mend)
    newest = max((table.newest for table in tables.values() if table.newest), default=None)
    until = f", newest {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    return Finding(part="logs", state="ok", detail=f"live ({names}): {len(tables)} tables{until}")


async def model(azure: Azure) -> Finding:
    """Whether the model is there under its name; no answer is asked of it."""
    settings = azure.settings
    try:
        place = model_place(settings)
        if place is None:
            return await _planner(azure)
        host = urlsplit(str(getattr(settings, place))).hostname
        if place == "project_endpoint":
            return await _deployment(azure, host=str(host))
        return await _served(azure, host=str(host), lists_deployments=place == "model_base_url")
    except SwitchboardError as error:
        return Finding(part="model", state="wrong", detail=error.message, mend="correct the setting, then ask again")


async def _planner(azure: Azure) -> Finding:
    """The planner needs nothing; a project beside it is told with what could speak in its place."""
    planner = "embedded planner: no model, no network"
    if azure.settings.project_endpoint is None:
        return Finding(part="model", state="ok", detail=planner)
    known = [item.name for item in await (await azure.project()).deployments()]
    return Finding(part="model", state="ok", detail=f"{planner}; the project has {', '.join(known[:SHOWN]) or 'none'}")


async def _deployment(azure: Azure, *, host: str) -> Finding:
    project = await azure.project()
    known = {item.name: item for item in await project.deployments()}
    return _named(azure.settings, tuple(known), host=host, kind="deployments")


async def _served(azure: Azure, *, host: str, lists_deployments: bool) -> Finding:
    from orchestrator.models.listing import served_models  # noqa: PLC0415  # brings the client library
    from orchestrator.models.wire import WireChat  # noqa: PLC0415  # same

    name = azure.settings.model_name
    async with open_chat_service(azure.settings, azure) as service:
        try:
            known = await served_models(service) if isinstance(service, WireChat) else ()
        except ModelError as error:
            if error.fault is not ModelFault.BAD_REQUEST:
                raise
            known = ()  # many servers do not list their models
    if not known or not lists_deployments:
        return Finding(part="model", state="ok", detail=f"{name} at {host}, which answers; its name is not checked")
    return _named(azure.settings, known, host=host, kind="models")


def _named(settings: Settings, known: Sequence[str], *, host: str, kind: str) -> Finding:
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    listed = f"{kind}: {', '.join(known[:SHOWN]) or 'none'}{more}"
    if settings.model_name in known:
        return Finding(part="model", state="ok", detail=f"{settings.model_name} at {host}; {listed}")
    return Finding(
        part="model",
        state="wrong",
        detail=f"{host} has no {settings.model_name!r}; {listed}",
        mend="set SWITCHBOARD_MODEL_NAME to one of them",
    )


async def telemetry(settings: Settings) -> Finding:
    """Where traces and metrics go, and whether somebody listens there."""
    places = []
    if settings.otlp_endpoint is not None:
        if trouble := await _unreachable(settings.otlp_endpoint):
            return _off_the_wire("OTLP", trouble, "start the collector, or correct SWITCHBOARD_OTLP_ENDPOINT")
        places.append(f"OTLP to {urlsplit(settings.otlp_endpoint).hostname}")
    if settings.appinsights_connection_string is not None:
        text = settings.appinsights_connection_string.get_secret_value()
        given = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
        mend = "copy the connection string from the resource's overview, or give `project`"
        if text != PROJECT and not {"InstrumentationKey", "IngestionEndpoint"} <= set(given):
            return _off_the_wire("Application Insights", "the setting is no connection string", mend)
        if text != PROJECT and (trouble := await _unreachable(given["IngestionEndpoint"])):
            return _off_the_wire("Application Insights", trouble, mend)
        places.append("Application Insights")
    if not places:
        return Finding(part="telemetry", state="off", detail="no traces and no metrics leave")
    return Finding(part="telemetry", state="ok", detail=" and ".join(places))


def _off_the_wire(place: str, trouble: str, mend: str) -> Finding:
    return Finding(part="telemetry", state="wrong", detail=f"{place}: {trouble}", mend=mend)


async def _unreachable(address: str) -> str | None:
    """Why no connection to the address can be made, or None where one can."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(REACH_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return f"{host}:{port} does not answer"
    except OSError as error:
        return f"{host}:{port} cannot be reached ({error.strerror or type(error).__name__})"
    writer.close()
    return None


async def resources(azure: Azure, sources: Sources) -> Finding:
    """Whether guides may ask Resource Graph; the logs answer without it."""
    if sources.kind != "live":
        return Finding(part="resources", state="off", detail="metrics and resource graph: recorded tables of the logs")
    try:
        async with (
            open_plain_logs(Options(), azure, sources) as logs,
            open_resources(azure, sources, logs) as opened,
        ):
            table = await opened.graph.query("Resources | summarize n = count()")
    except SwitchboardError as error:
        detail = f"resource graph cannot be asked, and steps of guides that ask it will fail: {error.message}"
        return Finding(part="resources", state="off", detail=detail, mend="give the identity the role Reader")
    count = table.rows[0][0] if table.rows else 0
    return Finding(part="resources", state="ok", detail=f"resource graph shows {count:,d} resources")
