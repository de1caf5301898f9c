"""Names of Spark's tables, as SQL takes them."""

import re

from orchestrator.core.errors import InputError

_PART = re.compile(r"[^\s`.;'\"\\/]{1,200}")
_MOST_PARTS = 3


def parts(name: str) -> tuple[str, ...]:
    """The parts of `catalog.schema.table`; InputError where it is none."""
    found = tuple(part.strip("`") for part in name.split("."))
    if not 1 <= len(found) <= _MOST_PARTS or not all(_PART.fullmatch(part) for part in found):
        raise InputError(f"{name!r} is no name of a table: write it like sales.conversations")
    return found


def quoted(name: str, *, suffix: str = "") -> str:
    """A name quoted for SQL, with something after its last part."""
    *before, last = parts(name)
    return ".".join(f"`{part}`" for part in (*before, last + suffix))
