"""A guide's match in the memory of its run: a search service may answer otherwise when the run goes on."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from agents.triage.matching import Candidate, Match
from orchestrator.core.errors import StoreError
from orchestrator.core.report import Json
from orchestrator.core.runs import RunContext

_DIGITS = 16


async def remembered_match(context: RunContext, question: str, match: Callable[[], Awaitable[Match]]) -> Match:
    """The match of an earlier attempt, else a new one, which is remembered before anything follows from it."""
    step = f"{context.next_step('match')}/{hashlib.sha256(question.encode()).hexdigest()[:_DIGITS]}"
    kept = context.memory.recall(step)
    if kept is not None:
        return _read(kept)
    return _read(context.memory.keep(step, _document(await match())))


def _document(match: Match) -> Json:
    document = asdict(match)
    return {**document, "nearest": [list(item) for item in match.nearest], "candidates": list(document["candidates"])}


def _read(document: dict[str, Any]) -> Match:
    try:
        return Match(
            **{
                **document,
                "nearest": tuple((name, title, score) for name, title, score in document["nearest"]),
                "candidates": tuple(Candidate(**item) for item in document["candidates"]),
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"a remembered match has the wrong shape: {document!r:.200}") from error
