"""Gives a whole batch's files their last names."""

import errno
import os
import shutil
from pathlib import Path

from orchestrator.batch.checkpoint import sync_folder
from orchestrator.batch.flat_tables import TABLES, write_table
from orchestrator.batch.partial import PartialFolder


def publish(folder: PartialFolder, out: Path, rejects: Path, *, rejected: bool) -> None:
    """Move the result and the rejected records to their places; again, after a crash half-way, is harmless."""
    if folder.out.exists():
        made = folder.out
        if out.suffix.lower() in TABLES:
            made = folder.path / f"table{out.suffix.lower()}"
            write_table(folder.out, made)
            with made.open("rb") as stream:
                os.fsync(stream.fileno())
        if folder.rejects.exists():
            if rejected:
                _move(folder.rejects, rejects)
            else:
                rejects.unlink(missing_ok=True)  # of an earlier run: it would look like this one's
            sync_folder(rejects.absolute().parent)
        made.replace(out)
        sync_folder(out.absolute().parent)
    folder.remove()


def _move(made: Path, place: Path) -> None:
    """Move a file, to another disk too; under its last name it is always whole."""
    try:
        made.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = place.with_name(f"{place.name}.new")
        shutil.copyfile(made, beside)
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        beside.replace(place)
