"""Satisfaction, resolved and volume over time."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.intervals import LEAST
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.core.conversations.statistics.series import WIDTHS_D, Series, first_day
from orchestrator.surfaces.conversation_report.charts import Point, Scale, column_chart, line_chart, zoomed
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View, estimate_told, told
from orchestrator.surfaces.conversation_report.words import count, day, days, last_day, some

_MOST_BUCKETS = 31
_NAMES = {1: "day", 7: "week", 28: "four weeks", 364: "52 weeks", 3640: "520 weeks"}
_SHARES = Scale(0, 1, tuple((share / 4, f"{share * 25} %") for share in range(5)))


class Bucket(NamedTuple):
    """A span of time and the conversations in it."""

    start: date
    width_d: int
    cell: Cell

    @property
    def days(self) -> str:
        """Its days in words."""
        return days(self.start, last_day(self.start, self.width_d))


def buckets_of(series: Series) -> list[Bucket]:
    """The series in days where they are few, else in the shortest spans of which there are few; no gaps."""
    if not series.cells:
        return []
    for width_d in WIDTHS_D[series.level :]:
        cells = series.at(width_d)
        first, last = min(cells), max(cells)
        if last - first < _MOST_BUCKETS or width_d == WIDTHS_D[-1]:
            break
    return [Bucket(first_day(at, width_d), width_d, cells.get(at, Cell())) for at in range(first, last + 1)]


def section(view: View) -> Html | None:
    """The charts with their table; None where there is but one span of time, or none."""
    buckets = buckets_of(view.aggregate.trend)
    if len(buckets) < 2:  # noqa: PLR2004  # a line needs two ends
        return None
    split = next((place for place, one in enumerate(buckets) if view.split and one.start >= view.split), None)
    split = split or None
    span = _NAMES[buckets[0].width_d]
    charts = [
        _figure(title, _line(buckets, measure, span, split))
        for title, measure in (("Satisfaction", Measure.SATISFACTION), ("Resolved", Measure.RESOLVED))
        if any(one.cell.moments(measure).count for one in buckets)
    ]
    charts.append(_figure("Conversations", _columns(view, buckets, span, split)))
    note = (
        f"By {span}. Bands are intervals of 95 %: Student's for means, Wilson's for shares. A hollow dot stands for "
        f"fewer than {LEAST} conversations, a pale column for a time that the data do not cover whole"
        + (f", the dashed line for {day(view.split)}, where the second period starts." if view.split else ".")
    )
    return el(
        "section",
        el("h2", "Over time"),
        el("div", charts, cls="charts"),
        el("p", note, cls="note"),
        el("details", el("summary", "As a table"), _table(buckets)),
        id="time",
    )


def _figure(title: str, chart: Html) -> Html:
    return el("figure", el("figcaption", title), chart)


def _line(buckets: Sequence[Bucket], measure: Measure, span: str, split: int | None) -> Html:
    points = []
    for one in buckets:
        found = one.cell.estimate(measure)
        told_of = estimate_told(one.days, found, is_share=measure.is_share)
        points.append(Point(day(one.start), told_of, found))
    scale = _SHARES if measure.is_share else zoomed(one.estimate for one in points)
    label = f"{measure.replace('_', ' ')} by {span}; the table below has it"
    return line_chart(points, scale, label=label, split=split)


def _columns(view: View, buckets: Sequence[Bucket], span: str, split: int | None) -> Html:
    points = [
        (day(one.start), f"{one.days}: {some(one.cell.count, 'conversation')}", one.cell.count) for one in buckets
    ]
    partial = []
    if view.first_day and view.first_day > buckets[0].start:
        partial.append(0)
    if view.last_day and view.last_day < last_day(buckets[-1].start, buckets[-1].width_d):
        partial.append(len(buckets) - 1)
    return column_chart(
        points, label=f"conversations by {span}; the table below has them", split=split, partial=partial
    )


def _table(buckets: Sequence[Bucket]) -> Html:
    titles = ("From", "Conversations", "Satisfaction", "Resolved")
    rows = [
        el(
            "tr",
            el("th", one.days, scope="row"),
            el("td", count(one.cell.count)),
            el("td", told(one.cell.estimate(Measure.SATISFACTION), is_share=False)),
            el("td", told(one.cell.estimate(Measure.RESOLVED), is_share=True)),
        )
        for one in buckets
    ]
    header = el("tr", [el("th", title, scope="col") for title in titles])
    return table("Conversations, satisfaction and share resolved over time", header, rows)
