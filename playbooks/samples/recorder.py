"""Collects rows with their ingestion lag; what has not arrived by the folder's end is kept apart."""

from math import exp
from random import Random
from typing import Any, NamedTuple

from playbooks.samples.topology import World

MAX_LAG_S = 240.0
_LAGS: dict[str, tuple[float, float, float]] = {  # least, median of the rest, spread (of its logarithm)
    "App": (4.0, 22.0, 0.7),
    "Con": (8.0, 30.0, 0.6),
    "Kub": (20.0, 45.0, 0.4),
    "Per": (20.0, 45.0, 0.4),
    "Ins": (20.0, 45.0, 0.4),
    "Azu": (45.0, 60.0, 0.4),
}


class Late(NamedTuple):
    """A row that arrives after the end, `arrived` seconds from the folder's start."""

    arrived: float
    table: str
    row: tuple[Any, ...]


class Recorder:
    """Rows by table; times are seconds from the folder's start and come out as microseconds since 1970.

    `late` has what arrives after `end_s`, which is the world's own end by default.
    """

    def __init__(self, world: World, rng: Random, *, end_s: float | None = None) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.late: list[Late] = []
        self._rng = rng
        self._end_s = world.length_s if end_s is None else end_s
        self._epoch_us = round(world.epoch_s * 1_000_000)

    def stamp(self, t: float) -> int:
        """A moment as microseconds since 1970."""
        return self._epoch_us + round(t * 1_000_000)

    def put(self, table: str, t: float, values: tuple[Any, ...], *, emitted: float | None = None) -> None:
        """Add a row of time `t`; telemetry of a request leaves its process at its end, `emitted`."""
        least, median, spread = _LAGS[table[:3]]
        lag = least + median * exp(spread * self._rng.gauss(0.0, 1.0))
        arrived = (t if emitted is None else emitted) + min(lag, MAX_LAG_S)
        if t < 0.0:
            return
        row = (self.stamp(t), self.stamp(arrived), *values)
        if arrived <= self._end_s:
            self.rows.setdefault(table, []).append(row)
        else:
            self.late.append(Late(arrived, table, row))

    def sorted_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All tables, each by time."""
        return {name: sorted(rows, key=lambda row: row[:2]) for name, rows in sorted(self.rows.items())}
