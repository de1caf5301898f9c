"""What moved a measure between two periods, by reason and by queue: how the mix changed, and how each kind did."""

from collections.abc import Mapping, Sequence

from orchestrator.core.conversations.insight_figures import figures, moments, rounded, rounded_figures
from orchestrator.core.conversations.insight_rows import TEN_THOUSAND
from orchestrator.core.conversations.insights import LEAST_CONVERSATIONS, Group, Measure, Total
from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.intervals import difference
from orchestrator.core.conversations.statistics.measures import Measure as Counted
from orchestrator.core.conversations.statistics.movement import Movement, movement
from orchestrator.core.table import Value

Periods = tuple[Sequence[Total], Sequence[Total]]
_NOTHING = Total("", 0, 0, 0, 0)
_MOST_PARTS = 20
NOT_KNOWN = "(none)"
"""The key of those that have no reason or queue."""


def changes(measure: Measure, found: Mapping[Group, Periods]) -> list[dict[str, Value]]:
    """The rows of a change: the total, then for reason and queue the parts, the largest effect first."""
    before, after = (_only(totals) for totals in found[Group.NONE])
    rows = [_whole(measure, before, after)]
    for group in (Group.REASON, Group.QUEUE):
        if any(total.key for totals in found[group] for total in totals):
            rows += _counted(group, found[group]) if measure is Measure.CONVERSATIONS else _moved(measure, group, found)
    return rows


def _only(totals: Sequence[Total]) -> Total:
    return totals[0] if totals else _NOTHING


def _whole(measure: Measure, before: Total, after: Total) -> dict[str, Value]:
    one, two = moments(before), moments(after)
    apart = difference(one, two, is_share=measure.is_share)
    change, then, now = rounded_figures(apart), *(figures(part, is_share=measure.is_share) for part in (one, two))
    counts = measure is Measure.CONVERSATIONS
    return {
        "kind": "total",
        "conversations": after.conversations,
        "n": after.n,
        "hits": after.total // TEN_THOUSAND if measure.is_share else None,
        "value": now.value,
        "low": now.low,
        "high": now.high,
        "enough": counts or min(before.n, after.n) >= LEAST_CONVERSATIONS,
        "before_n": before.n,
        "before": then.value,
        "before_low": then.low,
        "before_high": then.high,
        "change": float(after.n - before.n) if counts else change.value,
        "change_low": None if counts else change.low,
        "change_high": None if counts else change.high,
        "clear": None if counts or apart is None else apart.clear,
    }


def _moved(measure: Measure, group: Group, found: Mapping[Group, Periods]) -> list[dict[str, Value]]:
    """Mix and rate by a group; nothing where a period has too few to be told."""
    before, after = ({total.key: total for total in totals} for totals in found[group])
    counted = Counted.RESOLVED if measure.is_share else Counted.SATISFACTION  # only whether it is a share matters
    cells = {
        key or NOT_KNOWN: (
            _cell(counted, before.get(key, _NOTHING)),
            _cell(counted, after.get(key, _NOTHING)),
        )
        for key in sorted({*before, *after})
    }
    moved = movement(counted, cells)
    if moved is None or min(moved.before.n, moved.after.n) < LEAST_CONVERSATIONS:
        return []
    return [_parts(group, moved), *_kinds(group, moved)]


def _cell(counted: Counted, total: Total) -> Cell:
    return Cell(total.conversations, {counted: moments(total)})


def _parts(group: Group, moved: Movement) -> dict[str, Value]:
    return {
        "kind": "parts",
        "by": group.value,
        "n": moved.after.n,
        "before_n": moved.before.n,
        "change": rounded(moved.change.value),
        "mix": rounded(moved.mix.value),
        "rate": rounded(moved.rate.value),
    }


def _kinds(group: Group, moved: Movement) -> list[dict[str, Value]]:
    return [
        {
            "kind": "part",
            "by": group.value,
            "key": kind.kind.removeprefix("\0"),
            "n": kind.count,
            "value": None if kind.after is None else rounded(kind.after),
            "share": rounded(kind.after_share),
            "before": None if kind.before is None else rounded(kind.before),
            "before_share": rounded(kind.before_share),
            "change": rounded(kind.effect),
            "mix": rounded(kind.mix),
            "rate": rounded(kind.rate),
        }
        for kind in moved.kinds[:_MOST_PARTS]
    ]


def _counted(group: Group, periods: Periods) -> list[dict[str, Value]]:
    """How many more or fewer conversations each group had, the largest difference first."""
    before, after = ({total.key: total.conversations for total in totals} for totals in periods)
    apart = {key: after.get(key, 0) - before.get(key, 0) for key in {*before, *after}}
    return [
        {
            "kind": "part",
            "by": group.value,
            "key": key or NOT_KNOWN,
            "n": after.get(key, 0),
            "before_n": before.get(key, 0),
            "change": float(apart[key]),
        }
        for key in sorted(apart, key=lambda key: (-abs(apart[key]), key))[:_MOST_PARTS]
    ]
