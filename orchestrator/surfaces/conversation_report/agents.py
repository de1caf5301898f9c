"""Agents under the names that the results have for them: in order only where there are enough conversations."""

from collections.abc import Sequence

from orchestrator.core.conversations.statistics.breakdown import REST
from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.intervals import LEAST_RANKED, LEVEL, Estimate
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.surfaces.conversation_report.charts import dot_plot
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View, told
from orchestrator.surfaces.conversation_report.words import count, shortened, some

_MOST = 40
Named = Sequence[tuple[str, Cell]]


def section(view: View) -> Html | None:
    """The section; None where no agent is known."""
    every = view.aggregate.agents.largest()
    found = [(name, cell) for name, cell in every if name != REST and cell.estimate(Measure.SATISFACTION)]
    if not found:
        return None
    enough = [one for one in found if _satisfied(one[1]).n >= LEAST_RANKED]
    under = sorted(one for one in found if _satisfied(one[1]).n < LEAST_RANKED)
    parts: list[Html] = []
    if enough:
        enough.sort(key=lambda one: (-_satisfied(one[1]).value, one[0]))
        parts += [el("p", _warning(view, enough), cls="note"), _ranked(view, enough)]
    if under:
        who = f"{some(len(under), 'agent')} with fewer than {LEAST_RANKED} conversations"
        parts.append(el("details", el("summary", f"{who}, in order of name, not ranked"), _table(view, under)))
    return el("section", el("h2", "Agents"), parts, id="agents")


def _warning(view: View, enough: Named) -> str:
    overall = view.aggregate.overall.estimate(Measure.SATISFACTION)
    assert overall is not None
    outside = sum(_is_outside(_satisfied(cell), overall.value) for _, cell in enough)
    by_chance = (1 - LEVEL) * len(enough)
    return (
        "Order is by mean satisfaction; where intervals overlap it says little, and it does not take into account what "
        f"each agent's conversations are about. The intervals of {outside} of {len(enough)} leave out the mean of all; "
        f"about {by_chance:.1f} would by chance alone."
    )


def _ranked(view: View, found: Named) -> Html:
    """In order; where there are very many, the first and the last of them."""
    if len(found) <= _MOST:
        return _table(view, found)
    between = el("p", f"{some(len(found) - _MOST, 'more agent')} between these, in the results", cls="note")
    return el("div", _table(view, found[: _MOST // 2]), between, _table(view, found[-_MOST // 2 :]))


def _table(view: View, found: Named) -> Html:
    shown = found[:_MOST]
    overall = view.aggregate.overall.estimate(Measure.SATISFACTION)
    middle = overall.value if overall else None
    rows = [
        el(
            "tr",
            el("th", shortened(name), scope="row"),
            el("td", count(cell.count)),
            el("td", told(cell.estimate(Measure.SATISFACTION), is_share=False)),
            el("td", dot_plot(cell.estimate(Measure.SATISFACTION), middle, low=1, high=5, label=""), cls="plot"),
            el("td", told(cell.estimate(Measure.RESOLVED), is_share=True)),
        )
        for name, cell in shown
    ]
    header = el(
        "tr",
        el("th", "Agent", scope="col"),
        el("th", "Conversations", scope="col"),
        el("th", "Satisfaction", scope="col", colspan=2),
        el("th", "Resolved", scope="col"),
    )
    listed = table("Agents by name with satisfaction and share resolved", header, rows)
    rest = len(found) - _MOST
    return el("div", listed, el("p", f"and {some(rest, 'more agent')}", cls="note")) if rest > 0 else listed


def _satisfied(cell: Cell) -> Estimate:
    return cell.estimate(Measure.SATISFACTION) or Estimate(0.0, None, None, 0)


def _is_outside(estimate: Estimate, middle: float) -> bool:
    return estimate.low is not None and estimate.high is not None and not estimate.low <= middle <= estimate.high
