"""What a run remembers, as rows: a result is kept as it was, or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime

from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.store.database import Database
from orchestrator.store.documents import from_text, stamp, to_text

# in characters of JSON: what is longer is asked again, which costs less than to write and read all such results
MAX_LENGTH = 8_000_000
_KEEP = (
    "INSERT INTO results (run, step, at, body) VALUES (?, ?, ?, ?) ON CONFLICT (run, step) DO NOTHING RETURNING step"
)
_RECALL = "SELECT body FROM results WHERE run = ? AND step = ?"


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class StoredMemory:
    """The results of one run's steps; implements `core.memory.Memory`.

    A result that holds a secret is not kept, since the store may not hold it and a redacted one would not be what the
    step gave: the step is done again where the run goes on.
    """

    def __init__(self, database: Database, run: str, *, clock: Callable[[], datetime] = _wall_clock) -> None:
        self._database = database
        self._run = run
        self._clock = clock

    def recall(self, step: str) -> Json | None:
        """See the protocol."""
        rows = self._database.read(_RECALL, self._run, step)
        return self._read(step, rows[0][0]) if rows else None

    def keep(self, step: str, result: Json) -> Json:
        """See the protocol."""
        body = to_text(result)
        if len(body) > MAX_LENGTH or redact_value(result) != result:
            return result
        # a result that a power loss takes away is asked again
        with self._database.transaction(alone=f"results:{self._run}", durable=False) as connection:
            if connection.execute(_KEEP, self._run, step, stamp(self._clock()), body):
                return result
            ((first,),) = connection.execute(_RECALL, self._run, step)
        return self._read(step, first)

    def _read(self, step: str, body: object) -> Json:
        result: Json = from_text(body, what=f"what the step {step} of run {self._run} gave")
        return result
