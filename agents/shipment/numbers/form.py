"""A form of tracking number as its carrier publishes it, and what a number of that form tells."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a number says of itself.

    Attributes:
        tracked_as: The part by which the carrier tracks, where a barcode carries more.
        origin_country: ISO 3166-1 alpha-2.
    """

    tracked_as: str = ""
    service: str = ""
    origin_country: str = ""
    tracking_url: str = ""


OBSERVED = "no specification of the carrier was found: the form is that of the numbers that public collections hold"
Tell = Callable[[re.Match[str]], Told]


def _nothing(_match: re.Match[str]) -> Told:
    return Told()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of one carrier.

    Attributes:
        carrier: Our lower-case code.
        name: Unique within the carrier.
        pattern: Over the normalised number (capitals and digits only), matched as a whole; without nested repeats.
        lengths: The lengths that the pattern can match.
        mark: What tells this form from others, for people.
        source: Where the form is published.
        check: The check digit that a number of this form should carry, given its match; None where none is published.
        distinct: Whether its letters make it unmistakable, even without a check digit.
        head: How such numbers begin, so that one of a wrong length can be explained.
        url: Where the carrier shows it; `{}` is the number.
    """

    carrier: str
    name: str
    pattern: str
    lengths: frozenset[int]
    mark: str
    source: str
    check: Callable[[re.Match[str]], str] | None = None
    distinct: bool = False
    head: str = ""
    url: str = ""
    tell: Tell = _nothing
    refuse: Callable[[re.Match[str]], str] | None = None

    def match(self, number: str) -> re.Match[str] | None:
        """The match of a whole normalised number."""
        return re.fullmatch(self.pattern, number)


def lengths(*values: int) -> frozenset[int]:
    """The lengths of a form."""
    return frozenset(values)
