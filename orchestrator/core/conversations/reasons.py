"""Contact reasons: why customers get in touch, and the words by which it is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactReason:
    """One reason of the configured list.

    Attributes:
        group: What it belongs to: orders, delivery, returns, ...
        phrases: What customers say who have it, with the weight of each. Words in small letters, with `(a|b)` for a
            choice, `[a]` for a word that may be missing and `~` for up to three other words.
        words: Single words that speak for it a little, with their weights.
        excluded: Phrases in whose sentence nothing counts for it.
    """

    id: str
    title: str
    group: str = ""
    phrases: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, float] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
