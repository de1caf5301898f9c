"""What the models of quality, satisfaction and outcome weigh: named, bounded numbers of a conversation's course."""

from collections.abc import Sequence
from functools import lru_cache

from agents.sentiment.scoring.course import Course, Step

CUSTOMER_CUES = (
    "thanks", "hollow_thanks", "resigned_thanks", "sarcasm", "lukewarm", "solved", "nothing_else", "goodbye", "praise",
    "understood", "still_problem", "not_received", "waiting", "repeat_contact", "repeats_self", "correction",
    "confused", "overcharged", "leaving", "escalation", "legal", "protest", "gives_up", "urgent", "problem",
    "bargaining",
)  # fmt: skip
AGENT_CUES = (
    "greeting", "apology", "empathy", "refusal", "redirect", "transfer", "pending", "hold", "progress", "guidance",
    "asks", "asks_again", "silence", "anything_else", "closing", "welcome", "friction",
)  # fmt: skip
CLOSING = frozenset(("thanks", "solved", "nothing_else", "goodbye", "praise"))
"""What a customer says who leaves content."""
TROUBLE = frozenset((
    "hollow_thanks", "sarcasm", "still_problem", "not_received", "waiting", "repeat_contact", "repeats_self",
    "correction", "overcharged", "leaving", "escalation", "legal", "protest", "gives_up",
))  # fmt: skip
"""What a customer says whose matter goes badly."""
_MISUNDERSTOOD = frozenset(("repeats_self", "correction", "confused", "asks_again"))
_BARRED = frozenset(("refusal", "redirect"))
_WAITS = frozenset(("hold", "silence", "waiting"))
_FORWARD = frozenset(("progress", "guidance", "solved"))
_ENDING = frozenset(("anything_else", "closing", "welcome"))
_KEPT = 0.7  # of what was felt stays in memory one turn later
_EARLY = 0.4  # what the first turn counts, where the last one counts 1
_LONG = 30.0
_LAST = 2


@lru_cache(maxsize=256)
def position_weights(count: int) -> tuple[float, ...]:
    """What each of so many turns counts, the end more than the start (peak-end rule, Kahneman et al. 1993)."""
    last = max(count - 1, 1)
    return tuple([_EARLY + (1 - _EARLY) * (index / last) ** 2 for index in range(count)])


def turn_features(course: Course) -> list[dict[str, float]]:
    """For each turn, what is known when it has been said; all within -1 to 1.

    `mood`, `customer_mood`, `agent_mood` (fading memory), `trouble`, `misunderstood`, `barred`, `waits`, `forward`
    (fading sums of cues, 0 to 1), `repeated`, `thanks`, `ending`, `greeting` (of this turn), `unsettled` (a customer in
    trouble has not yet seen progress), `length`.
    """
    memory = _Memory()
    rows = []
    for index, step in enumerate(course):
        memory.take(step)
        names, agent = step.names, step.agent
        rows.append({
            "customer_mood": memory.customer_mood,
            "agent_mood": memory.agent_mood,
            "trouble": memory.trouble,
            "misunderstood": memory.misunderstood,
            "barred": memory.barred,
            "waits": memory.waits,
            "forward": memory.forward,
            "mood": step.mood.score,
            "repeated": 1.0 if step.repeated else 0.0,
            "thanks": 0.0 if not names or CLOSING.isdisjoint(names) else 1.0,
            "ending": 0.0 if not agent or _ENDING.isdisjoint(names) else 1.0,
            "greeting": 1.0 if agent and "greeting" in names else 0.0,
            "unsettled": memory.unsettled,
            "length": min(index / _LONG, 1.0),
        })  # fmt: skip
    return rows


class _Memory:
    """What was felt and said up to a turn, fading turn by turn."""

    __slots__ = (
        "agent_mood", "barred", "customer_mood", "forward", "misunderstood", "trouble", "unsettled", "waits",
    )  # fmt: skip

    def __init__(self) -> None:
        self.customer_mood = self.agent_mood = self.unsettled = 0.0
        self.trouble = self.misunderstood = self.barred = self.waits = self.forward = 0.0

    def take(self, step: Step) -> None:
        """Take in a turn."""
        if step.customer:
            self.customer_mood = self.customer_mood * _KEPT + step.mood.score * (1 - _KEPT)
            self.unsettled *= _KEPT
        elif step.agent:
            self.agent_mood = self.agent_mood * _KEPT + step.mood.score * (1 - _KEPT)
        self.trouble *= _KEPT
        self.misunderstood *= _KEPT
        self.barred *= _KEPT
        self.waits *= _KEPT
        self.forward *= _KEPT
        if step.repeated:
            self.misunderstood = min(self.misunderstood + 0.5, 1.0)
        if step.names:
            self._hear(step.names, customer=step.customer)

    def _hear(self, names: frozenset[str], *, customer: bool) -> None:
        if customer:
            troubles = len(names & TROUBLE)
            self.trouble = min(self.trouble + 0.5 * troubles, 1.0)
            if troubles:
                self.unsettled = 1.0
            elif not CLOSING.isdisjoint(names):
                self.unsettled = 0.0
        if not _MISUNDERSTOOD.isdisjoint(names):
            self.misunderstood = min(self.misunderstood + 0.5, 1.0)
        self.barred = min(self.barred + 0.5 * len(names & _BARRED), 1.0)
        self.waits = min(self.waits + 0.3 * len(names & _WAITS), 1.0)
        if not _FORWARD.isdisjoint(names):
            self.forward = min(self.forward + 0.5, 1.0)


def conversation_features(course: Course) -> dict[str, float]:
    """What is known of the whole; all within -1 to 1.

    `customer.<cue>`, `agent.<cue>`: how much a cue was said, the end counting more (0 to 1, the first counts most);
    `customer_mood`, `agent_mood`: means, the end counting more; `customer_low`, `customer_last`, `customer_start`;
    `closed` (the customer's last words are content), `closing` (the agent's last words are a farewell),
    `agent_last`, `unanswered` (the last turn is the agent's question, or the customer's), `silence` (the agent asks
    whether the customer is still there, in the last turns), `quiet` (the customer says nothing after that),
    `trouble_last`, `repeated_customer`, `repeated_agent` (shares of turns), `length`.
    """
    weights = position_weights(len(course))
    features = _amounts(course, weights)
    features |= _moods(course, weights)
    features |= _ending(course)
    for who in ("customer", "agent"):
        own = [step for step in course if getattr(step, who)]
        features[f"repeated_{who}"] = sum([step.repeated for step in own]) / len(own) if own else 0.0
    features["length"] = min(len(course) / _LONG, 1.0)
    return features


def _amounts(course: Course, weights: Sequence[float]) -> dict[str, float]:
    sums = {f"customer.{name}": 0.0 for name in CUSTOMER_CUES} | {f"agent.{name}": 0.0 for name in AGENT_CUES}
    for step, weight in zip(course, weights, strict=True):
        if step.names:
            who = "customer." if step.customer else "agent."
            for name in step.names:
                sums[who + name] += weight
    return {name: value / (value + 1.0) * 2.0 if value < 1.0 else 1.0 for name, value in sums.items()}


def _moods(course: Course, weights: Sequence[float]) -> dict[str, float]:
    customer = [(step.mood.score, weight) for step, weight in zip(course, weights, strict=True) if step.customer]
    agent = [(step.mood.score, weight) for step, weight in zip(course, weights, strict=True) if step.agent]
    scores = [score for score, _ in customer] or [0.0]
    return {
        "customer_mood": _mean(customer),
        "agent_mood": _mean(agent),
        "customer_low": min(scores),
        "customer_start": scores[0],
        "customer_last": scores[-1],
    }


def _mean(weighted: list[tuple[float, float]]) -> float:
    total = sum([weight for _, weight in weighted])
    return sum([score * weight for score, weight in weighted]) / total if total else 0.0


def _ending(course: Course) -> dict[str, float]:
    customer = [step for step in course if step.customer][-_LAST:]
    agent = [step for step in course if step.agent][-_LAST:]
    silent = next((index for index, step in enumerate(course) if step.agent and "silence" in step.names), None)
    last = course[-1] if course else None
    heard = [step for step in course[silent + 1 :] if step.customer] if silent is not None else []
    return {
        "closed": sum([not step.names.isdisjoint(CLOSING) for step in customer]) / _LAST,
        "trouble_last": sum([not step.names.isdisjoint(TROUBLE) for step in customer]) / _LAST,
        "closing": sum([not step.names.isdisjoint(_ENDING) for step in agent]) / _LAST,
        "silence": float(any("silence" in step.names for step in agent)),
        "quiet": float(silent is not None and not heard),
        "agent_last": float(last is not None and last.agent),
        "unanswered": float(last is not None and ((last.agent and last.asks) or (last.customer and last.asks))),
    }
