"""A hard budget of a batch of model calls: nothing is asked that might not be paid for."""

import math
from dataclasses import dataclass, field

from orchestrator.core.usage import ModelBudget, Tokens, Usage

FEWEST_CHARACTERS = 2
"""Characters of a token, where they are fewest: English has about four, other languages and numbers two to three."""


@dataclass(slots=True, kw_only=True)
class Purse:
    """What is spent and what is set aside for calls under way.

    Attributes:
        budget: The bounds of the batch; None of them is no bound.
        usage: What calls took so far.
    """

    budget: ModelBudget
    usage: Usage
    _aside: list[Tokens] = field(default_factory=list)

    def set_aside(self, most: Tokens) -> bool:
        """Whether a call that takes at most this much still fits, beside those under way; if so it is set aside."""
        tokens = most.total + self.usage.tokens + sum(one.total for one in self._aside)
        cost = sum(self.budget.price(one) or 0.0 for one in (*self._aside, most)) + (self.usage.cost or 0.0)
        if self.budget.tokens is not None and tokens > self.budget.tokens:
            return False
        if self.budget.cost is not None and cost > self.budget.cost:
            return False
        self._aside.append(most)
        return True

    def settle(self, most: Tokens, took: Tokens | None) -> None:
        """What a call took in the end; None where it cost nothing, as it was refused before it was read."""
        self._aside.remove(most)
        if took is not None:
            self.usage = self.usage.plus(took, cost=self.budget.price(took))


def most_tokens(*asked: str, answer_limit: int) -> Tokens:
    """What a call takes at most: no tokenizer is known here, so that the fewest characters a token count."""
    return Tokens(math.ceil(sum(map(len, asked)) / FEWEST_CHARACTERS), answer_limit, estimated=True)
