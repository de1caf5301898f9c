"""Turns text that nobody vouches for into index terms: words, stems, weights, and a safe MATCH expression."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from plugins.search.vocabulary import ALIASES, PHRASES, STATUS_CLASSES, STOP_WORDS

MAX_TEXT = 20_000  # characters of a query that are read
MAX_TERMS = 64  # distinct terms of a query that are searched: the earliest ones
MAX_WORD = 40  # longer words are hashes, tokens and keys
_HALF_WEIGHT_AT = 20  # the word at this position weighs half as much as the first
_NUMBER_WEIGHT = 0.3  # "10:20" or "80" say little about the subject

# `<value>` and `{{ $labels.pod }}` of alert templates, dates and times of day: no words of the subject.
_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|<[^<>\s]{1,60}>|\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?\b|\b\d{1,2}:\d{2}(?::\d{2})?\b", re.DOTALL
)
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+[a-z]*")
_VOWEL = re.compile("[aeiouy]")
# Azure's region names (`westeurope`, `eastus2`, `southeastasia`) are said where a guide says "region".
_REGION = re.compile(
    r"(?:north|south|east|west|central)+(?:us|europe|asia|india|uk|japan|korea|africa|brazil|australia)\d?"
)
_LONGEST_PHRASE = max(len(phrase) for phrase in PHRASES)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTerms:
    """What a query asks for.

    Attributes:
        weights: Weight by term, in the order of the text; early and repeated words weigh more.
        pairs: Weight by two neighbouring terms.
    """

    weights: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float]


def terms(text: str) -> list[str]:
    """The index terms of a text in order: `CamelCase`, `snake_case` and dotted names give their parts, words stems."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    found = []
    for word in _with_phrases(_words(plain)):
        alias = ALIASES.get(word, word)
        if alias in STOP_WORDS or len(alias) > MAX_WORD:
            continue
        found.append(stem(alias))
        if word in STATUS_CLASSES:
            found.append(STATUS_CLASSES[word])
        elif _REGION.fullmatch(word):
            found.append("region")
    return found


def query_terms(text: str) -> QueryTerms:
    """The weighted terms of a query.

    An alert and a question begin with their subject, so a word's weight falls with its position p as 1 / (1 + p/20).
    Placeholders of alert templates (`<value>`, `{{ $labels.pod }}`), dates and times of day are not words.
    """
    words = terms(_PLACEHOLDER.sub(" ", text[:MAX_TEXT]))
    weights: dict[str, float] = {}
    pairs: dict[tuple[str, str], float] = {}
    for position, word in enumerate(words):
        if word not in weights and len(weights) >= MAX_TERMS:
            break
        weight = 1 / (1 + position / _HALF_WEIGHT_AT)
        weights[word] = weights.get(word, 0.0) + weight * (_NUMBER_WEIGHT if word.isdigit() else 1.0)
        if position:
            pair = (words[position - 1], word)
            pairs[pair] = pairs.get(pair, 0.0) + weight
    return QueryTerms(weights=weights, pairs=pairs)


def match_expression(words: Sequence[str]) -> str:
    """An FTS5 MATCH expression that any of the words satisfies; each is a quoted string, so none can be an operator."""
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word without plural, -ing, -ed, -ion and -ment, final e and y folded.

    Lighter than Porter's algorithm on purpose: it never merges words of different meaning such as "operator" and
    "operation", and found as many guides.
    """
    if len(word) <= 3 or not word.isalpha():  # noqa: PLR2004  # three letters are a stem
        return word
    word = _singular(word)
    for suffix in ("ing", "ed"):
        root = word[: -len(suffix)]
        if word.endswith(suffix) and len(root) >= 3 and _VOWEL.search(root):  # noqa: PLR2004  # "sing", "shed"
            doubled = root[-1] == root[-2] and root[-1] not in "lsz"
            word = root[:-1] if doubled else root
            break
    for suffix in ("ion", "ment"):
        root = word[: -len(suffix)]
        if word.endswith(suffix) and len(root) > 4 and (suffix == "ment" or root[-1] in "ts"):  # noqa: PLR2004  # "station"
            word = root
            break
    if len(word) > 5 and word.endswith("ll"):  # noqa: PLR2004  # "cancelling", and so "install"
        word = word[:-1]
    if len(word) > 3 and word[-1] in "ey":  # noqa: PLR2004
        word = word[:-1] + ("i" if word[-1] == "y" else "")
    return word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004  # "ties"
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _words(text: str) -> list[str]:
    """Words in lower case; a compound gives its parts and then itself."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = match.group()
        parts = _HUMP.findall(word) if word.isascii() and not word.islower() else ()  # k8s, p99 and x509 stay whole
        if len(parts) > 1:
            found.extend(part.lower() for part in parts)
        found.append(word.casefold())
    return found


def _with_phrases(words: list[str]) -> list[str]:
    """The words, with the one word that a phrase stands for added after it (the longest phrase at each place)."""
    found: list[str] = []
    for end, word in enumerate(words, start=1):
        found.append(word)
        for length in range(_LONGEST_PHRASE, 1, -1):
            phrase = PHRASES.get(tuple(words[max(0, end - length) : end]))
            if phrase is not None:
                found.append(phrase)
                break
    return found
