"""Conditions on a conversation, as scorecards and compliance rules write them: who says what where, and features.

A condition holds, does not hold, or cannot be told (a feature in it is not known). `not` of what cannot be told cannot
be told; `all` fails with the first that fails, `any` holds with the first that holds, whatever cannot be told beside.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias


class By(StrEnum):
    """Whose words count."""

    AGENT = "agent"
    """Who speaks for the company: agents, bots, supervisors."""
    CUSTOMER = "customer"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """A list of phrases with its label in the scorer's phrase table."""

    label: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """Another saying that a saying is held against; `turns` is how far off it may stand, None for any distance."""

    says: "Says"
    turns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """Somebody says one of some phrases.

    Attributes:
        lists: Labels of the lists of phrases, any of which counts.
        unless: Labels of lists; a phrase that overlaps one of theirs does not count ("I cannot guarantee").
        first_turns: Only in this many first turns of who speaks (of all where `by` is anyone).
        last_turns: Only in this many last turns.
        after: Only where the other was said before it; never where it was not said at all.
        before: Only where it comes before the first of the other; never where that was not said at all.
        times: How often at least.
    """

    kind: Literal["says"] = "says"
    lists: tuple[str, ...]
    by: By = By.AGENT
    unless: tuple[str, ...] = ()
    first_turns: int | None = None
    last_turns: int | None = None
    after: Nearby | None = None
    before: Nearby | None = None
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A computed feature lies in a range (both ends counted) or is one of some values.

    Attributes:
        name: One of `FEATURES`.
        values: Texts, compared in small letters; empty where the range counts.
    """

    kind: Literal["feature"] = "feature"
    name: str
    at_least: float | None = None
    at_most: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """All of them hold."""

    kind: Literal["all"] = "all"
    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one of them holds."""

    kind: Literal["any"] = "any"
    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """It does not hold."""

    kind: Literal["not"] = "not"
    condition: "Condition"


Condition: TypeAlias = Says | Feature | All | AnyOf | Not

FEATURES: dict[str, str] = {
    "overall.sentiment": "number",
    "overall.label": "text",
    "overall.customer_sentiment": "number",
    "overall.agent_sentiment": "number",
    "overall.satisfaction": "number",
    "overall.quality": "number",
    "overall.resolved": "number",
    "overall.abandoned": "number",
    "overall.transferred": "number",
    "overall.repeated_contact": "number",
    "trajectory.start": "number",
    "trajectory.end": "number",
    "trajectory.low": "number",
    "trajectory.shape": "text",
    "contact_reason": "text",
    "product": "text",
    "channel": "text",
    "queue": "text",
    "times.first_response_s": "number",
    "times.median_response_s": "number",
    "times.longest_response_s": "number",
    "times.hold_s": "number",
    "times.duration_s": "number",
    "turns.customer": "number",
    "turns.agent": "number",
    "conduct.upset_turns": "number",
    "conduct.unanswered_upset": "number",
    "conduct.empathy": "number",
    "conduct.politeness": "number",
    "conduct.blame": "number",
    "conduct.rude": "number",
    "conduct.jargon": "number",
    "conduct.promises": "number",
    "conduct.promises_without_date": "number",
    "conduct.questions_at_once": "number",
    "conduct.asked_again": "number",
}
"""What a condition may ask for, and whether it is a number or a text."""

SHARED_LISTS = frozenset(
    f"conduct.{name}"
    for name in (
        "anything_else", "apology", "blame", "courtesy", "due", "empathy", "farewell", "greeting", "hold", "hold_asked",
        "hold_over", "identify", "introduction", "jargon", "next_step", "not_blame", "not_upset", "offer_help",
        "please", "promise", "put_on_hold", "recap", "requests", "rude", "solution", "thanks", "understanding", "upset",
    )
)  # fmt: skip
"""Lists of phrases that the scorer has itself; scorecards and rules may name them beside their own.

In the phrase table the list `conduct.greeting` has the label `conduct:greeting`.
"""
