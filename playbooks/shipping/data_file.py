"""Reads files of data that users write, such as boxes and restricted goods, and what their entries have in common."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.core.errors import GuideError, InputError, Place
from playbooks.yaml_values import YamlValue


def read_file(path: Path, *, what: str) -> str:
    """A file's text; InputError where it cannot be read, GuideError where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"the {what} {str(path)!r} cannot be read: {error.strerror}; name an existing file") from error
    except UnicodeDecodeError as error:
        raise GuideError(f"byte {error.start} is not UTF-8; save the file as UTF-8", place=Place(str(path))) from error


def whole(value: YamlValue, *, least: int = 1) -> int:
    """A whole number from `least`."""
    number = value.value
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise value.wrong(f"a whole number from {least}")
    return number


def refuse_twice(entries: Sequence[YamlValue], ids: Sequence[str]) -> None:
    """GuideError at the second of two entries with the same id."""
    for index, (entry, name) in enumerate(zip(entries, ids, strict=True)):
        if name in ids[:index]:
            raise entry.error(f"{name!r} stands twice; give each its own id")
