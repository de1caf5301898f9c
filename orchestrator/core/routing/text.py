"""Words as the router compares them: split, contractions opened, stemmed, misspellings mended."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019`][^\W_]+)?")
_VOWEL = re.compile(r"[aeiouy]")
_MIN_MENDED = 5
_TAILS = {"s": "is", "re": "are", "ve": "have", "ll": "will", "d": "would", "m": "am"}
_HEADS = {"ca": "can", "wo": "will", "sha": "shall"}
_RUN_TOGETHER = {
    "cannot": ("can", "not"),
    "im": ("i", "am"),
    "ive": ("i", "have"),
    "wanna": ("want", "to"),
    "gonna": ("going", "to"),
    "gotta": ("got", "to"),
    "gimme": ("give", "me"),
    "lemme": ("let", "me"),
    "whats": ("what", "is"),
    "wheres": ("where", "is"),
    "hows": ("how", "is"),
    "whens": ("when", "is"),
    "plz": ("please",),
    "pls": ("please",),
    "thats": ("that", "is"),
} | {
    f"{verb}nt": (_HEADS.get(verb, verb), "not")
    for verb in ("do", "does", "did", "is", "was", "are", "were", "has", "have", "had", "ca", "wo", "could", "would")
}


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as written (lower case), its stem, and where it stands in the normalised text."""

    text: str
    stem: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Unicode NFKC, so that full-width digits and ligatures read as what they show."""
    return unicodedata.normalize("NFKC", text)


def words_of(text: str) -> list[Word]:
    """The words of a normalised text; a contraction yields two words at one place."""
    found = []
    for match in _TOKEN.finditer(text):
        for part in _open(match.group().lower().replace("\u2019", "'").replace("`", "'")):
            found.append(Word(part, stem(part), match.start(), match.end()))  # noqa: PERF401
    return found


def _open(token: str) -> tuple[str, ...]:
    if token in _RUN_TOGETHER:
        return _RUN_TOGETHER[token]
    if "'" not in token:
        return (token,)
    head, _, tail = token.partition("'")
    if tail == "t" and head.endswith("n"):
        verb = head[:-1] or head
        return (_HEADS.get(verb, verb), "not")
    if tail in _TAILS:
        return (head, _TAILS[tail])
    return (head + tail,)


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A light English stem: plural, -ing, -ed, final e and doubled consonants; the same for every form of a verb."""
    base = _without_plural(word)
    for suffix, rest in (("ing", 3), ("ied", 1), ("ed", 2)):
        if base.endswith(suffix) and len(base) - len(suffix) >= rest and _VOWEL.search(base[: -len(suffix)]):
            base = base[: -len(suffix)] + ("y" if suffix == "ied" else "")
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "aeiouylszf":  # noqa: PLR2004
                base = base[:-1]
            break
    if len(base) > 4 and base[-1] == base[-2] and base[-1] in "lsz" and len(base) > 5:  # noqa: PLR2004
        base = base[:-1]
    if len(base) > 3 and base.endswith("e"):  # noqa: PLR2004
        base = base[:-1]
    if len(base) > 3 and base.endswith("y"):  # noqa: PLR2004
        base = base[:-1] + "i"
    return base


def _without_plural(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zes")):
        return word[:-2]
    return word[:-1]


class Speller:
    """Mends a word that is one slip (a letter too many, missing, wrong, or two swapped) from one known word.

    Candidates come from deletion neighbourhoods, as in SymSpell (Garbe 2012): no scan over the vocabulary.
    """

    def __init__(self, known: Iterable[str], plain: Iterable[str]) -> None:
        self._correct = {*known, *plain}
        self._correct |= {stem(word) for word in self._correct}
        self._near: dict[str, set[str]] = {}
        for word in sorted(set(known)):
            if len(word) >= _MIN_MENDED - 1 and word.isalpha():
                for variant in (word, *_deletions(word)):
                    self._near.setdefault(variant, set()).add(word)

    def mend(self, word: Word) -> Word:
        """The word itself if it is known, too short, has digits, or has no or several neighbours of other stems."""
        text = word.text
        if len(text) < _MIN_MENDED or text in self._correct or word.stem in self._correct or not text.isalpha():
            return word
        found = {
            candidate
            for variant in (text, *_deletions(text))
            for candidate in self._near.get(variant, ())
            if candidate[0] == text[0] and one_slip(text, candidate)
        }
        stems = {stem(candidate) for candidate in found}
        return Word(text, stems.pop(), word.start, word.end) if len(stems) == 1 else word


def _deletions(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def one_slip(left: str, right: str) -> bool:
    """Whether two words differ by one insertion, deletion, substitution or swap of neighbours."""
    if len(left) > len(right):
        left, right = right, left
    if len(right) - len(left) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if len(left) < len(right):
        return left[at:] == right[at + 1 :]
    swapped = left[at : at + 2] == right[at : at + 2][::-1] and left[at + 2 :] == right[at + 2 :]
    return left[at + 1 :] == right[at + 1 :] or swapped
