"""What could not be computed, and what made the results."""

from collections.abc import Sequence

from orchestrator.core.conversations.evidence import ReasonCode
from orchestrator.core.conversations.statistics.intervals import LEAST, LEAST_RANKED
from orchestrator.core.conversations.statistics.measures import LIKELY
from orchestrator.core.conversations.statistics.movement import LEAST_KIND
from orchestrator.surfaces.conversation_report.markup import Html, el, table
from orchestrator.surfaces.conversation_report.view import View
from orchestrator.surfaces.conversation_report.words import count, percent

_MOST = 30
_MOST_ORIGINS = 8
_WHY = {
    ReasonCode.NO_CUSTOMER_TURNS: "the customer says nothing",
    ReasonCode.NO_AGENT_TURNS: "no agent says anything",
    ReasonCode.NO_TEXT: "there is no text",
    ReasonCode.NO_TIMES: "turns have no times",
    ReasonCode.TOO_SHORT: "too little is said",
    ReasonCode.UNSUPPORTED_LANGUAGE: "the language is not one that is scored",
    ReasonCode.NO_EVIDENCE: "nothing in the text speaks for a value",
    ReasonCode.AMBIGUOUS: "the text speaks for several values alike",
    ReasonCode.NOT_CONFIGURED: "nothing is configured for it",
    ReasonCode.NOT_APPLICABLE: "it does not apply",
    ReasonCode.NEEDS_PERSON: "only a person can tell",
    ReasonCode.BAD_EVIDENCE: "a model quoted what is not in the text",
    ReasonCode.BUDGET_SPENT: "the budget was spent",
    ReasonCode.MODEL_FAILED: "the model gave no answer",
    ReasonCode.MODEL_REFUSED: "the model refused to answer",
}
_UNREAD = ReasonCode.UNSUPPORTED_LANGUAGE
_OF_TEXT = "all_that_rests_on_the_text"
_EXPECTED = frozenset({ReasonCode.NOT_APPLICABLE, ReasonCode.NOT_CONFIGURED})
"""What is missing by rights."""
_METHOD = (
    "Every figure is counted from result documents; no sentence on this page is written by a model.",
    f"A conversation counts as resolved, abandoned, transferred or contacted again from a probability of {LIKELY:g}.",
    (
        "Intervals are of 95 %: Student's for means, Wilson's for shares, Welch's and Newcombe's for their "
        "differences, the delta method for mix and rate. They tell chance among these conversations, not "
        "errors of the scorer."
    ),
    (
        "Mix and rate follow Kitagawa (1955): each part is weighed with the mean of both periods, so that nothing is "
        f"left over. Kinds with fewer than {LEAST_KIND} conversations in the two periods are taken together."
    ),
    f"Fewer than {LEAST} conversations are marked as few; agents are ordered from {LEAST_RANKED} on.",
)


def missing(view: View) -> Html | None:
    """Features without a value by reason, what does not apply folded away; None where nothing is missing."""
    found = view.aggregate
    parts: list[Html] = []
    rows = [(feature, code, number) for (feature, code), number in found.skipped.most_common() if code != _UNREAD]
    if found.unsupported:
        rows.append((_OF_TEXT, _UNREAD, found.unsupported))
    rows.sort(key=lambda one: -one[2])
    apart = [one for one in rows if one[1] in _EXPECTED]
    rest = [one for one in rows if one[1] not in _EXPECTED]
    if rest:
        parts.append(_missing(view, rest))
    if apart:
        parts.append(
            el("details", el("summary", "What did not apply or is not configured"), _missing(view, apart)),
        )
    if found.flags:
        told = [el("li", f"{view.called(flag)}: {count(number)}") for flag, number in found.flags.most_common(_MOST)]
        parts += [el("h3", "Flags"), el("ul", told)]
    return el("section", el("h2", "What could not be computed"), parts, id="missing") if parts else None


def _missing(view: View, found: Sequence[tuple[str, str, int]]) -> Html:
    header = el("tr", [el("th", title, scope="col") for title in ("Feature", "Why", "Conversations")])
    rows = [_skipped(view, feature, code, number) for feature, code, number in found[:_MOST]]
    return table("Features without a value", header, rows)


def _skipped(view: View, feature: str, code: str, number: int) -> Html:
    why = _WHY.get(ReasonCode(code)) if code in set(ReasonCode) else None
    return el(
        "tr",
        el("th", view.feature(feature), scope="row"),
        el("td", why or "", " ", el("code", code)),
        el("td", count(number), " ", el("small", percent(number / view.aggregate.count))),
    )


def method(view: View) -> Html:
    """How to read the figures, and what made them."""
    lines = (*_METHOD, f"Days and hours are those of {view.aggregate.zone}.")
    return el(
        "section",
        el("h2", "How to read this"),
        el("ul", [el("li", line) for line in lines]),
        el("h3", "What made the results"),
        _origins(view),
        id="method",
    )


def _origins(view: View) -> Html:
    titles = ("Scorer", "Configuration (SHA-256)", "Model", "Redaction", "Conversations")
    header = el("tr", [el("th", title, scope="col") for title in titles])
    rows = [
        el(
            "tr",
            el("th", one.scorer_version or "not told", scope="row"),
            el("td", el("code", one.config_sha256[:16] or "not told")),
            el("td", one.model or "none"),
            el("td", one.redaction or "not told"),
            el("td", count(number)),
        )
        for one, number in view.aggregate.origins.most_common(_MOST_ORIGINS)
    ]
    return table("What made the results", header, rows)
