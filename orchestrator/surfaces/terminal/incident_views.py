"""An incident's timeline, summary, update, likenesses and marks, and how guides did, as text."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.terminal.cleaning import clean, clean_lines
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, number, sentence, text, words
from orchestrator.surfaces.terminal.layout import hanging, heading
from orchestrator.surfaces.terminal.lists import grid
from orchestrator.surfaces.terminal.report import record_text
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.values import moment_text, parse_time

_KINDS = {"alert": "red", "action": "magenta", "approval": "magenta", "run": "blue", "evidence": "blue"}
_KINDS |= {"status": "green", "note": "yellow", "update": "yellow", "pin": "yellow", "message": "yellow"}
_CITED = 3  # receipts beside a line; --json has all


def timeline_text(document: Fields, screen: Screen) -> str:
    """One line per entry: time, kind, text, source."""
    listed = entries(document, "entries")
    if not listed:
        since = f" since {_at(document.get('since'))} UTC" if document.get("since") else ""
        return f"Nothing happened to {text(document, 'incident')}{since}.\n"
    rows = [
        (
            _at(entry.get("at")),
            Text(text(entry, "kind"), style=_KINDS.get(text(entry, "kind"), "cyan")),
            Text.assemble(sentence(entry, "text"), (f"  [{text(entry, 'source')}]", "dim")),
        )
        for entry in listed
    ]
    return screen.text(grid(("at (UTC)", "kind", text(document, "incident")), rows))


def _at(value: object) -> str:
    moment = parse_time(value)
    return moment_text(moment.replace(microsecond=0)) if moment else ""


def sections_text(sections: Sequence[Fields], screen: Screen) -> str:
    """Headings with sentences, each with what it rests on."""
    parts: list[RenderableType] = []
    for section in sections:
        parts.append(heading(text(section, "heading")))
        rows: list[tuple[Text | str, Text | str]] = [
            (screen.marks.bullet, _said(said)) for said in entries(section, "sentences")
        ]
        parts.append(hanging(rows))
    return screen.text(*parts).lstrip("\n")


def _said(said: Fields) -> Text:
    cited = words(said, "receipts")
    more = f" +{len(cited) - _CITED}" if len(cited) > _CITED else ""
    return Text.assemble(sentence(said, "text"), (f"  [{', '.join(cited[:_CITED])}{more}]", "cyan") if cited else "")


def update_text(document: Fields) -> str:
    """The update as it is posted, and nothing else: it is copied from here."""
    return clean_lines(document.get("text") or "")


def similar_text(document: Fields, screen: Screen) -> str:
    """The likenesses, best first; causes as questions."""
    found = entries(document, "similar")
    if not found:
        return f"No past incident is like {text(document, 'incident')}.\n"
    rows: list[tuple[Text | str, Text | str]] = []
    for item in found:
        head = Text.assemble(
            (text(item, "incident"), "cyan"), f"  {_at(item.get('at'))}  ", (text(item, "title"), "bold")
        )
        rows.append((f"{number(item, 'score') or 0:.0%}", head))
        rows.append(("", Text(text(item, "why"), style="dim")))
        rows.append(("", text(item, "hypothesis") or "Its cause is not known."))
    return screen.text(hanging(rows))


def further_parts(incident: Fields, screen: Screen) -> list[RenderableType]:
    """What `incidents show` tells besides: impact and cause, actions, items, people's words, likenesses."""
    parts: list[RenderableType] = []
    for section in entries(incident, "summary"):
        if text(section, "key") in {"impact", "cause"}:
            parts += _listed(text(section, "heading"), [_said(item) for item in entries(section, "sentences")], screen)
    stands = [f"{text(i, 'id')}  {text(i, 'state')}  {text(i, 'title')}" for i in entries(incident, "actions")]
    parts += _listed("Actions", stands, screen)
    items = [f"{text(i, 'id')}  {text(i, 'state')}  {text(i, 'title')}" for i in entries(incident, "handoffs")]
    parts += _listed("For a person", items, screen)
    notes = [f"{_at(i.get('at'))}  {text(i, 'who')}: {text(i, 'text')}" for i in entries(incident, "notes")]
    parts += _listed("Notes", notes, screen)
    alike = [
        Text.assemble((text(item, "incident"), "cyan"), f"  {text(item, 'why')}. {text(item, 'hypothesis')}".rstrip())
        for item in entries(incident, "similar")
    ]
    return parts + _listed("Similar past incidents, whose causes prove nothing here", alike, screen)


def _listed(title: str, lines: Sequence[Text | str], screen: Screen) -> list[RenderableType]:
    return [heading(title), hanging([(screen.marks.bullet, line) for line in lines])] if lines else []


def more_line(incident: Fields) -> Text:
    """The commands that show more."""
    return Text(
        f"\nMore: switchboard incidents timeline|summary|update|similar|report {text(incident, 'id')}", style="dim"
    )


def mark_text(document: Fields) -> str:
    """What was stored of a verdict, and the guide's record after it."""
    guide, record = text(fields(document, "guide"), "id"), fields(document, "record")
    cause = text(document, "cause")
    if text(document, "outcome") == "confirmed":
        said = f"{text(document, 'incident')}: the cause {cause} is confirmed."
    else:
        right = f"; the cause was {cause}" if cause else ""
        said = f"{text(document, 'incident')}: the verdict of run {text(document, 'run')} was wrong{right}."
    return f"{said}\n" + (f"Guide {guide}: {record_text(record)}.\n" if guide and record else "")


def stats_text(document: Fields, screen: Screen) -> str:
    """Guides by use, then the alerts that none covers with the command that begins one."""
    rows: list[tuple[Text | str, ...]] = [
        (
            Text(text(item, "guide"), style="cyan"),
            *(str(number(item, name) or 0) for name in ("used", "confirmed", "wrong", "inconclusive")),
            _at(item.get("last_used")) or "never",
            text(item, "version"),
        )
        for item in entries(document, "guides")
    ]
    names = ("guide", "used", "confirmed", "wrong", "inconclusive", "last used (UTC)", "version")
    parts: list[RenderableType] = [grid(names, rows)] if rows else [Text("No guide was used yet.")]
    missing = entries(document, "uncovered")
    if missing:
        parts += [heading("Alerts that no guide covers"), grid(_UNCOVERED, [_uncovered(item) for item in missing])]
    return screen.text(*parts)


_UNCOVERED = ("rule", "service", "incidents", "minutes lost", "newest", "begin a guide")


def _uncovered(item: Fields) -> tuple[Text | str, ...]:
    return (
        Text(text(item, "rule"), style="cyan"),
        text(item, "service"),
        str(number(item, "incidents") or 0),
        f"{number(item, 'minutes_lost') or 0:,}",
        text(item, "newest"),
        text(item, "draft"),
    )


def draft_changes_text(document: Fields, screen: Screen) -> str:
    """What a draft of the inventory adds to a file, and what telemetry does not show of it."""
    changes = fields(document, "changes")
    rows: list[tuple[Text | str, Text | str]] = []
    rows += [("+", f"{name}: new") for name in words(changes, "added")]
    rows += [
        ("+", f"{text(item, 'service')}: {text(item, 'field')} {text(item, 'value')}")
        for item in entries(changes, "changed")
    ]
    rows += [("?", f"{name}: not in telemetry; it stays in the file") for name in words(changes, "vanished")]
    rows += [
        ("?", f"{text(item, 'service')} depends on {text(item, 'depends_on')}: no call was seen; it stays in the file")
        for item in entries(changes, "unseen")
    ]
    notes: list[tuple[Text | str, Text | str]] = [("!", clean(note)) for note in words(document, "notes")]
    said = f"{len(entries(document, 'services'))} services, from {text(document, 'origin')}"
    where = f"; written to {text(document, 'path')}" if text(document, "path") else ""
    return screen.text(Text(f"{said}{where}"), hanging([*rows, *notes]))
