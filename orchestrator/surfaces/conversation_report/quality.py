"""The scorecard over all conversations, question by question, and the rules of compliance."""

from collections.abc import Iterator

from orchestrator.core.conversations.statistics.answers import Answers, Question, Rule
from orchestrator.core.conversations.statistics.intervals import share
from orchestrator.surfaces.conversation_report.charts import bar, column_chart
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View, few, told
from orchestrator.surfaces.conversation_report.words import DASH, count, percent, some

_STEP = 5
_MOST_VALUES = 7  # more are a measure rather than a choice: its mean says more


def section(view: View) -> Html | None:
    """The section; None where there was neither a scorecard nor a rule."""
    found = view.aggregate.answers
    parts = [*_scorecard(view, found), *_rules(view, found)]
    return el("section", el("h2", "Scorecard and compliance"), parts, id="quality") if parts else None


def _scorecard(view: View, found: Answers) -> Iterator[Html]:
    if not found.questions:
        return
    named = ", ".join(
        f"{view.called(name)} (revision {revision or 'not told'}, {some(number, 'conversation')})"
        for (name, revision), number in found.scorecards.most_common(4)
    )
    fails = f" {some(found.failed, 'conversation')} failed outright." if found.failed else " None failed outright."
    yield el("p", f"{named}.{fails} What did not apply counts for nothing.")
    points = []
    for step in range(100 // _STEP):
        low, number = step * _STEP, found.scores.get(step, 0)
        told_of = f"{low} to {low + _STEP} points: {some(number, 'conversation')}"
        points.append((f"{low}" if step % 4 == 0 else "", told_of, number))
    chart = column_chart(points, label="distribution of scorecard points", every=4)
    yield el("div", el("figure", el("figcaption", "Points of 100"), chart), cls="charts")
    titles = ("Question", "Answered", "Did not apply", "Left open", "Mean", "Answers", "Automatic fails")
    header = el("tr", [el("th", title, scope="col") for title in titles])
    rows = [_question(view, name, one) for name, one in found.questions.items()]
    yield table("Answers of the scorecard by question", header, rows)


def _question(view: View, name: str, found: Question) -> Html:
    shown = [
        el("span", f"{value}: {percent(number / found.answered)}", cls="tag")
        for value, number in sorted(found.values.items(), key=lambda one: one[0], reverse=True)
        if len(found.values) <= _MOST_VALUES
    ]
    mean = f"{found.numbers.mean:.2f}" if found.numbers.count else DASH
    fails = el("b", count(found.auto_fails), cls="bad") if found.auto_fails else "0"
    return el(
        "tr",
        el("th", view.called(name), " ", few(found.answered), scope="row"),
        el("td", count(found.answered)),
        el("td", count(found.not_applicable)),
        el("td", count(found.open)),
        el("td", mean),
        el("td", shown),
        el("td", fails),
    )


def _rules(view: View, found: Answers) -> Iterator[Html]:
    if not found.rules:
        return
    yield el("h3", "Rules")
    header = el(
        "tr",
        el("th", "Rule", scope="col"),
        el("th", "Kept", scope="col", colspan=2),
        el("th", "Broken", scope="col"),
        el("th", "Did not apply", scope="col"),
    )
    worst_first = sorted(found.rules.items(), key=lambda one: (_kept(one[1]), one[0]))
    rows = [_rule(view, name, rule) for name, rule in worst_first]
    yield table("Rules of compliance", header, rows)


def _rule(view: View, name: str, rule: Rule) -> Html:
    broken = rule.kept.count - round(rule.kept.sum)
    return el(
        "tr",
        el("th", view.called(name), " ", few(rule.kept.count), scope="row"),
        el("td", told(share(rule.kept), is_share=True) if rule.kept.count else DASH),
        el("td", bar(_kept(rule)) if rule.kept.count else "", cls="plot"),
        el("td", el("b", count(broken), cls="bad") if broken else "0"),
        el("td", count(rule.not_applicable)),
    )


def _kept(rule: Rule) -> float:
    return rule.kept.mean if rule.kept.count else 1.0
