"""What lint finds in a guide."""

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.core.errors import Place


class Level(StrEnum):
    """Whether a guide may run."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault or a doubt, with its place."""

    place: Place
    message: str
    level: Level

    def __str__(self) -> str:
        return f"{self.place}: {self.level.value}: {self.message}"


def error(place: Place, message: str) -> Problem:
    """A fault: the guide would fail or mislead."""
    return Problem(place, message, Level.ERROR)


def warning(place: Place, message: str) -> Problem:
    """A doubt: it may be meant."""
    return Problem(place, message, Level.WARNING)
