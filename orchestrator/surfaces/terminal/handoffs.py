"""What waits for a person, as lists and pages."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.terminal.fields import Fields, entries, sentence, text, words
from orchestrator.surfaces.terminal.layout import hanging, heading, labelled, shorten
from orchestrator.surfaces.terminal.lists import grid
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.values import moment_text, parse_time

_TITLE = 60
_PRIORITIES = {"urgent": "bold red", "high": "yellow"}


def handoffs_list(items: Sequence[Fields], screen: Screen, *, more: bool = False) -> str:
    """One line each."""
    if not items:
        return "Nothing waits for a person.\n"
    rows = [
        (
            Text(text(item, "id"), style="cyan"),
            Text(text(item, "priority"), style=_PRIORITIES.get(text(item, "priority"), "")),
            _state(item),
            _due(item),
            text(item, "owner") or text(item, "service"),
            shorten(text(item, "title"), _TITLE, screen.marks.ellipsis),
        )
        for item in items
    ]
    rest = [Text("There are more: --limit shows them.", style="dim")] if more else []
    return screen.text(grid(("id", "priority", "state", "due (UTC)", "owner", "what"), rows), *rest)


def _state(item: Fields) -> str:
    holder = text(item, "claimed_by")
    return f"{text(item, 'state')} by {holder}" if text(item, "state") == "claimed" else text(item, "state")


def _due(item: Fields) -> Text:
    due = time_text(item.get("due"))
    return Text(f"{due} overdue", style="red") if item.get("overdue") is True else Text(due)


def time_text(value: object) -> str:
    """A moment in UTC without empty seconds."""
    moment = parse_time(value)
    return moment_text(moment).removesuffix(":00") if moment else ""


def handoff_page(item: Fields, screen: Screen) -> str:
    """One item with its facts and its history."""
    about: list[tuple[str, Text | str]] = [
        ("state", _state(item)),
        ("priority", text(item, "priority")),
        ("due (UTC)", _due(item)),
        ("service", text(item, "service")),
        ("owner", text(item, "owner")),
        ("escalation", text(item, "escalation")),
        ("run", text(item, "run")),
        ("action", text(item, "action")),
        ("incident", text(item, "incident")),
    ]
    parts: list[RenderableType] = [
        Text.assemble((text(item, "id"), "bold cyan"), "  ", (sentence(item, "title"), "bold")),
        hanging([("?", sentence(item, "question"))]),
        labelled([(label, value) for label, value in about if value], indent=2),
    ]
    if facts := entries(item, "facts"):
        parts += [heading("What is known"), hanging([(screen.marks.bullet, _fact(fact)) for fact in facts])]
    if history := entries(item, "history"):
        lines = [(time_text(change.get("at")), _change(change)) for change in history]
        parts += [heading("What became of it"), labelled(lines, indent=2)]
    return screen.text(*parts)


def _fact(fact: Fields) -> Text:
    shown = [*words(fact, "evidence")]
    source = " ".join([text(fact, "source"), *shown])
    return Text.assemble(sentence(fact, "text"), (f"  [{source}]" if source else "", "dim"))


def _change(change: Fields) -> str:
    note = text(change, "note")
    return f"{text(change, 'kind')} by {text(change, 'who')}{f': {note}' if note else ''}"
