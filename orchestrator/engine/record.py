"""A run's record: its journal and its memory, for as long as the store takes them."""

from dataclasses import dataclass

from orchestrator.core.errors import StoreError, TakenOverError
from orchestrator.core.events import Event
from orchestrator.core.journal import Journal
from orchestrator.core.memory import Memory, NoMemory
from orchestrator.core.report import Json


@dataclass(slots=True, kw_only=True)
class Record:
    """Stores what a run does. Where somebody waits for the answer, a store that gives out does not keep it from them.

    Attributes:
        insists: Whether a run that cannot be recorded fails: one that nobody waits for has no other place.
        trouble: Why the run is recorded no further; None while it is.
    """

    run: str
    journal: Journal
    memory: Memory
    insists: bool = False
    trouble: str | None = None

    def append(self, event: Event) -> None:
        """Store one event."""
        if self.trouble is None:
            try:
                self.journal.append(self.run, event)
            except StoreError as error:
                self._give_up(error)

    def recall(self, step: str) -> Json | None:
        """What a step gave in an earlier attempt."""
        if self.trouble is None:
            try:
                return self.memory.recall(step)
            except StoreError as error:
                self._give_up(error)
        return None

    def keep(self, step: str, result: Json) -> Json:
        """Store what a step gave; what is stored is returned."""
        if self.trouble is None:
            try:
                return self.memory.keep(step, result)
            except StoreError as error:
                self._give_up(error)
        return result

    def notes(self) -> tuple[str, ...]:
        """What a report must say about it."""
        return () if self.trouble is None else (f"this run is not recorded: {self.trouble}",)

    def _give_up(self, error: StoreError) -> None:
        if self.insists or isinstance(error, TakenOverError):
            raise error
        self.trouble = error.message


def no_memory(_run: str) -> Memory:
    """The memory of a run that is not taken up again."""
    return NoMemory()
