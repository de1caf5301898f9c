"""What is configured, reachable and at which version; never a secret."""

import difflib
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from orchestrator.app.assembly import read_guides, read_services
from orchestrator.app.azure import Azure
from orchestrator.app.log_source import open_plain_logs
from orchestrator.app.sources import choose_sources
from orchestrator.core.errors import SettingsError, StoreError, SwitchboardError
from orchestrator.settings import PREFIX, Settings
from orchestrator.store.journal import SqliteJournal
from orchestrator.surfaces.application import Finding, Options

PACKAGES = ("switchboard", "semantic-kernel", "duckdb", "duckdb-kql", "common-expression-language")
OWN = ("orchestrator", "agents", "plugins", "playbooks")


async def diagnose(options: Options, settings: Settings) -> tuple[Finding, ...]:
    """A finding per part, in the order in which a run needs them."""
    return (
        Finding(part="python", state="ok", detail=platform.python_version()),
        _packages(),
        _rooms(),
        _settings(),
        _state(settings),
        _guides(options, settings),
        await _logs(options, settings),
        _model(settings),
    )


def unreadable(error: SettingsError) -> Finding:
    """Where a setting cannot be read nothing else can be judged."""
    return Finding(part="settings", state="wrong", detail=error.message, mend="correct or unset the variable")


def _settings() -> Finding:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    found = sorted(name for name in os.environ if name.upper().startswith(PREFIX))
    for name in found:
        if name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.6)
            mend = f"did you mean {near[0]}?" if near else f"unset it; there are {', '.join(sorted(known))}"
            return Finding(part="settings", state="wrong", detail=f"there is no setting {name}", mend=mend)
    return Finding(part="settings", state="ok", detail=", ".join(found) or "none: everything is embedded")


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
        with SqliteJournal(settings.state / "journal.db") as journal:
            count = len(journal.runs(limit=1_000))
    except StoreError as error:
        return Finding(
            part="state",
            state="wrong",
            detail=error.message,
            mend="set SWITCHBOARD_STATE to a folder that can be written",
        )
    return Finding(part="state", state="ok", detail=f"{settings.state}: {count} runs")


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


async def _logs(options: Options, settings: Settings) -> Finding:
    try:
        sources = choose_sources(options, settings)
        async with Azure(settings) as azure, open_plain_logs(options, azure, sources) as logs:
            tables = await logs.schema()
            newest = logs.now
    except SwitchboardError as error:
        return Finding(part="logs", state="wrong", detail=error.message, mend="pass --logs DIR or set SWITCHBOARD_LOGS")
    rows = sum(table.row_count or 0 for table in tables.values())
    until = f", newest {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    return Finding(part="logs", state="ok", detail=f"{sources.kind}: {len(tables)} tables, {rows:,d} rows{until}")


def _model(settings: Settings) -> Finding:
    if settings.model_base_url is None:
        return Finding(part="model", state="ok", detail="embedded planner: no model, no network")
    host = urlsplit(settings.model_base_url).hostname
    if settings.model_name is None:
        return Finding(part="model", state="wrong", detail=f"{host}: no model named", mend="set SWITCHBOARD_MODEL_NAME")
    return Finding(part="model", state="ok", detail=f"{settings.model_name} at {host}, not asked")
