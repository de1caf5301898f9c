"""Opens the workflows: those of the settings on Azure, else the host in this process; and serves a host on a port."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from orchestrator.core.errors import InputError, SettingsError
from orchestrator.core.workflows import Accepted, Body, Outcome, Reading, WorkflowSpec
from orchestrator.surfaces.application import Document, ServedWorkflow

if TYPE_CHECKING:
    from orchestrator.app.azure import Azure
    from orchestrator.settings import Settings
    from plugins.logicapps.client import LogicAppsWorkflows
    from plugins.logicapps.exchange import TokenCredential
    from plugins.logicapps.host.faults import Fault
    from plugins.logicapps.host.store import HostStore

SHIPPED = Path(str(files("playbooks"))) / "workflows"
HOST_FILE = "workflows.db"
Headers = Callable[[], dict[str, str]]


@asynccontextmanager
async def open_workflows(
    settings: "Settings",
    *,
    credential: "TokenCredential | None" = None,
    headers: Headers = dict,
    folder: Path = SHIPPED,
    resources: Mapping[str, str] | None = None,
) -> AsyncIterator["LogicAppsWorkflows"]:
    """The workflows.

    Args:
        settings: Where some are configured, there are only those: none falls back to this machine.
        credential: For workflows with an audience, and for run history; without it one is opened where it is needed.
        headers: Of the calling task, for each call to Azure, such as those by which it joins a trace.
        folder: The workflows' folders.
        resources: Azure resource ids by workflow, whose run history may be read; None, those of the settings.
    """
    from playbooks.workflow import load_workflows  # noqa: PLC0415  # read where workflows are used

    specs = load_workflows(folder)
    known = resources or _resources(settings)
    opened = (
        _open_azure(settings, specs, credential=credential, headers=headers, resources=known)
        if settings.workflows
        else _open_embedded(settings, specs, folder=folder)
    )
    async with opened as workflows:
        yield workflows


@asynccontextmanager
async def _open_azure(
    settings: "Settings",
    specs: Mapping[str, WorkflowSpec],
    *,
    credential: "TokenCredential | None",
    headers: Headers,
    resources: Mapping[str, str],
) -> AsyncIterator["LogicAppsWorkflows"]:
    from plugins.logicapps.address import parse_address  # noqa: PLC0415  # the HTTP client is loaded where it is used
    from plugins.logicapps.client import LogicAppsWorkflows  # noqa: PLC0415
    from plugins.logicapps.exchange import Exchange  # noqa: PLC0415
    from plugins.logicapps.history import RunHistory  # noqa: PLC0415
    from plugins.logicapps.transport import open_http  # noqa: PLC0415

    addresses = []
    for name, setting in settings.workflows.items():
        _check_known(name, specs)
        url = setting.url.get_secret_value()
        addresses.append(parse_address(name, url, audience=setting.audience, resource=resources.get(name)))
    async with AsyncExitStack() as stack:
        if (resources or needs_identity(settings)) and credential is None:
            from orchestrator.app.azure import open_credential  # noqa: PLC0415  # only with an identity

            credential = await stack.enter_async_context(open_credential(settings))
        exchange = Exchange(await stack.enter_async_context(open_http(headers=headers)), credential=credential)
        history = RunHistory(exchange) if resources else None
        yield LogicAppsWorkflows(specs=specs.values(), addresses=addresses, exchange=exchange, history=history)


def needs_identity(settings: "Settings") -> bool:
    """Whether a workflow is called, or its history read, with the identity."""
    return any(item.audience or item.resource for item in settings.workflows.values())


def _resources(settings: "Settings") -> Mapping[str, str]:
    return {name: item.resource for name, item in settings.workflows.items() if item.resource is not None}


def _check_known(name: str, specs: Mapping[str, WorkflowSpec]) -> None:
    if name not in specs:
        near = get_close_matches(name, specs, n=1) or [", ".join(specs)]
        raise SettingsError(
            f"the setting SWITCHBOARD_WORKFLOWS names {name!r}, and no folder of workflows declares it: "
            f"correct the name (such as {near[0]}), or add {name}/schema.json"
        )


@asynccontextmanager
async def _open_embedded(
    settings: "Settings", specs: Mapping[str, WorkflowSpec], *, folder: Path
) -> AsyncIterator["LogicAppsWorkflows"]:
    from plugins.logicapps.address import parse_address  # noqa: PLC0415  # the host is loaded where it is used
    from plugins.logicapps.client import LogicAppsWorkflows  # noqa: PLC0415
    from plugins.logicapps.exchange import Exchange  # noqa: PLC0415
    from plugins.logicapps.history import RunHistory  # noqa: PLC0415
    from plugins.logicapps.host.app import build_app  # noqa: PLC0415
    from plugins.logicapps.host.faults import FaultPlan  # noqa: PLC0415
    from plugins.logicapps.host.handlers import load_hosted  # noqa: PLC0415
    from plugins.logicapps.host.management import OWNER, resource_of  # noqa: PLC0415
    from plugins.logicapps.host.serving import IN_PROCESS, HostToken, living  # noqa: PLC0415
    from plugins.logicapps.host.store import HostStore  # noqa: PLC0415
    from plugins.logicapps.host.work import HostLimits, Works  # noqa: PLC0415
    from plugins.logicapps.transport import open_http  # noqa: PLC0415

    with HostStore(settings.state / HOST_FILE) as store:
        works = Works(store, faults=FaultPlan(), limits=HostLimits())
        app = build_app(load_hosted(specs, folder=folder), works=works)
        async with living(app) as transport, open_http(transport) as http:
            exchange = Exchange(http, credential=HostToken(store.keys_of(OWNER)["primary"]))
            yield LogicAppsWorkflows(
                specs=specs.values(),
                addresses=[
                    parse_address(name, url, resource=resource_of(name))
                    for name, url in _signed(store, specs, IN_PROCESS).items()
                ],
                exchange=exchange,
                history=RunHistory(exchange, endpoint=IN_PROCESS),
            )


def _signed(store: "HostStore", specs: Mapping[str, WorkflowSpec], origin: str) -> dict[str, str]:
    from plugins.logicapps.host.signing import trigger_url  # noqa: PLC0415  # with the host

    return {name: trigger_url(origin, name, key=store.keys_of(name)["primary"]) for name in specs}


class DeferredWorkflows:
    """The port without anything open: specs are read, and workflows opened once, when they are asked for.

    For those who may never ask, such as a conversation's tools. Open it with `async with`: what was opened is closed at
    the end, and until then the client remembers which keys are open.

    Args:
        azure: For its credential, where a workflow is called with one.
        headers: Of the calling task's trace, for each call.
    """

    def __init__(
        self, settings: "Settings", *, azure: "Azure | None" = None, headers: Headers = dict, folder: Path = SHIPPED
    ) -> None:
        self._settings = settings
        self._azure = azure
        self._headers = headers
        self._folder = folder
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._opened: LogicAppsWorkflows | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def specs(self) -> Mapping[str, WorkflowSpec]:
        """The workflows there are, by name."""
        from playbooks.workflow import load_workflows  # noqa: PLC0415  # read where workflows are used

        wanted = self._settings.workflows
        return {name: spec for name, spec in load_workflows(self._folder).items() if not wanted or name in wanted}

    async def call(self, name: str, body: Body, *, key: str) -> Outcome:
        """Call a workflow; see the port."""
        return await (await self._workflows()).call(name, body, key=key)

    async def read(self, key: str, *, name: str | None = None, sent_at: datetime | None = None) -> Reading:
        """What became of a key; see the port."""
        return await (await self._workflows()).read(key, name=name, sent_at=sent_at)

    async def _workflows(self) -> "LogicAppsWorkflows":
        async with self._lock:
            if self._opened is None:
                credential = await self._azure.credential() if self._azure and needs_identity(self._settings) else None
                self._opened = await self._stack.enter_async_context(
                    open_workflows(self._settings, credential=credential, headers=self._headers, folder=self._folder)
                )
            return self._opened


def list_workflows(settings: "Settings", *, folder: Path = SHIPPED) -> tuple[Document, ...]:
    """Each workflow: what it does, where it runs, whether its definition can be deployed."""
    from playbooks.workflow import DEFINITION_FILE, load_json, load_workflows  # noqa: PLC0415
    from playbooks.workflow_definition import definition_problems  # noqa: PLC0415

    listed = []
    for name, spec in load_workflows(folder).items():
        place = "azure" if name in settings.workflows else "off" if settings.workflows else "embedded"
        path = folder / name / DEFINITION_FILE
        problems = definition_problems(load_json(path), spec) if path.is_file() else (f"{path} is not there",)
        listed.append(
            {
                "name": name,
                "title": spec.title,
                "changing": spec.changing,
                "lookup_by_key": spec.lookup_by_key,
                "answering": spec.answering.value,
                "place": place,
                "definition_problems": list(problems),
                "request": spec.request,
                "response": spec.response,
            }
        )
    return tuple(listed)


async def read_workflow(settings: "Settings", key: str, *, sent_at: datetime | None = None) -> Document:
    """What became of a key, as a document."""
    async with open_workflows(settings) as workflows:
        return reading_document(await workflows.read(key, sent_at=sent_at))


def reading_document(reading: Reading) -> Document:
    """A reading as JSON; an accepted call's location stays out."""
    names = ("status", "body", "run_id", "reason", "owner", "source")
    found = {} if isinstance(reading, Accepted) else {name: getattr(reading, name, None) for name in names}
    run = {"run_id": reading.run_id} if isinstance(reading, Accepted) else {}
    kept = {name: value for name, value in {**found, **run}.items() if value is not None}
    return {"key": reading.key, "kind": reading.kind, **kept}


async def serve_workflows(
    settings: "Settings",
    *,
    host: str,
    port: int,
    faults: Path | None,
    folder: Path | None,
    announce: Callable[[ServedWorkflow], None],
    until: Awaitable[object] | None = None,
) -> None:
    """Serve until cancelled (or `until` is done); `announce` gets the signed addresses once."""
    from playbooks.workflow import load_workflows  # noqa: PLC0415
    from plugins.logicapps.host.app import build_app  # noqa: PLC0415
    from plugins.logicapps.host.faults import FaultPlan  # noqa: PLC0415
    from plugins.logicapps.host.handlers import load_hosted  # noqa: PLC0415
    from plugins.logicapps.host.serving import as_settings, serving  # noqa: PLC0415
    from plugins.logicapps.host.store import HostStore  # noqa: PLC0415
    from plugins.logicapps.host.work import HostLimits, Works  # noqa: PLC0415

    where = folder or SHIPPED
    specs = load_workflows(where)
    plan = read_faults(faults) if faults else ()
    with HostStore(settings.state / HOST_FILE) as store:
        works = Works(store, faults=FaultPlan(plan), limits=HostLimits())
        app = build_app(load_hosted(specs, folder=where), works=works)
        async with serving(app, host=host, port=port) as origin:
            urls = _signed(store, specs, origin)
            announce(ServedWorkflow(origin=origin, names=tuple(specs), faults=len(plan), settings=as_settings(urls)))
            await (until or asyncio.Event().wait())


def read_faults(path: Path) -> "tuple[Fault, ...]":
    """The faults of a JSON file."""
    from plugins.logicapps.host.faults import parse_faults  # noqa: PLC0415

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--faults {str(path)!r} cannot be read: {error}; name a JSON file") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"--faults {str(path)!r} is no JSON: {error}; correct it") from None
    return parse_faults(document, source=str(path))
