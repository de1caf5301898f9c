"""What a model's query makes up by itself, and whether it reaches outside of the logs.

A claim on rows or texts that come from no table would have a receipt for the model's own words; a query that fetches an
address could carry data out. Token by token, no grammar: what cannot be read
safely is refused. Source for names and operators: the Kusto Query Language reference.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_DEFINITION = 160
_MAX_DEPTH = 4
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)|(?P<space>\s+)
      |(?P<string>```.*?```|~~~.*?~~~|[hH]?@"(?:[^"]|"")*"|[hH]?@'(?:[^']|'')*'
        |[hH]?"(?:\\.|[^"\\\n])*"|[hH]?'(?:\\.|[^'\\\n])*')
      |(?P<number>\d[\w.]*)
      |(?P<name>[A-Za-z_][\w]*(?:-(?:where|rename|away|reorder|keep|expand|apply|kv|series|nested|hitters|graph))?)
      |(?P<op>!in~|!in|in~|==|!=|=~|!~|<=|>=|<>|=>|!\w+|[-+*/%<>=|,;:.(){}\[\]?!$])""",
    re.VERBOSE | re.DOTALL,
)
# fmt: off
_MAKES_ROWS = frozenset({
    "print", "datatable", "range", "externaldata", "external_data", "evaluate", "invoke", "as", "parse", "parse_kv",
    "parse-kv", "parse-where", "declare", "macro-expand", "graph-match", "make-graph",
})
_MAKES_TEXT = frozenset({
    "make_string", "unicode_codepoints_to_string", "base64_decode_tostring", "base64_decode_toarray", "url_decode",
    "url_encode", "translate", "reverse", "replace", "replace_string", "replace_strings", "replace_regex",
    "parse_json", "todynamic", "strrep", "pack", "pack_dictionary", "bag_pack", "bag_pack_columns", "strcat_array",
    "gzip_decompress_from_base64_string", "zlib_decompress_from_base64_string", "tohex", "char",
})
_COMPARISONS = frozenset({
    "==", "!=", "=~", "!~", "has", "has_cs", "contains", "contains_cs", "startswith", "startswith_cs", "endswith",
    "endswith_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "regex",
})
_FETCHES = frozenset({"externaldata", "external_data"})
_OUTSIDE = frozenset({
    "external_table", "adx", "arg", "cluster", "database", "workspace", "app",
    "resource", "table", "stored_query_result", "http_request", "http_request_post", "sql_request", "mysql_request",
    "postgresql_request", "cosmosdb_sql_request", "azure_digital_twins_query_request", "ai_embeddings",
    "ai_chat_completion", "ai_chat_completion_prompt",
})
_PLAIN = frozenset({
    "n", "c", "x", "y", "t", "k", "p", "m", "count", "total", "sum", "avg", "mean", "min", "max", "share", "ratio",
    "rate", "percent", "pct", "first", "last", "value", "failed", "failures", "errors", "error", "ok", "calls",
    "requests", "rows", "bucket", "minute", "hour", "day", "start", "end", "since", "newest", "oldest", "distinct",
    "ms", "s", "bytes", "per", "by", "of",
})
_LISTS = frozenset({"in", "in~", "!in", "!in~", "has_any", "has_all"})
_UNITS = frozenset({
    "extract", "datetime_diff", "datetime_part", "trim", "trim_start", "trim_end", "datetime", "timespan",
})
_FORMATS = frozenset({"split", "format_datetime", "format_timespan"})
# fmt: on
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class QueryReading:
    """What a query makes of its own.

    Attributes:
        definitions: For each name that it gives, the expression behind it.
        odd: Those of the names that say more than what was computed.
        problem: Why its rows support no claim; empty where they do.
    """

    definitions: Mapping[str, str]
    odd: frozenset[str] = frozenset()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def read_query(kql: str) -> QueryReading:
    """Its definitions, or why no claim may rest on it."""
    tokens = list(_tokens(kql))
    problem = _made_rows(tokens) or _made_text(tokens)
    if problem:
        return QueryReading({}, problem=problem)
    raw = dict(_definitions(tokens))
    definitions = {name: _expanded(name, raw) for name in raw}
    if any(not re.search("[A-Za-z_]", text) for text in definitions.values()):
        return QueryReading({}, problem="it computes a column from no column")
    long = next((name for name, text in definitions.items() if len(text) > MAX_DEFINITION), None)
    if long is not None:
        return QueryReading({}, problem=f"it computes a column in more than {MAX_DEFINITION} characters")
    return QueryReading(definitions, odd=_odd(tokens, definitions))


def reaches_out(kql: str) -> str | None:
    """The name by which a query reaches another cluster, workspace or address; None where it stays in these logs."""
    tokens = list(_tokens(kql))
    for token, after in zip(tokens, [*tokens[1:], _Token("end", "")], strict=True):
        word = token.text.lower()
        if token.kind == "name" and (word in _FETCHES or (word in _OUTSIDE and after.text == "(")):
            return token.text
    return None


def _odd(tokens: Sequence[_Token], definitions: Mapping[str, str]) -> frozenset[str]:
    """Names with a word that is neither plain nor among the other names of the query: they could carry a message."""
    used = [token.text for token in tokens if token.kind == "name" and token.text not in definitions]
    plain = _PLAIN.union(*map(_words, used))
    return frozenset(name for name in definitions if not _words(name) <= plain)


def _words(name: str) -> frozenset[str]:
    """`avgDurationMs`, `avg_duration_ms` -> avg, duration, ms."""
    return frozenset(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


def _tokens(kql: str) -> Iterator[_Token]:
    at = 0
    while at < len(kql):
        found = _TOKEN.match(kql, at)
        if found is None:
            yield _Token("other", kql[at])
            at += 1
            continue
        kind = str(found.lastgroup)
        if kind not in {"comment", "space"}:
            yield _Token(kind, found.group())
        at = found.end()


def _made_rows(tokens: Sequence[_Token]) -> str:
    for place, token in enumerate(tokens):
        if token.kind == "other":
            return f"it holds {token.text!r}"
        if token.text in _MAKES_ROWS or token.text.lower() in _MAKES_TEXT:
            return f"{token.text} makes rows or text of its own"
        if token.text in "{}" or (token.text == "=" and place and tokens[place - 1].text == ")"):
            return "it defines functions, or several names at once"
    return ""


def _made_text(tokens: Sequence[_Token]) -> str:
    """A string may be compared with, or say how to cut and format; anywhere else it could become a cell."""
    calls: list[tuple[str, int]] = []
    before = ""
    for token in tokens:
        if token.kind == "string" and not _harmless(before, calls):
            return "it has a text outside a comparison"
        if token.text in _OPENING:
            calls.append((before.lower(), 0))
        elif token.text in _CLOSING and calls:
            calls.pop()
        elif token.text == "," and calls:
            name, position = calls[-1]
            calls[-1] = (name, position + 1)
        before = token.text
    return ""


def _harmless(before: str, calls: Sequence[tuple[str, int]]) -> bool:
    word = before.lower().removeprefix("!") if before != "!=" else before
    if before in _COMPARISONS or word in _COMPARISONS:
        return True
    name, position = calls[-1] if calls else ("", 0)
    return name in _LISTS or name in _UNITS or (name in _FORMATS and position > 0)


def _definitions(tokens: Sequence[_Token]) -> Iterator[tuple[str, str]]:
    for place, token in enumerate(tokens[:-1]):
        if token.kind == "name" and tokens[place + 1].text == "=":
            yield token.text, _spelled(_until_end(tokens, place + 2))


def _until_end(tokens: Sequence[_Token], start: int) -> Iterator[_Token]:
    depth = 0
    for token in tokens[start:]:
        if depth == 0 and (token.text in {",", "|", ";", "by"} or token.text in _CLOSING):
            return
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        yield token


def _spelled(tokens: Iterator[_Token]) -> str:
    text = ""
    for token in tokens:
        tight = not text or text[-1] in "([.!" or token.text in {"(", ")", "]", ".", ","} or token.text == "["
        text += token.text if tight else f" {token.text}"
    return text


def _expanded(name: str, raw: Mapping[str, str], depth: int = 0) -> str:
    """A definition with the names that it uses spelled out in turn."""
    if depth >= _MAX_DEPTH:
        return "…" * (MAX_DEFINITION + 1)  # too deep to show, so too long

    def one(found: re.Match[str]) -> str:
        word = found.group()
        return f"({_expanded(word, raw, depth + 1)})" if word in raw and word != name else word

    return re.sub(r"(?<![\w'\"])[A-Za-z_]\w*", one, raw[name])
