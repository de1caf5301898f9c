"""OData filters built from values that nobody vouches for: no value can leave its literal."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote

FILTERS = "filters"  # the field: a collection of `name=value`
# Tried in this order; the last ones are control characters, which hardly any text holds.
_ERRORS = "surrogatepass"  # JSON may hold half a character; its two halves stay different names
_DELIMITERS = ("|", ";", ",", "\t", "\x1f", "\x1e", "\x1d")


def literal(value: str) -> str:
    """A string literal; a quote inside is doubled, and nothing else has a meaning there (OData 4.01 ABNF, `string`)."""
    return "'" + value.replace("'", "''") + "'"


def pair(name: str, value: str) -> str:
    """One filter as an element of the collection; the name is percent-encoded, so that its end is the first `=`."""
    return f"{quote(name, safe='', errors=_ERRORS)}={value}"


def unpair(item: str) -> tuple[str, str]:
    """The filter's name and value of an element of the collection."""
    name, _, value = item.partition("=")
    return unquote(name, errors=_ERRORS), value


def any_of(name: str, values: Iterable[str]) -> str:
    """True for documents whose filter `name` has one of the values.

    `search.in` takes thousands of values where a chain of `eq` would meet the limit on clauses. It cuts its text at the
    delimiter, and may trim: what is empty or begins or ends with white space is compared alone, as is everything where
    the values hold every delimiter.
    """
    wanted = tuple(dict.fromkeys(pair(name, value) for value in values))
    delimiter = next((mark for mark in _DELIMITERS if not any(mark in value for value in wanted)), None)
    listed = [value for value in wanted if delimiter and value == value.strip()]
    parts = [f"f eq {literal(value)}" for value in wanted if value not in listed or len(listed) == 1]
    if delimiter and len(listed) > 1:
        parts.append(f"search.in(f, {literal(delimiter.join(listed))}, {literal(delimiter)})")
    whole = " or ".join(f"{FILTERS}/any(f: {part})" for part in parts)
    return f"({whole})" if len(parts) > 1 else whole


def conditions(where: Sequence[tuple[str, tuple[str, ...]]]) -> str | None:
    """All entries as one filter, each of which must hold; None where there is none."""
    return " and ".join(any_of(name, values) for name, values in where) or None
