"""Draws conversations for review, and reads the sheets that people review."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from orchestrator.app.analysis.review_files import (
    Json,
    read_conversations,
    read_lines,
    read_sheet_items,
    sheet_line,
)
from orchestrator.app.analysis.reviewing import open_reviews
from orchestrator.app.identity import this_user
from orchestrator.core.conversations.review_sampling import Drawn, candidate_of, draw, sample_name, sampled_of
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.surfaces.review_application import SampleRequest

_MOST_NAMED = 3


def draw_sample(settings: Settings, request: SampleRequest) -> Json:
    """Draw conversations, write their sheet, then store what was drawn: the sheet is whole or the sample unknown."""
    if request.out.exists():
        raise InputError(f"--out {str(request.out)!r} is there already and stays as it is: choose another name")
    candidates = {
        one.id: one
        for _, result in read_lines(request.results, what="a result")
        if (one := candidate_of(result, by=request.by))
    }
    if not candidates:
        raise InputError(
            f"{str(request.results)!r} holds no result: give what `switchboard analyze` wrote as JSON Lines"
        )
    drawn = draw(list(candidates.values()), request.size, by=request.by, seed=request.seed)
    sample = sample_name(drawn, seed=request.seed)
    by_id = {one.id: one for one in drawn}
    items = {
        item.conversation: item
        for _, result in read_lines(request.results, what="a result")
        if (chosen := by_id.get(str(result.get("id")))) is not None
        for item in (sampled_of(result, chosen, sample=sample),)
    }
    _write_sheet(request, drawn, sample)
    with open_reviews(settings) as reviews:
        new = reviews.add_sample(items[one.id] for one in drawn)
    sizes = Counter(one.stratum for one in drawn)
    chances = {one.stratum: one.probability for one in drawn}
    return {
        "sample": sample,
        "drawn": len(drawn),
        "of": len(candidates),
        "new": new,
        "sheet": str(request.out),
        "strata": [
            {"stratum": name, "size": round(count / chances[name]), "drawn": count}
            for name, count in sorted(sizes.items())
        ],
    }


def _write_sheet(request: SampleRequest, drawn: Sequence[Drawn], sample: str) -> None:
    found = read_conversations(request.conversations, request.columns, [one.id for one in drawn])
    missing = [one.id for one in drawn if one.id not in found]
    if missing:
        named = ", ".join(map(repr, missing[:_MOST_NAMED]))
        raise InputError(
            f"{len(missing)} of {len(drawn)} drawn conversations are not in --conversations ({named}): "
            "give the files that were analysed"
        )
    part = request.out.with_name(f".{request.out.name}.part")
    try:
        part.write_text("".join(f"{sheet_line(found[one.id], sample)}\n" for one in drawn), "utf-8", newline="\n")
        os.replace(part, request.out)  # noqa: PTH105  # in one step
    except OSError as error:
        raise InputError(f"--out {str(request.out)!r} cannot be written: {error.strerror}") from error


def read_sheet(settings: Settings, sheet: Path, *, reviewer: str | None) -> list[Json]:
    """A sheet's conversations, each with the questions that this person has answered."""
    items = read_sheet_items(sheet)
    who = reviewer or this_user()
    done: dict[str, set[str]] = {}
    with open_reviews(settings) as reviews:
        for review in reviews.reviews():
            if review.reviewer == who:
                done.setdefault(review.conversation, set()).add(review.question)
    return [{**item, "answered": sorted(done.get(item["conversation"], ()))} for item in items]
