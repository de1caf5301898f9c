"""What the router goes by: cards of specialists and of foreign topics, their words, cues, examples and payloads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from orchestrator.core.routing.text import words_of

OWN_SYSTEM = "own_system"
OWN_SYMPTOM = "own_symptom"
OWN_ALERT = "own_alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Evidence for a card: every chain occurs in one sentence, on separate words, and no `unless` concept does.

    Attributes:
        chains: Each chain is one concept, or several of which each follows the one before within a few words.
        unless: Concepts that take the cue away.
        weight: How much it says; the floor is the unit to think in.
        text: The cue as written, for reasons and errors.
    """

    chains: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...]
    weight: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadShape:
    """A JSON object that a specialist takes whole.

    Attributes:
        name: What people call the format.
        has: Key paths with the value each must have; None accepts any value. Keys are compared without case.
        headline: Key paths of which the first present names the payload in the reason.
    """

    name: str
    has: tuple[tuple[str, str | None], ...]
    headline: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A specialist, or a topic that nobody here handles (`handled` is false).

    Attributes:
        name: The specialist's or the topic's name.
        offer: Completes "I can help with ..." and "Is this about ...?"; for a topic, what it is called.
    """

    name: str
    offer: str
    handled: bool = True
    cues: tuple[Cue, ...] = ()
    examples: tuple[str, ...] = ()
    payloads: tuple[PayloadShape, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where the router draws its lines, in the unit of cue weights.

    Attributes:
        floor: A specialist needs this much evidence.
        margin: ... and this much more than the runner-up.
        split: Each part of a message with two subjects needs this much on its own.
        switch: What leaves the specialist that is speaking needs this much.
        damping: The n-th strongest cue counts `damping ** n` of its weight, so that length alone does not decide.
        example: What equality with an example weighs.
        resemblance: Likeness to an example (cosine, 0 to 1) below which it says nothing.
    """

    floor: float = 2.0
    margin: float = 0.25
    split: float = 3.0
    switch: float = 3.0
    damping: float = 0.5
    example: float = 4.0
    resemblance: float = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingTable:
    """All the router's data.

    Attributes:
        concepts: Words and phrases by concept, as written; matching is by stem.
        patterns: Regular expressions by concept; what they match is not read as words again.
        masks: Phrases whose words mean something else inside them ("in order to").
        plain: Correct words that must not be taken for misspelt concept words.
        followups: Concepts that refer to what was said before ("show me", "that").
        assents: Concepts that only answer it ("yes", "thanks").
        cards: Specialists and foreign topics; order breaks ties.
    """

    concepts: Mapping[str, tuple[str, ...]]
    cards: tuple[Card, ...]
    patterns: Mapping[str, str] = field(default_factory=dict)
    masks: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    followups: tuple[str, ...] = ()
    assents: tuple[str, ...] = ()
    thresholds: Thresholds = Thresholds()

    def with_systems(self, names: Iterable[str]) -> "RoutingTable":
        """The table that also knows these services by name, in its concept `own_system` if it has one."""
        return self._with({OWN_SYSTEM: {name.strip().lower() for name in names if name.strip()}})

    def with_symptoms(self, phrases: Iterable[str], alerts: Iterable[str] = ()) -> "RoutingTable":
        """The table that also knows the guides' symptoms and alerts, in its concepts `own_symptom` and `own_alert`.

        One word says too little ("late"), so a symptom needs two; an alert's name may be one if no prose writes it so
        ("HighErrorRate", "disk_full").
        """
        told = {phrase.strip().lower() for phrase in phrases if len(words_of(phrase)) > 1}
        named = {name.strip() for name in alerts if len(words_of(name)) > 1 or _is_identifier(name.strip())}
        return self._with({OWN_SYMPTOM: told, OWN_ALERT: named})

    def _with(self, phrases: Mapping[str, Iterable[str]]) -> "RoutingTable":
        """The table with phrases added to those of the concepts that it has."""
        added = {
            concept: tuple(dict.fromkeys((*self.concepts[concept], *sorted(more))))
            for concept, more in phrases.items()
            if concept in self.concepts
        }
        return replace(self, concepts={**self.concepts, **added})

    def specialists(self) -> tuple[Card, ...]:
        """The cards that are specialists."""
        return tuple(card for card in self.cards if card.handled)


def _is_identifier(name: str) -> bool:
    """Whether a word is written as programs write names: capitals, digits or joints inside."""
    return bool(words_of(name)) and (any(c.isupper() or c.isdigit() for c in name[1:]) or "_" in name)
