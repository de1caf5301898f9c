"""Puts named arguments of `let` functions into the order of the parameters: the translator takes them by position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.core.errors import QueryError
from plugins.monitor.embedded.tokens import DEPTH, Kind, Token


@dataclass(frozen=True, slots=True)
class LetParameter:
    """A parameter of a let function, with the tokens of its default."""

    name: str
    default: tuple[Token, ...]


def let_functions(tokens: Sequence[Token]) -> dict[str, tuple[LetParameter, ...]]:
    """Functions that `let f = (a: long, b: string = "x") { ... }` declares."""
    solid = [t for t in tokens if t.kind not in {Kind.BLANK, Kind.COMMENT}]
    functions: dict[str, tuple[LetParameter, ...]] = {}
    for index, token in enumerate(solid[:-4]):
        name, equals, opening = solid[index + 1 : index + 4]
        if token.text.lower() != "let" or equals.text != "=" or opening.text != "(":
            continue
        end = _closing(solid, index + 3)
        if end is not None and end + 1 < len(solid) and solid[end + 1].text == "{":
            parts = _split(solid[index + 4 : end])
            functions[name.text] = tuple(_parameter(part) for part in parts if part)
    return functions


def _parameter(tokens: Sequence[Token]) -> LetParameter:
    texts = [token.text for token in tokens]
    default = tokens[texts.index("=") + 1 :] if "=" in texts else ()
    return LetParameter(texts[0], tuple(default))


def with_positional_arguments(tokens: Sequence[Token], functions: Mapping[str, Sequence[LetParameter]]) -> list[Token]:
    """The tokens with named arguments of let functions put in the order of the parameters."""
    result: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        parameters = functions.get(token.text) if token.kind is Kind.NAME else None
        opening = index + 1
        while opening < len(tokens) and tokens[opening].kind in {Kind.BLANK, Kind.COMMENT}:
            opening += 1
        end = (
            _closing(tokens, opening) if parameters and opening < len(tokens) and tokens[opening].text == "(" else None
        )
        if parameters is None or end is None:
            result.append(token)
            index += 1
            continue
        arguments = [with_positional_arguments(part, functions) for part in _split(tokens[opening + 1 : end])]
        result += [token, tokens[opening], *_ordered(token, arguments, parameters), tokens[end]]
        index = end + 1
    return result


def _ordered(call: Token, arguments: Sequence[Sequence[Token]], parameters: Sequence[LetParameter]) -> list[Token]:
    named = [_argument_name(part) for part in arguments]
    if not any(named):
        return [
            token for place, part in enumerate(arguments) for token in ([_comma(call)] if place else []) + list(part)
        ]
    values: dict[str, Sequence[Token]] = {}
    for place, (name, part) in enumerate(zip(named, arguments, strict=True)):
        key = name or (parameters[place].name if place < len(parameters) else "")
        if key in values or key not in {parameter.name for parameter in parameters}:
            raise QueryError(
                f"line {call.line}: {call.text}() has no parameter {key!r}, or has it twice", line=call.line
            )
        values[key] = part[_equals(part) + 1 :] if name else part
    return _filled(call, values, parameters, lines=sum(t.text.count("\n") for part in arguments for t in part))


def _filled(
    call: Token, values: Mapping[str, Sequence[Token]], parameters: Sequence[LetParameter], *, lines: int
) -> list[Token]:
    """One argument a parameter; line breaks of the arguments go behind the last one."""
    result: list[Token] = []
    for parameter in parameters:
        value = values.get(parameter.name, parameter.default)
        if not value:
            raise QueryError(f"line {call.line}: {call.text}() needs its parameter {parameter.name!r}", line=call.line)
        result += [_comma(call)] if result else []
        result += [t for t in value if t.kind not in {Kind.BLANK, Kind.COMMENT} or "\n" not in t.text]
    breaks = lines - sum(token.text.count("\n") for token in result)
    return [*result, Token(kind=Kind.BLANK, text="\n" * max(breaks, 0), line=call.line)]


def _argument_name(tokens: Sequence[Token]) -> str | None:
    solid = [token for token in tokens if token.kind not in {Kind.BLANK, Kind.COMMENT}]
    is_named = len(solid) > 2 and solid[0].kind is Kind.NAME and solid[1].text == "="  # noqa: PLR2004  # name, =, value
    return solid[0].text if is_named else None


def _equals(tokens: Sequence[Token]) -> int:
    return next(index for index, token in enumerate(tokens) if token.text == "=")


def _comma(near: Token) -> Token:
    return Token(kind=Kind.SIGN, text=",", line=near.line)


def _closing(tokens: Sequence[Token], opening: int) -> int | None:
    depth = 0
    for index in range(opening, len(tokens)):
        depth += DEPTH.get(tokens[index].text, 0)
        if depth == 0:
            return index
    return None


def _split(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between commas outside of brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += DEPTH.get(token.text, 0)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts if any(parts) else []
