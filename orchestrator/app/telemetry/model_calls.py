"""What the events leave out about model calls: since when one has been waited for, and who runs the model now."""

from dataclasses import dataclass, field

from orchestrator.app.telemetry.vocabulary import Vocabulary
from orchestrator.core.events import (
    Event,
    HandedOff,
    ModelAnswered,
    ModelFailed,
    ModelReplaced,
    ToolRefused,
    ToolReturned,
    TurnStarted,
)

STAND_IN = "switchboard"


@dataclass(slots=True)
class ModelCalls:
    """Follows one run. Times are nanoseconds since 1970."""

    vocabulary: Vocabulary
    provider: str = field(init=False)
    _asked: int = 0

    def __post_init__(self) -> None:
        self.provider = self.vocabulary.provider

    def hear(self, event: Event, at: int) -> None:
        """A model is asked as a turn begins and after each tool; a failed call is made again after a wait."""
        match event:
            case TurnStarted() | HandedOff():
                self.provider, self._asked = self.vocabulary.provider, at
            case ModelReplaced():
                self.provider, self._asked = STAND_IN, at
            case ToolReturned() | ToolRefused() | ModelAnswered():
                self._asked = at
            case ModelFailed():
                self._asked = at + int((event.retry_in_s or 0.0) * 1e9)
            case _:
                return

    def waited_ms(self, at: int) -> float:
        """How long an answer has been waited for."""
        return max(0, at - self._asked) / 1e6 if self._asked else 0.0
