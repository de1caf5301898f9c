"""The conversations that are shown whole, folded: scores, course, quotes, scorecard."""

from collections.abc import Iterable, Iterator

from orchestrator.core.conversations.statistics.case import Answer, Case, Quote
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.core.conversations.statistics.result import GENERATED, moment
from orchestrator.surfaces.conversation_report.charts import mood_line
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View
from orchestrator.surfaces.conversation_report.words import DASH, day, shortened, some, spelled

_SHARES = (
    (Measure.RESOLVED, "resolved", "not resolved"),
    (Measure.ABANDONED, "abandoned", ""),
    (Measure.TRANSFERRED, "transferred", ""),
    (Measure.REPEATED, "contacted again", ""),
)
_LOW, _HIGH = 2.5, 3.75


def section(view: View) -> Html | None:
    """The groups with their filter; None where no conversation is shown."""
    cases = view.aggregate.cases
    groups = (
        ("worst", "Lowest satisfaction", cases.worst),
        ("best", "Highest satisfaction", cases.best),
        ("marked", "Needs a look: failed, rule broken or flagged", cases.marked),
        ("drawn", "Drawn by chance", cases.drawn),
    )
    shown = [_group(view, key, title, list(kept)) for key, title, kept in groups if len(kept)]
    if not shown:
        return None
    note = (
        "Each opens to its quotes: the spans that its scores rest on, as redacted in the results. In the strip each "
        "bar is a turn, up for good and down for bad words; strong ones are the customer's."
    )
    return el("section", el("h2", "Conversations"), el("p", note, cls="note"), _filter(), shown, id="conversations")


def _filter() -> Html:
    """Filled and shown by the script; without one the groups stand as they are."""
    search = el("label", "Filter", el("input", type="search", id="words", placeholder="words, reason, agent, id"))
    lowest = el("label", "Show", el("select", el("option", "all groups", value=""), id="group"))
    return el("div", search, lowest, el("output", id="found", aria_live="polite"), cls="filter", hidden="")


def _group(view: View, key: str, title: str, cases: list[Case]) -> Html:
    shown = [_case(view, case, is_open=key == "worst" and place == 0) for place, case in enumerate(cases)]
    return el("div", el("h3", title), shown, cls="group", data_group=key, data_title=title)


def _case(view: View, case: Case, *, is_open: bool) -> Html:
    satisfaction = case.measures.get(Measure.SATISFACTION)
    tone = "" if satisfaction is None else "bad" if satisfaction < _LOW else "good" if satisfaction > _HIGH else "mid"
    score = DASH if satisfaction is None else f"{satisfaction:.1f}"
    strip = mood_line(case.turns, turned_at=-1, width=120, height=26, label="")
    reason = case.names["contact_reason"]
    what = [el("b", view.called(reason) if reason else "No reason found"), el("small", " · ".join(_about(view, case)))]
    telling = _telling(case)
    if telling:
        what.append(el("q", telling.text, cls="peek"))
    badge = el("span", score, cls=f"score {tone}", title="predicted satisfaction")
    line = el("summary", badge, el("span", what, cls="what"), strip)
    body = el("div", list(_body(view, case)), cls="body")
    return el("details", line, body, cls="case", open="" if is_open else None)


def _telling(case: Case) -> Quote | None:
    """The last of the quotes that satisfaction rests on."""
    return next((quote for quote in reversed(case.quotes) if Measure.SATISFACTION in quote.features), None)


def _about(view: View, case: Case) -> list[str]:
    at = moment({"at": case.started_at}, "at")
    when = (
        f"{day(at.astimezone(view.aggregate.zone), year=True)} {at.astimezone(view.aggregate.zone):%H:%M}" if at else ""
    )
    told = [shortened(case.id), when, *(shortened(case.names[name]) for name in ("channel", "queue"))]
    product = case.names["product"]
    told += [view.called(product)] if product else []
    told += [shortened(case.names["agent"]), *("automatic fail" for one in case.answers if one.auto_fail)]
    told += ["rule broken"] if case.broken_rules else []
    return [one for one in told if one]


def _body(view: View, case: Case) -> Iterator[Html]:
    if case.summary:
        yield el("p", case.summary)
    yield el("ul", [el("li", text, cls=tone or None) for tone, text in _pills(view, case)], cls="pills")
    label = f"sentiment of {some(case.turn_count, 'turn')}; {case.shape or 'no'} course"
    chart = mood_line(case.turns, turned_at=case.turned_at, width=360, height=56, label=label)
    ends = f"{some(case.turn_count, 'turn')}, {case.shape or 'course not known'}"
    turned = f"; turned at turn {case.turned_at + 1}" if case.turned_at >= 0 else ""
    beyond = f"; the first {len(case.turns)} are drawn" if len(case.turns) < case.turn_count else ""
    yield el("figure", chart, el("figcaption", ends + turned + beyond), cls="mood")
    yield from _quotes(case)
    if case.answers:
        yield _answers(view, case.answers)
    if case.coaching:
        yield el("p", "For coaching: ", ", ".join(view.called(hint) for hint in dict.fromkeys(case.coaching)), ".")


def _pills(view: View, case: Case) -> Iterator[tuple[str, str]]:
    for measure, yes, no in _SHARES:
        value = case.measures.get(measure)
        if value is not None and (yes if value else no):
            good = (measure is Measure.RESOLVED) == bool(value)
            yield "good" if good else "bad" if measure is not Measure.TRANSFERRED else "", yes if value else no
    if Measure.SCORECARD in case.measures:
        yield "", f"scorecard {case.measures[Measure.SCORECARD]:.0f} of 100"
    if case.survey_csat is not None:
        yield "", f"survey {case.survey_csat:g} of 5"
    for rule in case.broken_rules:
        yield "bad", f"rule broken: {view.called(rule)}"
    for flag in case.flags:
        if flag != GENERATED:
            yield "warn", f"flag: {view.called(flag)}"


def _quotes(case: Case) -> Iterator[Html]:
    if not case.quotes:
        yield el("p", "No quotes: nothing was found that a score could rest on.", cls="soft")
        return
    yield el("ol", [_quote(case, quote) for quote in case.quotes], cls="quoted")
    rest = case.quote_count - len(case.quotes)
    if rest:
        yield el("p", f"and {some(rest, 'more quote')} in the results", cls="soft")


def _quote(case: Case, quote: Quote) -> Html:
    place = f"turn {quote.turn + 1}"
    if 0 <= quote.turn < len(case.turns):
        place += f" · {case.turns[quote.turn].speaker}"
    tags = [el("span", _feature(feature), cls="tag") for feature in quote.features]
    return el("li", el("span", place, cls="place"), el("div", el("q", quote.text), " ", tags))


def _feature(feature: str) -> str:
    part, _, rest = feature.partition(".")
    return f"{spelled(part).lower()}: {spelled(rest).lower()}" if rest else spelled(part).lower()


def _answers(view: View, answers: Iterable[Answer]) -> Html:
    rows = [
        el(
            "tr",
            el("th", view.called(one.question), scope="row"),
            el("td", _answer(one)),
            cls="bad" if one.auto_fail else None,
        )
        for one in answers
    ]
    return el("details", el("summary", "Scorecard answers"), table("Answers of the scorecard", None, rows))


def _answer(answer: Answer) -> str:
    fail = ", an automatic fail" if answer.auto_fail else ""
    if answer.not_applicable:
        return "does not apply"
    match answer.value:
        case None:
            return f"not answered{fail}"
        case bool():
            return f"{'yes' if answer.value else 'no'}{fail}"
        case int() | float():
            return f"{answer.value:g}{fail}"
        case _:
            return f"{str(answer.value)[:200]}{fail}"
