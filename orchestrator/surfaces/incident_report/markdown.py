"""The report as Markdown: the same sentences, receipts as footnotes; no text of the record can mark anything up."""

import re
from collections.abc import Iterator, Mapping

from orchestrator.surfaces.terminal.cleaning import clean_lines
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, text, words

_MARKS = re.compile(r"([\\`*_\[\]<>#|~&!$])")
_FENCE = re.compile(r"`{3,}")


def report_markdown(report: Fields) -> str:
    """The text of a document that `incidents report --json` prints."""
    numbers = {text(item, "id"): int(str(item.get("number"))) for item in entries(report, "receipts")}
    return "\n".join(_lines(report, numbers)).rstrip() + "\n"


def _lines(report: Fields, numbers: Mapping[str, int]) -> Iterator[str]:
    if report.get("sample") is True:
        yield from ("> **SAMPLE DATA**: a made-up environment", "")
    yield from (f"# {_safe(text(report, 'incident'))}: {_safe(text(report, 'title'))}", "")
    yield f"Status {_safe(text(report, 'status'))}, severity {text(report, 'severity')}."
    yield f"Written from the record at {text(report, 'written_at')}."
    for section in entries(report, "sections"):
        yield from ("", f"## {_safe(text(section, 'heading'))}", "")
        for said in entries(section, "sentences"):
            yield f"- {_safe(text(said, 'text'))}{_cited(said, numbers)}"
        if text(section, "key") == "summary":
            yield from _timeline(report, numbers)
    yield from ("", "## Receipts", "")
    for item in entries(report, "receipts"):
        yield from _receipt(item)


def _timeline(report: Fields, numbers: Mapping[str, int]) -> Iterator[str]:
    yield from ("", "## Timeline", "", "| at (UTC) | what | |", "| --- | --- | --- |")
    for entry in entries(report, "timeline"):
        at = text(entry, "at")[:16].replace("T", " ")
        yield f"| {at} | {text(entry, 'kind')} | {_safe(text(entry, 'text'))}{_cited(entry, numbers)} |"


def _cited(item: Fields, numbers: Mapping[str, int]) -> str:
    return "".join(f"[^{numbers[name]}]" for name in words(item, "receipts") if name in numbers)


def _receipt(item: Fields) -> Iterator[str]:
    """A footnote; what belongs to it is indented."""
    at = f", {text(item, 'at')}" if text(item, "at") else ""
    yield f"[^{text(item, 'number')}]: {_safe(text(item, 'title'))} ({_code(text(item, 'id'))}{at})"
    for name, value in fields(item, "facts").items():
        yield f"    - {_safe(name)}: {_code(str(value))}"
    if item.get("query"):
        query = _FENCE.sub("``", clean_lines(item["query"])).strip()
        yield from ("", "    ```kusto", *(f"    {line}" for line in query.splitlines()), "    ```")
    if link := text(item, "link"):
        yield from ("", f"    <{link}>" if " " not in link and ">" not in link else f"    {_code(link)}")
    yield ""


def _safe(value: str) -> str:
    """Text that no Markdown reader takes for markup."""
    return _MARKS.sub(r"\\\1", value)


def _code(value: str) -> str:
    """Text as code, on one line."""
    plain = " ".join(clean_lines(value).split()).replace("`", "'")
    return f"`{plain}`" if plain else "``"
