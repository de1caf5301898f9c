"""Decides which specialist takes a message or a payload: deterministic, without a model, with its reasons."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.core.conversations.pasted import read_pasted
from orchestrator.core.errors import InputError
from orchestrator.core.record_questions import record_question
from orchestrator.core.routing import payload as payloads
from orchestrator.core.routing.clause import Clause, clauses_of
from orchestrator.core.routing.match import Lexicon, Reading
from orchestrator.core.routing.question import Asker
from orchestrator.core.routing.score import Score, Scorer
from orchestrator.core.routing.table import RoutingTable
from orchestrator.core.routing.text import normalise

NONE = "none"
_READ = 4_000  # characters; of a longer text, the head and the tail are read
_TAIL = 1_000
_REFERRING = 1.25  # a message that refers back ("it", "show me") needs that much more to leave the one speaking
_KEEPER = "triage"  # the specialist that answers from the record of incidents and actions
_FOLLOWUP_WORDS = 3  # a clause of fewer words is no follow-up of its own


@dataclass(frozen=True, slots=True)
class Subject:
    """One turn's worth of a message: the specialist and the part of the text that is its."""

    agent: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a message goes.

    Attributes:
        agents: The specialists, in the order of their subjects, each once; empty when the router abstains.
        confidence: The decision's share of the evidence, 0 to 1: the chosen specialist's score against itself, its
            strongest rival (another specialist, or a topic that nobody handles) and the floor; for an abstention the
            share of floor and foreign topic. It orders decisions and is not a probability; the routing benchmark
            prints the accuracy that was measured above each confidence. 1.0 for a recognised payload.
        abstained: True if no specialist takes it; `question` then says what to ask back.
        reason: The evidence that decided.
        question: What to ask the user; None unless the router abstains.
        subjects: What each turn is about, in the order of the text; one agent may have several.
    """

    agents: tuple[str, ...]
    confidence: float
    abstained: bool
    reason: str
    question: str | None = None
    subjects: tuple[Subject, ...] = ()

    @property
    def agent(self) -> str:
        """The first specialist, or `none`."""
        return self.agents[0] if self.agents else NONE


@dataclass(frozen=True, slots=True)
class _Owner:
    """The specialist that a clause belongs to, and why."""

    agent: str
    total: float
    why: str


class Router:
    """Routes messages by one table; holds no state between messages."""

    def __init__(self, table: RoutingTable) -> None:
        self._table = table
        self._limits = table.thresholds
        self._lexicon = Lexicon(table)
        self._scorer = Scorer(table)
        self._asker = Asker(table)
        self._names = tuple(card.name for card in table.specialists())

    def route(self, message: str | Mapping[str, object], *, speaking: str | None = None) -> Route:
        """Route a text, a JSON text or a decoded payload.

        Args:
            message: What came in.
            speaking: The specialist that has the conversation; it keeps it unless the subject clearly changes.

        Raises:
            InputError: `speaking` is no specialist of the table.
        """
        if speaking is not None and speaking not in self._names:
            raise InputError(f"unknown specialist {speaking!r}: use one of {', '.join(self._names)}")
        payload = message if isinstance(message, Mapping) else payloads.decode(message) or _pasted(message)
        if payload is None:
            return self._text(str(message), speaking)
        whole = json.dumps(message, default=str) if isinstance(message, Mapping) else message
        return self._payload(payload, whole=whole, speaking=speaking)

    def _payload(self, payload: Mapping[str, object], *, whole: str, speaking: str | None) -> Route:
        found = payloads.recognise(payload, self._table.specialists())
        if found is not None:
            headline = f": {found.headline}" if found.headline else ""
            return _routed(found.card.name, 1.0, f"{found.shape.name} payload{headline}", text=whole)
        text = payloads.prose(payload)
        if text:
            return self._text(text, speaking)
        keys = ", ".join(sorted(map(str, payload))[:8]) or "none"
        return _abstained(f"a JSON object of no known form, keys: {keys}", self._asker.payload(), 1.0)

    def _text(self, message: str, speaking: str | None) -> Route:
        text = normalise(message).strip()
        if _KEEPER in self._names and record_question(text) is not None:
            return _routed(_KEEPER, 1.0, "a question about the record", text=text)
        long = len(text) > _READ
        reading = self._lexicon.read(f"{text[: _READ - _TAIL]}\n{text[-_TAIL:]}" if long else text)
        if not reading.words:
            return _abstained("no words in the message", self._asker.general(), 1.0)
        split = None if long else self._split(reading, speaking)
        if split is not None:
            return split
        scores = self._scorer.scores(reading, stems=reading.stems(0, len(reading.words)))
        stays = self._stays(speaking, scores, reading, text) if speaking is not None else None
        return stays or self._whole(text, scores, reading)

    def _stays(self, speaking: str, scores: list[Score], reading: Reading, text: str) -> Route | None:
        """The route of a follow-up, or None where the subject clearly changed."""
        own = next((score.total for score in scores if score.card.name == speaking), 0.0)
        other = next((score for score in scores if score.card.name != speaking), None)
        refers = self._refers(reading)
        needed = self._limits.switch * (_REFERRING if refers else 1.0)
        if other is not None and other.total >= needed and other.total > own + self._limits.margin:
            return None
        rival = other.total if other else 0.0
        confidence = (own + self._limits.floor) / (own + self._limits.floor + rival)
        kind = "refers back" if refers else "does not change the subject"
        against = f" ({other.why()} is too little to leave)" if other else ""
        return _routed(speaking, confidence, f"follow-up to {speaking}: it {kind}{against}", text=text)

    def _refers(self, reading: Reading) -> bool:
        return any(concept in reading.spans for concept in (*self._table.followups, *self._table.assents))

    def _split(self, reading: Reading, speaking: str | None) -> Route | None:
        """A route with several subjects, or None when the message has one."""
        owned = [(clause, self._owner(clause, reading, speaking)) for clause in clauses_of(reading)]
        owners = [owner for _, owner in owned if owner is not None]
        agents = tuple(dict.fromkeys(owner.agent for owner in owners))
        if len(agents) < 2:  # noqa: PLR2004
            return None
        weakest = min(owner.total for owner in owners)
        return Route(
            agents=agents,
            confidence=round(weakest / (weakest + self._limits.floor), 3),
            abstained=False,
            reason=f"{len(agents)} subjects: " + "; ".join(owner.why for owner in owners),
            subjects=_subjects(owned, reading.text),
        )

    def _owner(self, clause: Clause, reading: Reading, speaking: str | None) -> _Owner | None:
        """Whose a clause clearly is: by its evidence, or the one who speaks where it refers back."""
        part = reading.part(clause.first, clause.last)
        scores = self._scorer.scores(part, stems=reading.stems(clause.first, clause.last))
        score = self._clear(scores, self._limits.split)
        if score is not None:
            return _Owner(score.card.name, score.total, score.why())
        asks = any(concept in part.spans for concept in self._table.followups)
        answers = any(concept in part.spans for concept in self._table.assents)
        brief = clause.last - clause.first < _FOLLOWUP_WORDS
        rivals = any(score.card.name != speaking and score.total >= self._limits.floor for score in scores)
        if speaking is None or rivals or answers or brief or not asks:
            return None
        return _Owner(speaking, self._limits.split, f"follow-up to {speaking}")

    def _clear(self, scores: list[Score], least: float) -> Score | None:
        """The best score if it is a specialist's, reaches `least` and leads by the margin."""
        if not scores or not scores[0].card.handled or scores[0].total < least:
            return None
        leads = len(scores) == 1 or scores[0].total > scores[1].total + self._limits.margin
        return scores[0] if leads else None

    def _whole(self, text: str, scores: list[Score], reading: Reading) -> Route:
        best = next((score for score in scores if score.card.handled), None)
        winner = self._clear(scores, self._limits.floor)
        if winner is not None:
            rival = scores[1].total if len(scores) > 1 else 0.0
            confidence = winner.total / (winner.total + rival + self._limits.floor)
            against = f"; next {scores[1].card.name} {rival:.1f}" if rival else ""
            return _routed(winner.card.name, confidence, winner.why() + against, text=text)
        foreign = next((score for score in scores if not score.card.handled), None)
        against_it = self._limits.floor + (foreign.total if foreign else 0.0)
        confidence = against_it / (against_it + (best.total if best else 0.0))
        return self._unclear(scores, best, foreign, reading, confidence)

    def _unclear(
        self, scores: list[Score], best: Score | None, foreign: Score | None, reading: Reading, confidence: float
    ) -> Route:
        """An abstention, with the question that would settle it."""
        if not scores:
            reason, question = "nothing in it speaks for any specialist", self._asker.unread(reading.text)
        elif foreign is not None and (best is None or foreign.total + self._limits.margin >= best.total):
            reason = f"{foreign.why()}, which nobody here handles"
            question = self._asker.foreign(foreign.card)
        elif best is not None and best.total < self._limits.floor:
            reason = f"{best.why()} is below the floor {self._limits.floor:.1f}"
            question = self._asker.between([best.card])
        else:
            near = [score for score in scores[:2] if score.card.handled]
            reason = "too close to call: " + "; ".join(score.why() for score in near)
            question = self._asker.between([score.card for score in near])
        return _abstained(reason, question, confidence)


def _pasted(message: str) -> Mapping[str, object] | None:
    """The conversation that a text holds line by line, in the form of a payload."""
    found = read_pasted(message)
    return {"id": found.id, "turns": [turn.text for turn in found.turns]} if found is not None else None


def _routed(agent: str, confidence: float, reason: str, *, text: str) -> Route:
    subjects = (Subject(agent, text),)
    return Route(agents=(agent,), confidence=round(confidence, 3), abstained=False, reason=reason, subjects=subjects)


def _abstained(reason: str, question: str, confidence: float) -> Route:
    return Route(agents=(), confidence=round(confidence, 3), abstained=True, reason=reason, question=question)


def _subjects(owned: list[tuple[Clause, _Owner | None]], text: str) -> tuple[Subject, ...]:
    """Neighbouring clauses of one agent joined; a clause of nobody goes with the one before, or the first with one."""
    agents: list[str] = []
    starts: list[int] = []
    for clause, owner in owned:
        if owner is not None and (not agents or agents[-1] != owner.agent):
            starts.append(clause.start if agents else 0)
            agents.append(owner.agent)
    ends = [*starts[1:], len(text)]
    return tuple(
        Subject(agent, text[start:end].strip(" ,;\n")) for agent, start, end in zip(agents, starts, ends, strict=True)
    )
