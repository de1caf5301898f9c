"""Suggests the names that a user may have meant."""

import difflib
from collections.abc import Iterable

_SHORTEST = 3
"""Names shorter than this stand inside of too many others."""


def nearest(name: str, names: Iterable[str], *, count: int = 3) -> tuple[str, ...]:
    """The names most like `name`, best first; one that differs only in case comes before all others."""
    known = sorted(set(names))
    folded = name.casefold()
    same = [other for other in known if other.casefold() == folded and other != name]
    by_fold = {other.casefold(): other for other in known}
    close = [by_fold[match] for match in difflib.get_close_matches(folded, list(by_fold), n=count, cutoff=0.6)]
    within = [other for other in known if len(folded) >= _SHORTEST and (folded in other.casefold())]
    merged = dict.fromkeys([*same, *close, *within])
    merged.pop(name, None)
    return tuple(merged)[:count]


def did_you_mean(names: tuple[str, ...]) -> str:
    """`; did you mean 'a' or 'b'?`, or nothing."""
    return f"; did you mean {' or '.join(map(repr, names))}?" if names else ""
