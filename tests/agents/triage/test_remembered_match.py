"""The match of an earlier attempt is recalled, whatever the search service says by now."""

import json
from datetime import UTC, datetime

import pytest

from agents.triage.matching import Candidate, Match
from agents.triage.remembered_match import remembered_match
from orchestrator.core.errors import StoreError
from orchestrator.core.recording import Recorder
from orchestrator.core.report import Json
from orchestrator.core.runs import RunContext

FOUND = Match(
    guide_id="deploys",
    confidence=0.8,
    by="symptoms",
    nearest=(("deploys", "Deploys", 0.7), ("queues", "Queues", 0.2)),
    candidates=(Candidate(guide_id="deploys", title="Deploys", score=0.7, confidence=0.8),),
    reason="its symptoms",
)
OTHER = Match(guide_id=None, confidence=0.1, by="search", nearest=(), candidates=(), reason="none", needs="a service")


class Kept:
    """A memory that two attempts share."""

    def __init__(self) -> None:
        self.steps: dict[str, str] = {}

    def recall(self, step: str) -> Json | None:
        return json.loads(self.steps[step]) if step in self.steps else None

    def keep(self, step: str, result: Json) -> Json:
        self.steps.setdefault(step, json.dumps(result))
        return result


def attempt(memory: Kept) -> RunContext:
    """One attempt of a run."""
    recorder = Recorder(logs=None, index=None, source="live", found=lambda _: None, memory=memory)  # type: ignore[arg-type]  # not asked
    return RunContext(
        run="r",
        session="s",
        asked="?",
        alert=None,
        now=datetime(2026, 5, 4, tzinfo=UTC),
        zone="UTC",
        source="live",
        given={},
        remembered={},
        previous=None,
        recorder=recorder,
        emit=lambda _: None,
    )


async def matched(context: RunContext, question: str, found: Match) -> Match:
    """What comes of a search that would find this now."""

    async def match() -> Match:
        return found

    return await remembered_match(context, question, match)


async def test_a_match_is_recalled() -> None:
    """The second attempt has the first one's, value by value; another question has its own."""
    memory = Kept()
    assert await matched(attempt(memory), "checkout fails", FOUND) == FOUND
    again = attempt(memory)
    assert await matched(again, "checkout fails", OTHER) == FOUND
    assert await matched(again, "checkout fails", OTHER) == OTHER  # the second search of that turn
    assert await matched(attempt(memory), "cart fails", OTHER) == OTHER


async def test_a_damaged_match_is_told() -> None:
    """And is not taken for one that found nothing."""
    memory = Kept()
    await matched(attempt(memory), "q", FOUND)
    memory.steps = dict.fromkeys(memory.steps, '{"guide_id": "x"}')
    with pytest.raises(StoreError, match="wrong shape"):
        await matched(attempt(memory), "q", FOUND)
