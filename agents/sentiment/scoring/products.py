"""Which product a conversation is about: the names of a configured list, weighed by who says them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agents.sentiment.scoring.reading import Found, Reading
from agents.sentiment.scoring.tokens import words_of
from orchestrator.core.conversations.conversation import Speaker
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped
from orchestrator.core.conversations.products import Product

FEATURE = "product"
LABEL = "product:"
_METADATA = ("product", "product_id", "sku", "products", "skus")
# what a mention counts: the customer says what it is about, others may offer something else
_BY_CUSTOMER, _BY_OTHERS, _FIRST_SAID, _BY_SOURCE = 1.0, 0.5, 0.5, 2.0
_MOST_MENTIONS = 3
_SIBILANTS = ("s", "x", "z", "ch", "sh")
_NO_WORDS = frozenset("()[]|~")


class ProductFound(NamedTuple):
    """The product that a conversation is about; None where none is named, or several alike."""

    product: str | None
    evidence: tuple[Evidence, ...]
    skipped: tuple[Skipped, ...]


class ProductTable:
    """A list of products, ready to be found.

    Attributes:
        phrases: Their names with labels, for the phrase table of the reading.
    """

    def __init__(self, products: Iterable[Product]) -> None:
        phrases: list[tuple[str, str]] = []
        self._order: dict[str, int] = {}
        self._by_key: dict[str, str] = {}
        for product in products:
            self._order[product.id] = len(self._order)
            for key in (product.id, *product.skus):
                self._by_key[key.casefold()] = product.id
            for name in dict.fromkeys((product.title, *product.aliases, *product.skus)):
                phrase = phrase_of(name)
                if phrase:
                    phrases.append((phrase, f"{LABEL}{product.id}"))
        self.phrases = tuple(phrases)

    def find(self, reading: Reading) -> ProductFound:
        """The product that speaks most for itself: by the customer's words, others' words, and the source's fields."""
        if not self._order:
            return none_found(ReasonCode.NOT_CONFIGURED)
        weights: dict[str, float] = {}
        for name in self._of_source(reading):
            weights[name] = _BY_SOURCE
        spans: dict[str, list[Found]] = {}
        first = _FIRST_SAID
        for name, found in _mentions(reading):
            known = spans.setdefault(name, [])
            if len(known) < _MOST_MENTIONS:
                known.append(found)
                weight = _BY_OTHERS
                if found.turn.turn.speaker is Speaker.CUSTOMER:
                    weight, first = _BY_CUSTOMER + first, 0.0
                weights[name] = weights.get(name, 0.0) + weight
        if not weights:
            return none_found(ReasonCode.NO_EVIDENCE)
        best, *others = sorted(weights, key=lambda name: (-weights[name], self._order[name]))
        if others and weights[others[0]] == weights[best]:
            return none_found(ReasonCode.AMBIGUOUS)
        return ProductFound(best, tuple(found.evidence(FEATURE) for found in spans.get(best, ())), ())

    def _of_source(self, reading: Reading) -> Iterator[str]:
        """The products that the source's own fields name."""
        metadata = reading.conversation.metadata
        for field in _METADATA:
            value = metadata.get(field)
            for one in value if isinstance(value, list | tuple) else (value,):
                name = self._by_key.get(one.casefold()) if isinstance(one, str) else None
                if name is not None:
                    yield name


def none_found(code: ReasonCode) -> ProductFound:
    """No product, and why."""
    return ProductFound(None, (), (Skipped(FEATURE, code),))


def phrase_of(name: str) -> str:
    """A name as a phrase: its plural counts, and a hyphen may be a space or nothing; empty where it has no words."""
    # the phrase table's own marks cannot be words of a phrase; a gap stands for them
    words = ["~" if word in _NO_WORDS else word for word in words_of(name)]
    while words and words[0] == "~":
        del words[0]
    while words and words[-1] == "~":
        del words[-1]
    if not words:
        return ""
    *before, last = words
    return " ".join([*map(_spelled, before), _spelled(last, plural=True)])


def _spelled(word: str, *, plural: bool = False) -> str:
    forms = [word]
    if plural and word.replace("-", "").isalpha():
        forms.append(f"{word}es" if word.endswith(_SIBILANTS) else f"{word}s")
    if "-" in word:
        forms += [form.replace("-", mark) for form in forms for mark in (" ", "")]
    return f"({'|'.join(forms)})" if len(forms) > 1 else word


def _mentions(reading: Reading) -> Iterator[tuple[str, Found]]:
    """In order of turns, without names inside of longer ones: a "rain jacket" is no "jacket"."""
    said = [(label.removeprefix(LABEL), found) for label in reading.labels(LABEL) for found in reading.found(label)]
    said.sort(key=lambda pair: (pair[1].turn.index, pair[1].first, -pair[1].last, pair[0]))
    turn, reached = -1, -1
    for name, found in said:
        if found.turn.index != turn:
            turn, reached = found.turn.index, -1
        if found.last > reached:
            reached = found.last
            yield name, found
