"""What a purge did, or would do."""

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.terminal.fields import Fields, entries, text
from orchestrator.surfaces.terminal.lists import grid
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.values import number_text

_ELSEWHERE = (
    "Not part of the record: the log file and the chat's history in the state folder, and what other systems keep."
)


def purge_page(document: Fields, screen: Screen) -> str:
    """A line per table that is touched, what stays since it is not over, and what a purge does not reach."""
    dry = document.get("dry_run") is True
    parts: list[RenderableType] = []
    for name, would, did in (("deleted", "delete", "deleted"), ("overwritten", "overwrite", "overwritten")):
        rows = [item for item in entries(document, name) if item.get("rows") or item.get("kept")]
        if rows:
            head = ("table", f"would {would}" if dry else did, "stays, not over")
            parts += [grid(head, [_row(item) for item in rows]), Text()]
    if not parts:
        parts.append(Text("Nothing to purge: the record holds nothing of it." if dry else "Nothing was purged."))
    if document.get("compacted") is False:
        parts.append(Text("The file could not be compacted, since others are at work: purge once more when they rest."))
    return screen.text(*parts, Text(_ELSEWHERE, style="dim"))


def _row(item: Fields) -> tuple[Text | str, ...]:
    counts = (item.get(name) for name in ("rows", "kept"))
    numbers = (number_text(count) if isinstance(count, int) else "" for count in counts)
    return (Text(text(item, "table"), style="cyan"), *numbers)
