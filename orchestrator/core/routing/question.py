"""What the router asks back when it abstains; the words for each specialist come from the table."""

import unicodedata
from collections.abc import Sequence

from orchestrator.core.routing.table import Card, RoutingTable


class Asker:
    """Phrases questions from the cards' offers."""

    def __init__(self, table: RoutingTable) -> None:
        self._offers = _listed([card.offer for card in table.specialists()])

    def general(self) -> str:
        """When there is nothing to go by."""
        return f"What is it about? I can help with {self._offers}."

    def unread(self, text: str) -> str:
        """When no word was known; says so where the script is not Latin."""
        letters = [character for character in text if character.isalpha()]
        latin = sum("LATIN" in unicodedata.name(character, "") for character in letters)
        if letters and latin * 2 < len(letters):
            return f"I understand English only. Could you say it in English? I can help with {self._offers}."
        return self.general()

    def foreign(self, topic: Card) -> str:
        """When the message is about a topic that nobody handles."""
        return f"Nobody here handles {topic.offer}. I can help with {self._offers}. Is it one of these?"

    def between(self, cards: Sequence[Card]) -> str:
        """When the evidence is too little, or speaks for two."""
        tail = "" if len(cards) > 1 else f" I can help with {self._offers}."
        return f"Is this about {' or '.join(card.offer for card in cards)}?{tail}"

    def payload(self) -> str:
        """When a JSON object has no known form."""
        return f"What should happen with this object? I can help with {self._offers}."


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])}, or {items[-1]}"
