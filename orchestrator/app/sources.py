"""Which data a run looks at: flags, then settings, then the bundled sample."""

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from orchestrator.core.errors import InputError, SettingsError
from orchestrator.core.report import Json
from orchestrator.settings import Settings, WorkspaceSetting, unknown_variables
from orchestrator.surfaces.application import Options

if TYPE_CHECKING:
    from playbooks.samples.folder import Format

DEFAULT_WORKSPACE = "default"
LOG_SETTINGS = {"SWITCHBOARD_LOGS", "SWITCHBOARD_WORKSPACE", "SWITCHBOARD_WORKSPACES"}
SAMPLE = "shop"
SAMPLE_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Which logs are read, and what the report calls them: live, files or sample.

    Attributes:
        logs: Folders, or `TABLE=FILE` entries.
        workspaces: By name, where logs are live.
    """

    kind: str
    logs: tuple[str, ...] = ()
    workspaces: Mapping[str, WorkspaceSetting] = field(default_factory=dict)


def choose_sources(options: Options, settings: Settings, *, make: bool = True) -> Sources:
    """Flags, then settings, then the bundled sample; sample data answers only while nothing is configured.

    `make` false leaves the sample unmade, for callers that will not read it. Raises SettingsError where the settings
    name both files and a workspace.
    """
    if options.workspace is not None:
        return Sources(kind="live", workspaces={DEFAULT_WORKSPACE: _workspace(options.workspace, named="--workspace")})
    if options.logs:
        return _files(options.logs)
    live = _workspaces(settings)
    if settings.logs and live:
        raise SettingsError(
            "the settings name both log files (SWITCHBOARD_LOGS) and a workspace (SWITCHBOARD_WORKSPACE or "
            "SWITCHBOARD_WORKSPACES): unset one, or choose with --logs or --workspace"
        )
    if live:
        return Sources(kind="live", workspaces=live)
    if settings.logs:
        return _files(settings.logs)
    _refuse_slips()
    return Sources(kind="sample", logs=(str(sample_folder(settings)),) if make else ())


def _refuse_slips() -> None:
    """Nobody who meant to name their logs gets an answer about the sample because of a slip."""
    for name, near in unknown_variables().items():
        if near in LOG_SETTINGS:
            raise SettingsError(f"there is no setting {name}; did you mean {near}? (else unset it)")


def _files(entries: Sequence[str]) -> Sources:
    return Sources(kind="files", logs=tuple(_absolute(item) for item in entries))


def _workspaces(settings: Settings) -> Mapping[str, WorkspaceSetting]:
    """The workspaces by name; the one of `SWITCHBOARD_WORKSPACE` is asked for what no other is named for."""
    last: Mapping[str, WorkspaceSetting] = {}
    if settings.workspace is not None:
        last = {DEFAULT_WORKSPACE: _workspace(settings.workspace, named="SWITCHBOARD_WORKSPACE")}
    return {**settings.workspaces, **last}


def _workspace(text: str, *, named: str) -> WorkspaceSetting:
    """A workspace by its id, or a resource by its Azure id; SettingsError where it is neither."""
    try:
        return WorkspaceSetting(resource=text) if text.startswith("/") else WorkspaceSetting(id=text)
    except ValidationError:
        raise SettingsError(
            f"{named} {text!r} is neither a workspace's id (a GUID: `az monitor log-analytics workspace show --query "
            "customerId`) nor a resource's Azure id (/subscriptions/...)"
        ) from None


def refuse_locked(path: Path) -> None:
    """InputError where the system lets nobody look at the path; one that is not there is told by its reader."""
    try:
        known = path.stat()
    except PermissionError as error:
        raise InputError(f"no right to reach {str(path)!r}; give permission to its folders, or name another") from error
    except OSError:
        return
    if stat.S_ISDIR(known.st_mode) and not os.access(path, os.R_OK | os.X_OK):
        raise InputError(f"no right to look into the folder {str(path)!r}; give read permission, or name another")


def _absolute(entry: str) -> str:
    table, separator, path = entry.partition("=")
    refuse_locked(Path(path if separator else entry))
    return f"{table}={Path(path).absolute()}" if separator else str(Path(entry).absolute())


def sample_folder(settings: Settings) -> Path:
    """The sample environment's folder, made on first use; SettingsError where the state folder cannot hold it."""
    from orchestrator.app.sample_effects import make_environment, mark_environment  # noqa: PLC0415  # as above
    from playbooks.samples.scenario import VERSION  # noqa: PLC0415  # numpy is slow to import and rarely needed

    folder = settings.state / "samples" / f"{SAMPLE}-{SAMPLE_SEED}-{VERSION}"
    try:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)  # before the work of drawing the rows
            make_environment(settings, SAMPLE, seed=SAMPLE_SEED, out=folder)
        mark_environment(settings, folder, SAMPLE, seed=SAMPLE_SEED)
    except InputError as error:
        if not folder.exists():  # else another process was quicker
            raise _unwritable(settings.state, error.__cause__ or error) from error
    except OSError as error:
        raise _unwritable(settings.state, error) from error
    return folder


def _unwritable(state: Path, error: BaseException) -> SettingsError:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return SettingsError(
        f"the bundled sample cannot be made in the state folder {str(state)!r} ({why}); "
        "set SWITCHBOARD_STATE to a folder that can be written, or ask your own logs with --logs DIR"
    )


def zone_name(options: Options, settings: Settings) -> str:
    """The zone of times that name none; InputError where there is none of that name."""
    name = options.tz or settings.tz
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"there is no time zone {name!r}; use an IANA name such as Europe/Oslo or UTC") from error
    return name


def make_sample(settings: Settings, name: str, *, seed: int, out: Path, fmt: str) -> Json:
    """Write a sample environment, or sample conversations; what is in it, with its truth."""
    from orchestrator.app.sample_effects import make_environment  # noqa: PLC0415  # as above
    from playbooks.samples.conversations.conversations import NAME, write_conversations  # noqa: PLC0415  # as above

    if name == NAME:
        return write_conversations(out, seed=seed)
    # `make` itself refuses a format that it does not have
    return make_environment(settings, name, seed=seed, out=out, fmt=cast("Format", fmt)).document()
