"""What is true of a generated folder; kept away from the data, so that nothing which answers can read it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestrator.core.errors import InputError
from orchestrator.core.table import json_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The one fault of an incident.

    Attributes:
        kind: The scenario's id.
        cause: One precise sentence-like id, e.g. `bad_deploy`.
        service: The service at fault, or the one that suffers first from an outside cause.
        object: What is broken: a version, host, server, queue, pod group, zone or flag.
        also: Other right names of that object.
        started_s: Seconds from the start of the folder to the first symptom.
        affected: Services whose own requests fail or slow down.
    """

    kind: str
    cause: str
    service: str
    object: str
    also: tuple[str, ...] = ()
    started_s: float
    affected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A folder's truth; `kind`, `cause`, `service`, `object` and `started_at` are None for a healthy system.

    Attributes:
        end: The folder's "now": rows that had not arrived by then are absent.
        silent: Services that exist and log nothing.
        red_herrings: What looks suspicious and is not the cause.
        rows: Rows by table.
    """

    scenario: str
    seed: int
    version: int
    kind: str | None
    cause: str | None
    service: str | None
    object: str | None
    also: tuple[str, ...]
    affected: tuple[str, ...]
    started_at: datetime | None
    start: datetime
    end: datetime
    services: tuple[str, ...]
    silent: tuple[str, ...]
    red_herrings: tuple[str, ...]
    rows: dict[str, int]

    def document(self) -> dict[str, Any]:
        """The manifest as JSON values."""
        return {name: json_value(value) for name, value in asdict(self).items()}


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write it as JSON; raises InputError when that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(manifest.document(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write the manifest {str(path)!r}: {error.strerror}; choose another path") from error
