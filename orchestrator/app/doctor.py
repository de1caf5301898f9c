"""What is configured, reachable and at which version; never a secret."""

import platform
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestrator.app.assembly import read_services
from orchestrator.app.azure import Azure
from orchestrator.app.azure_findings import identity, live_logs, model, resources, telemetry
from orchestrator.app.guide_folders import read_guides
from orchestrator.app.log_source import open_plain_logs
from orchestrator.app.policies import check_policies
from orchestrator.app.search_findings import search
from orchestrator.app.shipping.conversing import SHIPPED, procedures_folder, read_procedures
from orchestrator.app.sources import Sources, choose_sources
from orchestrator.app.state import open_state
from orchestrator.app.workflows import list_workflows
from orchestrator.core.errors import SettingsError, StoreError, SwitchboardError
from orchestrator.settings import Settings, config_file, named_variables, unknown_variables
from orchestrator.store.queue import StoredQueue
from orchestrator.surfaces.application import Finding, Options
from playbooks.problems import Level

PACKAGES = ("switchboard", "semantic-kernel", "duckdb", "duckdb-kql", "common-expression-language")
LOGS_MEND = "pass --logs DIR or --workspace ID, or set SWITCHBOARD_LOGS or SWITCHBOARD_WORKSPACE"
STATE_URL_MEND = "correct SWITCHBOARD_STATE_URL, or unset it to keep the state in a file"
WORKER_ALIVE = timedelta(minutes=1)  # since its last heartbeat, which it gives every few seconds
POLICIES_MEND = "switchboard policies check tells all"
OWN = ("orchestrator", "agents", "plugins", "playbooks")


async def diagnose(options: Options, settings: Settings) -> tuple[Finding, ...]:
    """A finding per part, in the order in which a run needs them."""
    local = (
        Finding(part="python", state="ok", detail=platform.python_version()),
        _packages(),
        _rooms(),
        _settings(),
        _state(settings),
        _worker(settings),
        _guides(options, settings),
        _policies(settings),
        _procedures(settings),
    )
    async with Azure(settings) as azure:
        return (*local, *await _remote(options, azure))


async def _remote(options: Options, azure: Azure) -> tuple[Finding, ...]:
    """The parts that may live elsewhere; where the logs cannot even be chosen, the others are still judged."""
    settings = azure.settings
    try:
        sources = choose_sources(options, settings)
        logs = await (live_logs(azure, sources) if sources.kind == "live" else _logs(options, azure, sources))
    except SwitchboardError as error:
        sources = Sources(kind="files")
        logs = Finding(part="logs", state="wrong", detail=error.message, mend=LOGS_MEND)
    return (
        await identity(azure, sources),
        logs,
        await resources(azure, sources),
        await _search(options, azure),
        await model(azure),
        _workflows(settings),
        await telemetry(settings),
    )


async def _search(options: Options, azure: Azure) -> Finding:
    try:
        return await search(azure, read_guides(options.guides or azure.settings.guides))
    except SwitchboardError as error:  # the guides' own finding says more
        return Finding(part="search", state="wrong", detail=error.message, mend="correct the guides or the setting")


def _workflows(settings: Settings) -> Finding:
    """Where each workflow is; none is called, as that would run it."""
    try:
        listed = list_workflows(settings)
    except SwitchboardError as error:
        return Finding(part="workflows", state="wrong", detail=error.message, mend="correct the workflow's files")
    known = {str(item["name"]) for item in listed}
    if unknown := sorted(set(settings.workflows) - known):
        return Finding(
            part="workflows",
            state="wrong",
            detail=f"the settings name {', '.join(unknown)}, which no folder describes",
            mend=f"there are {', '.join(sorted(known))}: correct the name",
        )
    if not settings.workflows:
        return Finding(part="workflows", state="ok", detail=f"embedded host: {', '.join(sorted(known))}")
    return Finding(
        part="workflows", state="ok", detail=f"on Azure, not called: {', '.join(sorted(settings.workflows))}"
    )


def unreadable(error: SettingsError) -> Finding:
    """Where a setting cannot be read nothing else can be judged."""
    return Finding(part="settings", state="wrong", detail=error.message, mend="then ask doctor again")


def _settings() -> Finding:
    for name, near in unknown_variables().items():
        mend = f"did you mean {near}?" if near else "unset it; docs/settings.md lists what there is"
        return Finding(part="settings", state="wrong", detail=f"there is no setting {name}", mend=mend)
    file = config_file()
    files = [str(path) for path in (Path(".env"), file) if path is not None and path.is_file()]
    found = ", ".join([*named_variables(), *files])
    return Finding(part="settings", state="ok", detail=found or "none: everything is embedded")


def _packages() -> Finding:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            return Finding(
                part="packages", state="wrong", detail=f"{name} is missing", mend="install the project again"
            )
    return Finding(part="packages", state="ok", detail=", ".join(found))


def _rooms() -> Finding:
    """Another distribution may install a package of the same name as one of ours."""
    from importlib.util import find_spec  # noqa: PLC0415  # only here

    homes = {name: find_spec(name) for name in OWN}
    roots = {
        str(spec.submodule_search_locations[0]).rsplit("/", 1)[0]
        for spec in homes.values()
        if spec and spec.submodule_search_locations
    }
    missing = [name for name, spec in homes.items() if spec is None]
    if missing or len(roots) != 1:
        return Finding(
            part="rooms",
            state="wrong",
            detail=f"the packages {', '.join(OWN)} come from {len(roots)} places",
            mend="install the project in a virtual environment of its own",
        )
    return Finding(part="rooms", state="ok", detail=roots.pop())


def _state(settings: Settings) -> Finding:
    try:
        with open_state(settings) as database:
            ((count,),) = database.read("SELECT count(*) FROM journal WHERE kind = 'RunStarted'")
    except (SettingsError, StoreError) as error:
        return Finding(
            part="state",
            state="wrong",
            detail=error.message,
            mend=STATE_URL_MEND if settings.state_url else "set SWITCHBOARD_STATE to a folder that can be written",
        )
    place = "PostgreSQL" if settings.state_url else str(settings.state)
    return Finding(part="state", state="ok", detail=f"{place}: {count} runs")


def _worker(settings: Settings) -> Finding:
    """Whether somebody takes up what was left; without a worker, runs and times are judged when somebody looks."""
    try:
        with open_state(settings) as database:
            known = StoredQueue(database).known()
    except (SettingsError, StoreError):
        return Finding(part="worker", state="off", detail="the state store tells of none")
    since = datetime.now(UTC) - WORKER_ALIVE
    living = [one for one in known if one.kind == "worker" and one.heartbeat_at >= since]
    if not living:
        return Finding(part="worker", state="off", detail="none works: switchboard worker starts one")
    return Finding(part="worker", state="ok", detail=", ".join(f"{one.host}, process {one.pid}" for one in living))


def _policies(settings: Settings) -> Finding:
    """What may be done, and by whose word; a policy that cannot be read lets nothing be done."""
    try:
        checked = check_policies(settings, None)
    except SwitchboardError as error:
        return Finding(part="policies", state="wrong", detail=error.message, mend=POLICIES_MEND)
    detail = f"{settings.policies or 'built in'}: {checked.rules} rules, mode {settings.mode}"
    wrong = [problem for problem in checked.problems if problem.level is Level.ERROR]
    if wrong:
        return Finding(part="policies", state="wrong", detail=f"{detail}; {wrong[0]}", mend=POLICIES_MEND)
    return Finding(part="policies", state="ok", detail=detail)


def _procedures(settings: Settings) -> Finding:
    """How orders are served; what no procedure is for is not done."""
    try:
        known = read_procedures(procedures_folder(settings))
    except SwitchboardError as error:
        return Finding(part="procedures", state="wrong", detail=error.message, mend="correct it")
    detail = f"{settings.procedures or 'built in'}: {len(known)} procedures"
    if missing := sorted(set(read_procedures(SHIPPED)) - set(known)):
        without = f"{detail}, without {', '.join(missing)}"
        return Finding(part="procedures", state="wrong", detail=without, mend=f"copy them from {str(SHIPPED)!r}")
    return Finding(part="procedures", state="ok", detail=detail)


def _guides(options: Options, settings: Settings) -> Finding:
    folder = options.guides or settings.guides
    try:
        guides = read_guides(folder)
        services = read_services(options, settings, kind=choose_sources(options, settings, make=False).kind)
    except SwitchboardError as error:
        return Finding(part="guides", state="wrong", detail=error.message, mend="correct it")
    where = str(folder) if folder else "built in"
    return Finding(
        part="guides", state="ok", detail=f"{where}: {len(guides)} guides, {len(services.services)} services"
    )


async def _logs(options: Options, azure: Azure, sources: Sources) -> Finding:
    try:
        async with open_plain_logs(options, azure, sources) as logs:
            tables = await logs.schema()
            newest = logs.now
    except SwitchboardError as error:
        return Finding(part="logs", state="wrong", detail=error.message, mend=LOGS_MEND)
    rows = sum(table.row_count or 0 for table in tables.values())
    until = f", newest {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    return Finding(part="logs", state="ok", detail=f"{sources.kind}: {len(tables)} tables, {rows:,d} rows{until}")
