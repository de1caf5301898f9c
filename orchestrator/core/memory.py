"""What a run remembers of its finished steps, so that one that goes on after a crash does not do them again."""

from typing import Protocol

from orchestrator.core.report import Json


class Memory(Protocol):
    """Results of one run's steps, by the step's name (`1/query/E3`, `1/model/2`, ...). May raise `StoreError`."""

    def recall(self, step: str) -> Json | None:
        """What the step gave, or None where it has not finished."""
        ...

    def keep(self, step: str, result: Json) -> Json:
        """Store what a step gave, before what follows it starts; the first result of a step stays, and is returned."""
        ...


class NoMemory:
    """Remembers nothing: every step is done."""

    def recall(self, step: str) -> Json | None:  # noqa: ARG002  # the protocol's signature
        """Nothing."""
        return None

    def keep(self, step: str, result: Json) -> Json:  # noqa: ARG002  # the protocol's signature
        """Nothing is kept."""
        return result
