"""What a run began with, opened again: the same data, and the guides as they were then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from orchestrator.app.guide_folders import read_guides
from orchestrator.app.sources import Sources
from orchestrator.core.errors import InputError
from orchestrator.core.events import RunStarted
from orchestrator.core.pinning import Pins
from orchestrator.settings import Settings, WorkspaceSetting
from orchestrator.surfaces.application import Options
from playbooks.guide import Guide

NO_GUIDE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The beginnings of a run.

    Attributes:
        clock: What its report says about its clock.
        edited: The guides that were edited since, by id: the version that it keeps to, and today's.
    """

    options: Options
    sources: Sources
    guides: tuple[Guide, ...]
    clock: str | None = None
    edited: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def begun_by(started: RunStarted, *, settings: Settings, pins: Pins) -> Begun:
    """What that run began with; InputError where its data or its guides are no longer there."""
    options, sources = reopened(started.inputs)
    guides, edited = _guides(started, folder=options.guides or settings.guides, pins=pins)
    clock = started.inputs.get("clock")
    return Begun(
        options=options,
        sources=sources,
        guides=guides,
        clock=clock if isinstance(clock, str) else None,
        edited=edited,
    )


def reopened(inputs: Mapping[str, object]) -> tuple[Options, Sources]:
    """The options and the data that a run's `inputs` name."""
    logs = inputs.get("logs")
    if not isinstance(logs, list) or not all(isinstance(item, str) for item in logs):
        raise InputError("the run's record does not name its logs")
    now, parameters = inputs.get("now"), inputs.get("parameters")
    options = Options(
        logs=tuple(logs),
        guides=_path(inputs.get("guides")),
        services=_path(inputs.get("services")),
        now=datetime.fromisoformat(now) if isinstance(now, str) else None,
        tz=str(inputs.get("tz") or "UTC"),
        parameters={str(name): str(value) for name, value in _mapping(parameters).items()},
        strict=inputs.get("strict") is True,
    )
    workspaces = _mapping(inputs.get("workspaces"))
    return options, Sources(
        logs=tuple(logs),
        kind=str(inputs.get("source")),
        workspaces={str(name): WorkspaceSetting.model_validate(value) for name, value in workspaces.items()},
    )


def _guides(
    started: RunStarted, *, folder: Path | None, pins: Pins
) -> tuple[tuple[Guide, ...], dict[str, tuple[str, str]]]:
    """The guides of the run in their order, and which of them read otherwise today."""
    try:
        today = {guide.id: guide for guide in read_guides(folder)}
    except InputError:
        today = {}  # edited into something that cannot be read, or gone: the run has its own
    kept: list[Guide] = []
    edited: dict[str, tuple[str, str]] = {}
    for name, version in started.guides.items():
        now = today.get(name)
        if now is None or now.version != version:
            edited[name] = (version, now.version if now is not None else NO_GUIDE)
            now = _pinned(name, version, pins)
        kept.append(now)
    return (tuple(kept) or tuple(today.values())), edited


def _pinned(name: str, version: str, pins: Pins) -> Guide:
    from playbooks.parse import parse_guide  # noqa: PLC0415  # the Markdown and YAML parsers are not free

    text = pins.pinned(version)
    if text is None:
        raise InputError(
            f"the text of the guide {name!r} in version {version}, to which the run keeps, is no longer stored; "
            "ask anew instead of resuming it"
        )
    return parse_guide(text.text, path=text.path)


def _path(value: object) -> Path | None:
    return Path(value) if isinstance(value, str) else None


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, Mapping) else {}
