"""Makes of a condition and its body what they mean for the requests around them."""

from dataclasses import replace

from agents.shipment.requests.conditions import Condition
from agents.shipment.requests.phrases import (
    Act,
    Confirmed,
    Mood,
    More,
    OnlyOne,
    Otherwise,
    Paying,
    Question,
    Reason,
    Statement,
    Story,
)


def as_preference(more: More) -> More:
    """What is wanted only if there is a choice, as a preference."""
    wish = more.wish
    return replace(more, wish=replace(wish, pairs=(), preferred=(*wish.preferred, *((pairs,) for pairs in wish.pairs))))


def _one_of(body: list[Statement]) -> list[Statement] | None:
    """`you prefer to return the lamp`: which of two acts that exclude each other is wanted."""
    if all(isinstance(one, OnlyOne) for one in body):
        return body
    acts = [one for one in body if isinstance(one, Act)]
    return [OnlyOne(verb=acts[0].verb)] if len(acts) == len(body) == 1 else None


def conditioned(condition: Condition, body: list[Statement]) -> list[Statement] | None:
    """The statements that a condition with its body comes to; None where that is not certain."""
    found: list[Statement] | None = None
    match condition.kind:
        case "confirm":
            found = _confirmed(condition, body)
        case "yes":
            found = body
        case "impossible":
            found = [Otherwise(body=tuple(body), product_ids=condition.product_ids)]
        case "asked":
            found = body if all(isinstance(one, Paying | Reason | Question | Story) for one in body) else None
        case "one":
            found = _one_of(body)
        case "unshipped":
            found = [replace(one, needs_pending=True) if isinstance(one, Act) else one for one in body]
        case "several":
            known = [as_preference(one) if isinstance(one, More) else one for one in body]
            found = known if all(isinstance(one, More | Question | Story) for one in known) else None
    return found


def _confirmed(condition: Condition, body: list[Statement]) -> list[Statement] | None:
    """What is said in place of a yes; nothing said, or a single prohibition, leaves open what is wanted."""
    if any(isinstance(one, Act) and one.mood is Mood.FORBID for one in body):
        return None
    if not condition.drops_all and not any(isinstance(one, Act | More | Paying) for one in body):
        return None
    return [Confirmed(body=tuple(body), drops_all=condition.drops_all, is_only=condition.is_only)]
