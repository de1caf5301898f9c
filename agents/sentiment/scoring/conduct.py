"""How the agent behaves: empathy where the customer is upset, politeness, blame, jargon, promises, asking again.

Politeness follows strategies that Danescu-Niculescu-Mizil et al. name ("A computational approach to politeness with
application to social factors", ACL 2013): gratitude, deference, apology, please and indirect requests speak for it,
blunt words against it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from agents.sentiment.scoring.conditions import Span, Value
from agents.sentiment.scoring.conduct_phrases import UNNUMBERED
from agents.sentiment.scoring.reading import Found, Reading
from agents.sentiment.scoring.sayings import apart, without
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped

REPLIES = 2
"""In how many turns of the agent after an upset turn it must be acknowledged."""
_POLITE = ("conduct:please", "conduct:thanks", "conduct:courtesy", "conduct:apology", "conduct:offer_help")
_SENTENCE = 40
"""Words of a promise's sentence that are looked through for its end."""


class Promise(NamedTuple):
    """What the agent says will be done.

    Attributes:
        end: The last word of its sentence.
        due: By when, where the same turn says so.
    """

    found: Found
    end: int
    due: Found | None

    def evidence(self, feature: str) -> Evidence:
        """What is promised: from the promise's first word to the end of its sentence."""
        turn = self.found.turn
        return Evidence(feature, turn.index, *turn.place(self.found.first, self.end))


class Conduct(NamedTuple):
    """What is seen of the agent's conduct.

    Attributes:
        upset: Where the customer is upset, one finding a turn; `unanswered`: those whose next replies neither
            acknowledge it nor apologise.
        acknowledged: Where the agent shows empathy or apologises after that.
        empathy: The share of the upset turns that were acknowledged, 0 to 1; None where nobody was upset.
        politeness: 0 to 1, 0.5 where nothing speaks for or against it; None where no agent speaks.
        asked_again: Where the agent asks for what the customer had given.
        questions: The agent's turn with the most question marks, and their number.
    """

    upset: Sequence[Found]
    unanswered: Sequence[Found]
    acknowledged: Sequence[Found]
    polite: Sequence[Found]
    rude: Sequence[Found]
    blame: Sequence[Found]
    jargon: Sequence[Found]
    promises: Sequence[Promise]
    asked_again: Sequence[Found]
    questions: tuple[int, int]
    empathy: float | None
    politeness: float | None

    def values(self, reading: Reading) -> dict[str, Value]:
        """The features by the names that conditions use."""
        return {
            "conduct.upset_turns": float(len(self.upset)),
            "conduct.unanswered_upset": float(len(self.unanswered)),
            "conduct.empathy": self.empathy,
            "conduct.politeness": self.politeness,
            "conduct.blame": float(len(self.blame)),
            "conduct.rude": float(len(self.rude)),
            "conduct.jargon": float(len(self.jargon)),
            "conduct.promises": float(len(self.promises)),
            "conduct.promises_without_date": float(sum(one.due is None for one in self.promises)),
            "conduct.questions_at_once": float(self.questions[1]),
            "conduct.asked_again": float(len(self.asked_again)),
            "turns.customer": float(len(reading.customer)),
            "turns.agent": float(len(reading.agent)),
        }

    def spans(self) -> Mapping[str, Sequence[Span]]:
        """The words that led to the features."""
        return {
            "conduct.upset_turns": self.upset,
            "conduct.unanswered_upset": self.unanswered,
            "conduct.empathy": self.acknowledged[:3],
            "conduct.politeness": (*self.rude[:3], *self.polite[:3]),
            "conduct.blame": self.blame,
            "conduct.rude": self.rude,
            "conduct.jargon": self.jargon,
            "conduct.promises": [one.found for one in self.promises],
            "conduct.promises_without_date": [one.found for one in self.promises if one.due is None],
            "conduct.asked_again": self.asked_again,
        }

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The spans of empathy, politeness and promises."""
        spans = self.spans()
        found = [
            one.evidence(feature)
            for feature in ("conduct.empathy", "conduct.politeness", "conduct.blame")
            for one in spans[feature]
            if isinstance(one, Found)
        ]
        return (*found, *(one.evidence("promise") for one in self.promises))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What has no value, and why."""
        found = []
        if self.empathy is None:
            found.append(Skipped("conduct.empathy", ReasonCode.NOT_APPLICABLE))
        if self.politeness is None:
            found.append(Skipped("conduct.politeness", ReasonCode.NO_AGENT_TURNS))
        return tuple(found)


NO_CONDUCT = Conduct(
    upset=(), unanswered=(), acknowledged=(), polite=(), rude=(), blame=(), jargon=(), promises=(), asked_again=(),
    questions=(-1, 0), empathy=None, politeness=None,
)  # fmt: skip
"""Where nothing is seen, as nothing is read."""


def conduct(reading: Reading) -> Conduct:
    """The agent's conduct in a conversation."""
    upset = _one_a_turn(without(reading.by_customer("conduct:upset"), reading.by_customer("conduct:not_upset")))
    acknowledged, unanswered, answered = _acknowledged(reading, upset)
    polite = [one for label in _POLITE for one in reading.by_agent(label)]
    rude = apart(reading.by_agent("conduct:rude"))
    return Conduct(
        upset=upset,
        unanswered=unanswered,
        acknowledged=acknowledged,
        polite=_one_a_turn(polite),
        rude=rude,
        blame=without(apart(reading.by_agent("conduct:blame")), reading.by_agent("conduct:not_blame")),
        jargon=apart(reading.by_agent("conduct:jargon")),
        promises=tuple(_promises(reading)),
        asked_again=tuple(_asked_again(reading)),
        questions=_questions(reading),
        empathy=answered / (answered + len(unanswered)) if answered or unanswered else None,
        politeness=_politeness(len(reading.agent), polite, rude),
    )


def _one_a_turn(found: Iterable[Found]) -> list[Found]:
    by_turn: dict[int, Found] = {}
    for one in found:
        known = by_turn.get(one.turn.index)
        if known is None or one.first < known.first:
            by_turn[one.turn.index] = one
    return [by_turn[index] for index in sorted(by_turn)]


def _acknowledged(reading: Reading, upset: Sequence[Found]) -> tuple[list[Found], list[Found], int]:
    """What acknowledges, the upset turns without it, and the number of those with it.

    An upset turn after which no agent speaks is in neither: nobody could acknowledge it.
    """
    if not upset:
        return [], [], 0
    kind = {one.turn.index: one for one in reading.by_agent("conduct:apology")}
    kind |= {one.turn.index: one for one in reading.by_agent("conduct:empathy")}
    acknowledged: dict[int, Found] = {}
    unanswered: list[Found] = []
    answered = 0
    for one in upset:
        replies = [turn.index for turn in reading.agent if turn.index > one.turn.index][:REPLIES]
        found = next((kind[index] for index in replies if index in kind), None)
        if found is not None:
            acknowledged[found.turn.index] = found
            answered += 1
        elif replies:
            unanswered.append(one)
    return list(acknowledged.values()), unanswered, answered


def _politeness(turns: int, polite: Sequence[Found], rude: Sequence[Found]) -> float | None:
    """Half, plus half the share of polite turns, less the whole share of rude ones."""
    if not turns:
        return None
    polite_turns = len({one.turn.index for one in polite})
    rude_turns = len({one.turn.index for one in rude})
    return max(0.0, min(1.0, 0.5 + (0.5 * polite_turns - rude_turns) / turns))


def _promises(reading: Reading) -> Iterator[Promise]:
    """One a sentence; it is dated by its own sentence, or by what follows up to the next promise."""
    found = apart(reading.by_agent("conduct:promise"))
    due = apart(reading.by_agent("conduct:due")) if found else []
    ended: tuple[int, int] = (-1, -1)
    for number, one in enumerate(found):
        turn, words = one.turn, one.turn.words
        if (turn.index, one.first) <= ended:
            continue
        stop = min(len(words), one.last + _SENTENCE)
        end = next((place - 1 for place in range(one.last + 1, stop) if words[place][0] in ".!?"), stop - 1)
        begin = next((place + 1 for place in range(one.first - 1, -1, -1) if words[place][0] in ".!?"), 0)
        ended = (turn.index, end)
        following = next(
            (that.first for that in found[number + 1 :] if that.turn is turn and that.first > end), len(words)
        )
        dated = (that for that in due if that.turn is turn and begin <= that.first < following)
        yield Promise(one, end, next(dated, None))


def _asked_again(reading: Reading) -> Iterator[Found]:
    for label in sorted(reading.labels("asks:")):
        found = reading.by_agent(label)
        if len(found) < 2:  # noqa: PLR2004 - once is not again
            continue
        numbered = label.removeprefix("asks:") not in UNNUMBERED
        first: Found | None = None
        for one in _asking(reading, found, numbered=numbered):
            if first is not None and _given(reading, first.turn.index, one.turn.index, numbered=numbered):
                yield one
            first = first or one


def _asking(reading: Reading, found: Sequence[Found], *, numbered: bool) -> Iterator[Found]:
    """The first of each turn that asks for it; one that says the number itself only confirms it."""
    requests = {one.turn.index for one in reading.by_agent("conduct:requests")}
    for one in _one_a_turn(found):
        text = one.turn.turn.text
        if ("?" in text or one.turn.index in requests) and not (numbered and _has_number(text)):
            yield one


def _given(reading: Reading, first: int, second: int, *, numbered: bool) -> bool:
    between = [turn.turn.text for turn in reading.customer if first < turn.index < second]
    return any(map(_has_number, between)) if numbered else bool(between)


def _has_number(text: str) -> bool:
    return "@" in text or any(map(str.isdigit, text))


def _questions(reading: Reading) -> tuple[int, int]:
    """The index of the agent's turn with the most question marks, and their number."""
    turn, most = -1, 0
    for one in reading.agent:
        count = one.turn.text.count("?")
        if count > most:
            turn, most = one.index, count
    return turn, most
