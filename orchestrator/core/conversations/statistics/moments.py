"""Count, sum and sum of squares of values, kept as whole numbers so that parts may be added in any order."""

from dataclasses import dataclass

_UNIT = 1_000_000


@dataclass(slots=True)
class Moments:
    """Values by what their mean and variance need.

    Attributes:
        total: In millionths; whole numbers add up to the same in any order, as floats do not.
        squares: In millionths of millionths.
    """

    count: int = 0
    total: int = 0
    squares: int = 0

    def add(self, value: float) -> None:
        """Take in a value."""
        whole = round(value * _UNIT)
        self.count += 1
        self.total += whole
        self.squares += whole * whole

    def merge(self, other: "Moments") -> None:
        """Take in the values of another."""
        self.count += other.count
        self.total += other.total
        self.squares += other.squares

    @property
    def mean(self) -> float:
        """Of the values; there must be one."""
        return self.total / self.count / _UNIT

    @property
    def sum(self) -> float:
        """Of the values."""
        return self.total / _UNIT

    @property
    def variance(self) -> float:
        """Of the population that the values are drawn from; 0 with less than two values."""
        if self.count < 2:  # noqa: PLR2004  # a variance needs two
            return 0.0
        apart = self.count * self.squares - self.total * self.total
        return apart / (self.count * (self.count - 1)) / (_UNIT * _UNIT)
