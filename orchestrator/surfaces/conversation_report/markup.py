"""HTML made of elements: what is not `Html` already is cleaned and escaped, so that no text can become markup."""

from collections.abc import Iterable
from html import escape

from orchestrator.surfaces.terminal.cleaning import clean

_EMPTY = frozenset({"input", "line", "circle", "rect", "path", "polyline", "col"})


class Html(str):
    """Text that is markup; made by the functions of this module only."""

    __slots__ = ()


def el(name: str, *children: "Html | str | Iterable[Html | str]", **attributes: object) -> Html:
    """An element; an attribute that is None is left out, `cls` is `class`, and `_` in names stands for `-`."""
    told = "".join(f' {_named(key)}="{escape(clean(value))}"' for key, value in attributes.items() if value is not None)
    if name in _EMPTY and not children:
        return Html(f"<{name}{told}/>" if name != "input" else f"<{name}{told}>")
    return Html(f"<{name}{told}>{''.join(map(_inner, children))}</{name}>")


def table(caption: str, header: "Html | None", rows: Iterable["Html | str"], *, cls: str | None = None) -> Html:
    """A table in a box that scrolls where it is too wide; the caption is for those who hear the page."""
    head = el("thead", header) if header is not None else ""
    inner = el("table", el("caption", caption, cls="hidden"), head, el("tbody", rows), cls=cls)
    # what scrolls must be reached by keyboard
    return el("div", inner, cls="wide", tabindex="0", role="region", aria_label=caption)


def join(parts: Iterable[Html | str], between: str = "") -> Html:
    """Parts one after the other, texts escaped."""
    return Html(escape(between).join(_safe(part) for part in parts))


def _inner(child: "Html | str | Iterable[Html | str]") -> str:
    return _safe(child) if isinstance(child, str) else "".join(map(_safe, child))


def _safe(part: Html | str) -> str:
    if isinstance(part, Html):
        return part
    # one blank at either end is meant: clean() would take it away
    cleaned = clean(part)
    before, after = " " * (part[:1] == " "), " " * (part[-1:] == " " and bool(cleaned))
    return escape(f"{before}{cleaned}{after}")


def _named(key: str) -> str:
    return "class" if key == "cls" else key.strip("_").replace("_", "-")
