"""A conversation read once for all features: words, and the phrases found in them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from agents.sentiment.scoring.phrases import Hit, PhraseTable
from agents.sentiment.scoring.tokens import ReadTurn
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import Evidence

AGENTS = frozenset({Speaker.AGENT, Speaker.BOT, Speaker.SUPERVISOR})
"""Who speaks for the company."""


class Found:
    """A phrase found in a turn: `label`, `turn` (a `ReadTurn`), `first` and `last` word."""

    __slots__ = ("first", "label", "last", "turn")

    def __init__(self, turn: ReadTurn, hit: Hit) -> None:
        self.turn = turn
        self.label, self.first, self.last = hit

    def evidence(self, feature: str) -> Evidence:
        """The phrase's span as evidence for a feature."""
        return Evidence(feature, self.turn.index, *self.turn.place(self.first, self.last))


class Reading:
    """What all features are computed from.

    Attributes:
        conversation: As given.
        turns: Every turn, cut into words.
        hits: Every turn's phrases, by their first word.
        customer: Those of the customer; `agent`: those of who speaks for the company (agent, bot, supervisor).
    """

    __slots__ = ("_by_label", "_found", "_table", "agent", "conversation", "customer", "hits", "turns")

    def __init__(self, conversation: Conversation, table: PhraseTable) -> None:
        self.conversation = conversation
        self.turns: list[ReadTurn] = []
        self.customer: list[ReadTurn] = []
        self.agent: list[ReadTurn] = []
        self.hits: list[list[Hit]] = []
        self._by_label: dict[str, list[tuple[ReadTurn, Hit]]] = {}
        self._found: dict[str, list[Found]] = {}
        self._table = table
        for turn in conversation.turns:
            self._read(turn)

    def extend(self, turn: Turn) -> None:
        """Read one more turn of a conversation that goes on."""
        self.conversation = replace(self.conversation, turns=(*self.conversation.turns, turn))
        self._read(turn)

    def _read(self, said: Turn) -> None:
        turn = ReadTurn(len(self.turns), said)
        hits = self._table.scan(turn.words)
        self.turns.append(turn)
        self.hits.append(hits)
        if said.speaker is Speaker.CUSTOMER:
            self.customer.append(turn)
        elif said.speaker in AGENTS:
            self.agent.append(turn)
        by_label = self._by_label
        for hit in hits:
            label = hit[0]
            if label in by_label:
                by_label[label].append((turn, hit))
            else:
                by_label[label] = [(turn, hit)]
        if self._found:
            self._found.clear()

    def found(self, label: str) -> list[Found]:
        """Where a label's phrases stand, in order of turns; every speaker's."""
        pairs = self._by_label.get(label)
        if pairs is None:
            return []
        found = self._found.get(label)  # made only where somebody asks: most labels are looked for in no conversation
        if found is None:
            found = self._found[label] = [Found(turn, hit) for turn, hit in pairs]
        return found

    def by_customer(self, label: str) -> list[Found]:
        """Where the customer says them."""
        return [found for found in self.found(label) if found.turn.turn.speaker is Speaker.CUSTOMER]

    def by_agent(self, label: str) -> list[Found]:
        """Where somebody says them who speaks for the company."""
        return [found for found in self.found(label) if found.turn.turn.speaker in AGENTS]

    def labels(self, prefix: str) -> Iterator[str]:
        """The labels found that begin with a prefix."""
        return (label for label in self._by_label if label.startswith(prefix))


def evidence_of(feature: str, found: Iterable[Found]) -> list[Evidence]:
    """The spans of phrases as evidence for a feature."""
    return [one.evidence(feature) for one in found]
