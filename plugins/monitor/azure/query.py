"""Makes a KQL text ready for the service: refuses what reaches outside, adds parameters and bounds, reads its sort."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from plugins.monitor.embedded.dialect import pipeline
from plugins.monitor.embedded.tokens import DEPTH, Kind, Token, tokenize
from plugins.monitor.lets import render_lets
from plugins.monitor.references import References, read_references, solid

_STATEMENTS = frozenset({"set", "declare", "restrict", "alias", "pattern"})
_OUTSIDE = frozenset({"externaldata", "external_data", "external_table", "http_request", "http_request_post"})
_OUTSIDE_TEXT = "reads data from outside of the logs, which is refused"
_ELSEWHERE = frozenset({"workspace", "app", "resource", "cluster", "database", "adx", "arg"})
_ELSEWHERE_TEXT = "names a place, which is refused: the settings say which workspace holds which table"
_KEEPING_VALUES = frozenset({
    "where", "filter", "take", "limit", "project-away", "project-keep", "project-reorder", "serialize", "as", "render",
})  # fmt: skip
"""Operators that keep the order of a sort before them, and the columns' values."""
_KEEPING = _KEEPING_VALUES | {
    "project", "extend", "project-rename", "parse", "parse-where", "parse-kv", "mv-expand",
}  # fmt: skip
"""Operators that keep the order, as the embedded backend sees it."""
_ORDERS = frozenset({"asc", "desc", "nulls", "first", "last"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query with its parameters.

    Attributes:
        kql: The query's own text.
        lets: Its parameters as `let` statements on one line, so that lines count from the query's own first line.
        tokens: The pieces of `kql`.
        references: The tables that it reads.
        sort: The columns by which its rows end up sorted, empty where they cannot be told; None where nothing sorts.
    """

    kql: str
    lets: str
    tokens: tuple[Token, ...]
    references: References
    sort: tuple[str, ...] | None

    @property
    def text(self) -> str:
        """What a person would run."""
        return self.lets + self.kql

    @property
    def lines(self) -> int:
        """How many lines the query has."""
        return self.kql.count("\n") + 1

    def bounded(self, rows: int) -> str:
        """The text that gives at most so many rows."""
        return f"{self.lets}{_plain(self.tokens)}\n| take {rows}"

    @property
    def described(self) -> str:
        """The text that gives the columns; the service answers it from the schema."""
        return f"{self.lets}{_plain(self.tokens)}\n| getschema"


def read_question(kql: str, parameters: Sequence[QueryParameter] = ()) -> Question:
    """Read a query.

    Raises:
        QueryError: A control command, a statement that changes what queries mean, data from outside, several queries
            in one text, a literal that does not end, or a parameter that is not of its type.
    """
    lets = render_lets(parameters)
    tokens = tuple(tokenize(kql))
    _refuse(solid(tokens))
    return Question(
        kql=kql,
        lets=lets,
        tokens=tokens,
        references=read_references(kql, bound=[parameter.name for parameter in parameters]),
        sort=final_sort(tokens),
    )


def _refuse(tokens: Sequence[Token]) -> None:
    if not tokens:
        raise QueryError("the query is empty: write a table's name, then operators after |")
    first = tokens[0]
    if first.text == ".":
        command = f".{tokens[1].text}" if len(tokens) > 1 else "."
        raise QueryError(
            f"line {first.line}: control command {command!r} is refused: logs are read-only", line=first.line
        )
    _refuse_statements(tokens)
    for token, after in pairwise(tokens):
        name = token.text.lower()
        if token.kind is Kind.NAME and after.text == "(" and name in _OUTSIDE | _ELSEWHERE:
            why = _OUTSIDE_TEXT if name in _OUTSIDE else _ELSEWHERE_TEXT
            raise QueryError(f"line {token.line}: {token.text!r} {why}", line=token.line)


def _refuse_statements(tokens: Sequence[Token]) -> None:
    depth, start, queries = 0, True, 0
    for token in tokens:
        if start and token.text.lower() in _STATEMENTS:
            raise QueryError(f"line {token.line}: a {token.text!r} statement is refused: use let", line=token.line)
        if start and token.text != ";":
            queries += token.text.lower() != "let"
            if queries > 1:
                raise QueryError(f"line {token.line}: several queries are refused: ask one", line=token.line)
        depth += DEPTH.get(token.text, 0)
        start = depth == 0 and token.text == ";"


def final_sort(tokens: Sequence[Token]) -> tuple[str, ...] | None:
    """The columns of the sort that the rows end up in; empty where a later operator may have changed their values."""
    keys: tuple[str, ...] | None = None
    for part in pipeline(tokens)[1:]:
        words = solid(part)
        operator = words[0].text.lower() if words else ""
        if operator in {"sort", "order", "top"}:
            keys = _sort_keys(words)
        elif operator not in _KEEPING:
            keys = None
        elif operator not in _KEEPING_VALUES and keys is not None:
            keys = ()
    return keys


def _sort_keys(words: Sequence[Token]) -> tuple[str, ...]:
    by = next((place for place, word in enumerate(words) if word.text.lower() == "by"), len(words))
    keys: list[str] = []
    for part in _split(words[by + 1 :]):
        name, *rest = part or [Token(kind=Kind.BLANK, text="", line=0)]
        if name.kind is not Kind.NAME or not {word.text.lower() for word in rest} <= _ORDERS:
            return ()
        keys.append(name.text)
    return tuple(keys)


def _split(words: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for word in words:
        depth += DEPTH.get(word.text, 0)
        if word.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _plain(tokens: Sequence[Token]) -> str:
    """The text without a `render` or a semicolon at its end, so that an operator can follow."""
    depth, bar, end = 0, None, len(tokens)
    for place, token in enumerate(tokens):
        depth += DEPTH.get(token.text, 0)
        if depth == 0 and token.text == "|":
            bar = place
    words = solid(tokens)
    if bar is not None and [word.text.lower() for word in solid(tokens[bar:])][1:2] == ["render"]:
        end = bar
    elif words and words[-1].text == ";":
        end = max(place for place, token in enumerate(tokens) if token.text == ";")
    return "".join(token.text for token in tokens[:end]).rstrip()
