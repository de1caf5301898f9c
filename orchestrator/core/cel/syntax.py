"""The syntax of CEL expressions: tokens, tree and parser, for static checks and for strict evaluation.

Source: the CEL language definition, section "Syntax". Left out on purpose: messages, bytes, optionals, leading dots.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from orchestrator.core.cel.tree import (
    Binary,
    Call,
    Has,
    Index,
    ListLiteral,
    Literal,
    Macro,
    MapLiteral,
    Name,
    Node,
    Select,
    Ternary,
    Unary,
    children,
)
from orchestrator.core.errors import ExpressionError

MAX_LENGTH = 16_000
MAX_DEPTH = 40
MAX_TREE_DEPTH = 80
MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
RESERVED = frozenset({"in", "true", "false", "null"})

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
      |(?P<string>[rR]?(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
      |(?P<double>(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?))
      |(?P<uint>(?:0x[0-9a-fA-F]+|\d+)[uU])
      |(?P<int>0x[0-9a-fA-F]+|\d+)
      |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
      |(?P<op>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
_BINDING = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its place in the text; `kind` is string, double, uint, int, name, op or end."""

    kind: str
    text: str
    start: int


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Node:
    """The tree of an expression, parsed once per text; ExpressionError names text and column."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text):,d} characters, more than {MAX_LENGTH:,d}: split it")
    tree = _Parser(text).parse()
    if _depth(tree) > MAX_TREE_DEPTH:
        raise syntax_error(text, 0, f"its parts hang on each other more than {MAX_TREE_DEPTH} deep; simplify it")
    return tree


def _depth(tree: Node) -> int:
    """How deep a tree is, without recursion: what walks it later does recurse."""
    deepest = 0
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in children(node)]
    return deepest


def tokens(text: str) -> Iterator[Token]:
    """The tokens of an expression, then one of kind `end`."""
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            what = "an unclosed string" if text[position] in "'\"" else f"unexpected {text[position]!r}"
            raise syntax_error(text, position, what)
        kind = str(found.lastgroup)
        if kind != "space":
            yield Token(kind, found.group(), position)
        position = found.end()
    yield Token("end", "", len(text))


def syntax_error(text: str, position: int, what: str) -> ExpressionError:
    """An error that shows the expression and the column, from 1."""
    return ExpressionError(f"expression {text!r}, column {position + 1}: {what}")


class _Parser:
    """Precedence climbing over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        if self._peek().kind == "end":
            raise syntax_error(self._text, 0, "it is empty; write a condition or a value")
        node = self._expression()
        if self._peek().kind != "end":
            raise self._unexpected("the end, or an operator")
        return node

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        token = self._peek()
        if token.kind == "op" and token.text == text:
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(repr(text))

    def _unexpected(self, wanted: str) -> ExpressionError:
        token = self._peek()
        found = "the end" if token.kind == "end" else repr(token.text)
        return syntax_error(self._text, token.start, f"found {found}, expected {wanted}")

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise syntax_error(self._text, self._peek().start, f"nested deeper than {MAX_DEPTH} levels; simplify it")
        node = self._binary(1)
        if self._accept("?"):
            yes = self._binary(1)
            self._expect(":")
            node = Ternary(node, yes, self._expression())
        self._depth -= 1
        return node

    def _binary(self, minimum: int) -> Node:
        node = self._unary()
        while (binding := self._operator()) >= minimum:
            op = self._next().text
            node = Binary(op, node, self._binary(binding + 1))
        return node

    def _operator(self) -> int:
        token = self._peek()
        return _BINDING.get(token.text, 0) if token.kind == "op" or token.text == "in" else 0

    def _unary(self) -> Node:
        ops = []
        while (token := self._peek()).kind == "op" and token.text in "!-":
            ops.append(self._next().text)
        if len(ops) > MAX_DEPTH:
            raise syntax_error(self._text, self._peek().start, "too many signs in a row; simplify it")
        node = self._postfix(self._primary())
        for op in reversed(ops):
            node = Unary(op, node)
        return node

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._accept("."):
                node = self._member(node)
            elif self._accept("["):
                index = self._expression()
                self._expect("]")
                node = Index(node, index)
            else:
                return node

    def _member(self, node: Node) -> Node:
        token = self._peek()
        if token.kind != "name" or token.text in RESERVED:
            raise self._unexpected("a name after the dot (write x['name'] for a reserved word)")
        self._next()
        if not self._accept("("):
            return Select(node, token.text)
        args = self._items(")")
        if token.text not in MACROS or len(args) < 2:  # noqa: PLR2004 - a macro has a variable and a body
            return Call(token.text, node, args)
        variable = args[0]
        if not isinstance(variable, Name):
            raise syntax_error(self._text, token.start, f"{token.text}() needs a plain variable name first")
        allowed = 3 if token.text == "map" else 2
        if len(args) > allowed:
            raise syntax_error(self._text, token.start, f"{token.text}() takes a variable and {allowed - 1} expression")
        return Macro(token.text, node, variable.name, args[1:])

    def _items(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._accept(closing):
            items.append(self._expression())
            if not self._accept(","):
                self._expect(closing)
                break
        return tuple(items)

    def _primary(self) -> Node:
        token = self._peek()
        if token.kind in {"string", "double", "uint", "int"}:
            self._next()
            return Literal(token.kind, token.text)
        if token.kind == "name":
            return self._named(self._next())
        if self._accept("("):
            node = self._expression()
            self._expect(")")
            return node
        if self._accept("["):
            return ListLiteral(self._items("]"))
        if self._accept("{"):
            return self._map()
        raise self._unexpected("a value")

    def _named(self, token: Token) -> Node:
        if token.text in {"true", "false"}:
            return Literal("bool", token.text)
        if token.text == "null":
            return Literal("null", token.text)
        if token.text == "in":
            raise syntax_error(self._text, token.start, "found 'in', expected a value")
        if not self._accept("("):
            return Name(token.text)
        args = self._items(")")
        if token.text != "has":
            return Call(token.text, None, args)
        if len(args) != 1 or not isinstance(args[0], Select):
            raise syntax_error(self._text, token.start, "has() takes one selection such as has(row.name)")
        return Has(args[0])

    def _map(self) -> Node:
        entries: list[tuple[Node, Node]] = []
        while not self._accept("}"):
            key = self._expression()
            self._expect(":")
            entries.append((key, self._expression()))
            if not self._accept(","):
                self._expect("}")
                break
        return MapLiteral(tuple(entries))
