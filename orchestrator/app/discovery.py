"""Drafts the inventory of services from the configured telemetry."""

from datetime import timedelta
from pathlib import Path

from orchestrator.app.azure import Azure
from orchestrator.app.log_source import open_logs
from orchestrator.app.sources import choose_sources
from orchestrator.core.errors import InputError
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc
from orchestrator.core.window import Window
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options
from playbooks.discovery.draft import Draft, merged_draft, new_draft
from playbooks.discovery.queries import ask_tables
from playbooks.discovery.sighting import Seen, sight

LOOK_BACK = timedelta(days=1)  # of a workspace, which may hold years


async def discover_services(options: Options, settings: Settings, *, out: Path | None) -> Json:
    """`text`, what it was inferred from, and how it differs from the file `out`, which is written where one is named.

    An existing file keeps what is in it: what is new is put in, what telemetry does not show is reported.
    """
    sources = choose_sources(options, settings)
    async with Azure(settings) as azure, open_logs(options, azure, sources, ()) as opened:
        window = Window(opened.now - LOOK_BACK, opened.now) if sources.kind == "live" else None
        tables, notes = await ask_tables(opened.logs, window=window)
        clock = iso_utc(opened.now.replace(microsecond=0))
    seen = sight(tables)
    if not seen:
        looked = "AppRequests, AppDependencies and KubePodInventory"
        raise InputError(f"telemetry shows no service; looked into {looked} ({'; '.join(notes) or 'they are empty'})")
    origin = f"{_origin(sources.kind)} up to {clock}"
    draft = _draft(out, seen, origin=origin, notes=notes)
    if out is not None:
        _write(out, draft.text)
    return {
        "source": sources.kind,
        "origin": origin,
        "notes": list(notes),
        "path": str(out) if out is not None else None,
        "services": [_document(service) for service in seen],
        "changes": draft.document(),
        "text": draft.text,
    }


def _origin(kind: str) -> str:
    return {"live": "a day of the workspace", "files": "log files", "sample": "SAMPLE DATA"}[kind]


def _draft(out: Path | None, seen: tuple[Seen, ...], *, origin: str, notes: tuple[str, ...]) -> Draft:
    if out is None or not out.exists():
        return new_draft(seen, origin=origin, notes=notes)
    try:
        text = out.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{str(out)!r} cannot be read: {error}; mend it or name another --out") from error
    return merged_draft(text, seen, file=str(out))


def _write(out: Path, text: str) -> None:
    """Whole or not at all."""
    beside = out.with_name(f"{out.name}.new")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(out)
    except OSError as error:
        raise InputError(f"{str(out)!r} cannot be written: {error.strerror}; name another --out") from error


def _document(seen: Seen) -> Json:
    return {
        "id": seen.name,
        "role_names": list(seen.role_names),
        "requests": seen.requests,
        "depends_on": [
            {"service": name, "calls": count, "traced": name in seen.by_trace} for name, count in seen.calls.items()
        ],
        "hosts": [{"host": host, "calls": count} for host, count in seen.hosts.items()],
        "namespaces": list(seen.namespaces),
        "resource_ids": list(seen.resource_ids),
        "shared": list(seen.shared),
    }
