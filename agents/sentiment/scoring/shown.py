"""Parts of a conversation's text as they may leave: redacted as parts of their turns, which are searched once."""

from collections.abc import Sequence

from agents.sentiment.scoring.reading import Reading
from orchestrator.core.personal_data.finding import find_personal
from orchestrator.core.personal_data.redacting import redact_spans
from orchestrator.core.personal_data.spans import Span

UNREDACTED = "off"
"""The name of the rules that redact nothing."""


class ShownText:
    """The text of one conversation.

    Args:
        redaction: The name of the rules by which personal data are replaced.
    """

    def __init__(self, reading: Reading, redaction: str) -> None:
        self._turns = reading.turns
        self._redacts = redaction != UNREDACTED
        self._personal: dict[int, Sequence[Span]] = {}

    def part(self, index: int, start: int, end: int) -> str:
        """A part of a turn; personal data that reach into it are replaced as a whole."""
        text = self._turns[index].turn.text
        if not self._redacts:
            return text[start:end]
        spans = self._personal.get(index)
        if spans is None:
            earlier = self._turns[index - 1].turn.text if index else ""
            spans = self._personal[index] = find_personal(text, earlier=earlier)
        return redact_spans(text, spans, start=start, end=end)
