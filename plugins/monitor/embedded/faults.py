"""Translates every error of DuckDB and of the KQL translator into ours; most specific first, and nowhere else."""

import re
from collections.abc import Callable, Mapping

import duckdb
from duckdb_kql import KqlError, KqlSchemaError, KqlScriptError, KqlSyntaxError, KqlUnsupportedError

from orchestrator.core.errors import QueryError
from plugins.monitor.embedded.ranges import range_fault
from plugins.monitor.names import did_you_mean, nearest

_POSITION = re.compile(r" at (\d+):(\d+)")
_MISSING_COLUMN = re.compile(r'[Cc]olumn "([^"]+)"')
_NAMED = re.compile(r"([a-z ]+):\s?(\S+)")
_CANDIDATES = re.compile(r'"([^"]+)"')


def kql_fault(error: KqlError, *, line_of: Callable[[str], int | None]) -> QueryError:
    """The translator's refusal in our words; `line_of` finds the line of a construct that the error does not place."""
    match error:
        case KqlSyntaxError():
            return _syntax(error)
        case KqlUnsupportedError():
            return _unsupported(error, line_of)
        case KqlSchemaError():
            line = line_of(error.name)
            hint = f": {error.hint}" if error.hint else ""
            return QueryError(f"{_at(line)}{error.name!r} cannot be resolved{hint}", line=line)
        case KqlScriptError():
            return QueryError(f"several statements are refused: {error}", line=error.line)
        case _:
            return QueryError(f"the query cannot be translated: {error}")


def _unsupported(error: KqlUnsupportedError, line_of: Callable[[str], int | None]) -> QueryError:
    named = _NAMED.fullmatch(error.construct)
    kind, name = (named[1], named[2]) if named else ("", error.construct)
    operator = _operator(name)
    line = error.span.line if error.span else line_of(name)
    # The translator's notes about its own sources help nobody.
    hint = error.hint if error.hint and not re.search(r"in this wave|translate/|internal:", error.hint) else None
    what = f"operator {operator!r}" if operator else f"{kind} {name!r}".strip()
    return QueryError(f"{_at(line)}{what} is not supported on local logs{f': {hint}' if hint else ''}", line=line)


def _operator(name: str) -> str | None:
    """`MakeSeriesOperator` is `make-series`."""
    if not name.endswith("Operator"):
        return None
    words = re.findall(r"[A-Z][a-z]*", name.removesuffix("Operator"))
    text = "-".join(word.lower() for word in words)
    return {"mvapply": "mv-apply", "mvexpand": "mv-expand", "as": "as"}.get(text, text)


def engine_fault(error: duckdb.Error, *, memory_mb: int) -> QueryError:
    """DuckDB's error in words about KQL; never its own text where that would talk about SQL."""
    first = _first_line(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryError(
            f"the query needs more than the memory limit of {memory_mb} MB: narrow the time range, "
            "or project fewer columns first"
        )
    too_long = range_fault(first) if isinstance(error, duckdb.InvalidInputException) else None
    if too_long is not None:
        return too_long
    if isinstance(error, duckdb.BinderException):
        return _binder(error, first)
    text = next((text for kind, text in ENGINE_FAULTS.items() if isinstance(error, kind)), "the log engine failed")
    return QueryError(f"{text}: {first}", retryable=isinstance(error, duckdb.InterruptException))


ENGINE_FAULTS: Mapping[type[duckdb.Error], str] = {
    duckdb.OutOfMemoryException: "the query needs more than the memory limit",
    duckdb.InterruptException: "the query was stopped before its end",
    duckdb.ResourceInUseException: "the log engine is busy with another call",
    duckdb.BinderException: "types do not fit",
    duckdb.CatalogException: "the query uses what local logs do not have",
    duckdb.ConversionException: "a value in the data does not fit the query",
    duckdb.InvalidInputException: "a value in the data does not fit the query",
    duckdb.OutOfRangeException: "a number in the query or in the data is out of range",
    duckdb.TypeMismatchException: "types do not fit",
    duckdb.InvalidTypeException: "types do not fit",
    duckdb.ConstraintException: "the logs are read-only",
    duckdb.PermissionException: "the query reaches outside of the logs, which is refused",
    duckdb.ParserException: "the query's translation is not valid, so it is refused",
    duckdb.SyntaxException: "the query's translation is not valid, so it is refused",
    duckdb.NotImplementedException: "the log engine cannot do this",
    duckdb.SequenceException: "the log engine cannot do this",
    duckdb.TransactionException: "the log engine failed on this query",
    duckdb.SerializationException: "the log engine failed on this query",
    duckdb.DependencyException: "the log engine failed on this query",
    duckdb.HTTPException: "the query reaches outside of the logs, which is refused",
    duckdb.IOException: "a log file cannot be read any more",
    duckdb.ConnectionException: "the logs are closed",
    duckdb.InternalException: "the log engine failed on this query",
    duckdb.FatalException: "the log engine failed on this query",
    duckdb.DataError: "a value in the data does not fit the query",
    duckdb.IntegrityError: "the logs are read-only",
    duckdb.NotSupportedError: "the log engine cannot do this",
    duckdb.ProgrammingError: "the log engine refused this query",
    duckdb.OperationalError: "the log engine failed on this query",
    duckdb.InternalError: "the log engine failed on this query",
    duckdb.DatabaseError: "the log engine failed on this query",
    duckdb.Error: "the log engine failed on this query",
}
"""Each class of the engine's errors, children before parents, with what it means to the one who asked."""


def _at(line: int | None) -> str:
    return f"line {line}: " if line else ""


def _syntax(error: KqlSyntaxError) -> QueryError:
    if error.diagnostics:
        first = error.diagnostics[0]
        return QueryError(
            f"line {first.span.line}, column {first.span.column + 1}: not valid KQL: {_shorter(first.message)}",
            line=first.span.line,
        )
    match = _POSITION.search(str(error))
    line = int(match[1]) if match else None
    return QueryError(f"{_at(line)}not valid KQL: {_shorter(str(error))}", line=line)


def _shorter(message: str) -> str:
    """ANTLR lists every token it would take; the list helps nobody."""
    return re.sub(r" expecting \{.*\}", "", message, flags=re.DOTALL)


def _binder(error: duckdb.Error, first: str) -> QueryError:
    missing = _MISSING_COLUMN.search(str(error))
    if missing and "not found" in str(error):
        candidates = _CANDIDATES.findall(str(error).partition("Candidate bindings")[2])
        near = nearest(missing[1], candidates)
        return QueryError(f"no column {missing[1]!r} here{did_you_mean(near)}", nearest=near)
    return QueryError(f"types do not fit: {_without_casts(first)}")


def _first_line(error: duckdb.Error) -> str:
    text = str(error).strip().splitlines()
    line = text[0] if text else type(error).__name__
    return re.sub(r"^[A-Z][A-Za-z -]* Error: ", "", line)


def _without_casts(text: str) -> str:
    return re.sub(r"\s*You might need to add explicit type casts\.?", "", text)
