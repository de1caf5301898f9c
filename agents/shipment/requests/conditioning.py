"""Makes of a condition and its body what they mean for the requests around them."""

from dataclasses import replace

from agents.shipment.requests.conditions import Condition
from agents.shipment.requests.phrases import Act, Confirmed, Mood, More, OnlyOne, Otherwise, Question, Statement, Story


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
    acts = [one for one in body if isinstance(one, Act)]
    match condition.kind:
        case "confirm":
            drops = any(act.mood is Mood.FORBID for act in acts) or condition.drops_all
            kept = tuple(one for one in body if not (isinstance(one, Act) and one.mood is Mood.FORBID))
            return [Confirmed(body=kept, drops_all=drops, is_only=condition.is_only)]
        case "impossible":
            return [Otherwise(body=tuple(body), product_ids=condition.product_ids)]
        case "one":
            return _one_of(body)
        case "unshipped":
            return [replace(one, needs_pending=True) if isinstance(one, Act) else one for one in body]
        case "several":
            known = [as_preference(one) if isinstance(one, More) else one for one in body]
            return known if all(isinstance(one, More | Question | Story) for one in known) else None
        case _:
            return None
