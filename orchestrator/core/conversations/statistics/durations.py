"""Durations by their order of size: quantiles of any number of them from a few hundred counts."""

from dataclasses import dataclass, field
from math import expm1, floor, log1p

_STEPS = 12  # buckets in which a duration grows by the factor e: a quantile is within some 4 %


@dataclass(slots=True)
class Durations:
    """Seconds, counted in buckets that grow with them."""

    counts: dict[int, int] = field(default_factory=dict)

    def add(self, seconds: float) -> None:
        """Take in a duration; one below zero counts as zero."""
        bucket = floor(log1p(max(0.0, seconds)) * _STEPS)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1

    def merge(self, other: "Durations") -> None:
        """Take in the durations of another."""
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count

    @property
    def count(self) -> int:
        """How many."""
        return sum(self.counts.values())

    def quantile(self, share: float) -> float:
        """The seconds that a share of the durations do not go beyond; there must be one duration."""
        left = share * self.count
        for bucket in sorted(self.counts):
            left -= self.counts[bucket]
            if left <= 0:
                return _seconds(bucket)
        return _seconds(max(self.counts))


def _seconds(bucket: int) -> float:
    """The middle of a bucket; the first holds what is none at all."""
    return 0.0 if bucket == 0 else expm1((bucket + 0.5) / _STEPS)
