"""How far our satisfaction agrees with scores that people gave."""

from collections.abc import Iterator

from orchestrator.core.conversations.agreement import LEAST_SAMPLES, Estimate
from orchestrator.core.conversations.statistics.aggregate import REVIEWS, SURVEY
from orchestrator.core.conversations.statistics.scores import MOST_PAIRS, Scores
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View
from orchestrator.surfaces.conversation_report.words import DASH, count, signed, some

_SCALE = range(1, 6)
_NAMES = {SURVEY: "Customers' survey answers", REVIEWS: "Reviews by people"}


def section(view: View) -> Html | None:
    """The section; None where nobody gave a score."""
    parts = [part for source, scores in sorted(view.aggregate.scores.items()) for part in _source(view, source, scores)]
    return el("section", el("h2", "Agreement with people"), parts, id="people") if parts else None


def _source(view: View, source: str, scores: Scores) -> Iterator[Html]:
    yield el("h3", _NAMES.get(source) or view.called(source))
    if scores.count < LEAST_SAMPLES:
        yield el(
            "p",
            f"{some(scores.count, 'conversation has', 'conversations have')} such a score. Agreement is told from "
            f"{LEAST_SAMPLES} on: with fewer, chance alone could look like agreement or hide it.",
        )
        return
    found = scores.agreement()
    rows = [
        _row("Agreement beyond chance", "quadratically weighted kappa; 1 is complete, 0 is chance", found.kappa),
        _row("Order", "Spearman's rank correlation", found.rank),
        _row("Ours above theirs", "mean difference, in points", found.above, sign=True),
        el(
            "tr",
            el("th", "Apart", el("small", " mean distance, in points"), scope="row"),
            el("td", f"{scores.apart.mean:.2f}"),
        ),
    ]
    sample = f", {count(MOST_PAIRS)} of them drawn by chance for the intervals" if scores.count > MOST_PAIRS else ""
    of_them = f"Of {some(scores.count, 'conversation')} with such a score{sample}."
    note = f"{of_them} Intervals of 95 % by bootstrap over conversations."
    left = el("div", table("Figures of agreement", None, rows), el("p", note, cls="note"))
    yield el("div", left, _table(scores), cls="pair")


def _row(name: str, about: str, found: Estimate, *, sign: bool = False) -> Html:
    if found.value is None or found.low is None or found.high is None:
        shown = el("td", "not defined: all scores are the same")
    else:
        figures = [f"{one:+.2f}" if sign else f"{one:.2f}" for one in (found.value, found.low, found.high)]
        between = signed(figures[1]) + (" to " if sign or found.low < 0 else DASH) + signed(figures[2])
        shown = el("td", el("span", el("b", signed(figures[0])), el("small", between), cls="told"))
    return el("tr", el("th", name, el("small", f" {about}"), scope="row"), shown)


def _table(scores: Scores) -> Html:
    """Theirs by ours, darker where there are more."""
    most = max(scores.table.values(), default=1)
    header = el("tr", el("th", "Theirs ↓ Ours →", scope="col"), [el("th", str(ours), scope="col") for ours in _SCALE])
    rows = [
        el(
            "tr",
            el("th", str(theirs), scope="row"),
            [_cell(scores.table[theirs, ours], most, same=theirs == ours) for ours in _SCALE],
        )
        for theirs in _SCALE
    ]
    return table("Conversations by their score and ours", header, rows, cls="matrix")


def _cell(number: int, most: int, *, same: bool) -> Html:
    shade = -(-number * 4 // most)
    return el("td", count(number) if number else "·", cls=f"h{shade}" + " same" * same)
