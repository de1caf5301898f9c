"""Rewrites KQL text where the translator would read it wrongly: string literals, named arguments, a few operators.

Every rewrite keeps the number of lines, so that errors name the line that the user wrote.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.core.errors import QueryError
from plugins.monitor.embedded.arguments import let_functions, with_positional_arguments
from plugins.monitor.embedded.tokens import DEPTH, Kind, Token, tokenize
from plugins.monitor.lets import dynamic_literal, string_literal

KEEP, REORDER, DISTINCT = "switchboard_keep", "switchboard_reorder", "switchboard_distinct"
_PATTERN = "switchboard_pattern_"
_NAMES = {"count", "first", "last", "flags", "title", "others", "panels", "card", "timeline", "kind", "table", "date"}
_COLUMN_LISTS = {"project-away", "project-keep", "project-reorder"}
"""First column of a `project-away` that stands for `project-keep`, `project-reorder`: the translator lacks both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """Text for the translator, and the tokens of the user's text."""

    text: str
    tokens: tuple[Token, ...]


def rewrite(kql: str) -> Rewritten:
    """Rewrite a query.

    Raises:
        QueryError: A literal that KQL does not know, or arguments that do not fit their `let` function.
    """
    tokens = tokenize(kql)
    _refuse_statements(tokens)
    functions = let_functions(tokens)
    plain = _without_short_forms(tokens)
    pieces = _with_patterns(_with_quoted_names(with_positional_arguments(plain, functions)))
    _refuse_assignments(pieces)
    return Rewritten(
        text="".join(_piece(token, index, pieces) for index, token in enumerate(pieces)), tokens=tuple(tokens)
    )


def _refuse_statements(tokens: Sequence[Token]) -> None:
    """`set` and `declare` would change what the query means behind the caller's back."""
    start = True
    for token in tokens:
        if token.kind in {Kind.BLANK, Kind.COMMENT}:
            continue
        if start and token.text.lower() in {"set", "declare", "restrict", "alias", "pattern"}:
            raise QueryError(f"line {token.line}: a {token.text!r} statement is refused: use let", line=token.line)
        start = token.text == ";"


def _refuse_assignments(tokens: Sequence[Token]) -> None:
    """`where a = 1` compares in SQL; the translator would read it as a name for the value 1.

    Of `(a, b) = f(x)` it would take the first name only.
    """
    solid = [token for token in tokens if token.kind not in {Kind.BLANK, Kind.COMMENT}]
    depth, where_depth = 0, None
    for before, token in zip([None, *solid], solid, strict=False):
        depth += DEPTH.get(token.text, 0)
        if before is not None and before.text == ")" and token.text == "=":
            raise QueryError(
                f"line {token.line}: several names before '=' are not supported: name one", line=token.line
            )
        if token.text == ";":
            where_depth = None
        elif before is not None and before.text == "|":
            where_depth = depth if token.text.lower() in {"where", "filter"} else None
        elif where_depth is not None and depth < where_depth:
            where_depth = None
        elif where_depth is not None and token.text == "=" and token.kind is Kind.SIGN:
            raise QueryError(f"line {token.line}: '=' in where compares nothing: write '=='", line=token.line)


def _dynamic(token: Token) -> str:
    """A dynamic literal of plain JSON, without the escapes that the translator would not decode."""
    body = token.text[token.text.index("(") + 1 : -1].strip()
    try:
        text = dynamic_literal(json.loads(body))
    except ValueError as error:
        if re.search(r"\\[bfu]", body):
            raise QueryError(
                f"line {token.line}: an escape in dynamic({body}) cannot be read: use the character itself",
                line=token.line,
            ) from error
        return token.text
    return text + "\n" * token.text.count("\n")


def pattern_of(name: str) -> str | None:
    """The wildcard pattern that a name in a column list stands for, or None."""
    return bytes.fromhex(name.removeprefix(_PATTERN)).decode() if name.startswith(_PATTERN) else None


def line_of(tokens: Sequence[Token], text: str) -> int | None:
    """The first line where a name, keyword or operator stands; in another case if not as written."""
    named = [t for t in tokens if t.kind in {Kind.NAME, Kind.SIGN, Kind.STRING}]
    exact = (t.line for t in named if text in {t.text, t.value})
    folded = (t.line for t in named if t.text.lower() == text.lower())
    return next(exact, None) or next(folded, None)


def pipeline(tokens: Sequence[Token]) -> list[list[Token]]:
    """The last statement's tokens, cut at its own bars: the source, then one operator each."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += DEPTH.get(token.text, 0)
        if depth == 0 and token.text == ";":
            parts = [[]]
        elif depth == 0 and token.text == "|":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _piece(token: Token, index: int, tokens: Sequence[Token]) -> str:  # noqa: PLR0911  # one return a case
    if token.kind is Kind.STRING:
        return string_literal(token.value) + "\n" * token.text.count("\n")
    if token.kind is Kind.COMMENT:
        return ""
    if token.kind is Kind.RAW:
        return _dynamic(token)
    if token.kind is Kind.NAME and _after_bar(tokens, index):
        match token.text.lower():
            case "project-keep":
                return f"project-away {KEEP}, "
            case "project-reorder":
                return f"project-away {REORDER}, "
            case "serialize":
                return "extend" if _has_operand(tokens, index) else "where true"
    return token.text


def _without_short_forms(tokens: Sequence[Token]) -> list[Token]:
    """`distinct *` by its marker; `as Name` by nothing: a later use of the name is refused as an unknown table."""
    result: list[Token] = []
    dropped: Token | None = None
    for index, token in enumerate(tokens):
        if token is dropped:
            continue
        operand = _near(tokens, index, 1)
        if token.kind is Kind.NAME and _after_bar(tokens, index) and operand is not None:
            if token.text.lower() == "distinct" and operand.text == "*":
                dropped = operand
                result.append(Token(kind=Kind.RAW_NAME, text=f"project-away {DISTINCT}", line=token.line))
                continue
            if token.text.lower() == "as" and operand.kind is Kind.NAME:
                dropped = operand
                result.append(Token(kind=Kind.RAW_NAME, text="where true", line=token.line))
                continue
        result.append(token)
    return result


def _with_quoted_names(tokens: Sequence[Token]) -> list[Token]:
    """Names that KQL allows and the translator's grammar takes for keywords (`count`, `first`, `kind`) in brackets."""
    result: list[Token] = []
    operator = ""
    for index, token in enumerate(tokens):
        before, after = _near(tokens, index, -1), _near(tokens, index, 1)
        left, right = before.text.lower() if before else "", after.text if after else ""
        if left == "|" or before is None or left == ";":
            operator = token.text.lower() if token.kind not in {Kind.BLANK, Kind.COMMENT} else operator
        elif token.kind is Kind.NAME and token.text in _NAMES and not _is_keyword(token.text, operator, left, right):
            if left == ".":
                while result and result[-1].text != ".":
                    result.pop()
                result.pop()
            result.append(Token(kind=Kind.RAW_NAME, text=f"['{token.text}']", line=token.line))
            continue
        result.append(token)
    return result


def _is_keyword(word: str, operator: str, left: str, right: str) -> bool:
    """Whether a word that may be a name is a keyword here."""
    if right == "(" or left in {":", "typeof", "nulls", "let"} or operator in {"render", "parse", "parse-where"}:
        return True
    return word == "kind" and right == "=" and left in {"join", "lookup", "union", "mv-expand", "mvexpand", "parse"}


def _with_patterns(tokens: Sequence[Token]) -> list[Token]:
    """Wildcards in column lists (`project-away Client*`) as names: the translator takes names only."""
    result: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        result.append(token)
        index += 1
        if token.kind is not Kind.NAME or token.text.lower() not in _COLUMN_LISTS:
            continue
        while index < len(tokens) and tokens[index].text not in {"|", ";", ")"}:
            end = index
            while (
                end < len(tokens)
                and tokens[end].kind in {Kind.NAME, Kind.NUMBER, Kind.SIGN}
                and tokens[end].text not in {"|", ";", ")", ","}
            ):
                end += 1
            text = "".join(t.text for t in tokens[index:end])
            if "*" in text:
                name = _PATTERN + text.encode().hex()
                result.append(Token(kind=Kind.NAME, text=name, line=tokens[index].line))
                index = end
            else:
                result.append(tokens[index])
                index += 1
    return result


def _after_bar(tokens: Sequence[Token], index: int) -> bool:
    before = _near(tokens, index, -1)
    return before is not None and before.text == "|"


def _has_operand(tokens: Sequence[Token], index: int) -> bool:
    after = _near(tokens, index, 1)
    return after is not None and after.text not in {"|", ";", ")"}


def _near(tokens: Sequence[Token], index: int, step: int) -> Token | None:
    """The next token that is neither blank nor comment."""
    index += step
    while 0 <= index < len(tokens):
        if tokens[index].kind not in {Kind.BLANK, Kind.COMMENT}:
            return tokens[index]
        index += step
    return None
