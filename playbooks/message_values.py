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
    said = _said(text)
    matcher = SequenceMatcher()
    scored: dict[str, tuple[float, str]] = {}
    for phrase, values in phrases.items():
        matcher.set_seq2(" ".join(phrase))  # what it learns of the second text serves every word
        score, shown = max(
            ((_likeness(matcher, words, phrase), shown) for words, shown in said.items()), default=(0, "")
        )
        for value in values if score >= _NEAR else ():
            scored[value] = max(scored.get(value, (0.0, "")), (score, shown))
    best = sorted(scored, key=lambda value: (-scored[value][0], value))[:_MAX_CHOICES]
    score, word = scored[best[0]] if best else (0.0, "")
    return Named((), tuple(best), word, likely=score >= _LIKELY)


def _said(text: str) -> dict[str, str]:
    """The words and pairs of words of a text, compared and as written."""
    words = list(_WORDS.finditer(text.lower()))[:_MAX_WORDS]
    ends = [(at, at + more) for at in range(len(words)) for more in (0, 1) if at + more < len(words)]
    found = {
        " ".join(word.group() for word in words[first : last + 1]): text[words[first].start() : words[last].end()]
        for first, last in ends
    }
    return {said: shown for said, shown in found.items() if len(said) >= _SHORTEST_NEAR}


def _likeness(matcher: SequenceMatcher[str], said: str, phrase: tuple[str, ...]) -> float:
    """How alike a word and a phrase are, 0 to 1; 0 where that is cheap to see to be too little."""
    if said in phrase and said not in _GENERIC:
        return 1.0
    length = sum(map(len, phrase)) + len(phrase) - 1
    if 2 * min(len(said), length) < _NEAR * (len(said) + length):
        return 0.0
    matcher.set_seq1(said)
    return matcher.ratio() if matcher.quick_ratio() >= _NEAR else 0.0
