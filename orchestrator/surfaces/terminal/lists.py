"""Lists and tables: runs, guides, search hits, samples, query results, rechecked claims, findings of `doctor`."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from orchestrator.core.table import Table
from orchestrator.surfaces.application import Finding, GuideHits, RecheckedClaim
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import Fields, text
from orchestrator.surfaces.terminal.layout import hanging, labelled, shorten
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.values import NUMERIC, exact_text, moment_text, parse_time
from orchestrator.surfaces.terminal.wording import STATUSES, VERDICTS
from playbooks.guide import Guide

_CELL = 60
_GAP = 2
_OUTCOMES = {"holds": "green", "fails": "red"}
_STATES = {"ok": "green", "off": "dim", "wrong": "red"}


def grid(names: Sequence[str], rows: Sequence[Sequence[Text | str]]) -> Grid:
    """A table without lines; the last column takes what is left of the width."""
    table = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    for index, name in enumerate(names):
        last = index == len(names) - 1
        table.add_column(name, no_wrap=not last, overflow="fold")
    for row in rows:
        table.add_row(*[item if isinstance(item, Text) else Text(item) for item in row])
    return table


def runs_list(runs: Sequence[Fields], screen: Screen) -> str:
    """The newest runs, one line each."""
    if not runs:
        return 'No runs yet. The first one: switchboard ask "checkout returns 502 since 10:20"\n'
    rows = [
        (
            Text(text(run, "run"), style="cyan"),
            _when(run.get("at")),
            _run_verdict(run),
            text(run, "agent"),
            shorten(text(run, "asked"), _CELL, screen.marks.ellipsis),
        )
        for run in runs
    ]
    return screen.text(grid(("run", "at (UTC)", "answer", "agent", "asked"), rows))


def _when(at: object) -> str:
    moment = parse_time(at)
    return moment_text(moment).removesuffix(":00") if moment else clean(at or "")


def _run_verdict(run: Fields) -> Text:
    verdict = run.get("verdict")
    name = text(verdict, "status") if isinstance(verdict, dict) else text(run, "verdict")
    status = text(run, "status")
    known = VERDICTS.get(name) if status in {"answered", ""} else STATUSES.get(status)
    word = name if status in {"answered", ""} and name else status
    return Text(word.replace("_", " "), style=known.style if known else "")


def guides_list(guides: Sequence[Guide], screen: Screen) -> str:
    """Ids, titles and when each was last reviewed."""
    if not guides:
        return "No guides in that folder. A first one: switchboard guides new my_guide\n"
    rows = [(Text(clean(guide.id), style="cyan"), guide.reviewed.isoformat(), clean(guide.title)) for guide in guides]
    return screen.text(grid(("id", "reviewed", "title"), rows))


def hits_list(hits: GuideHits, titles: dict[str, str], screen: Screen) -> str:
    """The guides found, best first."""
    if not hits.hits:
        return "Nothing found.\n"
    rows = [(Text(clean(name), style="cyan"), f"{score:.3f}", clean(titles.get(name, ""))) for name, score in hits.hits]
    doubt = [Text("None of these fits well enough to run by itself.", style="yellow")] if hits.abstained else []
    return screen.text(grid(("guide", "score", "title"), rows), *doubt)


def samples_list(samples: Sequence[tuple[str, str]], screen: Screen) -> str:
    """Names of sample environments and what each holds."""
    rows = [(Text(clean(name), style="cyan"), clean(what)) for name, what in samples]
    return screen.text(grid(("name", "holds"), rows))


def table_text(table: Table, screen: Screen) -> str:
    """A query's whole result with exact values: as a table where it fits, else as one block per row."""
    names = [clean(column.name) for column in table.columns]
    rows = [[exact_text(value) for value in row] for row in table.rows]
    count = Text(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", style="dim")
    widths = [max(map(cell_len, column)) + _GAP for column in zip(names, *rows, strict=True)]
    if sum(widths) - _GAP > screen.width:
        return screen.text(*_blocks(names, rows), count)
    result = Grid(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim", show_edge=False)
    for column, name in zip(table.columns, names, strict=True):
        result.add_column(Text(name), justify="right" if column.type.value in NUMERIC else "left", no_wrap=True)
    for row in rows:
        result.add_row(*map(Text, row))
    return screen.text(result, count)


def _blocks(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[RenderableType]:
    """Every row as labelled lines below its number."""
    for number, row in enumerate(rows, start=1):
        yield Text(f"row {number}", style="bold")
        yield labelled([(name, value) for name, value in zip(names, row, strict=True) if value], indent=2)
        yield Text("")


def rechecked_list(claims: Sequence[RecheckedClaim], screen: Screen) -> str:
    """Each claim with whether it holds on rows asked anew."""
    if not claims:
        return "That run made no claims: there is nothing to check again.\n"
    parts: list[RenderableType] = []
    for index, claim in enumerate(claims, start=1):
        word = Text(clean(claim.outcome).upper(), style=f"bold {_OUTCOMES.get(claim.outcome, 'yellow')}")
        parts.append(hanging([(f"{index}.", Text.assemble(word, f"  {clean(claim.text)}"))], indent=0))
        detail = [f"check {clean(claim.check)} on {', '.join(claim.evidence)}"]
        detail += [clean(claim.reason)] if claim.reason else []
        parts += [Padding(Text(line, style="dim"), (0, 0, 0, 3)) for line in detail]
    return screen.text(*parts)


def findings_list(findings: Sequence[Finding], screen: Screen) -> str:
    """What `doctor` found, with the mend where something is wrong."""
    rows = []
    for finding in findings:
        said = Text(clean(finding.detail))
        if finding.mend:
            said.append(f"\n{screen.marks.bullet} {clean(finding.mend)}", style="bold")
        state = Text(clean(finding.state), style=_STATES.get(finding.state, ""))
        rows.append((Text(clean(finding.part)), state, said))
    return screen.text(grid(("part", "state", "detail"), rows))
