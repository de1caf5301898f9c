"""A report as a page: window first, then the answer, what shows it, what to do, and what was not checked."""

import re
from collections.abc import Sequence
from datetime import UTC

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from orchestrator.surfaces.terminal.actions import next_section
from orchestrator.surfaces.terminal.evidence import evidence_rows
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, number, sentence, text, texts, words
from orchestrator.surfaces.terminal.layout import hanging, heading, labelled
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.steps import StepLine, steps_block
from orchestrator.surfaces.terminal.values import (
    local_span_text,
    moment_text,
    number_text,
    parse_time,
    share_text,
    span_text,
    zone_named,
)
from orchestrator.surfaces.terminal.wording import SAMPLE, SAMPLE_MEANING, SAMPLE_SHOP_MEANING, answer_text, badge

_ROWS = 5
_LABEL = 8
_BLANKS = re.compile(r"\n{3,}")


def report_text(report: Fields, screen: Screen, *, opening: bool = True) -> str:
    """The whole page; `opening=False` leaves out what a live display has already shown."""
    turns = [turn for turn in entries(report, "turns") if turn]
    subjects: Sequence[Fields] = turns if len(turns) > 1 else [report]
    parts: list[RenderableType] = []
    if opening and text(report, "source") == "sample":
        parts += [sample_banner(shop=text(report, "agent") == "shipment"), Text("")]
    for index, subject in enumerate(subjects, start=1):
        if len(subjects) > 1:
            parts.append(_subject_line(subject, index, len(subjects), screen))
        parts += _page(subject, screen, opening=opening)
    parts.append(_footer(report, subjects, screen))
    return _BLANKS.sub("\n\n", screen.text(*parts)).lstrip("\n")


def sample_banner(*, shop: bool = False) -> Text:
    """Says first that the data are made up."""
    meaning = SAMPLE_SHOP_MEANING if shop else SAMPLE_MEANING
    return Text.assemble((SAMPLE, "bold black on yellow"), (f"  {meaning}", "yellow"))


def _subject_line(subject: Fields, index: int, count: int, screen: Screen) -> Text:
    asked = text(subject, "asked")
    line = f"{index} of {count}  {text(subject, 'agent')}: {asked}"
    return Text.assemble("\n" if index > 1 else "", (screen.marks.rule * 3 + " " + line, "bold"))


def _page(report: Fields, screen: Screen, *, opening: bool) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if opening:
        parts += opening_part(fields(report, "window"), fields(report, "guide"), screen)
        parts += _steps(report, screen)
    parts += _answer(report, screen)
    parts += _questions(report, screen)
    parts += _impact(fields(report, "impact"), fields(report, "window"))
    parts += _shown(report, screen)
    parts += _statements("Ruled out", entries(report, "ruled_out"), screen.marks.excluded, "green")
    parts += next_section(report, screen)
    parts += _unknown(report, screen)
    parts += _plain_list("Not shown by anything, only a reading", texts(report, "hypotheses"), screen)
    parts += _plain_list("Notes", texts(report, "notes"), screen)
    return parts


def opening_part(window: Fields, guide: Fields, screen: Screen) -> list[RenderableType]:
    """The window in UTC and local time, and the guide that is run."""
    rows: list[tuple[str, Text | str]] = []
    if window:
        rows.append(("Window", window_text(window, screen.marks.dash)))
        if origin := text(window, "origin"):
            rows.append(("", Text(origin, style="dim")))
    if guide:
        title, name = text(guide, "title"), text(guide, "id")
        rows.append(("Guide", Text.assemble(title or name, (f"  {name}" if title else "", "dim"))))
    return [labelled(rows, label_width=_LABEL)] if rows else []


def window_text(window: Fields, dash: str) -> Text:
    """`2026-11-22 10:05 - 10:45 UTC`, with the local time where it differs."""
    start, end = parse_time(window.get("from")), parse_time(window.get("to"))
    if start is None or end is None:
        return Text(f"{text(window, 'from')} {dash} {text(window, 'to')}".strip())
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    found = Text(f"{span_text(start, end, dash)} UTC")
    name = text(window, "timezone")
    zone = zone_named(name)
    if zone is None or name == "UTC":
        return found
    return found.append(f"  ({local_span_text(start, end, zone, dash)} {name})", style="dim")


def _steps(report: Fields, screen: Screen) -> list[RenderableType]:
    lines = [StepLine.of(step) for step in entries(report, "steps")]
    return [heading("Steps"), steps_block(lines, screen)] if lines else []


def _answer(report: Fields, screen: Screen) -> list[RenderableType]:
    shown = badge(report)
    verdict = fields(report, "verdict")
    line = Text.assemble("\n", (f"{screen.marks.badge} {shown.word}", shown.style))
    if cause := text(verdict, "cause"):
        about = text(verdict, "object")
        line.append(f"  {cause}", style="bold").append(f" in {about}" if about else "", style="bold")
    if confidence := text(verdict, "confidence"):
        line.append(f"   confidence: {confidence}", style="dim")
    answer = answer_text(report)
    for question in texts(report, "questions"):
        answer = answer.replace(question, "").strip()
    said = [item for item in (answer, shown.meaning) if item]
    below = [Padding(Text(item, style="dim" if item == shown.meaning else ""), (0, 0, 0, 2)) for item in said]
    return [line, *below]


def _questions(report: Fields, screen: Screen) -> list[RenderableType]:
    rows: list[tuple[Text | str, Text | str]] = []
    for question in entries(report, "questions"):
        ask = text(question, "text")
        choices = ", ".join(words(question, "choices")[:12])
        rows.append((screen.marks.unknown, ask + (f"  (one of: {choices})" if choices else "")))
        if name := text(question, "parameter"):
            rows.append(("", Text(f"--param {name}=VALUE   ({text(question, 'type') or 'text'})", style="dim")))
    return [heading("Questions"), hanging(rows)] if rows else []


def _impact(impact: Fields, window: Fields) -> list[RenderableType]:
    rows: list[tuple[str, Text | str]] = []
    if since := text(impact, "started_at"):
        rows.append(("since", _since(since, window, ongoing=impact.get("ongoing"))))
    elif impact.get("ongoing") is not None:
        rows.append(("now", "still going on" if impact["ongoing"] else "over"))
    affected = number(impact, "affected")
    if affected is not None or text(impact, "affected"):
        rows.append(("affected", number_text(affected) if affected is not None else text(impact, "affected")))
    if (share := number(impact, "share")) is not None:
        rows.append(("share", share_text(share)))
    return [heading("Impact"), labelled(rows, indent=2)] if rows else []


def _since(since: str, window: Fields, *, ongoing: object) -> str:
    moment = parse_time(since)
    if moment is None:
        found = since
    else:
        found = f"{moment_text(moment.astimezone(UTC))} UTC"
        name = text(window, "timezone")
        if (zone := zone_named(name)) and name != "UTC":
            found += f" ({moment.astimezone(zone):%H:%M} {name})"
    if ongoing is None:
        return found
    return f"{found}, still going on" if ongoing else f"{found}, over by the window's end"


def _shown(report: Fields, screen: Screen) -> list[RenderableType]:
    """Numbered claims, each evidence's rows below the first claim that cites it."""
    by_id = {text(item, "id"): item for item in entries(report, "evidence")}
    parts: list[RenderableType] = []
    drawn: set[str] = set()
    for index, claim in enumerate(entries(report, "claims"), start=1):
        cited = words(claim, "evidence")
        parts.append(hanging([(f"{index}.", _cited(sentence(claim, "text"), cited))]))
        for name in cited:
            if name in by_id and name not in drawn:
                drawn.add(name)
                rows = evidence_rows(by_id[name], screen, most=_ROWS)
                parts += [Padding(row, (0, 0, 0, 3)) for row in rows]
    return [heading("What shows it"), *parts] if parts else []


def _cited(said: str, evidence: Sequence[str]) -> Text:
    return Text.assemble(said, (f"  [{', '.join(evidence)}]", "cyan") if evidence else "")


def _statements(title: str, claims: Sequence[Fields], mark: str, style: str) -> list[RenderableType]:
    rows: list[tuple[Text | str, Text | str]] = [
        (Text(mark, style=style), _cited(sentence(claim, "text"), words(claim, "evidence"))) for claim in claims
    ]
    return [heading(title), hanging(rows)] if rows else []


def _unknown(report: Fields, screen: Screen) -> list[RenderableType]:
    rows: list[tuple[Text | str, Text | str]] = []
    answer = answer_text(report)
    for item in entries(report, "unknown"):
        step, said, reason = text(item, "step"), sentence(item, "text"), sentence(item, "reason")
        if said and said in answer and not step:
            continue
        line = Text.assemble((f"{step}: " if step else "", "dim"), said or reason)
        if said and reason and reason not in said:
            line.append(f"  ({reason})", style="dim")
        rows.append((Text(screen.marks.unknown, style="yellow"), line))
    return [heading("Not checked"), hanging(rows)] if rows else []


def _plain_list(title: str, lines: Sequence[str], screen: Screen) -> list[RenderableType]:
    rows: list[tuple[Text | str, Text | str]] = [(screen.marks.bullet, line) for line in lines]
    return [heading(title), hanging(rows)] if rows else []


def _footer(report: Fields, subjects: Sequence[Fields], screen: Screen) -> Text:
    run = text(report, "run")
    line = f"run {run}" if run else ""
    for guide in filter(None, (fields(subject, "guide") for subject in subjects)):
        line += f"  {screen.marks.bullet}  guide {guide_text(guide)}"
    if usage := usage_text(fields(report, "usage")):
        line += f"  {screen.marks.bullet}  {usage}"
    return Text(f"\n{line}", style="dim") if line else Text("")


def guide_text(guide: Fields) -> str:
    """The guide's id, version and review date."""
    parts = [text(guide, "id")]
    if version := text(guide, "version"):
        parts.append(f"version {version[:12]}")
    if reviewed := text(guide, "reviewed"):
        parts.append(f"reviewed {reviewed}")
    if (record := fields(guide, "record")) and number(record, "used"):
        parts.append(record_text(record))
    return ", ".join(parts)


def record_text(record: Fields) -> str:
    """How a guide did: `used 14, confirmed 11, wrong 2`."""
    return ", ".join(f"{name} {number(record, name) or 0}" for name in ("used", "confirmed", "wrong"))


def usage_text(usage: Fields) -> str:
    """What a model's calls used; empty where none spoke."""
    calls = number(usage, "calls")
    if not calls:
        return ""
    tokens = (number(usage, "input_tokens") or 0) + (number(usage, "output_tokens") or 0)
    about = "about " if usage.get("estimated") else ""
    cost = number(usage, "cost")
    price = f", cost {cost:.4f}" if cost is not None else ""
    return f"{text(usage, 'model')}: {calls} call{'' if calls == 1 else 's'}, {about}{tokens:,d} tokens{price}"
