"""A span of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, both aware UTC, `start` < `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"a window needs aware times, got {self.start!r} and {self.end!r}")
        if self.start >= self.end:
            raise ValueError(f"a window must start before it ends, got {self.start!r} to {self.end!r}")

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start
