"""Finds the tables that a KQL text reads, by the places where a table may stand. Pure; needs no schema."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from plugins.monitor.embedded.tokens import Kind, Token, tokenize

_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")
_TAKING = frozenset({"join", "lookup", "union"})
_SEARCHING = frozenset({"search", "find"})
_HEADS = _TAKING | _SEARCHING | {"print", "range", "datatable", "evaluate", "let", "set", "declare", "alias"}


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Names of tables, patterns of `union App*`; `everything` where the text may read any table."""

    tables: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    everything: bool = False


def solid(tokens: Iterable[Token]) -> list[Token]:
    """The tokens without blanks and comments."""
    return [token for token in tokens if token.kind not in {Kind.BLANK, Kind.COMMENT}]


def read_references(kql: str, *, bound: Iterable[str] = ()) -> References:
    """The tables that a query reads; `bound` are the names of its parameters, which are none."""
    tokens = _without_brackets(solid(tokenize(kql)))
    scan = _Scan(tokens, bound=frozenset(bound) | _let_names(tokens))
    for index in range(len(tokens)):
        scan.read(index)
    return References(tables=frozenset(scan.tables), patterns=frozenset(scan.patterns), everything=scan.everything)


def _let_names(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(after.text for before, after in itertools.pairwise(tokens) if before.text.lower() == "let")


def _without_brackets(tokens: Sequence[Token]) -> list[Token]:
    """`['My table']` and `table("T")` as the names that they are."""
    result: list[Token] = []
    for token in tokens:
        result.append(token)
        last = result[-3:]
        if len(last) == len("['']") - 1 and last[0].text == "[" and last[1].kind is Kind.STRING and token.text == "]":
            result[-3:] = [Token(kind=Kind.NAME, text=last[1].value, line=last[1].line)]
        call = result[-4:]
        is_call = len(call) == len(["table", "(", "T", ")"]) and token.text == ")" and call[1].text == "("
        if is_call and call[0].text.lower() == "table" and call[2].kind is Kind.STRING:
            result[-4:] = [Token(kind=Kind.NAME, text=call[2].value, line=call[2].line)]
    return result


@dataclass(slots=True)
class _Scan:
    """Walks over the tokens and keeps which operator each bracket stands in."""

    tokens: Sequence[Token]
    bound: frozenset[str]
    tables: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    everything: bool = False
    operators: list[str] = field(default_factory=lambda: [""])

    def read(self, index: int) -> None:
        token, text = self.tokens[index], self.tokens[index].text
        if text in _OPENERS:
            self.operators.append("")
        elif text in _CLOSERS:
            self.operators[1:] = self.operators[1:-1]
        elif text in {"|", ";"}:
            self.operators[-1] = self._text(index + 1) if text == "|" else ""
        elif token.kind is Kind.NAME and self._is_head(index) and text.lower() in _HEADS:
            self.operators[-1] = text.lower()
            self._search(index)
        elif token.kind is Kind.NAME and (self._is_head(index) or self._is_operand(index)):
            self._name(index)
        elif text == "*" and self._is_operand(index):
            self.everything = True

    def _search(self, index: int) -> None:
        """`search` and `find` read every table unless `in (...)` names some."""
        rest = self.tokens[index + 1 :]
        next((place for place, token in enumerate(rest) if token.text in {"|", ";"}), len(rest))
        pairs = itertools.pairwise(rest)
        if self.tokens[index].text.lower() in _SEARCHING:
            self.everything |= not any(one.text.lower() == "in" and two.text == "(" for one, two in pairs)

    def _name(self, index: int) -> None:
        name, after = self.tokens[index].text, self._text(index + 1)
        if after == "*":
            self.patterns.add(f"{name}*")
        elif after == "(" and name not in self.bound:
            self.everything = True  # a function that is stored in the workspace
        elif name not in self.bound:
            self.tables.add(name)

    def _is_head(self, index: int) -> bool:
        """Whether a table expression begins here."""
        before = self._text(index - 1)
        if before in {"", ";", "{"}:
            return True
        if before == "=":
            return self._text(index - 3) == "let" and self._text(index + 1) in {"|", ";", ""}
        return before == "(" and self._text(index + 1) == "|"

    def _is_operand(self, index: int) -> bool:
        """Whether a table stands here as what an operator takes in."""
        before, after = self._text(index - 1), self._text(index + 1)
        operator = self.operators[-1]
        if operator in _TAKING:
            option = self._text(index - 2) == "=" and before not in {"=", ","}
            listed = before == "," and operator == "union"
            return (before == operator or option or listed) and after not in {"=", "."}
        outer = self.operators[-2] if len(self.operators) > 1 else ""
        if outer in _TAKING and before == "(":
            return after in {")", "|"}
        return outer in _SEARCHING and before in {"(", ","} and self._opened_by_in(index)

    def _opened_by_in(self, index: int) -> bool:
        while index >= 0 and self.tokens[index].text != "(":
            index -= 1
        return self._text(index - 1) == "in"

    def _text(self, index: int) -> str:
        return self.tokens[index].text.lower() if 0 <= index < len(self.tokens) else ""
