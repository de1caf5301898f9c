"""The report as one file that needs nothing else: no request, its style and script held to by their hashes."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from html import escape
from importlib.resources import files

from orchestrator.core.conversations.statistics.aggregate import Aggregate
from orchestrator.surfaces.conversation_report import (
    agents,
    closing,
    conversations,
    course,
    kinds,
    moved,
    overview,
    people,
    quality,
    trends,
)
from orchestrator.surfaces.conversation_report.markup import Html, el
from orchestrator.surfaces.conversation_report.view import View, view_of
from orchestrator.surfaces.terminal.cleaning import clean

_MENU = (
    ("time", "Over time"), ("moved", "What moved"), ("reasons", "Reasons"), ("where", "Where and when"),
    ("course", "Course"), ("conversations", "Conversations"), ("quality", "Scorecard"), ("agents", "Agents"),
    ("people", "Agreement"), ("missing", "Not computed"), ("method", "How to read this"),
)  # fmt: skip


def page(
    aggregate: Aggregate, *, title: str = "", names: Mapping[str, str] | None = None, split: date | None = None
) -> str:
    """The page of a batch.

    Args:
        aggregate: All results of the batch.
        title: In place of the days that it is of.
        names: What ids of reasons, products, questions and rules are called.
        split: The first day of the second period; without it the time is halved.
    """
    view = view_of(aggregate, names or {}, split)
    style, script = _resource("report.css"), _resource("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    body = "\n".join(_body(view, title))
    named = escape(clean(title)) or "Conversation report"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{named}</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _body(view: View, title: str) -> Iterator[str]:
    yield from overview.head(view, title)
    if not view.aggregate.count:
        yield el("p", "There is no conversation in the results.")
        return
    sections = [one for one in _sections(view) if one is not None]
    yield overview.short(view)
    yield overview.figures(view)
    yield _menu("".join(sections))
    yield from sections
    yield el(
        "footer", "Written by Switchboard from the results of switchboard analyze. Nothing on this page is fetched."
    )


def _sections(view: View) -> Iterator[Html | None]:
    yield trends.section(view)
    yield moved.section(view)
    yield kinds.reasons(view)
    yield kinds.where(view)
    yield course.section(view)
    yield conversations.section(view)
    yield quality.section(view)
    yield agents.section(view)
    yield people.section(view)
    yield closing.missing(view)
    yield closing.method(view)


def _menu(body: str) -> Html:
    """Links to the sections that are there."""
    there = [(key, name) for key, name in _MENU if f'id="{key}"' in body]
    links = [el("li", el("a", name, href=f"#{key}")) for key, name in there]
    return el("nav", el("ul", links), aria_label="Contents")


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
