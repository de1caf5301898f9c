"""A JSON object of another system, read by fields; what does not fit is named with its path and the mend."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

Json = dict[str, object]
Found = TypeVar("Found")
_MOST_SHOWN = 60
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""From where offsets are counted in a conversation of which nobody knows when it began: what lasts, lasts as long."""


class Foreign:
    """An object and its place.

    Args:
        document: What stands there.
        path: Where, such as `Transcript[3]`; empty for the whole.
    """

    def __init__(self, document: object, path: str = "") -> None:
        if not isinstance(document, Mapping):
            raise ValueError(  # noqa: TRY004 - what a file holds, no argument
                f"{path or 'record'}: {_shown(document)} is no object; give the export as it came"
            )
        self._document = document
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def get(self, *names: str) -> object:
        """The first of the fields that is there and not null."""
        return next((found for name in names if (found := self._document.get(name)) is not None), None)

    def text(self, *names: str) -> str:
        """A text or a whole number as text, empty where it is not given."""
        value = self.get(*names)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self._checked("" if value is None else value, str, names[0], "a text")

    def needed_text(self, *names: str) -> str:
        """A text that must be there; it may be empty."""
        if self.get(*names) is None:
            raise ValueError(f"{self.at(names[0])}: it is missing; every turn needs it")
        return self.text(*names)

    def number(self, *names: str) -> float | None:
        """A number, also one written as text, None where it is not given."""
        value = self.get(*names)
        if value is None or value == "":
            return None
        try:
            return float(str(value)) if isinstance(value, str) else self._checked(value, (int, float), names[0], "one")
        except ValueError:
            raise ValueError(f"{self.at(names[0])}: {_shown(value)} is no number; mend it") from None

    def part(self, *names: str) -> "Foreign":
        """An object in a field, an empty one where it is not given."""
        return Foreign(self.get(*names) or {}, self.at(names[0]))

    def parts(self, *names: str) -> "Iterator[Foreign]":
        """The objects of a list, none where it is not given."""
        value = self.get(*names)
        for number, item in enumerate(self._checked([] if value is None else value, list, names[0], "a list")):
            yield Foreign(item, f"{self.at(names[0])}[{number}]")

    def _checked(self, value: object, kind: type[Found] | tuple[type[Found], ...], name: str, what: str) -> Found:
        if not isinstance(value, kind):
            raise ValueError(f"{self.at(name)}: {_shown(value)} is not {what}; mend it")  # noqa: TRY004 - what is said
        return value


def holds_list(document: object, *names: str) -> bool:
    """Whether an object has a list of objects in one of the fields."""
    if not isinstance(document, Mapping):
        return False
    found = (document.get(name) for name in names)
    return any(isinstance(one, list) and one and isinstance(one[0], Mapping) for one in found)


def later(start: datetime | None, milliseconds: float | None) -> str | None:
    """A time so long after a start, as ISO 8601; from `BEGINNING` where the start is not known."""
    if milliseconds is None:
        return None
    try:
        return written((start or BEGINNING) + timedelta(milliseconds=milliseconds))
    except OverflowError:
        return None


def written(time: datetime) -> str:
    """ISO 8601 in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def without_unknown(document: Mapping[str, object]) -> Json:
    """Without what is null or empty, but for an empty text of a turn."""
    return {name: value for name, value in document.items() if value is not None and (value != "" or name == "text")}


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[: _MOST_SHOWN - 3]}..."
