"""How conversations went: the distribution of satisfaction, their course, and how long things took."""

from orchestrator.core.conversations.statistics.aggregate import STEPS, Aggregate
from orchestrator.surfaces.conversation_report.charts import bar, column_chart
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View
from orchestrator.surfaces.conversation_report.words import count, percent, seconds, some

_SHAPES = {
    "improved": "Ended better than it began",
    "recovered": "Fell, and came back",
    "steady": "Stayed as it was",
    "mixed": "Went up and down",
    "worsened": "Ended worse than it began",
}
_TIMES = {
    "first_response_s": "First response",
    "median_response_s": "Median response",
    "longest_response_s": "Longest response",
    "hold_s": "On hold",
    "duration_s": "Whole conversation",
}


def section(view: View) -> Html | None:
    """The section; None where nothing of it is known."""
    found = view.aggregate
    tables = [part for part in (_shapes(found), _times(found)) if part]
    left = _distribution(found)
    if left is None and not tables:
        return None
    pair = el("div", left or "", el("div", tables), cls="pair")
    return el("section", el("h2", "How conversations went"), pair, id="course")


def _distribution(found: Aggregate) -> Html | None:
    if not found.satisfaction:
        return None
    points = []
    for step in range(4 * STEPS):
        low = 1 + step / STEPS
        number = found.satisfaction.get(step, 0)
        told = f"{low:.2f} to {low + 1 / STEPS:.2f}: {some(number, 'conversation')}"
        points.append((f"{low:g}" if step % STEPS == 0 else "", told, number))
    chart = column_chart(points, label="distribution of predicted satisfaction", every=STEPS)
    return el("figure", el("figcaption", "Predicted satisfaction"), chart)


def _shapes(found: Aggregate) -> Html | None:
    whole = sum(found.shapes.values())
    if not whole:
        return None
    names = [*_SHAPES, *sorted(set(found.shapes) - set(_SHAPES))]
    rows = [
        el(
            "tr",
            el("th", _SHAPES.get(name, name), scope="row"),
            el("td", count(found.shapes[name]), " ", el("small", percent(found.shapes[name] / whole))),
            el("td", bar(found.shapes[name] / max(found.shapes.values())), cls="plot"),
        )
        for name in names
        if found.shapes[name]
    ]
    header = el(
        "tr", el("th", "Course of the customer's mood", scope="col"), el("th", "Conversations", scope="col", colspan=2)
    )
    return table("Course of the customer's mood", header, rows)


def _times(found: Aggregate) -> Html | None:
    rows = [
        el(
            "tr",
            el("th", _TIMES[name], scope="row"),
            *(el("td", seconds(durations.quantile(share))) for share in (0.5, 0.9)),
            el("td", count(durations.count)),
        )
        for name, durations in found.times.items()
        if durations.count
    ]
    if not rows:
        return None
    titles = ("Time", "Half within", "9 in 10 within", "Conversations")
    header = el("tr", [el("th", title, scope="col") for title in titles])
    return table("Response, hold and duration", header, rows)
