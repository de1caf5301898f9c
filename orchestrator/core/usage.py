"""Tokens and cost of a run's model calls, and the budget that ends it politely."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

CHARACTERS_PER_TOKEN = 4
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one call; `estimated` where the server sent no usage and characters were counted."""

    input: int
    output: int
    estimated: bool = False

    @property
    def total(self) -> int:
        """Both."""
        return self.input + self.output


def estimate(asked: Iterable[str], answered: Iterable[str]) -> Tokens:
    """A quarter of the characters, rounded up: what English prose of today's models comes to."""
    return Tokens(_quarter(asked), _quarter(answered), estimated=True)


def _quarter(texts: Iterable[str]) -> int:
    return math.ceil(sum(map(len, texts)) / CHARACTERS_PER_TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a run's model calls used so far.

    Attributes:
        cost: In the currency of the prices; None where no price is set.
        estimated: True if any call's tokens were.
        largest: Tokens of the largest call: what one more may take.
    """

    model: str
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    estimated: bool = False
    largest: int = 0

    def plus(self, tokens: Tokens, *, cost: float | None) -> "Usage":
        """With one more call."""
        return replace(
            self,
            calls=self.calls + 1,
            input_tokens=self.input_tokens + tokens.input,
            output_tokens=self.output_tokens + tokens.output,
            cost=self.cost if cost is None else (self.cost or 0.0) + cost,
            estimated=self.estimated or tokens.estimated,
            largest=max(self.largest, tokens.total),
        )

    @property
    def tokens(self) -> int:
        """Of both directions."""
        return self.input_tokens + self.output_tokens

    def document(self) -> dict[str, object]:
        """As JSON, in the form that `ask --json` prints."""
        return {
            "model": self.model,
            "calls": self.calls,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": None if self.cost is None else round(self.cost, 6),
            "estimated": self.estimated,
        }


class Room(StrEnum):
    """What a budget still allows."""

    OPEN = "open"
    LAST = "last"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBudget:
    """Bounds of one run's model calls; None is no bound. Prices are for a million tokens."""

    tokens: int | None = None
    cost: float | None = None
    input_price: float | None = None
    output_price: float | None = None

    def price(self, tokens: Tokens) -> float | None:
        """What a call costs; None where a price is missing."""
        if self.input_price is None or self.output_price is None:
            return None
        return (tokens.input * self.input_price + tokens.output * self.output_price) / _MILLION

    def room(self, usage: Usage) -> Room:
        """LAST where a call after the next, as large as the largest so far, might not fit."""
        if self.used_up(usage):
            return Room.NONE
        share = usage.largest / usage.tokens if usage.tokens else 0.0
        short = self.tokens is not None and usage.tokens + 2 * usage.largest > self.tokens
        dear = self.cost is not None and usage.cost is not None and usage.cost * (1 + 2 * share) > self.cost
        return Room.LAST if short or dear else Room.OPEN

    def used_up(self, usage: Usage) -> str:
        """Which bound was met, in words; empty where none was."""
        if self.tokens is not None and usage.tokens >= self.tokens:
            return f"{usage.tokens:,d} of {self.tokens:,d} tokens are used"
        if self.cost is not None and usage.cost is not None and usage.cost >= self.cost:
            return f"{usage.cost:.4g} of {self.cost:.4g} is spent"
        return ""


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counts one run's model calls against its budget.

    Attributes:
        warned: Whether the model was told that one call is left.
    """

    budget: ModelBudget
    usage: Usage
    warned: bool = False

    def count(self, tokens: Tokens) -> float | None:
        """Take in one call; its cost."""
        cost = self.budget.price(tokens)
        self.usage = self.usage.plus(tokens, cost=cost)
        return cost

    @property
    def room(self) -> Room:
        """What the budget still allows."""
        return self.budget.room(self.usage)
