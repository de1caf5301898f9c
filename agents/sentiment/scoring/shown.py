"""Parts of a conversation's text as they may leave: redacted as parts of their turns, which are searched once."""

from collections.abc import Sequence

from agents.sentiment.scoring.reading import Reading
from orchestrator.core.personal_data.redacting import redact_spans
from orchestrator.core.personal_data.redactor import Redactor
from orchestrator.core.personal_data.spans import Span


class ShownText:
    """The text of one conversation.

    Args:
        redactor: Replaces personal data.
    """

    def __init__(self, reading: Reading, redactor: Redactor) -> None:
        self._turns = reading.turns
        self._redactor = redactor
        self._personal: dict[int, Sequence[Span]] = {}

    def part(self, index: int, start: int, end: int) -> str:
        """A part of a turn; personal data that reach into it are replaced as a whole."""
        text = self._turns[index].turn.text
        spans = self._personal.get(index)
        if spans is None:
            earlier = self._turns[index - 1].turn.text if index else ""
            spans = self._personal[index] = self._redactor.find(text, earlier)
        return redact_spans(text, spans, start=start, end=end, replace=self._redactor.replace)
