"""The sample environments and the changes that the embedded workflows made: where what was done becomes visible."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.workflows import HOST_FILE

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from playbooks.samples.folder import Format
    from playbooks.samples.manifest import Manifest
    from playbooks.samples.remedies import Remedy


def make_environment(settings: "Settings", name: str, *, seed: int, out: Path, fmt: "Format" = "parquet") -> "Manifest":
    """Make a sample folder in which those changes have effects that are made from now on."""
    from playbooks.samples.scenario import make  # noqa: PLC0415  # numpy is slow to import and rarely needed

    made = recorded_changes(settings)
    return make(name, seed=seed, out=out, fmt=fmt, seen=max((one.number for one in made), default=0))


def mark_environment(settings: "Settings", folder: Path, name: str, *, seed: int) -> None:
    """Have a sample folder of an earlier release, which says nothing of its world, take part as well."""
    from playbooks.samples.marks import Mark, mark_folder, read_mark  # noqa: PLC0415  # as above
    from playbooks.samples.scenario import VERSION, find_scenario  # noqa: PLC0415  # as above

    end = find_scenario(name).end
    if end is None or read_mark(folder) is not None:
        return
    seen = max((one.number for one in recorded_changes(settings)), default=0)
    mark = Mark(sample=name, seed=seed, version=VERSION, format="parquet", end=end.isoformat())
    with suppress(OSError):  # one that cannot be written answers as before, and nothing has an effect in it
        mark_folder(folder, mark, seen=seen)


def is_environment(logs: Sequence[str]) -> bool:
    """Whether the logs are one sample folder that can be played on."""
    from playbooks.samples.marks import read_mark  # noqa: PLC0415  # only where changes may have effects

    return len(logs) == 1 and Path(logs[0]).is_dir() and read_mark(Path(logs[0])) is not None


def environment_clock(folder: Path) -> datetime:
    """The time at which a change takes effect that is made now in a sample folder; InputError for one that is none."""
    from playbooks.samples.environment import clock_of  # noqa: PLC0415  # as above

    return clock_of(folder)


async def advance_environment(settings: "Settings", folder: Path, until: datetime) -> datetime:
    """Let the changes that the embedded host recorded take effect in a sample folder, and time pass until then.

    Its clock afterwards, at least `until`. InputError for a folder that is no sample environment, StoreError where the
    host's file cannot be read.
    """
    from playbooks.samples.environment import advance_sample  # noqa: PLC0415  # as above

    return await advance_sample(folder, recorded_changes(settings), until)


def recorded_changes(settings: "Settings") -> "tuple[Remedy, ...]":
    """The changes of the embedded host, in the order in which they were made; none where nothing was ever hosted."""
    from playbooks.changes import CHANGE  # noqa: PLC0415  # as above
    from playbooks.samples.remedies import Remedy  # noqa: PLC0415  # as above
    from plugins.logicapps.host.store import HostStore  # noqa: PLC0415  # as above

    path = settings.state / HOST_FILE
    if not path.exists():
        return ()
    with HostStore(path) as store:
        records = store.records(CHANGE)
    return tuple(
        Remedy(number=_number(one["number"]), action=str(one["action"]), arguments=_mapping(one["arguments"]))
        for one in records
    )


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _mapping(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value
