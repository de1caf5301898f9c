"""Checks the names of a file's columns, which the engine would mend in silence, and finds the delimiter."""

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

from orchestrator.core.errors import DataError


def find_delimiter(path: Path, *, usual: str) -> str:
    """`usual`, or a semicolon where that alone splits the header (spreadsheets of many countries write it).

    Raises:
        DataError: With the file, and the columns.
    """
    names = _header(path, usual)
    if names is None:
        return usual
    if not any(name.strip() for name in names):
        raise DataError(f"{path}: empty: expected a header line with the names of the columns")
    delimiter = ";" if len(names) == 1 and ";" in names[0] else usual
    check_names(names[0].split(";") if delimiter != usual else names, place=f"{path}:1")
    return delimiter


def check_names(names: Iterable[str], *, place: str) -> None:
    """Refuse columns whose names are equal or differ only in case.

    Raises:
        DataError: With the place and both names.
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.get(name.casefold())
        if other is not None:
            raise DataError(f"{place}: columns {other!r} and {name!r} are one name to the log engine: rename one")
        seen[name.casefold()] = name


def _header(path: Path, delimiter: str) -> list[str] | None:
    """The names in the first line; None where this Python cannot read the compression."""
    if path.suffix.lower() == ".zst":
        return None
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as packed:
                return next(csv.reader(packed, delimiter=delimiter), [])
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as plain:
            return next(csv.reader(plain, delimiter=delimiter), [])
    except (OSError, EOFError) as error:
        raise DataError(f"{path}: the gzip file is damaged or cut short ({error}); copy it again") from error
    except csv.Error as error:
        raise DataError(f"{path}:1: the header line cannot be read: {error}") from error
