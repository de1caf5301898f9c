"""Options that several commands share, and their reading into values."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Application, Options
from orchestrator.surfaces.cli.invocation import Invocation

Logs = Annotated[
    list[str] | None,
    typer.Option("--logs", metavar="DIR|TABLE=FILE", help="Logs to ask: a folder, or one table's file. Repeatable."),
]
Workspace = Annotated[
    str | None, typer.Option("--workspace", metavar="ID", help="Ask this Log Analytics workspace instead of files.")
]
Guides = Annotated[Path | None, typer.Option("--guides", metavar="DIR", help="Guides to use in place of the built-in.")]
Services = Annotated[
    Path | None, typer.Option("--services", metavar="FILE", help="Inventory of services (YAML) to use.")
]
Agent = Annotated[
    str | None, typer.Option("--agent", metavar="NAME", help="Speak to this specialist, without routing.")
]
Session = Annotated[str | None, typer.Option("--session", metavar="ID", help="Go on with this session.")]
Now = Annotated[
    str | None,
    typer.Option(
        "--now", metavar="ISO", help="The clock, such as 2026-11-22T10:45:00Z. Without offset in --tz, else UTC."
    ),
]
Zone = Annotated[
    str | None, typer.Option("--tz", metavar="ZONE", help="Zone of times that name none, such as Europe/Berlin.")
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="NAME=VALUE", help="A guide's parameter, given outright. Repeatable."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at a row that cannot be read, instead of noting it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def invocation_of(context: typer.Context) -> Invocation:
    """What the command line was built with."""
    invocation: Invocation = context.obj
    return invocation


def application_of(context: typer.Context) -> Application:
    """The application that the command line was built with."""
    return invocation_of(context).application


def read_options(
    *,
    logs: list[str] | None = None,
    workspace: str | None = None,
    guides: Path | None = None,
    services: Path | None = None,
    agent: str | None = None,
    session: str | None = None,
    now: str | None = None,
    tz: str | None = None,
    parameters: list[str] | None = None,
    strict: bool = False,
    key: str | None = None,
) -> Options:
    """The options as values; InputError names the one that cannot be read."""
    if logs and workspace:
        raise InputError(f"--logs {logs[0]!r} and --workspace {workspace!r} exclude each other: give one of them")
    empty = next((entry for entry in logs or [] if not entry.strip() or entry.endswith("=")), None)
    if empty is not None:
        raise InputError(f"--logs {empty!r} names no file: give a folder, or TABLE=FILE")
    zone = read_zone(tz) if tz is not None else None
    options = Options(
        logs=tuple(logs or ()), workspace=workspace, guides=guides, services=services, agent=agent, session=session
    )
    return replace(
        options,
        now=read_now(now, zone=zone or "UTC") if now is not None else None,
        tz=zone,
        parameters=read_parameters(parameters or []),
        strict=strict,
        key=key,
    )


def read_now(text: str, *, zone: str, option: str = "--now") -> datetime:
    """An aware time in UTC; one without offset is a time of the zone."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"{option} {text!r} is not an ISO 8601 time: write it like 2026-11-22T10:45:00Z or 2026-11-22T11:45+01:00"
        ) from None
    try:
        return (found.replace(tzinfo=ZoneInfo(zone)) if found.tzinfo is None else found).astimezone(UTC)
    except OverflowError:
        raise InputError(
            f"{option} {text!r} is outside of the calendar: give a time between the years 2 and 9998"
        ) from None


def read_zone(name: str) -> str:
    """An IANA zone that exists; InputError with the nearest names otherwise."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(f"--tz {name!r} is not a time zone{_nearest_zone(name)}") from None


def _nearest_zone(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only when something is wrong
    from zoneinfo import available_timezones  # noqa: PLC0415  # reads the whole database

    zones = sorted(available_timezones())
    by_end = {zone.rsplit("/", 1)[-1].lower(): zone for zone in reversed(zones)}
    found = get_close_matches(name, zones, n=3, cutoff=0.6)
    found += [by_end[end] for end in get_close_matches(name.lower(), list(by_end), n=2, cutoff=0.7)]
    near = list(dict.fromkeys(found))[:3]
    return f": did you mean {', '.join(map(repr, near))}?" if near else ": use an IANA name such as 'Europe/Berlin'"


def read_parameters(given: list[str]) -> dict[str, str]:
    """`NAME=VALUE` pairs; the value may hold `=`, a name may come once."""
    found: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise InputError(f"--param {pair!r} is not NAME=VALUE: write it like --param p_service=checkout")
        if name.strip() in found:
            raise InputError(f"--param {name.strip()!r} is given twice: give it once")
        found[name.strip()] = value
    return found
