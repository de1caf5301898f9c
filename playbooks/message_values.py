"""What a message names: a known value of a column, an alias of the inventory, a number."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"(?<![\w.,:/#-])-?\d+(?:,\d{3})*(?:\.\d+)?%?(?![\w:/-]|[.,]\d)")
_GENERIC = frozenset({"service", "svc", "app", "application"})
_SHORTEST_NEAR = 4
_NEAR = 0.75
_LIKELY = 0.84
_MAX_WORDS = 60
_MAX_CHOICES = 10


@dataclass(frozen=True, slots=True)
class Named:
    """The values that a text names, and near ones where it names none.

    `word` is what it says instead; `likely` is True where it hardly means anything else.
    """

    values: tuple[str, ...]
    near: tuple[str, ...] = ()
    word: str = ""
    likely: bool = False


def find_values(text: str, known: Iterable[str], aliases: Mapping[str, Sequence[str]]) -> Named:
    """The known values and aliases in a text, as whole words, the longest first; `checkout-api` equals `Checkout API`.

    `aliases` maps a name to the values that it stands for; those need not be known: a service that logs nothing is
    still the one that was named.
    """
    values = sorted({value for value in known if value.strip()})
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    for alias, targets in aliases.items():
        _add(phrases, _words(alias), tuple(targets))
    for value in values:
        shortened = tuple(word for word in _words(value) if word not in _GENERIC)
        if shortened not in phrases:
            _add(phrases, shortened, (value,))
    for value in values:
        phrases[_words(value)] = (value,)
    found = _find_phrases(_words(text), phrases)
    if found:
        return Named(tuple(dict.fromkeys(found)))
    return _nearest(text, phrases)


def find_numbers(text: str, *, without: Iterable[str] = ()) -> tuple[str, ...]:
    """The different numbers of a text, as written, outside of some parts of it (its times, its names)."""
    for part in without:
        text = text.replace(part, " ") if part else text
    return tuple(dict.fromkeys(_NUMBER.findall(text)))


def _add(phrases: dict[tuple[str, ...], tuple[str, ...]], words: tuple[str, ...], values: tuple[str, ...]) -> None:
    if words:
        phrases[words] = tuple(dict.fromkeys((*phrases.get(words, ()), *values)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(text.lower()))


def _find_phrases(words: tuple[str, ...], phrases: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[str]:
    longest = max(map(len, phrases), default=0)
    found: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            values = phrases.get(words[at : at + length])
            if values is not None:
                found += values
                at += length - 1
                break
        at += 1
    return found


def _nearest(text: str, phrases: Mapping[tuple[str, ...], tuple[str, ...]]) -> Named:
    """Values that resemble a word or two of the text, or have one as a part; best first."""
    words = list(_WORDS.finditer(text.lower()))[:_MAX_WORDS]
    scored: dict[str, tuple[float, str]] = {}
    for first, last in ((at, at + length) for at in range(len(words)) for length in (0, 1) if at + length < len(words)):
        said = " ".join(word.group() for word in words[first : last + 1])
        if len(said) < _SHORTEST_NEAR:
            continue
        shown = text[words[first].start() : words[last].end()]
        for phrase, values in phrases.items():
            score = _likeness(said, phrase)
            for value in values if score >= _NEAR else ():
                scored[value] = max(scored.get(value, (0.0, "")), (score, shown))
    best = sorted(scored, key=lambda value: (-scored[value][0], value))[:_MAX_CHOICES]
    score, word = scored[best[0]] if best else (0.0, "")
    return Named((), tuple(best), word, likely=score >= _LIKELY)


def _likeness(said: str, phrase: tuple[str, ...]) -> float:
    if said in phrase and said not in _GENERIC:
        return 1.0
    matcher = SequenceMatcher(None, said, " ".join(phrase))
    return matcher.ratio() if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR else 0.0
