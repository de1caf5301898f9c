"""A guide's record: how often it was used, and what people said of its verdicts."""

from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideRecord:
    """Counts of runs on real data.

    Attributes:
        used: Runs that ended with a verdict of this guide.
        confirmed: Incidents whose people said that its verdict was right.
        wrong: Incidents whose people said that it was wrong.
        inconclusive: Runs in which it did not find out.
        last_used: When the newest of them ended.
        version: The version that the newest of them used.
    """

    guide: str
    used: int = 0
    confirmed: int = 0
    wrong: int = 0
    inconclusive: int = 0
    last_used: datetime | None = None
    version: str = ""

    def brief(self) -> Json:
        """As a report's guide carries it."""
        return {"used": self.used, "confirmed": self.confirmed, "wrong": self.wrong}

    def document(self) -> Json:
        """As JSON."""
        return {
            "guide": self.guide,
            **self.brief(),
            "inconclusive": self.inconclusive,
            "last_used": iso_utc(self.last_used) if self.last_used else None,
            "version": self.version or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Alerts of one rule about one service that no guide settled.

    Attributes:
        incidents: How many incidents they made.
        minutes: How long these lasted together; an open one until now.
        newest: The newest of the incidents.
        draft: The command that begins a guide for it.
    """

    rule: str
    service: str
    incidents: int
    minutes: int
    newest: str
    draft: str

    def document(self) -> Json:
        """As JSON."""
        return {
            "rule": self.rule,
            "service": self.service or None,
            "incidents": self.incidents,
            "minutes_lost": self.minutes,
            "newest": self.newest,
            "draft": self.draft,
        }
