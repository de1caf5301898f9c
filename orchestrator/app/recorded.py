"""Where the runs of a process are recorded, and by whom they are held, so that another process can take them up."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.state import open_state
from orchestrator.core.errors import StoreError
from orchestrator.core.journal import Journal, NoJournal
from orchestrator.core.memory import Memory, NoMemory
from orchestrator.core.pinning import PinnedText, Pins
from orchestrator.settings import Settings
from playbooks.guide import Guide

if TYPE_CHECKING:
    from orchestrator.engine.holding import Executor
    from orchestrator.store.database import Database


def _no_memory(_run: str) -> Memory:
    return NoMemory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The parts of the state store that runs need.

    Attributes:
        pins: Keeps the texts of the guides that a run began with.
        database: The store itself; None where it cannot be opened.
        trouble: Why nothing is recorded; the other parts keep nothing then.
    """

    journal: Journal = field(default_factory=NoJournal)
    memory: Callable[[str], Memory] = _no_memory
    executor: "Executor | None" = None
    pins: Pins | None = None
    database: "Database | None" = None
    trouble: str | None = None


@contextmanager
def open_recorded(settings: Settings, *, kind: str = "ask") -> Iterator[Recorded]:
    """The state store for runs; where it cannot be opened, one that keeps nothing, and why."""
    with ExitStack() as stack:
        try:
            database = stack.enter_context(open_state(settings))
        except StoreError as error:
            yield Recorded(trouble=f"this run is not recorded: {error.message}")
            return
        yield recorded_in(database, kind=kind)


def recorded_in(database: "Database", *, kind: str) -> Recorded:
    """The parts of an open store; `kind` begins the id under which this process holds runs."""
    from orchestrator.engine.holding import Executor, new_executor_id  # noqa: PLC0415  # where runs are recorded
    from orchestrator.store.journal import StoredJournal  # noqa: PLC0415  # same
    from orchestrator.store.memory import StoredMemory  # noqa: PLC0415  # same
    from orchestrator.store.pins import StoredPins  # noqa: PLC0415  # same
    from orchestrator.store.queue import StoredQueue  # noqa: PLC0415  # same

    def memory(run: str) -> Memory:
        return StoredMemory(database, run)

    return Recorded(
        journal=StoredJournal(database),
        memory=memory,
        executor=Executor(queue=StoredQueue(database), id=new_executor_id(kind)),
        pins=StoredPins(database),
        database=database,
    )


def pinned(recorded: Recorded, guides: Sequence[Guide]) -> Recorded:
    """Keep the guides' texts for the runs that begin now; where that cannot be, the runs are not recorded."""
    from playbooks.parse import read_text, version_of  # noqa: PLC0415  # with the guides

    if recorded.pins is None:
        return recorded
    texts = ((guide, read_text(Path(guide.path))) for guide in guides)
    try:
        recorded.pins.pin(
            PinnedText(version=guide.version, path=guide.path, text=text)
            for guide, text in texts
            if version_of(text) == guide.version  # else it was edited since it was read, and cannot be kept
        )
    except StoreError as error:
        return Recorded(trouble=f"this run is not recorded: {error.message}")
    return recorded
