"""How far a batch is, and what came of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchProgress:
    """How far a batch is.

    Attributes:
        conversations: Scored so far, with those before a resumption; so are `turns` and `rejected`.
        share: Of the input that is done, 0 to 1; None where its length is not known.
        seconds: Since the rate is counted.
        turns_before: Turns that were scored before that, by an earlier process too; `share_before` likewise.
        stage: What is being done: `reading`, `scoring`, `asking` (a model), `writing`.
    """

    conversations: int
    turns: int
    rejected: int
    share: float | None
    seconds: float
    turns_before: int = 0
    share_before: float = 0.0
    stage: str = "scoring"

    @property
    def turns_per_s(self) -> float:
        """The rate now."""
        return (self.turns - self.turns_before) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the rate so far; None where it cannot be told."""
        if self.share is None or self.share <= self.share_before:
            return None
        return self.seconds * (1 - self.share) / (self.share - self.share_before)
