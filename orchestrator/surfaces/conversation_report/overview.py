"""The head of the page: what this is, what it says in short, and the key figures."""

from collections.abc import Iterator

from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.intervals import LEAST, Estimate
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.surfaces.conversation_report.markup import Html, el, join
from orchestrator.surfaces.conversation_report.moved import moved_sentence
from orchestrator.surfaces.conversation_report.view import View
from orchestrator.surfaces.conversation_report.words import (
    change,
    change_range,
    count,
    days,
    figure,
    percent,
    points,
    range_text,
    seconds,
    some,
)

_CARDS = (
    (Measure.SATISFACTION, "Satisfaction", "predicted, 1 to 5", 1),
    (Measure.RESOLVED, "Resolved", "of conversations", 1),
    (Measure.REPEATED, "Contacted again", "of conversations", -1),
    (Measure.TRANSFERRED, "Transferred", "of conversations", 0),
    (Measure.ABANDONED, "Abandoned", "of conversations", -1),
    (Measure.SCORECARD, "Scorecard", "points of 100", 1),
)
_LANGUAGES = 4
UNREDACTED = "off"
"""What results are redacted by where nothing is."""


def head(view: View, title: str) -> Iterator[Html]:
    """The title and what the batch is."""
    found = view.aggregate
    if found.generated:
        which = "all" if found.generated == found.count else count(found.generated)
        yield el("p", f"SAMPLE DATA: {which} of these conversations are generated; nobody said any of it", cls="sample")
    if any(one.redaction == UNREDACTED for one in found.origins):
        yield el(
            "p", "Personal data are not redacted on this page: keep it where the conversations are kept", cls="sample"
        )
    yield el(
        "header",
        el("p", "Conversation report", cls="over"),
        el("h1", title or _title(view)),
        el("p", join(_facts(view), " · "), cls="facts"),
    )


def _title(view: View) -> str:
    if view.first_day and view.last_day:
        return f"Conversations of {days(view.first_day, view.last_day)}"
    return "Conversations"


def _facts(view: View) -> list[str]:
    found = view.aggregate
    named = [(name or "not told", number) for name, number in found.languages.most_common()]
    told = [f"{name} {percent(number / found.count)}" for name, number in named[:_LANGUAGES]]
    rest = sum(number for _, number in named[_LANGUAGES:])
    if rest:
        told.append(f"others {percent(rest / found.count)}")
    facts = [some(found.count, "conversation"), some(found.turns, "turn")]
    facts += ["languages: " + ", ".join(told)] if told else []
    if found.unsupported:
        facts.append(f"{count(found.unsupported)} in a language that is not scored")
    if found.flagged:
        facts.append(f"{count(found.flagged)} flagged for a look")
    if found.undated:
        facts.append(f"{count(found.undated)} without a time")
    return facts


def short(view: View) -> Html:
    """What the page says, in a few sentences that code makes from its numbers."""
    lines = [el("li", sentence) for sentence in _sentences(view)]
    return el("section", el("h2", "In short"), el("ul", lines, cls="said"), id="short", cls="lead")


def _sentences(view: View) -> Iterator[str]:
    overall = view.aggregate.overall
    satisfaction, resolved = overall.estimate(Measure.SATISFACTION), overall.estimate(Measure.RESOLVED)
    if satisfaction is None:
        yield "No conversation has a satisfaction: the section on what could not be computed says why."
    else:
        yield (
            f"Predicted satisfaction is {_figured(satisfaction, is_share=False)} of 5"
            + (f"; {_figured(resolved, is_share=True)} of conversations were resolved." if resolved else ".")
        )
    moved = moved_sentence(view)
    if moved:
        yield moved
    yield from _common(view)
    marked = view.aggregate.answers.failed
    if marked:
        yield f"{some(marked, 'conversation')} failed the scorecard outright by an automatic fail."


def _common(view: View) -> Iterator[str]:
    """The most common reason beside all other conversations."""
    for reason, cell in view.aggregate.breakdowns["contact_reason"].largest():
        if not reason or cell.count < LEAST:
            return
        here, others = cell.estimate(Measure.SATISFACTION), _without(view.aggregate.overall, cell)
        against = others.estimate(Measure.SATISFACTION)
        share = percent(cell.count / view.aggregate.count)
        said = f"“{view.called(reason)}” is the most common reason: {share} of conversations"
        if here and against:
            said += f", with a satisfaction of {_mean(here)} against {_mean(against)} for all others"
        yield f"{said}."
        return


def _mean(estimate: Estimate) -> str:
    return figure(estimate.value, is_share=False)


def _without(all_of_them: Cell, some_of_them: Cell) -> Cell:
    """All but some: what was added up is taken off again."""
    found = Cell(all_of_them.count - some_of_them.count)
    for measure, less in some_of_them.measures.items():
        moments = found.measures.setdefault(measure, type(less)())
        whole = all_of_them.moments(measure)
        moments.count = whole.count - less.count
        moments.total = whole.total - less.total
        moments.squares = whole.squares - less.squares
    return found


def _figured(estimate: Estimate, *, is_share: bool) -> str:
    between = range_text(estimate, is_share=is_share)
    return figure(estimate.value, is_share=is_share) + (f" ({between})" if between else "")


def figures(view: View) -> Html:
    """The key figures, each with its change between the periods."""
    cards = [_card("Conversations", count(view.aggregate.count), some(view.aggregate.turns, "turn"), _volume(view))]
    for measure, name, unit, better in _CARDS:
        estimate = view.aggregate.overall.estimate(measure)
        if estimate is None:
            continue
        shown = figure(estimate.value, is_share=measure.is_share)
        shown = f"{estimate.value:.0f}" if measure is Measure.SCORECARD else shown
        between = range_text(estimate, is_share=measure.is_share) if measure is not Measure.SCORECARD else ""
        cards.append(_card(name, shown, between or unit, _moved(view, measure, better)))
    response = view.aggregate.times["first_response_s"]
    if response.count:
        late = f"one in ten waits {seconds(response.quantile(0.9))} or more"
        cards.append(_card("First response", seconds(response.quantile(0.5)), "median", el("p", late, cls="delta")))
    note = (
        f"Changes are {view.periods[1]} against {view.periods[0]}; a change in grey is within chance."
        if view.split
        else ""
    )
    return el(
        "section",
        el("h2", "Key figures", cls="hidden"),
        el("div", cards, cls="cards"),
        el("p", note + " Small numbers are intervals of 95 %.", cls="note"),
        id="figures",
    )


def _card(name: str, shown: str, below: str, moved: Html | str) -> Html:
    return el("div", el("h3", name), el("p", shown, cls="figure"), el("p", below, cls="unit"), moved, cls="card")


def _volume(view: View) -> Html | str:
    if not view.split:
        return ""
    return el("p", f"{count(view.before.count)} before, {count(view.after.count)} after", cls="delta")


def _moved(view: View, measure: Measure, better: int) -> Html | str:
    found = view.change(measure)
    if found is None:
        return ""
    is_points = measure is Measure.SCORECARD
    shown = points(found.value) if is_points else change(found.value, is_share=measure.is_share)
    between = "" if is_points else change_range(found, is_share=measure.is_share)
    good = found.value * better > 0
    tone = "" if not found.clear or not better else " good" if good else " bad"
    arrow = "" if not found.clear else "▲ " if found.value > 0 else "▼ "
    return el("p", f"{arrow}{shown}", el("small", f" ({between})") if between else "", cls=f"delta{tone}")
