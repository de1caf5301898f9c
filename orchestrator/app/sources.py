"""Which data a run looks at: flags, then settings, then the bundled sample."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrator.core.errors import InputError, SettingsError
from orchestrator.core.report import Json
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options

if TYPE_CHECKING:
    from playbooks.samples.folder import Format

SAMPLE = "shop"
SAMPLE_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Which logs are read, and what the report calls them."""

    logs: tuple[str, ...]
    kind: str


def choose_sources(options: Options, settings: Settings, *, make: bool = True) -> Sources:
    """Flags, then settings, then the bundled sample; sample data answers only while nothing is configured.

    `make` false leaves the sample unmade, for callers that will not read it.
    """
    _refuse_workspace(options, settings)
    if named := options.logs or settings.logs:
        return Sources(logs=tuple(_absolute(item) for item in named), kind="files")
    return Sources(logs=(str(sample_folder(settings)),) if make else (), kind="sample")


def _refuse_workspace(options: Options, settings: Settings) -> None:
    """Say how a workspace's logs can be asked, rather than answer from other data than was meant."""
    if options.workspace is not None:
        named = f"--workspace {options.workspace!r}"
    elif settings.workspace is not None and not options.logs:
        named = f"SWITCHBOARD_WORKSPACE {settings.workspace!r}"
    else:
        return
    raise SettingsError(
        f"{named}: this version cannot ask a Log Analytics workspace itself; export the tables that the guides name "
        "(CSV, Parquet or JSON lines) into a folder and pass --logs DIR"
    )


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
    from playbooks.samples.scenario import VERSION, make  # noqa: PLC0415  # numpy is slow to import and rarely needed

    folder = settings.state / "samples" / f"{SAMPLE}-{SAMPLE_SEED}-{VERSION}"
    try:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)  # before the work of drawing the rows
            make(SAMPLE, seed=SAMPLE_SEED, out=folder)
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


def make_sample(name: str, *, seed: int, out: Path, fmt: str) -> Json:
    """Write a sample environment; what is in it, with its truth."""
    from playbooks.samples.scenario import make  # noqa: PLC0415  # numpy is slow to import and rarely needed

    # `make` itself refuses a format that it does not have
    return make(name, seed=seed, out=out, fmt=cast("Format", fmt)).document()
