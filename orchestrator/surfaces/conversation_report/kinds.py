"""Tables of kinds of conversations: by reason, product, queue, channel and hour."""

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.core.conversations.statistics.aggregate import Said
from orchestrator.core.conversations.statistics.breakdown import REST
from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.intervals import LEAST, difference
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.surfaces.conversation_report.charts import Point, bar, column_chart, dot_plot, line_chart, zoomed
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View, estimate_told, few, told
from orchestrator.surfaces.conversation_report.words import change, count, percent, shortened, some

_SHOWN = 12
_MOST_ROWS = 100
_SPARE = 3  # as many more are shown rather than folded away
_HOURS = 24
_TITLES = ("Conversations", "Satisfaction", "Resolved")
_DIMENSIONS = (("product", "Product"), ("queue", "Queue"), ("channel", "Channel"))
Named = Sequence[tuple[str, Cell]]


def reasons(view: View) -> Html | None:
    """Contact reasons, most common first, with quotes that they rest on; None where no reason was found."""
    found = list(view.aggregate.breakdowns["contact_reason"].largest())
    if not any(name for name, _ in found):
        return None
    parted = _parted(view, found, "Contact reason", quotes=True)
    return el("section", el("h2", "Contact reasons"), _legend(view), parted, id="reasons")


def where(view: View) -> Html | None:
    """By product, queue, channel and hour; None where nothing of it is known."""
    parts: list[Html] = []
    for name, title in _DIMENSIONS:
        found = list(view.aggregate.breakdowns[name].largest())
        if any(one for one, _ in found):
            parts.append(el("h3", f"By {title.lower()}"))
            parts.append(_parted(view, found, title))
    if view.aggregate.hours:
        parts += _hours(view)
    return el("section", el("h2", "Where and when"), parts, id="where") if parts else None


def _legend(view: View) -> Html:
    second = f" Change is {view.periods[1]} against {view.periods[0]}, in grey within chance." if view.split else ""
    text = (
        "The dot is the mean of a kind with its interval on the scale 1 to 5, the tick the mean of all. A hollow dot "
        f"and “few” stand for fewer than {LEAST} conversations: too few to be read as a figure of their own."
    )
    return el("p", text + second, cls="note")


def _parted(view: View, found: Named, title: str, *, quotes: bool = False) -> Html:
    """The largest kinds, and the others folded away."""
    most = max(cell.count for _, cell in found)
    at = _SHOWN if len(found) > _SHOWN + _SPARE else len(found)
    shown, rest = found[:at], found[at:]
    first = _table(view, shown, title, most=most, quotes=quotes)
    if not rest:
        return first
    more = _table(view, rest[:_MOST_ROWS], title, most=most, quotes=quotes)
    beyond = len(rest) - _MOST_ROWS
    note = el("p", f"and {count(beyond)} more in the results", cls="note") if beyond > 0 else ""
    return el("div", first, el("details", el("summary", f"{count(len(rest))} more"), more, note))


def _table(view: View, found: Named, title: str, *, most: int, quotes: bool) -> Html:
    titles = [title, *_TITLES]
    if quotes and view.split:
        titles.append("Change of satisfaction")
    header = el("tr", [el("th", one, scope="col", colspan=2 if one in _TITLES[:2] else None) for one in titles])
    rows = [_row(view, name, cell, most=most, quotes=quotes) for name, cell in found]
    return table(f"Conversations, satisfaction and share resolved by {title.lower()}", header, rows, cls="kinds")


def _row(view: View, name: str, cell: Cell, *, most: int, quotes: bool) -> Html:
    satisfaction = cell.estimate(Measure.SATISFACTION)
    all_of_them = view.aggregate.overall.estimate(Measure.SATISFACTION)
    middle = all_of_them.value if all_of_them else None
    said = view.aggregate.quotes.get(name, ()) if quotes else ()
    share = f"{count(cell.count)} "
    cells = [
        el("th", view.called(name), " ", few(cell.count), _quotes(said), scope="row"),
        el("td", share, el("small", percent(cell.count / view.aggregate.count)), cls="number"),
        el("td", bar(cell.count / most), cls="plot"),
        el("td", told(satisfaction, is_share=False)),
        el("td", dot_plot(satisfaction, middle, low=1, high=5, label="") if satisfaction else "", cls="plot"),
        el("td", told(cell.estimate(Measure.RESOLVED), is_share=True)),
    ]
    if quotes and view.split:
        cells.append(_change(view, name))
    return el("tr", cells, cls="rest" if name in {"", REST} else None)


def _change(view: View, name: str) -> Html:
    """How satisfaction changed within one reason; unsaid where a period has too few of it."""
    assert view.split
    series = view.aggregate.breakdowns["contact_reason"].series.get(name)
    if series is None:
        return el("td")
    before, after = (cell.moments(Measure.SATISFACTION) for cell in series.split(view.split))
    found = difference(before, after, is_share=False)
    if found is None or found.low is None:
        return el("td", el("span", "too few", cls="soft"))
    tone = "" if not found.clear else "good" if found.value > 0 else "bad"
    return el("td", el("span", change(found.value, is_share=False), cls=f"delta {tone}"))


def _quotes(said: Iterable[Said]) -> Html | str:
    lines = [el("li", el("q", one.quote.text), " ", el("small", shortened(one.conversation))) for one in said]
    if not lines:
        return ""
    summary = el("summary", some(len(lines), "quote"))
    return el("details", summary, el("ul", lines), cls="quotes")


def _hours(view: View) -> Iterator[Html]:
    cells = [view.aggregate.hours.get(hour, Cell()) for hour in range(_HOURS)]
    zone = str(view.aggregate.zone)
    yield el("h3", f"By hour of the day ({zone})")
    counts = [
        (str(hour), f"{_hour(hour)}: {some(cell.count, 'conversation')}", cell.count) for hour, cell in enumerate(cells)
    ]
    points = [
        Point(str(hour), estimate_told(_hour(hour), cell.estimate(Measure.SATISFACTION), is_share=False), found)
        for hour, cell in enumerate(cells)
        for found in [cell.estimate(Measure.SATISFACTION)]
    ]
    charts = [
        el("figure", el("figcaption", "Conversations"), column_chart(counts, label="conversations by hour", every=4))
    ]
    if any(point.estimate for point in points):
        label = "satisfaction by hour; the table below has it"
        chart = line_chart(points, zoomed(one.estimate for one in points), label=label, every=4)
        charts.append(el("figure", el("figcaption", "Satisfaction"), chart))
    yield el("div", charts, cls="charts")
    found = [(_hour(hour), cell) for hour, cell in enumerate(cells) if cell.count]
    hours = _table(view, found, "Hour", most=max(cell.count for _, cell in found), quotes=False)
    yield el("details", el("summary", "As a table"), hours)


def _hour(hour: int) -> str:
    return f"{hour:02d}:00"
