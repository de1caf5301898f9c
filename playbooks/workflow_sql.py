"""Checks the SQL of a `workflow.json`: sent as it stands, with every value a parameter, over a named connection.

Source of the action's form: https://learn.microsoft.com/connectors/sql/ ("Execute a SQL query (V2)"), and the body that
Microsoft's generated client sends (Azure Connectors Node.js SDK, `SqlPassThroughNativeQueryBody`). The connection signs
in with the managed identity; a definition holds no more of it than its name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PATH = re.compile(r"/v2/datasets/.+,.+/query/sql")
_CONNECTION = re.compile(r"@parameters\('\$connections'\)\['[A-Za-z0-9_-]+'\]\['connectionId'\]")
_TYPE = re.compile(
    r"(N?VARCHAR|N?CHAR|VARBINARY)\s*\((\d{1,4}|MAX)\)|DECIMAL\s*\(\d{1,2},\s*\d{1,2}\)|DATETIMEOFFSET(\(\d\))?|DATETIME2(\(\d\))?"
    r"|TINYINT|SMALLINT|INT|BIGINT|BIT|DATE|UNIQUEIDENTIFIER",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"N?'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_GIVEN_BY_NAME = re.compile(r"@\w+\s*=\s*(?=@)")
_NAME = re.compile(r"(?<![@\w])@(\w+)")
_DECLARED = re.compile(r"\bDECLARE\s+@(\w+)", re.IGNORECASE)
_DYNAMIC = re.compile(r"\bEXEC(?:UTE)?\s*\(|\bsp_executesql\b", re.IGNORECASE)


def sql_problems(name: str, action: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the SQL of an action; nothing where it has none."""
    inputs = action.get("inputs")
    if not isinstance(inputs, dict):
        return
    place = f"actions.{name}"
    if action.get("type") == "ServiceProvider":
        asked = inputs.get("parameters", {})
        yield from _text_problems(place, asked.get("query", ""), set(asked.get("queryParameters", {})))
    elif action.get("type") == "ApiConnection" and "/query/sql" in str(inputs.get("path", "")):
        yield from _connection_problems(place, inputs)
        yield from _body_problems(place, inputs.get("body"))


def _connection_problems(place: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    connection = inputs.get("host", {}).get("connection", {}).get("name", "")
    if not _CONNECTION.fullmatch(str(connection)):
        yield f"{place}: its connection is {connection!r}: give @parameters('$connections')['sql']['connectionId']"
    if str(inputs.get("method", "")).lower() != "post":
        yield f"{place}: a query is sent with the method post, and not {inputs.get('method')!r}"
    path = str(inputs.get("path", ""))
    encoded = path.count("encodeURIComponent(encodeURIComponent(")
    if not _PATH.fullmatch(path) or ("@{" in path and encoded != path.count("@{")):
        yield f"{place}: its path is not /v2/datasets/SERVER,DATABASE/query/sql with both encoded twice"


def _body_problems(place: str, body: object) -> Iterator[str]:
    if not isinstance(body, dict):
        yield f"{place}: its body is {type(body).__name__}: give query, formalParameters and actualParameters"
        return
    formal, actual = body.get("formalParameters", {}), body.get("actualParameters", {})
    if not isinstance(formal, dict) or not isinstance(actual, dict):
        yield f"{place}: its parameters are built by an expression: name each one"
        return
    for one in sorted(formal.keys() ^ actual.keys()):
        yield f"{place}: the parameter {one!r} is only in one of formalParameters and actualParameters"
    for one, kind in formal.items():
        if not _TYPE.fullmatch(str(kind)):
            yield f"{place}: the parameter {one!r} has no type of T-SQL with its length: {kind!r}"
    yield from _text_problems(place, body.get("query", ""), set(formal))


def _text_problems(place: str, query: object, parameters: set[str]) -> Iterator[str]:
    text = str(query)
    if not text.strip():
        yield f"{place}: its query is empty"
        return
    if text.startswith("@") or "@{" in text:
        yield f"{place}: its query is built by an expression: write it out, and give values as parameters"
        return
    bare = _LITERAL.sub("''", text)
    if _DYNAMIC.search(bare):
        yield f"{place}: its query builds another one: call a procedure by its name"
    if re.match(r"\s*EXEC", bare, re.IGNORECASE):
        bare = _GIVEN_BY_NAME.sub("", bare)
    used = set(_NAME.findall(bare)) - set(_DECLARED.findall(bare))
    for one in sorted(used - parameters):
        yield f"{place}: its query names @{one}, and there is no such parameter"
    for one in sorted(parameters - used):
        yield f"{place}: its query does not use the parameter {one!r}"
