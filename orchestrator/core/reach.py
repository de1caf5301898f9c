"""Limits on how far an action reaches, by what is counted: requests, users, instances, services."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

ANY = "*"
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Limits:
    """At most so many of each unit.

    Attributes:
        most: By unit as it was written, and compared by `unit_key`; `*` is every unit that is not named.
    """

    most: tuple[tuple[str, float], ...]

    def limit_for(self, unit: str) -> float | None:
        """The lowest limit of those that a radius' unit names (`services on the way` names `services`).

        None where there is none for it; then nothing that is counted so is within the limits.
        """
        named = {unit_key(word) for word in _WORD.findall(unit)}
        found = [most for written, most in self.most if unit_key(written) in named]
        return min(found or [most for written, most in self.most if written == ANY], default=None)

    def allow(self, value: object, unit: str) -> bool:
        """Whether so much is within them; what is no number, such as an unknown reach, is above every limit."""
        limit = self.limit_for(unit)
        if limit is None or isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return 0 <= value <= limit  # a NaN is not

    def __str__(self) -> str:
        return ", ".join(f"{most:g} {'of anything else' if unit == ANY else unit}" for unit, most in self.most)


def unit_key(word: str) -> str:
    """A unit as it is compared: `Services` and `service` are one."""
    return word.casefold().removesuffix("s") or word.casefold()


def limits(most: Mapping[str, float]) -> Limits:
    """Limits by unit as people write them."""
    return Limits(tuple(most.items()))
