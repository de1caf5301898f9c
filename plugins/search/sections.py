"""Cuts a document's Markdown into the sections that a passage is taken from."""

import re
from dataclasses import dataclass

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}\s+(?P<text>.*?)\s*#*\s*$")
_ANCHOR = re.compile(r"\s*\{#[^}]*\}$")
_LINK_TARGET = re.compile(r"\]\([^)\s]*\)")
_URL = re.compile(r"https?://\S+")
_EXCERPT = 400  # characters


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (empty before the first one) and what stands under it."""

    heading: str
    text: str


def sections(markdown: str) -> tuple[Section, ...]:
    """The sections in order, at least one; a `#` inside a fenced block is no heading."""
    found = []
    heading, lines = "", list[str]()
    fence = ""
    for line in _COMMENT.sub("", markdown).splitlines():
        if fence:
            fence = "" if line.strip().startswith(fence) and not line.strip(" `~") else fence
        elif opening := _FENCE.match(line):
            fence = opening.group(1)
        elif match := _HEADING.match(line):
            found.append(Section(heading, "\n".join(lines).strip()))
            heading, lines = _ANCHOR.sub("", match["text"]), []
            continue
        lines.append(line)
    found.append(Section(heading, "\n".join(lines).strip()))
    return tuple(section for section in found if section.heading or section.text) or (Section("", ""),)


def searchable(text: str) -> str:
    """The text without link targets and addresses: their words are about other pages."""
    return _URL.sub(" ", _LINK_TARGET.sub("] ", text))


def excerpt(section: Section) -> str:
    """The section on one line, cut at a word."""
    body = " ".join(section.text.split())
    text = f"{section.heading}: {body}" if section.heading and body else section.heading or body
    if len(text) <= _EXCERPT:
        return text
    return text[:_EXCERPT].rsplit(" ", 1)[0] + " …"
