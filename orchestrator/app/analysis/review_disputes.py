"""Disputes about scores: opened by one person, settled by another, both kept."""

from orchestrator.app.analysis.review_files import Json, read_lines
from orchestrator.app.analysis.reviewing import check_answer, check_question, open_reviews
from orchestrator.app.identity import this_user
from orchestrator.core.conversations.review_sampling import automatic_scores
from orchestrator.core.conversations.reviews import Dispute, DisputeState
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.surfaces.review_application import DisputeRequest


def open_dispute(settings: Settings, request: DisputeRequest) -> Json:
    """Store a dispute beside the score that it is about."""
    check_question(request.question)
    value = check_answer(request.question, request.value) if request.value else None
    with open_reviews(settings) as reviews:
        drawn = reviews.drawn(request.conversation)
        automatic = drawn.score(request.question, request.turn) if drawn is not None else None
        stored = reviews.dispute(
            Dispute(
                conversation=request.conversation,
                question=request.question,
                turn=request.turn,
                by=request.by or this_user(),
                reason=request.reason,
                value=value,
                automatic=_disputed(request) if request.results is not None else automatic,
            )
        )
    return dispute_document(stored)


def _disputed(request: DisputeRequest) -> float | None:
    assert request.results is not None
    name = request.question if request.turn is None else f"{request.question}.{request.turn}"
    for _, result in read_lines(request.results, what="a result"):
        if str(result.get("id")) == request.conversation:
            return automatic_scores(result).get(name)
    raise InputError(f"{str(request.results)!r} has no result of {request.conversation!r}: check the id")


def settle_dispute(settings: Settings, dispute: str, *, upheld: bool, note: str, by: str | None) -> Json:
    """Settle a dispute as another person."""
    number = dispute.upper().removeprefix("D-")
    if not number.isdecimal():
        raise InputError(f"{dispute!r} is no dispute's id: write it like D-1, see `switchboard reviews disputes`")
    state = DisputeState.UPHELD if upheld else DisputeState.REJECTED
    with open_reviews(settings) as reviews:
        return dispute_document(reviews.end_dispute(int(number), by=by or this_user(), state=state, note=note))


def list_disputes(settings: Settings, *, open_only: bool) -> Json:
    """All disputes, oldest first."""
    with open_reviews(settings) as reviews:
        found = reviews.disputes()
    kept = [one for one in found if one.state is DisputeState.OPEN or not open_only]
    return {"disputes": [dispute_document(one) for one in kept]}


def dispute_document(dispute: Dispute) -> Json:
    """A dispute as JSON."""
    return {
        "id": dispute.id,
        "at": dispute.at.isoformat() if dispute.at is not None else None,
        "conversation": dispute.conversation,
        "question": dispute.question,
        "turn": dispute.turn,
        "by": dispute.by,
        "reason": dispute.reason,
        "automatic": dispute.automatic,
        "value": dispute.value,
        "state": dispute.state.value,
        "settled_by": dispute.ended_by or None,
        "settled_at": dispute.ended_at.isoformat() if dispute.ended_at is not None else None,
        "note": dispute.note,
    }
