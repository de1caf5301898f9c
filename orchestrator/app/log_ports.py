"""What this room asks of logs beside queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.core.ports import Logs


class OpenLogs(Logs, Protocol):
    """Logs that are open, and what is to be said about them."""

    @property
    def now(self) -> datetime | None:
        """What `now()` means; None is the wall clock."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was passed over or left out so far."""
        ...

    def warnings_for(self, queries: Sequence[str]) -> tuple[str, ...]:
        """What a report on these queries must say about the data."""
        ...
