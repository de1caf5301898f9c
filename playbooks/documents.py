"""Turns guides, policies and manuals into the documents that an index searches."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from orchestrator.core.errors import GuideError, Place
from orchestrator.core.ports import Document

_CAMEL_CASE = re.compile(r"(?=.*[a-z])[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
_ALERT_HUMPS = 3  # two make a product's name: GitLab, PostgreSQL
_ANCHOR = re.compile(r"\s*\{#(?P<id>[\w-]+)\}\s*$")
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What stands under one heading; `line` (from 1) is the heading's."""

    heading: str
    anchor: str
    text: str
    line: int


def guide_document(
    guide_id: str,
    *,
    title: str,
    alerts: Sequence[str] = (),
    services: Sequence[str] = (),
    symptoms: Sequence[str] = (),
    causes: Sequence[str] = (),
    text: str = "",
) -> Document:
    """A guide as a document of kind `guide`; `text` is its Markdown without front matter.

    Filters: `alert` holds the keys (see `alert_key`) of its `alert_names`, `service` its services in lower case.
    """
    lines = {"alerts": alerts, "services": services, "symptoms": symptoms, "causes": causes}
    return Document(
        id=guide_id,
        kind="guide",
        fields={"title": title, **{name: "\n".join(values) for name, values in lines.items()}, "body": text},
        filters={
            "alert": tuple(alert_key(name) for name in alert_names(guide_id, title=title, alerts=alerts)),
            "service": tuple(name.casefold() for name in services),
        },
    )


def alert_names(guide_id: str, *, title: str, alerts: Sequence[str]) -> tuple[str, ...]:
    """The alerts that a guide is for; one that lists none but is named like one (`KubePodCrashLooping`) is for that."""
    own = (guide_id.rsplit("/", 1)[-1], title.strip())
    return tuple(alerts) or tuple(dict.fromkeys(name for name in own if _is_alert_name(name)))


def _is_alert_name(name: str) -> bool:
    return _CAMEL_CASE.fullmatch(name) is not None and len(_HUMP.findall(name)) >= _ALERT_HUMPS


def alert_key(name: str) -> str:
    """An alert's name as it is compared: letters and digits only, in one case (`Db 5xx-Rate` is `db5xxrate`)."""
    return _NO_WORD.sub("", name).casefold()


def load_documents(folder: Path, *, kind: str) -> list[Document]:
    """Every passage of every Markdown file under a folder, in the order of their paths.

    A passage is a document with `title` (the file's first heading), `heading`, `body`, the id `<kind>/<file>#<anchor>`,
    its place in the file as `_order` (from 0) and the filter `document` (`<kind>/<file>`). An empty or missing folder
    has none. Raises `GuideError`.
    """
    paths = sorted(folder.rglob("*.md")) if folder.is_dir() else []
    return [document for path in paths for document in _document(path, folder, kind)]


def _document(path: Path, folder: Path, kind: str) -> Iterator[Document]:
    try:
        markdown = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GuideError(f"byte {error.start} is not UTF-8; save the file as UTF-8", place=Place(str(path))) from error
    name = f"{kind}/{path.relative_to(folder).with_suffix('').as_posix()}"
    title, passages = split(markdown, place=str(path))
    for order, passage in enumerate(passages):
        yield Document(
            id=f"{name}#{passage.anchor}",
            kind=kind,
            fields={"title": title, "heading": passage.heading, "body": passage.text, "_order": str(order)},
            filters={"document": (name,)},
        )


def split(markdown: str, *, place: str) -> tuple[str, list[Passage]]:
    """The title (first heading) and the passages of a Markdown text; a heading with nothing under it makes none.

    Raises `GuideError` where there is no heading at all, or two headings have one anchor.
    """
    lines = markdown.splitlines()
    headings = list(_headings(MarkdownIt().parse(markdown)))
    if not headings:
        raise GuideError("no heading; begin the document with `# Title`", place=Place(place, 1))
    title = _ANCHOR.sub("", headings[0][0])
    ends = [*(start for _, start, _ in headings[1:]), len(lines)]
    passages: dict[str, Passage] = {}
    for (text, start, after), end in zip(headings, ends, strict=True):
        named = _ANCHOR.search(text)
        heading = _ANCHOR.sub("", text)
        anchor = named["id"] if named else _NO_WORD.sub("-", heading.casefold()).strip("-")
        body = "\n".join(lines[after:end]).strip()
        if anchor in passages:
            problem = f"the heading {heading!r} is there twice (first in line {passages[anchor].line}); reword one"
            raise GuideError(problem, place=Place(place, start + 1))
        if body:
            passages[anchor] = Passage(heading=heading, anchor=anchor, text=body, line=start + 1)
    return title, list(passages.values())


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """Each heading's text, its first line and the line after it, counted from 0."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.map:
            yield inline.content, opening.map[0], opening.map[1]
