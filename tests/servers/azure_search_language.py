"""The two little languages of Azure AI Search that the loopback server reads: OData filters and simple query syntax."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
Predicate = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<word>[A-Za-z_][\w.]*)|(?P<mark>[(),:/]))")


class SyntaxProblem(ValueError):  # noqa: N818  # it becomes the server's 400
    """The text is not in the language."""


def parse_filter(text: str) -> tuple[Predicate, set[str]]:
    """A predicate on documents, and the names of the fields that it reads.

    Grammar: or := and ('or' and)*; and := unit ('and' unit)*; unit := '(' or ')' | search.in(path, 'list', 'marks')
    | field/any(variable: or) | path 'eq' string.
    """
    parser = _FilterParser(_tokens(text))
    predicate = parser.alternatives()
    if parser.at < len(parser.tokens):
        raise SyntaxProblem(f"Syntax error at {parser.tokens[parser.at]!r}")
    return predicate, parser.fields


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SyntaxProblem(f"Syntax error at position {at}")
        found.append(match.group().strip() if match["string"] is None else match["string"])
        at = match.end()
    return found


class _FilterParser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.fields: set[str] = set()
        self._variables: set[str] = set()

    def _next(self) -> str:
        if self.at >= len(self.tokens):
            raise SyntaxProblem("The filter ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _expect(self, token: str) -> None:
        if (found := self._next()) != token:
            raise SyntaxProblem(f"Expected {token!r}, found {found!r}")

    def _string(self) -> str:
        token = self._next()
        if not token.startswith("'"):
            raise SyntaxProblem(f"Expected a string, found {token!r}")
        return token[1:-1].replace("''", "'")

    def _path(self) -> str:
        name = self._next()
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise SyntaxProblem(f"Expected a name, found {name!r}")
        if name not in self._variables:
            self.fields.add(name)
        return name

    def alternatives(self) -> Predicate:
        parts = [self._conjunction()]
        while self._peek() == "or":
            self._next()
            parts.append(self._conjunction())
        return lambda scope: any(part(scope) for part in parts)

    def _conjunction(self) -> Predicate:
        parts = [self._unit()]
        while self._peek() == "and":
            self._next()
            parts.append(self._unit())
        return lambda scope: all(part(scope) for part in parts)

    def _unit(self) -> Predicate:
        if self._peek() == "(":
            self._next()
            inner = self.alternatives()
            self._expect(")")
            return inner
        if self._peek() == "search.in":
            return self._search_in()
        name = self._path()
        if self._peek() == "/":
            return self._any(name)
        self._expect("eq")
        value = self._string()
        return lambda scope: scope.get(name) == value

    def _search_in(self) -> Predicate:
        self._next()
        self._expect("(")
        name = self._path()
        self._expect(",")
        values = self._string()
        self._expect(",")
        marks = self._string()
        self._expect(")")
        wanted = {value.strip() for value in re.split("[" + re.escape(marks) + "]", values)}
        return lambda scope: scope.get(name) in wanted

    def _any(self, name: str) -> Predicate:
        self._expect("/")
        self._expect("any")
        self._expect("(")
        variable = self._next()
        self._expect(":")
        self._variables.add(variable)
        inner = self.alternatives()
        self._expect(")")
        return lambda scope: any(inner({**scope, variable: item}) for item in scope.get(name) or ())


@dataclass(frozen=True)
class Clause:
    """One word, phrase or prefix of a query; `prohibited` where a minus stands before it, `required` after a plus."""

    text: str
    phrase: bool = False
    prefix: bool = False
    prohibited: bool = False
    required: bool = False


def parse_simple(text: str) -> list[Clause]:
    """The clauses of a query in simple syntax; a backslash takes an operator's meaning away."""
    return list(_clauses(text))


def _clauses(text: str) -> Iterator[Clause]:
    at, required = 0, False
    while at < len(text):
        mark = text[at]
        if mark.isspace() or mark in "|()":
            at += 1
        elif mark == "+":
            required, at = True, at + 1
        else:
            prohibited = mark == "-"
            clause, at = _clause(text, at + prohibited, prohibited=prohibited, required=required)
            required = False
            if clause.text:
                yield clause


def _clause(text: str, at: int, *, prohibited: bool, required: bool) -> tuple[Clause, int]:
    if text[at : at + 1] == '"':
        end = text.find('"', at + 1)
        end = len(text) if end < 0 else end
        return Clause(text[at + 1 : end], phrase=True, prohibited=prohibited, required=required), end + 1
    word, prefix = "", False
    while at < len(text) and not text[at].isspace() and text[at] not in '+|()"':
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
            word += text[at]
        elif text[at] == "*":
            prefix = True
        else:
            word += text[at]
        at += 1
    return Clause(word, prefix=prefix, prohibited=prohibited, required=required), at


_WORD = re.compile(r"\w+")
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "if",
        "in",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
        "or",
        "such",
        "that",
        "the",
        "this",
        "to",
        "was",
        "with",
    ]
)


def analyze(text: str, analyzer: str) -> list[str]:
    """The tokens of a text; `en.microsoft` is stood in for by stop words and the cutting of usual endings."""
    if analyzer == "whitespace":
        return text.split()
    words = [word.lower() for word in _WORD.findall(text)]
    if analyzer == "standard.lucene":
        return words
    if analyzer == "en.microsoft":
        return [re.sub(r"(?<=\w{3})(ing|ed|es|s)$", "", word) for word in words if word not in _STOP]
    raise SyntaxProblem(f"The analyzer {analyzer!r} is not known")
