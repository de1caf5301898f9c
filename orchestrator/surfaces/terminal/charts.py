"""Small charts of one line: bars and sparklines."""

from collections.abc import Sequence

from orchestrator.surfaces.terminal.screen import Marks


def spark(values: Sequence[float | None], marks: Marks) -> str:
    """One sign per value, scaled from zero (or the lowest, where that is below) to the highest; a gap is a blank."""
    known = [value for value in values if value is not None]
    if not known:
        return " " * len(values)
    low, high = min(0.0, *known), max(0.0, *known)
    top = len(marks.sparks) - 1
    span = high - low or 1.0
    return "".join(" " if v is None else marks.sparks[round((v - low) / span * top)] for v in values)


def bar(value: float, largest: float, *, width: int, marks: Marks) -> str:
    """A bar of up to `width`; a value above zero has at least one sign."""
    if largest <= 0 or value <= 0:
        return ""
    return marks.bar * max(1, round(value / largest * width))
