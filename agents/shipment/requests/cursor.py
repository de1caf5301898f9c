"""A place in a sentence that moves on as words are read, and goes back where a reading does not hold."""

import re
from collections.abc import Iterable, Sequence

from agents.shipment.requests.catalogue import Catalogue
from agents.shipment.requests.tokens import Sentence, Token
from orchestrator.core.orders.order import Customer, Order
from playbooks.shipping.words import Words

_END = Token("", "", "end", 0, 0)


class Scene:
    """What words may point to: the catalogue, the customer and their orders."""

    def __init__(self, catalogue: Catalogue, customer: Customer, orders: Sequence[Order]) -> None:
        self.catalogue = catalogue
        self.customer = customer
        self.orders = tuple(orders)

    @property
    def words(self) -> Words:
        """The words of the language."""
        return self.catalogue.words


class Cursor:
    """A reader's place in one sentence; `topic` are the products spoken of last."""

    def __init__(
        self, sentence: Sentence, scene: Scene, *, topic: frozenset[str] = frozenset(), start: int = 0
    ) -> None:
        self.sentence = sentence
        self.scene = scene
        self.topic = topic
        self.position = start

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.position >= len(self.sentence)

    def at(self, ahead: int = 0) -> Token:
        """A token from here; an empty one after the end."""
        index = self.position + ahead
        return self.sentence.tokens[index] if index < len(self.sentence) else _END

    def word(self, *words: str) -> str:
        """Takes one of these words if it is next; empty otherwise."""
        text = self.at().text
        if text and text in words:
            self.position += 1
            return text
        return ""

    def skip(self, words: Iterable[str]) -> int:
        """Takes these words as long as they follow; how many."""
        start, known = self.position, frozenset(words)
        while self.at().text in known and not self.is_done:
            self.position += 1
        return self.position - start

    def phrase(self, *phrases: str) -> str:
        """Takes the first of these phrases that follows; empty otherwise."""
        for phrase in phrases:
            parts = phrase.split(" ")
            if self.sentence.text(self.position, self.position + len(parts)) == phrase:
                self.position += len(parts)
                return phrase
        return ""

    def said(self, name: str) -> str:
        """Takes the longest of the phrases of that name in the words that follows; empty otherwise."""
        for parts in self.scene.words.phrases[name]:
            texts = self.sentence.tokens[self.position : self.position + len(parts)]
            if len(texts) == len(parts) and all(token.text == part for token, part in zip(texts, parts, strict=True)):
                self.position += len(parts)
                return " ".join(parts)
        return ""

    def said_also(self, name: str) -> str:
        """As `said`, with `also`, `now` and the like after a leading `you` passed over."""
        if self.at().text != "you" or self.at(1).text not in self.known("acting_adverbs"):
            return self.said(name)
        start = self.position
        self.position += 1
        self.skip(self.known("acting_adverbs"))
        for parts in self.scene.words.phrases[name]:
            if parts[0] == "you" and len(parts) > 1 and self.phrase(" ".join(parts[1:])):
                return " ".join(parts)
        self.position = start
        return self.said(name)

    def known(self, name: str) -> frozenset[str]:
        """The vocabulary of that name in the words."""
        return self.scene.words.vocabularies[name]

    def pattern(self, patterns: Iterable[re.Pattern[str]]) -> bool:
        """Takes the longest of what these patterns match from here."""
        if self.is_done:
            return False
        ends = [end for one in patterns if (end := self.sentence.match(one, self.position)) is not None]
        if not ends:
            return False
        self.position = max(ends)
        return True

    def rest(self) -> str:
        """The words from here on."""
        return self.sentence.text(self.position)

    def span(self, start: int) -> tuple[int, int]:
        """Where the words since `start` stand in the message."""
        return self.sentence.span(start, max(self.position, start + 1))
