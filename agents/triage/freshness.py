"""How fresh rows are: the lag of their arrival and the silences between them, measured on the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import ceil
from statistics import median

from orchestrator.core.table import Table
from orchestrator.core.window import Window

SPACING_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Slot:
    """The rows of one slot of the window."""

    n: int
    oldest: datetime
    newest: datetime
    lag_s: float | None


def ingestion_lag(slots: Sequence[Slot]) -> float | None:
    """Seconds from a row's time to its arrival: the median over slots of each slot's 95th percentile.

    None where the table has no receive time.
    """
    lags = [slot.lag_s for slot in slots if slot.lag_s is not None]
    return max(0.0, float(median(lags))) if lags else None


def usual_silence(slots: Sequence[Slot], *, slot_s: float, window: Window) -> float:
    """Seconds that usually pass without a row: the 95th percentile (nearest rank) of the silences between slots.

    At least a slot, at most a tenth of the window, so that one long gap never excuses another.
    """
    gaps = sorted((after.oldest - before.newest).total_seconds() for before, after in pairwise(slots))
    most = max(slot_s, SPACING_SHARE * window.length.total_seconds())
    if not gaps:
        return slot_s
    return min(most, max(slot_s, gaps[ceil(0.95 * len(gaps)) - 1]))


def slots_of(table: Table | None) -> list[Slot]:
    """The slots of a coverage answer, in order; none where there is no answer."""
    found: list[Slot] = []
    for row in table.records() if table is not None else ():
        n, oldest, newest, lag = row["n"], row["oldest"], row["newest"], row.get("lag_s")
        if isinstance(n, int) and isinstance(oldest, datetime) and isinstance(newest, datetime):
            found.append(Slot(n, oldest, newest, float(lag) if isinstance(lag, int | float) else None))
    return found
