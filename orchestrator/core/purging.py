"""Takes a person out of what was recorded: the words go, the record keeps its shape."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.core.errors import InputError

PURGED = "[purged]"
_SHORTEST = 3
# names of fields and states: what is written so may be a part of a record's shape
_STRUCTURE = re.compile(r"[a-z_]+|[0-9]{1,4}|\d{4}-\d{2}-\d{2}.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedTable:
    """What a purge did, or would do, to a table.

    Attributes:
        rows: Rows that were deleted, or whose words were overwritten.
        kept: Rows that it would have met, but which belong to what is not over: to be purged once it is.
    """

    table: str
    rows: int
    kept: int


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a purge is about: a mail address, a full name, an id of a customer or an order."""

    text: str

    def __post_init__(self) -> None:
        if len(self.text.strip()) < _SHORTEST or _STRUCTURE.fullmatch(self.text):
            raise InputError(
                f"the subject {self.text!r} is too common to purge: much else would go with it; "
                "give a mail address, a full name or an id such as local:ann or C-10442"
            )

    def purge(self, value: object) -> object:
        """A JSON value without the subject, in any case of letters, where it stands as a word of its own."""
        return _purge(value, self.pattern())

    def pattern(self) -> re.Pattern[str]:
        """Finds it."""
        words = r"\s+".join(re.escape(word) for word in self.text.split())
        return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)

    def probe(self) -> str:
        """Its longest part of ASCII letters and digits, in lower case: every text that holds it holds this."""
        return max(re.findall(r"[a-z0-9]+", self.text.lower(), re.ASCII), key=len, default="")


def _purge(value: object, pattern: re.Pattern[str]) -> object:
    match value:
        case str():
            return pattern.sub(PURGED, value)
        case Mapping():
            return {_purge(key, pattern): _purge(item, pattern) for key, item in value.items()}
        case list() | tuple():
            return [_purge(item, pattern) for item in value]
        case int() | float() if not isinstance(value, bool):
            return PURGED if pattern.fullmatch(str(value)) else value
        case _:
            return value
