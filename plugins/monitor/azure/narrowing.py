"""Decides how a query is asked again when its answer met the service's own limits. Pure.

Source of the limits: Azure Monitor documentation, "Service limits" (500,000 rows and about 100 MB raw, 64 MB
compressed, per answer), and Kusto documentation, "Query limits" (the names of the failures).
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from orchestrator.core.table import iso_utc
from orchestrator.core.window import Window

MOST_ROWS = 500_000
_FEWER = 4
_TRIES = 4
_SHORTEST = timedelta(minutes=1)
_SIZE = ("e_query_result_set_too_large", "80da0003", "-2133196797", "responsesizeerror", "response size too large")
_SIZE_CODES = ("responsetoolarge", "responsepayloadtoolarge", "resultsettoolarge", "resultsizelimitexceeded")
_EFFORT = ("e_runaway_query", "80da0001", "-2133196799", "e_low_memory_condition", "80da0007", "-2133196793")


class Excess(StrEnum):
    """Which kind of limit was met."""

    SIZE = "size"
    EFFORT = "effort"


LIMITS = {
    Excess.SIZE: "the service's limit on the size of a result (500,000 rows or 64 MB)",
    Excess.EFFORT: "the service's limit on what one query may use",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How much is asked for: the first `rows`, of the times in `window`; `tried` counts the asks before this one."""

    rows: int
    window: Window | None
    tried: int = 0


def excess_of(text: str) -> Excess | None:
    """The limit that a service's code and message speak of."""
    folded = text.casefold()
    if any(sign in folded for sign in (*_SIZE, *_SIZE_CODES)):
        return Excess.SIZE
    return Excess.EFFORT if any(sign in folded for sign in _EFFORT) else None


def narrowed(ask: Ask, excess: Excess) -> Ask | None:
    """What to ask for instead; None when nothing is left to narrow.

    Fewer rows where the result was too large. Where the work was too much, the newer half of the window: an incident
    is seen at its end.
    """
    tried = ask.tried + 1
    if tried >= _TRIES:
        return None
    if excess is Excess.SIZE:
        return replace(ask, rows=ask.rows // _FEWER, tried=tried) if ask.rows >= _FEWER else None
    if ask.window is None or ask.window.length < 2 * _SHORTEST:
        return None
    middle = ask.window.end - ask.window.length / 2
    return replace(ask, window=Window(middle, ask.window.end), tried=tried)


def told(first: Ask, last: Ask, excess: Excess) -> str:
    """What was narrowed, for the result's reason."""
    changes = []
    if last.rows != first.rows:
        changes.append(f"for the first {last.rows:,d} rows")
    if last.window != first.window and last.window is not None:
        changes.append(f"for {iso_utc(last.window.start)} to {iso_utc(last.window.end)} only")
    asked = f": asked again {' and '.join(changes)}" if changes else ""
    return f"{LIMITS[excess]} was met{asked}"
