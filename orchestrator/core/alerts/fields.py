"""Reads foreign JSON: names in any case, numbers and JSON as text, times in many forms, texts that are bounded."""

import hashlib
import html
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

MAX_LINE = 300
MAX_TEXT = 4_000
MAX_QUERY = 20_000
MAX_ITEMS = 100
_MAX_NUMBER = 40  # characters of a number that is read
_YEARS = range(1980, 2200)  # senders write year 1 for "not yet"
_MILLISECONDS = 1e11  # epoch numbers above are no seconds of this age
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_BLANKS = re.compile(r"[ \t\r\f\v]+")
_ENDING = re.compile(r"\s*(?:UTC|GMT)$", re.IGNORECASE)
_US_FORMS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M")


@dataclass(frozen=True, slots=True)
class Fields:
    """A foreign object; a path that leads nowhere is empty, never an error."""

    document: Mapping[str, object]

    def at(self, *path: str) -> object:
        """What stands at the path, or None."""
        value: object = self.document
        for name in path:
            opened = _opened(value)
            if not isinstance(opened, Mapping):
                return None
            value = opened[name] if name in opened else _any_case(opened, name)
        return value

    def has(self, *path: str) -> bool:
        """Whether something other than null stands there."""
        return self.at(*path) is not None

    def text(self, *path: str, limit: int = MAX_LINE) -> str:
        """Text or number as one bounded text; empty for anything else."""
        return plain_text(self.at(*path), limit=limit)

    def first(self, *names: str, limit: int = MAX_LINE) -> str:
        """The first of these fields that holds text."""
        return next(filter(None, (self.text(name, limit=limit) for name in names)), "")

    def within(self, *path: str) -> "Fields":
        """The object there, or one without fields."""
        value = _opened(self.at(*path))
        return Fields(value) if isinstance(value, Mapping) else Fields({})

    def items(self, *path: str) -> Sequence[object]:
        """The list there; a single value stands for a list of it."""
        value = _opened(self.at(*path))
        if value is None or value == "":
            return ()
        return value[:MAX_ITEMS] if isinstance(value, list) else (value,)

    def objects(self, *path: str) -> Sequence["Fields"]:
        """The objects of the list there."""
        return tuple(Fields(item) for item in self.items(*path) if isinstance(item, Mapping))

    def texts(self, *path: str) -> tuple[str, ...]:
        """The texts of the list there."""
        return tuple(filter(None, (plain_text(item, limit=MAX_LINE) for item in self.items(*path))))

    def moment(self, *path: str) -> datetime | None:
        """The time there, UTC; None where there is none that makes sense."""
        return read_moment(self.at(*path))

    def pairs(self, *path: str) -> tuple[tuple[str, str], ...]:
        """The plain values of the object there by name, bounded, in the order of the names."""
        return tuple(sorted(_pairs(self.within(*path).document)))


def _pairs(document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in list(document.items())[:MAX_ITEMS]:
        text = plain_text(value, limit=MAX_LINE)
        if text:
            yield plain_text(str(name), limit=MAX_LINE), text


def _any_case(document: Mapping[str, object], name: str) -> object:
    """The value under a name in another case; the first of several."""
    wanted = name.casefold()
    return next((value for key, value in document.items() if str(key).casefold() == wanted), None)


def _opened(value: object) -> object:
    """JSON inside of a text, where it is an object or a list."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def plain_text(value: object, *, limit: int) -> str:
    """Text, number or truth value as bounded text without control characters; empty for anything else."""
    match value:
        case str():
            text = _UNSAFE.sub(" ", value[: 2 * limit])
        case bool():
            text = str(value).lower()
        case int():
            text = str(value) if value.bit_length() < _MAX_NUMBER * 3 else ""
        case float():
            text = f"{value:.15g}"
        case _:
            text = ""
    text = text.strip()
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def without_markup(text: str) -> str:
    """HTML as plain text."""
    return _BLANKS.sub(" ", html.unescape(_TAGS.sub(" ", text))).strip() if "<" in text else text


def read_number(value: object) -> float | None:
    """A number, or a text that is one."""
    if isinstance(value, str) and len(value) > _MAX_NUMBER:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def read_moment(value: object) -> datetime | None:
    """A time in ISO 8601, in the American form of old log alerts, or as seconds or milliseconds since 1970."""
    number = read_number(value)
    if number is not None:
        return _since_1970(number)
    if not isinstance(value, str) or len(value) > MAX_LINE:
        return None
    text = _ENDING.sub("", value.strip())
    found = _iso(text) or next(filter(None, (_american(text, form) for form in _US_FORMS)), None)
    return found if found is not None and found.year in _YEARS else None


def _since_1970(number: float) -> datetime | None:
    seconds = number / 1000 if number > _MILLISECONDS else number
    try:
        found = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.year in _YEARS else None


def _iso(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _american(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def digest(*parts: object) -> str:
    """A fingerprint of what is told apart, the same on every machine."""
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]
