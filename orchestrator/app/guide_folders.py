"""The guides that are used: those of a folder, or the shipped ones."""

from importlib.resources import files
from pathlib import Path

from orchestrator.app.sources import refuse_locked
from orchestrator.core.errors import InputError
from playbooks.guide import Guide

SHIPPED = Path(str(files("playbooks")))


def read_guides(folder: Path | None) -> tuple[Guide, ...]:
    """The guides of a folder, or the shipped ones."""
    from playbooks.parse import load_guides  # noqa: PLC0415  # the Markdown and YAML parsers are not free

    if folder is not None:
        refuse_locked(folder)
    guides = load_guides(folder or SHIPPED / "guides")
    if not guides:
        raise InputError(f"{str(folder)!r} holds no guide: put *.md guides there, or name another folder")
    return guides
