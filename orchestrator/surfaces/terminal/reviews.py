"""Samples, disputes, agreement, drift and calibrations, as pages."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.terminal.fields import Fields, entries, fields, number, text, words
from orchestrator.surfaces.terminal.layout import hanging, heading, labelled
from orchestrator.surfaces.terminal.lists import grid
from orchestrator.surfaces.terminal.screen import Screen

_REFUSED = {
    "too_few_samples": "refused: under 20 samples",
    "too_few_conversations": "refused: under 10 conversations",
    "no_variation": "none: all answers are the same",
}
_NOTHING = "No answers yet: `switchboard reviews sample`, then `switchboard reviews score`.\n"


def sample_page(document: Fields, screen: Screen) -> str:
    """What was drawn, and from what."""
    rows = [(text(one, "drawn"), text(one, "size"), text(one, "stratum")) for one in entries(document, "strata")]
    title = f"{text(document, 'sample')}: {text(document, 'drawn')} of {text(document, 'of')} conversations"
    last = Text(f"sheet: {text(document, 'sheet')}, redacted and without scores")
    return screen.text(heading(title), grid(("drawn", "of", "kind"), rows), last)


def conversation_page(item: Fields, screen: Screen) -> str:
    """A sheet's conversation, as a person reads it before scoring."""
    rows = [
        (Text(f"[{text(turn, 'index')}] {text(turn, 'speaker')}", style="cyan"), text(turn, "text"))
        for turn in entries(item, "turns")
    ]
    return screen.text(heading(text(item, "conversation")), hanging(rows, indent=0))


def dispute_page(item: Fields, screen: Screen) -> str:
    """One dispute."""
    where = f", turn {text(item, 'turn')}" if text(item, "turn") else ""
    settled = f" by {text(item, 'settled_by')}: {text(item, 'note')}" if text(item, "settled_by") else ""
    about: list[tuple[str, Text | str]] = [
        ("about", f"{text(item, 'conversation')}, {text(item, 'question')}{where}"),
        ("score", text(item, "automatic") or "not known"),
        ("should be", text(item, "value") or "not said"),
        ("by", text(item, "by")),
        ("why", text(item, "reason")),
        ("state", f"{text(item, 'state')}{settled}"),
    ]
    return screen.text(heading(text(item, "id")), labelled(about))


def disputes_list(document: Fields, screen: Screen) -> str:
    """One line each."""
    rows = [
        (text(one, "id"), text(one, "state"), text(one, "by"), text(one, "question"), text(one, "conversation"))
        for one in entries(document, "disputes")
    ]
    return screen.text(grid(("id", "state", "by", "question", "conversation"), rows)) if rows else "No disputes.\n"


def agreement_page(document: Fields, screen: Screen) -> str:
    """By question, people with each other and the scores with people, told apart."""
    questions = fields(document, "questions")
    if not questions:
        return _NOTHING
    people = ", ".join(words(document, "reviewers"))
    parts: list[RenderableType] = [
        heading(
            f"{text(document, 'reviews')} answers about {text(document, 'conversations')} conversations by {people}"
        )
    ]
    for name in questions:
        question = fields(questions, name)
        among, scores = fields(question, "human_human"), fields(question, "human_automatic")
        parts += [
            Text(name, style="bold"),
            _figures([
                ("people: alpha", fields(among, "alpha")),
                ("people: equal", fields(among, "equal")),
                ("scores: kappa", fields(scores, "kappa")),
                ("scores: rank correlation", fields(scores, "spearman")),
                ("scores: above people by", fields(scores, "above")),
                ("scores: above, weighed", fields(scores, "above_weighed")),
            ]),
        ]  # fmt: skip
    return screen.text(*parts)


def _figures(rows: Sequence[tuple[str, Fields]]) -> RenderableType:
    return grid(
        ("figure", "value", "interval of 95 %", "n"),
        [(f"  {name}", *_figure(found), text(found, "n")) for name, found in rows],
    )


def _figure(found: Fields) -> tuple[str, str]:
    value, low, high = (number(found, name) for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "-", _REFUSED.get(text(found, "refused"), "none")
    return f"{value:.2f}", f"{low:.2f} to {high:.2f}"


def drift_page(document: Fields, screen: Screen) -> str:
    """By question and period."""
    questions = fields(document, "questions")
    if not questions:
        return _NOTHING
    parts: list[RenderableType] = []
    for name in questions:
        question = fields(questions, name)
        rows = [
            (text(one, "period"), *_figure(fields(one, "kappa")), *_figure(fields(one, "above")), _versions(one))
            for one in entries(question, "periods")
        ]
        names = ("period", "kappa", "interval", "above", "interval", "scorer")
        parts += [heading(name), grid(names, rows) if rows else Text("no answers beside automatic scores")]
        parts += [Text(line) for line in _changes(entries(question, "changes"))]
    return screen.text(*parts)


def _versions(period: Fields) -> str:
    return ", ".join(words(period, "scorer_versions"))


def _changes(changes: Sequence[Fields]) -> list[str]:
    told = [
        f"{text(one, 'period')}: {text(one, 'figure')} changed by {number(one, 'change'):+.2f} "
        f"({number(one, 'low'):+.2f} to {number(one, 'high'):+.2f}) against all before"
        for one in changes
        if one.get("changed") is True
    ]
    return told or ["no change that the intervals show" if changes else "too few samples to compare periods"]


def calibration_page(document: Fields, screen: Screen) -> str:
    """What a calibration gains on conversations that it had not seen, score by score."""
    scores, refused = fields(document, "scores"), fields(document, "refused")
    rows = []
    for name in scores:
        score = fields(scores, name)
        shipped, fitted = fields(score, "shipped"), fields(score, "calibrated")
        rows += [(figure, _number(shipped, figure), _number(fitted, figure)) for figure in fitted]
        value, interval = _figure(fields(score, "gain"))
        rows.append((f"{name}: less squared error", "", f"{value} ({interval})"))
    parts: list[RenderableType] = [
        heading(f"{text(document, 'conversations')} labelled conversations, {text(document, 'turns')} labelled turns"),
        grid(("on unseen conversations", "shipped", "calibrated"), rows),
    ]
    parts += [Text(f"left out: {name}: {text(refused, name)}") for name in refused]
    if missing := number(document, "not_found"):
        parts.append(Text(f"{missing} labelled conversations are not in --conversations"))
    return screen.text(*parts, Text(f"weights: {text(document, 'out')}"))


def _number(found: Fields, name: str) -> str:
    value = number(found, name)
    return "-" if value is None else f"{value:.3f}"
