"""The weights of the shipped models, set by hand from stated principles and fitted on nothing.

Principles: the customer's own words count most, and the end more than the start; what an agent does counts by what it
means for the customer's matter (done, barred, put off); a farewell that both sides take part in means that the matter
is settled; silence means that it is not; a matter told again means that it was not understood.
"""

from collections.abc import Mapping
from math import exp

Weights = Mapping[str, float]
"""A weight per feature, and `bias`."""

QUALITY: Weights = {
    "bias": 4.0,
    "mood": 1.0,
    "customer_mood": 0.8,
    "agent_mood": 0.3,
    "trouble": -0.4,
    "misunderstood": -0.5,
    "barred": -0.4,
    "waits": -0.2,
    "forward": 0.2,
    "repeated": -0.2,
    "thanks": 0.2,
    "ending": 0.4,
    "greeting": 0.3,
    "length": -0.5,  # effort: a matter that takes many turns is one that does not go well
}
"""Of a turn, on the scale 1 to 5: how well the conversation goes when it has been said."""

SATISFACTION: Weights = {
    "bias": 3.2,
    "customer_mood": 1.6,
    "customer_low": 0.3,
    "customer_last": 0.4,
    "closed": 0.6,
    "closing": 0.3,
    "unanswered": -0.3,
    "silence": -0.2,
    "customer.praise": 0.6,
    "customer.solved": 0.5,
    "customer.still_problem": -0.4,
    "customer.not_received": -0.3,
    "customer.waiting": -0.4,
    "customer.repeat_contact": -0.4,
    "customer.repeats_self": -0.3,
    "customer.correction": -0.2,
    "customer.overcharged": -0.4,
    "customer.hollow_thanks": -0.6,
    "customer.resigned_thanks": -0.4,
    "customer.sarcasm": -0.6,
    "customer.protest": -0.6,
    "customer.leaving": -0.5,
    "customer.escalation": -0.5,
    "customer.legal": -0.5,
    "customer.gives_up": -0.6,
    "agent.progress": 0.3,
    "agent.refusal": -0.4,
    "agent.pending": -0.2,
    "agent.friction": -0.3,
}
"""Of the whole, on the scale 1 to 5: what the customer would answer in a survey."""

RESOLVED: Weights = {
    "bias": -0.6,
    "customer_mood": 2.0,
    "agent_mood": 1.0,  # who can help speaks gladly, who cannot regrets
    "closed": 1.5,
    "closing": 1.0,
    "trouble_last": -1.0,
    "unanswered": -0.8,
    "silence": -0.5,
    "quiet": -0.5,
    "repeated_agent": -0.8,
    "customer.solved": 1.0,
    "customer.still_problem": -0.8,
    "customer.gives_up": -1.0,
    "customer.protest": -0.6,
    "customer.leaving": -0.4,
    "customer.resigned_thanks": -0.8,
    "customer.hollow_thanks": -1.0,
    "agent.progress": 0.6,
    "agent.refusal": -1.0,
    "agent.redirect": -0.6,
    "agent.pending": -0.8,
}
"""Log-odds that the customer's matter is settled."""

ABANDONED: Weights = {
    "bias": -0.6,
    "silence": 1.2,
    "quiet": 1.0,
    "unanswered": 1.2,
    "agent_last": 0.4,
    "closed": -2.0,
    "closing": -0.8,
    "customer_last": -0.6,
    "length": -1.0,
    "customer.nothing_else": -1.0,
    "customer.goodbye": -0.5,
    "customer.gives_up": 0.8,
}
"""Log-odds that the customer left before it was over."""


def linear(features: Mapping[str, float], weights: Weights) -> float:
    """The sum of weighted features and the bias; a feature that is not there counts nothing."""
    total = weights["bias"]
    for name, weight in weights.items():
        if name in features:
            total += weight * features[name]
    return total


def on_scale(value: float) -> float:
    """Held within 1 to 5."""
    return min(max(value, 1.0), 5.0)


def probability(log_odds: float) -> float:
    """Of log-odds; held within what a hand-set model may claim, .02 to .98."""
    return min(max(1.0 / (1.0 + exp(-log_odds)), 0.02), 0.98)
