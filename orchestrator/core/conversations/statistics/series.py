"""Cells by time: days while they are few, then weeks, then longer; a bounded number however long the time is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from orchestrator.core.conversations.statistics.cell import Cell, Values

MOST_CELLS = 120
WIDTHS_D = (1, 7, 28, 364, 3640)
"""Days in a bucket; each width is a multiple of the one before, so that buckets of one fall into those of the next."""
_MONDAY = date(1, 1, 1).toordinal()


def bucket_of(day: date, width_d: int) -> int:
    """The number of the bucket of a day; those of 7 days start on Mondays."""
    return (day.toordinal() - _MONDAY) // width_d


def first_day(bucket: int, width_d: int) -> date:
    """The day on which a bucket starts."""
    return date.fromordinal(_MONDAY + bucket * width_d)


@dataclass(slots=True)
class Series:
    """Cells in order of time.

    Attributes:
        level: Which of `WIDTHS_D` the buckets have; it only ever rises.
    """

    level: int = 0
    cells: dict[int, Cell] = field(default_factory=dict)

    @property
    def width_d(self) -> int:
        """Days in a bucket."""
        return WIDTHS_D[self.level]

    def add(self, day: date, values: Values) -> None:
        """Take in a conversation of a day."""
        bucket = bucket_of(day, self.width_d)
        cell = self.cells.get(bucket)
        if cell is None:
            cell = self.cells[bucket] = Cell()
        cell.add(values)
        if len(self.cells) > MOST_CELLS:
            self._coarsen()

    def merge(self, other: "Series") -> None:
        """Take in another; the longer buckets of the two are kept."""
        while self.level < other.level:
            self._widen()
        ratio = self.width_d // other.width_d
        for bucket, cell in other.cells.items():
            self.cells.setdefault(bucket // ratio, Cell()).merge(cell)
        self._coarsen()

    def at(self, width_d: int) -> dict[int, Cell]:
        """The cells in buckets of a width, which must be a multiple of this one's; in order."""
        ratio = width_d // self.width_d
        found: dict[int, Cell] = {}
        for bucket in sorted(self.cells):
            found.setdefault(bucket // ratio, Cell()).merge(self.cells[bucket])
        return found

    def starts(self) -> Iterator[tuple[date, Cell]]:
        """The cells with the first day of each, in order."""
        for bucket in sorted(self.cells):
            yield first_day(bucket, self.width_d), self.cells[bucket]

    def split(self, day: date) -> tuple[Cell, Cell]:
        """What is before a day and what is from it on; a bucket across it counts where it starts."""
        before, after = Cell(), Cell()
        for start, cell in self.starts():
            (before if start < day else after).merge(cell)
        return before, after

    def middle(self) -> date | None:
        """The start of the bucket that parts the time best in two halves; None where there is but one bucket."""
        starts = sorted(self.cells)
        if len(starts) < 2:  # noqa: PLR2004  # two halves need two buckets
            return None
        middle = (starts[0] + starts[-1] + 1) / 2
        best = min(starts[1:], key=lambda bucket: (abs(bucket - middle), bucket))
        return first_day(best, self.width_d)

    def _coarsen(self) -> None:
        while len(self.cells) > MOST_CELLS and self.level + 1 < len(WIDTHS_D):
            self._widen()

    def _widen(self) -> None:
        self.cells = self.at(WIDTHS_D[self.level + 1])
        self.level += 1
