"""The measures of a conversation that are counted: means of scores and shares of what happened."""

from enum import StrEnum


class Measure(StrEnum):
    """What is said of each conversation, by its name in `overall` (`scorecard` is the normalized score)."""

    SATISFACTION = "satisfaction"
    QUALITY = "quality"
    CUSTOMER_SENTIMENT = "customer_sentiment"
    AGENT_SENTIMENT = "agent_sentiment"
    SCORECARD = "scorecard"
    RESOLVED = "resolved"
    ABANDONED = "abandoned"
    TRANSFERRED = "transferred"
    REPEATED = "repeated_contact"

    @property
    def is_share(self) -> bool:
        """True for what happens or not; False for a score with a mean."""
        return self in _SHARES

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and highest value that it can have."""
        return _BOUNDS.get(self, (0.0, 1.0))


_SHARES = frozenset({Measure.RESOLVED, Measure.ABANDONED, Measure.TRANSFERRED, Measure.REPEATED})
_BOUNDS = {
    Measure.SATISFACTION: (1.0, 5.0),
    Measure.QUALITY: (1.0, 5.0),
    Measure.CUSTOMER_SENTIMENT: (-1.0, 1.0),
    Measure.AGENT_SENTIMENT: (-1.0, 1.0),
    Measure.SCORECARD: (0.0, 100.0),
}
BROKEN_DOWN = (Measure.SATISFACTION, Measure.RESOLVED)
"""Those that are counted by reason, product, queue, channel, hour and agent as well."""
LIKELY = 0.5
"""From this probability on a conversation counts as resolved, abandoned, transferred or repeated."""
