"""What a batch will take: tokens and cost, before the first call."""

from dataclasses import dataclass, replace

from agents.sentiment.model_scoring.asked import Asked
from orchestrator.core.usage import CHARACTERS_PER_TOKEN, ModelBudget, Tokens

_ANSWER_BASE = 450
"""Tokens of an answer without turns and scorecard: its field names, one or two quotes for each feature, the summary."""
_ANSWER_TURN = 14
"""Tokens for each turn: about half of them are not neutral, and take some 30 with their quote."""
_ANSWER_QUESTION = 45
_NONE = Tokens(0, 0, estimated=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What calls for so many conversations are expected to take; a third more or less is no surprise."""

    conversations: int = 0
    tokens: Tokens = _NONE

    def plus(self, one: Tokens) -> "Estimate":
        """With one more conversation."""
        total = Tokens(self.tokens.input + one.input, self.tokens.output + one.output, estimated=True)
        return replace(self, conversations=self.conversations + 1, tokens=total)

    def document(self, budget: ModelBudget) -> dict[str, object]:
        """As JSON; `cost` is null where a price is missing."""
        cost = budget.price(self.tokens)
        return {
            "conversations": self.conversations,
            "input_tokens": self.tokens.input,
            "output_tokens": self.tokens.output,
            "cost": None if cost is None else round(cost, 4),
            "estimated": True,
        }


def expected_tokens(asked: Asked, *, turns: int, questions: int, schema_characters: int) -> Tokens:
    """What one call is expected to take, by a quarter of the characters and by what is asked for."""
    characters = len(asked.system) + len(asked.user) + schema_characters
    output = _ANSWER_BASE + _ANSWER_TURN * turns + _ANSWER_QUESTION * questions
    return Tokens(-(-characters // CHARACTERS_PER_TOKEN), output, estimated=True)
