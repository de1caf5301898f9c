"""The parts of a guide's Markdown: front matter, sections with ids, and their fenced blocks, with line numbers."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from orchestrator.core.errors import GuideError, Place


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is the line of its first line of text."""

    info: str
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what stands under it; `id` is None where the heading has none (or there is no heading)."""

    id: str | None
    title: str
    level: int
    line: int
    prose: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A guide's text in parts."""

    front_matter: str
    front_matter_line: int
    sections: tuple[Section, ...]


def normalize_text(text: str) -> str:
    """Without byte order mark, with Unix line ends."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def has_front_matter(text: str) -> bool:
    """Whether the text starts with a line of three dashes."""
    return normalize_text(text[:16]).split("\n", 1)[0].rstrip() == "---"


def read_document(text: str, *, file: str) -> Document:
    """Split a normalized text; GuideError where front matter is missing or a fence is not closed."""
    lines = text.split("\n")
    if not text.strip():
        raise GuideError("the file is empty; start a guide with `switchboard guides new`", place=Place(file))
    if lines[0].rstrip() != "---":
        raise GuideError(
            "front matter is missing: the first line must be `---`, then id, title, owner and reviewed, then `---`",
            place=Place(file, 1),
        )
    end = next((number for number, line in enumerate(lines) if number and line.rstrip() in {"---", "..."}), None)
    if end is None:
        raise GuideError("front matter is not closed: a line `---` must follow it", place=Place(file, 1))
    body = "\n".join([""] * (end + 1) + lines[end + 1 :])
    return Document(
        front_matter="\n".join(lines[1:end]),
        front_matter_line=2,
        sections=_sections(body, lines, file=file, first=end + 1),
    )


@cache
def _block_parser() -> Any:
    """A CommonMark parser of blocks only: the text inside of paragraphs does not matter here."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only needed when a guide is read

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


@dataclass(slots=True)
class _Open:
    """A section that is being read; `used` are the lines (from 0) that are no prose."""

    id: str | None
    title: str
    level: int
    start: int
    blocks: list[Block]
    used: set[int]


def _sections(body: str, lines: list[str], *, file: str, first: int) -> tuple[Section, ...]:
    tokens = _block_parser().parse(body)
    opened = [_Open(None, "", 0, first, [], set())]
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = _heading(tokens[number + 1].content, int(token.tag[1:]), token.map[0])
            inside_step = opened[-1].id is not None and heading.level > opened[-1].level
            if heading.id is not None or not inside_step:
                heading.used.update(range(*token.map))
                opened.append(heading)
        elif token.type == "fence":
            opened[-1].used.update(range(*token.map))
            opened[-1].blocks.append(_block(token, lines, file=file))
    ends = [section.start for section in opened[1:]] + [len(lines)]
    return tuple(_close(section, end, lines) for section, end in zip(opened, ends, strict=True))


def _heading(content: str, level: int, start: int) -> _Open:
    title, brace, rest = content.strip().rpartition("{#")
    if not brace or not rest.endswith("}"):
        return _Open(None, content.strip(), level, start, [], set())
    return _Open(rest[:-1].strip(), title.strip(), level, start, [], set())


def _block(token: Any, lines: list[str], *, file: str) -> Block:
    start, end = token.map
    closing = lines[end - 1].strip() if end - 1 > start and end <= len(lines) else ""
    if not closing.startswith(token.markup) or closing.strip(token.markup[0]):
        raise GuideError(f"the fenced block {token.info.strip()!r} is not closed", place=Place(file, start + 1))
    return Block(" ".join(token.info.split()), token.content, start + 2)


def _close(section: _Open, end: int, lines: list[str]) -> Section:
    prose = (line for number, line in enumerate(lines[:end]) if number >= section.start and number not in section.used)
    return Section(
        id=section.id,
        title=section.title,
        level=section.level,
        line=section.start + 1,
        prose="\n".join(prose).strip(),
        blocks=tuple(section.blocks),
    )
