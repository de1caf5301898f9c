"""The texts that runs keep to, whatever is edited meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedText:
    """A guide as a run found it.

    Attributes:
        version: The hash of its content, as the guide and the run's start name it.
        path: Where it was read.
        text: All of it.
    """

    version: str
    path: str
    text: str


class Pins(Protocol):
    """Texts by version. Both may raise `StoreError`."""

    def pin(self, texts: Iterable[PinnedText]) -> None:
        """Keep these, before the run that keeps to them is recorded; those that are known stay as they are."""
        ...

    def pinned(self, version: str) -> PinnedText | None:
        """The text of that version, or None where no run pinned it or it was purged."""
        ...
