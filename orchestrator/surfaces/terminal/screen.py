"""What the reader's terminal can show, and how a renderable becomes text for it."""

import io
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, Group, RenderableType

PIPED_WIDTH = 100
UNBROKEN = "\ue000"  # private use: a blank at which a line is not broken; rich breaks at U+00A0
_NARROWEST = 40
_WIDEST = 120
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs in use; the ASCII set serves terminals without UTF-8."""

    done: str = "✓"
    failed: str = "✗"
    partial: str = "◐"
    skipped: str = "·"
    unknown: str = "?"
    excluded: str = "✓"
    bullet: str = "•"
    badge: str = "●"
    dash: str = "\N{EN DASH}"
    rule: str = "─"
    ellipsis: str = "…"
    first: str = "╭"
    middle: str = "│"
    last: str = "╰"
    bar: str = "█"
    sparks: str = "▁▂▃▄▅▆▇█"
    spinner: str = "dots"
    prompt: str = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"


UNICODE = Marks()
ASCII = Marks(
    done="+",
    failed="x",
    partial="~",
    skipped="-",
    excluded="+",
    bullet="*",
    badge="*",
    dash="-",
    rule="-",
    ellipsis="...",
    first="/",
    middle="|",
    last="\\",
    bar="#",
    sparks="_.-=*#@",
    spinner="line",
    prompt=">",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """How wide, whether coloured, whether lines may be redrawn, and the marks."""

    width: int = 80
    color: bool = False
    live: bool = False
    marks: Marks = UNICODE

    @property
    def ascii(self) -> bool:
        """Whether only ASCII may be printed."""
        return self.marks is ASCII

    def text(self, *parts: RenderableType) -> str:
        """The parts one below the other, without trailing blanks."""
        out = io.StringIO()
        console = Console(
            file=out,
            width=self.width,
            force_terminal=self.color,
            color_system="standard" if self.color else None,
            no_color=False,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            safe_box=self.ascii,
        )
        for part in parts:
            # In a group, because `print` joins bare texts into one that forgets which of them may not be broken.
            console.print(Group(part), crop=False)
        plain = _TRAILING.sub("", out.getvalue()).replace(UNBROKEN, " ")
        return to_ascii(plain) if self.ascii else plain


_TO_ASCII = str.maketrans(
    {
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{RIGHTWARDS ARROW}": "->",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{MIDDLE DOT}": ".",
        "\N{BULLET}": "*",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    }
)


def to_ascii(text: str) -> str:
    """The text in ASCII: punctuation in its plain form, anything else as `?`."""
    return text.translate(_TO_ASCII).encode("ascii", "replace").decode("ascii")


def screen_for(stream: TextIO, environ: Mapping[str, str]) -> Screen:
    """What `stream` can show, by its encoding, whether it is a terminal, NO_COLOR, TERM and COLUMNS."""
    tty = stream.isatty()
    dumb = environ.get("TERM", "") in {"dumb", "unknown"}
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").replace("_", "")
    return Screen(
        width=_width(environ, tty=tty),
        color=tty and not dumb and not environ.get("NO_COLOR"),
        live=tty and not dumb,
        marks=UNICODE if encoding.startswith("utf") and not dumb else ASCII,
    )


def _width(environ: Mapping[str, str], *, tty: bool) -> int:
    given = environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        columns = int(given)
    else:
        columns = shutil.get_terminal_size((80, 24)).columns if tty else PIPED_WIDTH
    return max(_NARROWEST, min(columns, _WIDEST))
