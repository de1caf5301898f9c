"""Does satisfaction move when the spans that are cited for it are deleted, and not when others are?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from agents.sentiment.scoring.scorer import Scorer
from orchestrator.core.conversations.conversation import Conversation

MOVE = 0.25
DRAWS = 5
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """What is taken out of a turn."""

    turn: int
    start: int
    end: int


def deletion(scorer: Scorer, pairs: Iterable[tuple[Conversation, Document]], *, seed: int) -> dict[str, float]:
    """Shares of conversations in which satisfaction moves by `MOVE`: without the cited spans, without random ones.

    Random spans are as many and as long as the cited ones, anywhere in the same conversation, drawn several times. A
    conversation whose satisfaction cites nothing counts as one that does not move.
    """
    chance = Random(seed)  # noqa: S311  # places, no secrets
    moved = cited = count = drawn = drawn_moved = characters = 0
    for conversation, document in pairs:
        before = document["overall"]["satisfaction"]
        if before is None:
            continue
        count += 1
        cuts = [
            Cut(one["turn"], one["start"], one["end"])
            for one in document["evidence"]
            if one["feature"] == "satisfaction"
        ]
        if not cuts:
            continue
        cited += 1
        characters += sum(cut.end - cut.start for cut in cuts)
        moved += _moves(scorer, conversation, cuts, before)
        for _ in range(DRAWS):
            drawn += 1
            drawn_moved += _moves(scorer, conversation, _elsewhere(conversation, cuts, chance), before)
    return {
        "conversations": count,
        "with_spans": cited,
        "characters_cited": characters / max(cited, 1),
        "cited_moves": moved / max(count, 1),
        "random_moves": drawn_moved / max(drawn, 1),
    }


def _moves(scorer: Scorer, conversation: Conversation, cuts: Sequence[Cut], before: float) -> bool:
    after = scorer.score(without(conversation, cuts))["overall"]["satisfaction"]  # type: ignore[index]
    return after is not None and abs(after - before) >= MOVE


def without(conversation: Conversation, cuts: Iterable[Cut]) -> Conversation:
    """The conversation with these spans deleted; they may overlap."""
    gone: dict[int, set[int]] = {}
    for cut in cuts:
        gone.setdefault(cut.turn, set()).update(range(cut.start, cut.end))
    turns = list(conversation.turns)
    for at, places in gone.items():
        text = "".join(sign for place, sign in enumerate(turns[at].text) if place not in places)
        turns[at] = replace(turns[at], text=text)
    return replace(conversation, turns=tuple(turns))


def _elsewhere(conversation: Conversation, cuts: Iterable[Cut], chance: Random) -> list[Cut]:
    found = []
    for cut in cuts:
        length = cut.end - cut.start
        turn = chance.choice([at for at, said in enumerate(conversation.turns) if len(said.text) >= length])
        start = chance.randrange(len(conversation.turns[turn].text) - length + 1)
        found.append(Cut(turn, start, start + length))
    return found
