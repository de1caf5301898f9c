"""Splits KQL text into tokens with their lines; string literals are decoded as Kusto decodes them.

Source of the escapes: Kusto documentation, "The string data type" (string literals, verbatim and multi-line literals).
"""

import re
from dataclasses import dataclass
from enum import Enum

from orchestrator.core.errors import QueryError


class Kind(Enum):
    """What a token is."""

    BLANK = "blank"
    COMMENT = "comment"
    STRING = "string"
    RAW = "raw"
    RAW_NAME = "raw name"
    NAME = "name"
    NUMBER = "number"
    SIGN = "sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of the text; `value` is a string literal's decoded content."""

    kind: Kind
    text: str
    line: int
    value: str = ""


DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
"""How a sign changes the depth of brackets."""

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+)
  | (?P<comment>//[^\n]*)
  | (?P<fence>[hH]?(?:```.*?```|~~~.*?~~~))
  | (?P<verbatim>[hH]?@(?:"(?:[^"]|"")*"|'(?:[^']|'')*'))
  | (?P<string>[hH]?(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
  | (?P<name>[A-Za-z_$][A-Za-z0-9_]*
       (?:-(?:to-table|mark-components|shortest-paths|graph|away|keep|rename|reorder|expand|apply|series|where|kv|nested|by|match|set|distinct)\b)?)
  | (?P<number>[0-9]+(?:\.[0-9]+)?[A-Za-z0-9]*)
  | (?P<sign>!between|!contains\w*|!has\w*|!in~?|!startswith\w*|!endswith\w*|==|=~|!=|!~|<=|>=|<>|=>|\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_SIMPLE = {
    "\\": "\\",
    '"': '"',
    "'": "'",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


def tokenize(kql: str) -> list[Token]:
    """All tokens, blanks and comments too; joined, their texts are `kql`.

    A `dynamic(...)` literal is one raw token: JSON has its own escapes.

    Raises:
        QueryError: A string literal that does not end, or an escape that KQL does not know.
    """
    tokens: list[Token] = []
    position, line = 0, 1
    while position < len(kql):
        match = _TOKEN.match(kql, position)
        if match is None or match.lastgroup is None:
            raise QueryError(f"line {line}: cannot read {kql[position]!r}", line=line)
        text = match[0]
        if match.lastgroup == "name" and text.lower() == "dynamic" and _opens(kql, match.end()):
            text = kql[position : _closing(kql, match.end(), line)]
            tokens.append(Token(kind=Kind.RAW, text=text, line=line))
        else:
            tokens.append(_token(match.lastgroup, text, line))
        position += len(text)
        line += text.count("\n")
    return tokens


def _token(group: str, text: str, line: int) -> Token:
    match group:
        case "fence":
            body = text.lstrip("hH")[3:-3]
            return Token(kind=Kind.STRING, text=text, line=line, value=body)
        case "verbatim":
            quoted = text.lstrip("hH")[1:]
            return Token(kind=Kind.STRING, text=text, line=line, value=quoted[1:-1].replace(quoted[0] * 2, quoted[0]))
        case "string":
            body = text.lstrip("hH")[1:-1]
            return Token(kind=Kind.STRING, text=text, line=line, value=_decoded(body, line))
        case "sign" if text in {'"', "'"}:
            raise QueryError(f"line {line}: a string literal does not end: close it with {text}", line=line)
        case _:
            return Token(kind=Kind(group), text=text, line=line)


def _decoded(body: str, line: int) -> str:
    def replace(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "uUx" and len(code) > 1:
            return chr(int(code[1:], 16))
        if code[0] in "01234567":
            return chr(int(code, 8))
        if code not in _SIMPLE:
            raise QueryError(
                f"line {line}: KQL knows no escape '\\{code}' in a string: write '\\\\{code}', or @'...' for a regex",
                line=line,
            )
        return _SIMPLE[code]

    try:
        return _ESCAPE.sub(replace, body)
    except (ValueError, OverflowError) as error:
        raise QueryError(f"line {line}: an escape in {body!r} is no character", line=line) from error


def _opens(kql: str, position: int) -> bool:
    return kql[position:].lstrip().startswith("(")


def _closing(kql: str, position: int, line: int) -> int:
    """The position behind the parenthesis that closes the one after `position`."""
    depth = 0
    while position < len(kql):
        match = _TOKEN.match(kql, position)
        text = match[0] if match else kql[position]
        depth += {"(": 1, ")": -1}.get(text, 0)
        position += len(text)
        if depth == 0 and text == ")":
            return position
    raise QueryError(f"line {line}: a dynamic(...) literal does not end: close its parenthesis", line=line)
