"""Cells by the values of one dimension, in all and over time: by reason, product, queue, channel."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from orchestrator.core.conversations.statistics.cell import Cell, Values
from orchestrator.core.conversations.statistics.series import Series

MOST_VALUES = 500
REST = "\0rest"
"""The value that stands for those beyond the first `MOST_VALUES`; no source can name one so."""


@dataclass(slots=True)
class Breakdown:
    """The conversations of each value; an empty value stands for those that have none."""

    cells: dict[str, Cell] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)

    def add(self, value: str, day: date | None, values: Values) -> None:
        """Take in a conversation; `day` is None where its time is not known or not asked for."""
        value = self._place(value)
        self.cells[value].add(values)
        if day is not None:
            found = self.series.get(value)
            if found is None:
                found = self.series[value] = Series()
            found.add(day, values)

    def merge(self, other: "Breakdown") -> None:
        """Take in the conversations of another."""
        for value, cell in other.cells.items():
            self.cells[self._place(value)].merge(cell)
        for value, series in other.series.items():
            self.series.setdefault(value if value in self.cells else REST, Series()).merge(series)

    def largest(self) -> Iterator[tuple[str, Cell]]:
        """Most conversations first; those without a value and the rest last."""
        yield from sorted(self.cells.items(), key=lambda one: (one[0] in {"", REST}, -one[1].count, one[0]))

    def periods(self, day: date) -> dict[str, tuple[Cell, Cell]]:
        """The cells of each value before a day and from it on."""
        return {value: series.split(day) for value, series in self.series.items()}

    def _place(self, value: str) -> str:
        """The value that a conversation is counted under; its cell is there then."""
        if value not in self.cells and len(self.cells) >= MOST_VALUES:
            value = REST
        self.cells.setdefault(value, Cell())
        return value
