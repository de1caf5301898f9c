"""What `incidents` shows of one incident: in the terminal, as Markdown, as a page."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from dossiers import dossier, later

from orchestrator.core.incidents.postmortem import write_postmortem
from orchestrator.surfaces.incident_report.html import report_html
from orchestrator.surfaces.incident_report.markdown import report_markdown
from orchestrator.surfaces.terminal.report import guide_text

Run = Any
REPORT = write_postmortem(dossier(), now=later(60)).document()


class Page(HTMLParser):
    """The tags, attributes, ids and visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, name: str) -> list[str]:
        """The values of an attribute."""
        return [value for key, value in self.attributes if key == name]


PAGE = Page(report_html(REPORT))


def test_the_page_runs_nothing_and_fetches_nothing():
    """No script, no asset, no address but those of the web; what strangers wrote is text."""
    assert not {"script", "img", "iframe", "link", "object", "b", "form"} & set(PAGE.tags)
    assert [name for name, _ in PAGE.attributes if name.startswith("on") or name in {"src", "style"}] == []
    assert all(value.startswith(("#", "https://")) for value in PAGE.values("href"))
    assert '<script>alert("x")</script>' in " ".join(PAGE.text)
    assert "\x1b" not in report_html(REPORT)
    assert "\u202e" not in report_html(REPORT)
    assert any("default-src 'none'" in value for value in PAGE.values("content"))


def test_every_number_of_the_page_leads_to_its_receipt():
    """Each link within the page has its target, and each target is linked."""
    targets = set(PAGE.values("id"))
    links = {value[1:] for value in PAGE.values("href") if value.startswith("#")}
    assert links <= targets
    assert {name for name in targets if re.fullmatch(r"r\d+", name)} <= links
    assert len(targets) == len(PAGE.values("id"))


def test_every_sentence_of_the_page_has_a_number():
    """As many groups of numbers as there are sentences and entries."""
    sections, entries = REPORT["sections"], REPORT["timeline"]
    assert isinstance(sections, list)
    assert isinstance(entries, list)
    said = sum(len(section["sentences"]) for section in sections) + len(entries)
    assert PAGE.values("class").count("cite") == said


def test_markdown_has_a_footnote_for_each_receipt_and_no_markup_of_strangers():
    """Each reference is defined once; a stranger's text makes no link, no tag and no table cell."""
    text = report_markdown(REPORT)
    defined = re.findall(r"^\[\^(\d+)\]: ", text, re.MULTILINE)
    used = set(re.findall(r"\[\^(\d+)\](?!:)", text))
    assert len(defined) == len(set(defined))
    assert used == set(defined)
    prose = [line for line in text.splitlines() if not line.startswith(" ")]
    assert not [line for line in prose if "<script>" in line or "](javascript:" in line.replace("\\]", "")]
    rows = [line for line in prose if line.startswith("| 2026")]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 4 for line in rows)


def test_the_report_is_written_where_it_is_asked_for(run: Run, tmp_path: Path):
    """Both files at once; without a file, Markdown is printed."""
    page, text = tmp_path / "r.html", tmp_path / "r.md"
    ended = run("incidents", "report", "INC-3", "--html", str(page), "--markdown", str(text))
    assert (ended.code, page.read_text().startswith("<!doctype html>")) == (0, True)
    assert run("incidents", "report", "INC-3").out.startswith("# INC-3: ")
    refused = run("incidents", "report", "INC-3", "--html", str(tmp_path / "no" / "r.html"))
    assert (refused.code, "cannot be written" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("timeline", "INC-3"), "[event:INC-3/1]"),
        (("timeline", "INC-3", "--since", "2026-11-22T12:00:00Z"), "Nothing happened to INC-3 since"),
        (("summary", "INC-3"), "Suspected cause"),
        (("update", "INC-3"), "[Identified] INC-3, severity 1 (error): checkout"),
        (("similar", "INC-3"), "Is it bad_deploy again?"),
        (("note", "INC-3", "the", "provider"), "Noted as note:INC-3/4."),
        (("pin", "INC-3", "--text", "this"), "Pinned as note:INC-3/4."),
        (("confirm", "INC-3", "--cause", "bad_deploy"), "Guide deploy_regression: used 14, confirmed 11, wrong 2."),
        (("confirm", "INC-3", "--wrong"), "the verdict of run r-1 was wrong."),
    ],
)
def test_what_is_printed(run: Run, argv: tuple[str, ...], said: str):
    """Safe to print, whatever strangers wrote."""
    ended = run("incidents", *argv)
    assert ended.code == 0
    assert said in " ".join(ended.out.split())
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_what_is_missing_is_asked_for(run: Run):
    """An unknown incident with the nearest; a pin of nothing."""
    assert "the nearest are INC-3" in run("incidents", "summary", "INC-9").err
    assert "give a SOURCE of the timeline, or --text" in run("incidents", "pin", "INC-3").err


def test_stats_rank_guides_and_what_none_covers(run: Run):
    """With the command that begins a guide."""
    out = " ".join(run("guides", "stats").out.split())
    assert "deploy_regression 14 11 2 0" in out
    assert "Alerts that no guide covers" in out
    assert "\x1b" not in out


def test_the_inventory_is_printed_or_written(run: Run, tmp_path: Path):
    """Without a file the draft is printed; with one, what is new and what is not seen."""
    assert run("services", "discover").out == "services:\n  - id: cart\n"
    out = " ".join(run("services", "discover", "--out", str(tmp_path / "s.yaml")).out.split())
    assert "+ cart: new" in out
    assert "? billing: not in telemetry; it stays in the file" in out


def test_a_report_says_how_its_guide_did():
    """In the footer, beside its version."""
    guide = {"id": "g", "version": "abc", "record": {"used": 14, "confirmed": 11, "wrong": 2}}
    assert guide_text(guide) == "g, version abc, used 14, confirmed 11, wrong 2"
