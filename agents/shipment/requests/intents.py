"""Requests with what belongs to them, and what holds for the whole message."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from agents.shipment.requests.phrases import Act, Method, Mood, More, OnlyOne, Part, Question, Story, Thing, Verb, Wish
from agents.shipment.requests.verdicts import Unclear

SWAPS = {Verb.CHANGE, Verb.EXCHANGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A request with what is wanted where it is not possible."""

    act: Act
    otherwise: tuple[Act, ...] = ()


Step: TypeAlias = "Intent | Story"


@dataclass(slots=True)
class Folded:
    """A message as steps in order, and what holds for all of them."""

    steps: list[Step] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    method: Method | None = None
    pending_method: Method | None = None
    reason: str = ""
    mistaken: frozenset[str] = frozenset()
    """Products of which the reason was said."""
    only_one: OnlyOne | None = None
    announced: bool = False
    kept: list[Thing] = field(default_factory=list)
    waiting: list[More] = field(default_factory=list)


def optional(intent: Intent) -> Intent:
    """The intent, dropped where its act is not possible."""
    return replace(intent, act=replace(intent.act, is_optional=True))


def go(intent: Intent) -> Intent:
    """The last act of an intent, no longer only asked for."""
    if intent.otherwise:
        return replace(intent, otherwise=(*intent.otherwise[:-1], replace(intent.otherwise[-1], mood=Mood.WANT)))
    return replace(intent, act=replace(intent.act, mood=Mood.WANT))


def replace_last(folded: Folded, change: Callable[[Intent], Intent]) -> None:
    """Changes the last request; Unclear where there is none."""
    for index in range(len(folded.steps) - 1, -1, -1):
        step = folded.steps[index]
        if isinstance(step, Intent):
            folded.steps[index] = change(step)
            return
    raise Unclear("action", "what is to be done is not said")


def wished(act: Act, more: More) -> Act:
    """The act with more said about the article; it goes to the parts of that product, or to the only part."""
    if act.verb not in SWAPS or not act.parts:
        raise Unclear("condition", "an article is described, and none is to be exchanged")
    fitting = [part for part in act.parts if concerns(part, more)]
    if len(fitting) != 1:
        raise Unclear("items", "which item the description is of is not clear")
    return replace(
        act,
        parts=tuple(
            replace(part, wish=joined(part.wish, more.wish)) if part is fitting[0] else part for part in act.parts
        ),
    )


def concerns(part: Part, more: More) -> bool:
    """Whether a description may be of the things of a part."""
    ids = {one for thing in part.things for one in thing.product_ids}
    return not ids or bool(ids & more.product_ids)


def joined(wish: Wish, more: Wish) -> Wish:
    """Both wishes as one."""
    return Wish(
        item_id=wish.item_id or more.item_id,
        pairs=(*wish.pairs, *more.pairs),
        barred=(*wish.barred, *more.barred),
        same=wish.same | more.same,
        is_same=wish.is_same or more.is_same,
        free=wish.free | more.free,
        steps=(*wish.steps, *more.steps),
        extremes=(*wish.extremes, *more.extremes),
        preferred=(*wish.preferred, *more.preferred),
        like=wish.like or more.like,
        other_product=wish.other_product | more.other_product,
        instead=wish.instead,
        is_strict=wish.is_strict,
        is_no_dearer=wish.is_no_dearer or more.is_no_dearer,
    )
