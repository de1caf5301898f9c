"""How long a run may take in all, whatever its turns may."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """Seconds that an attempt of a run may take from `began`, on a clock that only goes forward."""

    seconds: float
    began: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def from_now(cls, seconds: float) -> "TimeLimit":
        """A limit that runs from now on."""
        return cls(seconds=seconds, began=time.monotonic())

    @property
    def left_s(self) -> float:
        """What is left of it; 0 once it is over."""
        return max(0.0, self.began + self.seconds - self.clock())


def turn_limit(turn_s: float, run: TimeLimit | None) -> tuple[float, str]:
    """How many seconds a turn may take now, and what is said where they are over."""
    if run is not None and run.left_s < turn_s:
        return run.left_s, f"the run took longer than its {run.seconds:g} s"
    return turn_s, f"the turn took longer than its {turn_s:g} s"
