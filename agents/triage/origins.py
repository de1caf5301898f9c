"""Where a window's times came from, in one phrase for people."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from orchestrator.core.window import Window
from playbooks.guide import Guide
from playbooks.parameters import window_names

SESSION = "session"
_DEFAULT = "default"
_PHRASES = {
    "message": "from the message",
    "alert": "from the alert",
    SESSION: "kept from the question before",
    "given": "given",
}
_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def window_origin(guide: Guide, origins: Mapping[str, str], *, window: Window, now: datetime) -> str:
    """How the span that is looked at came about; `origins` tells where each parameter's value came from."""
    start, end = (origins.get(name or "", _DEFAULT) for name in window_names(guide))
    length = length_text(window.end - window.start)
    if start == end != _DEFAULT:
        return _phrase(start)
    match start == _DEFAULT, end == _DEFAULT:
        case True, True:
            span = f"the last {length.removeprefix('1 ')}" if window.end == now else f"{length}, as the guide has it"
            return f"{span} (no time named)"
        case True, False:
            return f"end {_phrase(end)}, start {length} before it"
        case False, True:
            return f"start {_phrase(start)}, {'up to now' if window.end == now else f'end {length} after it'}"
        case _:
            return f"start {_phrase(start)}, end {_phrase(end)}"


def _phrase(origin: str) -> str:
    return _PHRASES.get(origin, f"from the {origin}")


def length_text(length: timedelta) -> str:
    """A length in the largest unit that it is whole in: `1 hour`, `90 minutes`; seconds where none fits."""
    for name, unit in _UNITS:
        if length >= unit and not length % unit:
            count = length // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{length.total_seconds():g} seconds"
