"""One line about a batch under way: how far, how fast, how long still."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestrator.core.batching import BatchProgress

_CLEAR = "\r\x1b[K"
_MINUTE, _HOUR = 60, 3600


@contextmanager
def progress_line(*, wanted: bool) -> Iterator[Callable[[BatchProgress], None]]:
    """What hears a batch's progress and draws it on stderr; nothing where that is no terminal."""
    if not wanted or not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda progress: _draw(f"{_CLEAR}{progress_text(progress)}")
    finally:
        _draw(_CLEAR)


def _draw(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def progress_text(progress: BatchProgress) -> str:
    """The line."""
    if progress.stage == "reading":
        return "reading the rows"
    if progress.stage == "writing":
        return "writing the result"
    if progress.stage == "asking":
        rate = progress.conversations * _MINUTE / progress.seconds if progress.seconds > 0 else 0.0
        return f"asking the model: {progress.conversations:,d} conversations, {rate:,.0f} a minute"
    parts = [f"{progress.share:.0%}"] if progress.share is not None else []
    parts += [f"{progress.conversations:,d} conversations", f"{progress.turns:,d} turns"]
    parts += [f"{progress.rejected:,d} rejected"] if progress.rejected else []
    parts.append(f"{progress.turns_per_s:,.0f} turns/s")
    if progress.seconds_left is not None:
        parts.append(f"{span_text(progress.seconds_left)} left")
    return ", ".join(parts)


def span_text(seconds: float) -> str:
    """A span as people say it: `42 s`, `3 min 10 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
