"""What moved between the two periods: mix and rate told apart, in words that code makes from the numbers."""

from collections.abc import Iterator

from orchestrator.core.conversations.statistics.aggregate import DIMENSIONS
from orchestrator.core.conversations.statistics.breakdown import REST
from orchestrator.core.conversations.statistics.intervals import LEAST, Estimate
from orchestrator.core.conversations.statistics.measures import BROKEN_DOWN, Measure
from orchestrator.core.conversations.statistics.movement import LEAST_KIND, OTHERS, KindMovement, Movement
from orchestrator.surfaces.conversation_report.charts import Step, bridge, two_way, zoomed, zoomed_share
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View
from orchestrator.surfaces.conversation_report.words import change, change_range, figure, percent, spelled

_MOST_KINDS = 10
_MUCH = 0.2
_LEAST_CHANGE = {Measure.SATISFACTION: 0.05, Measure.RESOLVED: 0.015}
"""Smaller changes are beyond chance where there are very many conversations, and mean little."""
_NAMED = {"contact_reason": "contact reason"}
_WORDS = {Measure.SATISFACTION: "Satisfaction", Measure.RESOLVED: "The share resolved"}


def moved_sentence(view: View, measure: Measure = Measure.SATISFACTION) -> str:
    """That a measure rose, fell, or stayed within chance; empty where there are no two periods."""
    moved = _by_reason(view, measure)
    if moved is None:
        return ""
    before, after = view.periods
    levels = f"{_level(moved.before, measure)} ({before}) to {_level(moved.after, measure)} ({after})"
    between = change_range(moved.change, is_share=measure.is_share)
    way = "rose" if moved.change.value > 0 else "fell"
    name = _WORDS[measure]
    if not moved.change.clear:
        return (
            f"{name} went from {levels}; the change of {_changed(moved.change, measure)} is within chance ({between})."
        )
    if not _is_worth(moved):
        return f"{name} hardly {way}, from {levels}: {_changed(moved.change, measure)} ({between})."
    return (
        f"{name} {way} from {levels}: {_changed(moved.change, measure)} ({between}). "
        f"By contact reason, {_ranged(moved.mix, measure)} of it is mix and {_ranged(moved.rate, measure)} is rate."
    )


def section(view: View) -> Html | None:
    """The section; None where there are no two periods."""
    parts = [part for measure in BROKEN_DOWN for part in _measure(view, measure)]
    if not parts:
        return None
    lead = (
        "A figure of all conversations moves in two ways. Mix: there are more conversations of kinds that score lower "
        "or higher. Rate: the same kind scores otherwise than before. "
        "This says where a change sits, not what caused it."
    )
    return el("section", el("h2", "What moved"), el("p", lead, cls="note"), parts, id="moved")


def _measure(view: View, measure: Measure) -> Iterator[Html]:
    moved = _by_reason(view, measure)
    if moved is None:
        return
    yield el("h3", _WORDS[measure])
    yield el("p", moved_sentence(view, measure))
    largest = _largest(view, moved) if _is_worth(moved) else ""
    if largest:
        yield el("p", largest)
    shown = el("div", el("figure", _bridge(view, moved)), _kinds(view, moved), cls="moved")
    shown = el("div", shown, _pooled(moved))
    if _is_worth(moved):
        yield shown
        yield el("details", el("summary", "By product, queue and channel instead"), _apart(view, measure))
    else:
        yield el("details", el("summary", "Mix and rate all the same"), shown, _apart(view, measure))


def _is_worth(moved: Movement) -> bool:
    """Whether a change is told apart at once: beyond chance, and large enough to be seen."""
    return moved.change.clear and abs(moved.change.value) >= _LEAST_CHANGE[moved.measure]


def _by_reason(view: View, measure: Measure) -> Movement | None:
    return view.aggregate.movement(measure, "contact_reason", view.split) if view.split else None


def _largest(view: View, moved: Movement) -> str:
    """The kind with the largest part of a change, in the direction of the change; empty where none can be named."""
    for kind in moved.kinds:
        same_way = kind.effect * moved.change.value > 0
        if same_way and kind.kind not in {OTHERS, REST, ""} and kind.count >= LEAST:
            return _told_of(view, moved, kind)
    return ""


def _told_of(view: View, moved: Movement, kind: KindMovement) -> str:
    is_share = moved.measure.is_share
    effect, whole, mix, rate = (
        change(value, is_share=is_share) for value in (kind.effect, moved.change.value, kind.mix, kind.rate)
    )
    shares = f"{percent(kind.before_share)} to {percent(kind.after_share)} of conversations"
    largest = f"The largest part is “{view.called(kind.kind)}”: {effect} of {whole}. It went from {shares} (mix {mix})"
    if kind.before is None or kind.after is None:
        return f"{largest}."
    levels = f"{figure(kind.before, is_share=is_share)} to {figure(kind.after, is_share=is_share)}"
    doubt = "" if kind.level_change and kind.level_change.clear else ", the latter within chance"
    return f"{largest} and from {levels} (rate {rate}{doubt})."


def _bridge(view: View, moved: Movement) -> Html:
    """From the first level to the second by way of mix and rate."""
    is_share = moved.measure.is_share
    start, middle, end = moved.before.value, moved.before.value + moved.mix.value, moved.after.value
    steps = [
        Step("before", figure(start, is_share=is_share), start, start),
        Step("mix", change(moved.mix.value, is_share=is_share), start, middle),
        Step("rate", change(moved.rate.value, is_share=is_share), middle, end),
        Step("after", figure(end, is_share=is_share), end, end),
    ]
    reached = [Estimate(value, None, None, 0) for value in (start, middle, end)]
    scale = zoomed_share(reached) if is_share else zoomed(reached)
    before, after = view.periods
    return bridge(
        steps, scale, label=f"from {before} to {after}: {', '.join(f'{one.name} {one.told}' for one in steps)}"
    )


def _apart(view: View, measure: Measure) -> Html:
    """Mix and rate of the same change, told apart by each dimension."""
    assert view.split
    found = {name: view.aggregate.movement(measure, name, view.split) for name in DIMENSIONS}
    moved = {name: one for name, one in found.items() if one is not None and len(one.kinds) > 1}
    most = max((max(abs(one.mix.value), abs(one.rate.value)) for one in moved.values()), default=0.0)
    rows = [
        el(
            "tr",
            el("th", f"by {_NAMED.get(name, name)}", scope="row"),
            *(
                cell
                for part in (one.mix, one.rate)
                for cell in (el("td", _told(part, measure)), el("td", two_way(part.value, most), cls="plot"))
            ),
        )
        for name, one in moved.items()
    ]
    header = el(
        "tr",
        *(el("th", name, scope="col", colspan=wide) for name, wide in (("Told apart", None), ("Mix", 2), ("Rate", 2))),
    )
    shown = table("Mix and rate of the change by dimension", header, rows)
    return el("div", shown, el("p", "Each row is the same change, parted in another way.", cls="note"))


def _pooled(moved: Movement) -> Html | str:
    """What is to be known where many conversations are of kinds too rare to be told apart."""
    share = sum((kind.before_share + kind.after_share) / 2 for kind in moved.kinds if kind.kind in {OTHERS, REST})
    if share < _MUCH:
        return ""
    return el(
        "p",
        f"{percent(share)} of conversations are of reasons with fewer than {LEAST_KIND} in all and are taken together: "
        "a change of the mix among them counts as rate here.",
        cls="note",
    )


def _kinds(view: View, moved: Movement) -> Html:
    kinds = moved.kinds[:_MOST_KINDS]
    most = max((abs(kind.effect) for kind in kinds), default=0.0)
    rows = [_kind(view, moved.measure, kind, most) for kind in kinds]
    titles = ("Contact reason", "Share", "Level", "Mix", "Rate", "Both")
    header = [el("th", title, scope="col") for title in titles] + [
        el("th", el("span", "Size", cls="hidden"), scope="col")
    ]
    return table("Mix and rate by contact reason", el("tr", header), rows)


def _kind(view: View, measure: Measure, kind: KindMovement, most: float) -> Html:
    is_share = measure.is_share
    levels = " → ".join("none" if one is None else figure(one, is_share=is_share) for one in (kind.before, kind.after))
    name = spelled(kind.kind) if kind.kind in {OTHERS, REST, ""} else view.called(kind.kind)
    return el(
        "tr",
        el("th", name, scope="row"),
        el("td", f"{percent(kind.before_share)} → {percent(kind.after_share)}"),
        el("td", levels),
        el("td", change(kind.mix, is_share=is_share)),
        el("td", change(kind.rate, is_share=is_share)),
        el("td", el("b", change(kind.effect, is_share=is_share))),
        el("td", two_way(kind.effect, most), cls="plot"),
    )


def _level(estimate: Estimate, measure: Measure) -> str:
    return figure(estimate.value, is_share=measure.is_share)


def _changed(estimate: Estimate, measure: Measure) -> str:
    return change(estimate.value, is_share=measure.is_share)


def _ranged(estimate: Estimate, measure: Measure) -> str:
    between = change_range(estimate, is_share=measure.is_share)
    return _changed(estimate, measure) + (f" ({between})" if between else "")


def _told(estimate: Estimate, measure: Measure) -> Html:
    between = change_range(estimate, is_share=measure.is_share)
    return el("span", el("b", _changed(estimate, measure)), el("small", between), cls="told")
