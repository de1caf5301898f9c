"""What can be told from a query's text alone: its words, outside of comments and string literals."""

import re
from collections.abc import Iterator

_NOT_CODE = re.compile(r"//[^\n]*|```.*?```|[@hH]?\"(?:[^\"\\\n]|\\.)*\"|[@hH]?'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")
_ASSIGNED = re.compile(r"\b([A-Za-z_]\w*)\s*=(?![=~])")
_LITERAL_TIME = re.compile(r"\b(?:datetime|todatetime)\s*\(\s*(?P<time>[\"']?\d{4}-\d[^)]*)\)")
_WALL_CLOCK = re.compile(r"\b(now|ago)\s*\(")
_ROW_COUNT = re.compile(r"\b(count|countif)\s*\(|\|\s*count\b")


def code_of(kql: str) -> str:
    """The query with comments and literals blanked, lines and columns kept."""
    return _NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), kql)


def words_of(kql: str) -> frozenset[str]:
    """The identifiers in a query."""
    return frozenset(_WORD.findall(code_of(kql)))


def assigned_in(kql: str) -> frozenset[str]:
    """The names that a query gives: `let`, `extend`, `summarize`, and named arguments."""
    return frozenset(_ASSIGNED.findall(code_of(kql)))


def literal_times(kql: str) -> Iterator[tuple[int, str]]:
    """Times written into a query, with their line (from 1)."""
    without_comments = re.sub(r"//[^\n]*", "", kql)
    for found in _LITERAL_TIME.finditer(without_comments):
        yield _line(without_comments, found.start()), found["time"].strip()


def wall_clocks(kql: str) -> Iterator[tuple[int, str]]:
    """Uses of the wall clock, with their line (from 1)."""
    code = code_of(kql)
    for found in _WALL_CLOCK.finditer(code):
        yield _line(code, found.start()), found[1] + "()"


def row_counts(kql: str) -> Iterator[tuple[int, str]]:
    """Places that count rows, with their line (from 1)."""
    code = code_of(kql)
    for found in _ROW_COUNT.finditer(code):
        yield _line(code, found.start()), (found[1] or "count") + "()"


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
