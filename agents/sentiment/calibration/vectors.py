"""Words and pairs of words as vectors: rarity (inverse document frequency), one mention as good as ten, length 1."""

from collections.abc import Iterable, Mapping, Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

LEAST_CONVERSATIONS = 3
"""A word that fewer conversations have is not learned from: it may be a name."""
MOST_WORDS = 12_000


class Vocabulary:
    """The words that are weighed.

    Args:
        documents: The n-grams of each document (a turn, a conversation) with the conversation that it belongs to.
    """

    def __init__(self, documents: Iterable[tuple[str, Sequence[str]]]) -> None:
        seen_in: dict[str, set[str]] = {}
        counts: dict[str, int] = {}
        total = 0
        for group, ngrams in documents:
            total += 1
            for ngram in set(ngrams):
                counts[ngram] = counts.get(ngram, 0) + 1
                seen_in.setdefault(ngram, set()).add(group)
        kept = [one for one, groups in seen_in.items() if len(groups) >= LEAST_CONVERSATIONS and _is_word(one)]
        kept.sort(key=lambda one: (-len(seen_in[one]), one))
        self.words = tuple(kept[:MOST_WORDS])
        self.rarity = np.array([1 + log((1 + total) / (1 + counts[one])) for one in self.words])
        self.spread = {one: len(seen_in[one]) for one in self.words}
        self._place = {one: at for at, one in enumerate(self.words)}

    def rows(self, documents: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """One row for each document, of length 1, or 0 where none of its words is known."""
        found = np.zeros((len(documents), len(self.words)), dtype=np.float32)
        for row, ngrams in zip(found, documents, strict=True):
            places = sorted({self._place[one] for one in ngrams if one in self._place})
            if places:
                values = self.rarity[places]
                row[places] = values / np.sqrt(values @ values)
        return found


def _is_word(ngram: str) -> bool:
    """Numbers are of one customer or one order, and nothing is learned from them."""
    return not any(letter.isdigit() or letter == "@" for letter in ngram)


def gram(rows: NDArray[np.float32]) -> Matrix:
    """How alike any two rows are."""
    return np.asarray(rows @ rows.T, dtype=np.float64)


class Standard:
    """Numbers with mean 0 and spread 1; one that never varies counts nothing."""

    def __init__(self, rows: Matrix) -> None:
        self.mean = rows.mean(axis=0)
        spread = rows.std(axis=0)
        self.scale = np.where(spread > 1e-9, 1 / np.maximum(spread, 1e-9), 0.0)  # noqa: PLR2004  # rounding

    def of(self, rows: Matrix) -> Matrix:
        """The rows on that scale."""
        return np.asarray((rows - self.mean) * self.scale)


def weighed(vocabulary: Vocabulary, views: Sequence[Vector]) -> Mapping[str, tuple[float, ...]]:
    """For each word its rarity and what it counts in each view."""
    columns = [vocabulary.rarity, *views]
    return {word: rounded([column[at] for column in columns]) for at, word in enumerate(vocabulary.words)}


def rounded(values: Iterable[float]) -> tuple[float, ...]:
    """Numbers of six digits, so that a file of them stays small."""
    return tuple(float(f"{float(one):.6g}") for one in values)
