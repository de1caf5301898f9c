"""Puts statements together: which wish belongs to which request, and what is wanted instead of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from agents.shipment.requests.phrases import (
    Act,
    Confirmed,
    Go,
    Guard,
    Keep,
    Method,
    Mood,
    More,
    OnlyOne,
    Otherwise,
    Part,
    Paying,
    Question,
    Reason,
    Statement,
    Story,
    Thing,
    Verb,
    Wish,
)
from agents.shipment.requests.verdicts import Unclear

_SWAPS = {Verb.CHANGE, Verb.EXCHANGE}


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
    only_one: OnlyOne | None = None
    announced: bool = False
    kept: list[Thing] = field(default_factory=list)
    waiting: list[More] = field(default_factory=list)


def fold(statements: tuple[Statement, ...]) -> Folded:
    """The statements put together; Unclear where one cannot be tied to the others with certainty."""
    folded = Folded()
    for statement in statements:
        _fold(folded, statement)
    if folded.waiting:
        raise Unclear("action", "what is to be done with the article that is described is not said")
    if folded.announced and not any(isinstance(step, Intent) for step in folded.steps):
        raise Unclear("items", "which items are to be changed is not said")
    return folded


def _fold(folded: Folded, statement: Statement) -> None:
    match statement:
        case Act():
            _add(folded, statement)
        case Story():
            folded.steps.append(statement)
        case Question():
            folded.questions.append(statement)
        case Reason():
            if folded.reason not in {"", statement.reason}:
                raise Unclear("reason", "two reasons are given")
            folded.reason = statement.reason
        case Paying():
            _pay(folded, statement)
        case Confirmed():
            _confirm(folded, statement)
        case OnlyOne() | Keep():
            _bound(folded, statement)
        case More() | Go() | Guard() | Otherwise():
            _qualify(folded, statement)


def _bound(folded: Folded, statement: OnlyOne | Keep) -> None:
    if isinstance(statement, OnlyOne):
        folded.only_one = statement
    else:
        folded.kept += statement.things


def _qualify(folded: Folded, statement: More | Go | Guard | Otherwise) -> None:
    """Adds to the last request what is said of it afterwards."""
    match statement:
        case More():
            _more(folded, statement)
        case Go():
            _replace_last(folded, _wanted)
        case Guard():
            _nothing(folded)
        case Otherwise():
            _otherwise(folded, statement)


def _nothing(folded: Folded) -> None:
    """`Do nothing` after what was only asked is no more than that; after a request it takes it back, or does it?"""
    intents = [step for step in folded.steps if isinstance(step, Intent)]
    if not intents or intents[-1].act.mood is not Mood.WONDER:
        raise Unclear("condition", "whether the request still holds is not clear")


def _more(folded: Folded, more: More) -> None:
    if more.is_instead and not any(isinstance(step, Intent) for step in folded.steps):
        parts = (Part((Thing(is_pronoun=True),), more.wish),)
        folded.steps.append(Intent(act=Act(verb=Verb.CHANGE, parts=parts)))
    elif any(isinstance(step, Intent) for step in folded.steps):
        _replace_last(folded, lambda intent: replace(intent, act=_wished(intent.act, more)))
    else:
        folded.waiting.append(more)


def _optional(intent: Intent) -> Intent:
    """The intent, dropped where its act is not possible."""
    return replace(intent, act=replace(intent.act, is_optional=True))


def _wanted(intent: Intent) -> Intent:
    """The last act of an intent, no longer only asked for."""
    if intent.otherwise:
        return replace(intent, otherwise=(*intent.otherwise[:-1], replace(intent.otherwise[-1], mood=Mood.WANT)))
    return replace(intent, act=replace(intent.act, mood=Mood.WANT))


def _add(folded: Folded, act: Act) -> None:
    if act.mood is Mood.FORBID:
        raise Unclear("condition", f"what is not wanted: {act.text}")
    if act.verb in _SWAPS and not act.parts:
        folded.steps.append(Story(orders=act.orders))
        folded.announced = True
        return
    _restate(folded, act)
    if act.verb in _SWAPS:
        for more in folded.waiting:
            act = _wished(act, more)
        folded.waiting = []
    folded.steps.append(Intent(act=act))


def _restate(folded: Folded, act: Act) -> None:
    """Takes back what was asked without saying what for, where this act asks it again with more."""
    if act.verb is Verb.CANCEL and act.parts:
        ids = [thing.product_ids for part in act.parts for thing in part.things]
        folded.steps = [
            step
            for step in folded.steps
            if not (isinstance(step, Intent) and step.act.verb is Verb.CANCEL and step.act.parts and not step.otherwise)
            or [thing.product_ids for part in step.act.parts for thing in part.things] != ids
        ]
    if act.verb not in _SWAPS or any(part.wish.is_empty for part in act.parts):
        return
    ids = [thing.product_ids for part in act.parts for thing in part.things]
    for step in list(folded.steps):
        if isinstance(step, Intent) and step.act.verb in _SWAPS and not step.otherwise:
            bare = [part for part in step.act.parts if part.wish.is_empty]
            things = [thing for part in bare for thing in part.things]
            if len(bare) == len(step.act.parts) and all(thing.product_ids in ids for thing in things):
                folded.steps.remove(step)


def _pay(folded: Folded, paying: Paying) -> None:
    known = folded.pending_method if paying.is_pending_only else folded.method
    if known not in {None, paying.method}:
        raise Unclear("payment", "two ways to pay are named")
    if paying.is_pending_only:
        folded.pending_method = paying.method
    else:
        folded.method = paying.method


def _replace_last(folded: Folded, change: Callable[[Intent], Intent]) -> None:
    for index in range(len(folded.steps) - 1, -1, -1):
        step = folded.steps[index]
        if isinstance(step, Intent):
            folded.steps[index] = change(step)
            return
    raise Unclear("action", "what is to be done is not said")


def _wished(act: Act, more: More) -> Act:
    """The act with more said about the article; it goes to the parts of that product, or to the only part."""
    if act.verb not in _SWAPS or not act.parts:
        raise Unclear("condition", "an article is described, and none is to be exchanged")
    fitting = [part for part in act.parts if _concerns(part, more)]
    if len(fitting) != 1:
        raise Unclear("items", "which item the description is of is not clear")
    return replace(
        act,
        parts=tuple(
            replace(part, wish=joined(part.wish, more.wish)) if part is fitting[0] else part for part in act.parts
        ),
    )


def _concerns(part: Part, more: More) -> bool:
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
    )


def _otherwise(folded: Folded, otherwise: Otherwise) -> None:
    """A second choice of the last request: another article, another way to pay, or another act."""
    _check_subject(folded, otherwise)
    if sum(isinstance(one, Act) for one in otherwise.body) > 1:
        raise Unclear("condition", "more than one thing is wanted otherwise")
    for one in otherwise.body:
        match one:
            case More():
                _second_wish(folded, one)
            case Act():
                _second_act(folded, one)
            case Paying() if not one.is_pending_only:
                _pay_otherwise(folded, one.method)
            case Guard():
                _replace_last(folded, _optional)
            case Reason() | Question():
                _fold(folded, one)
            case _:
                raise Unclear("condition", "what is wanted otherwise is not clear")


def _check_subject(folded: Folded, otherwise: Otherwise) -> None:
    """A condition on some product is one on the last request only if that is about this product, and no other."""
    intents = [step for step in folded.steps if isinstance(step, Intent)]
    if not otherwise.product_ids or not intents:
        return
    things = [thing for part in intents[-1].act.parts for thing in part.things if thing.product_ids]
    concerned = [thing for thing in things if thing.product_ids & otherwise.product_ids]
    has_act = any(isinstance(one, Act) for one in otherwise.body)
    if (things and not concerned) or (has_act and len(concerned) != len(things)):
        raise Unclear("condition", "which request the condition is on is not clear")


def _second_act(folded: Folded, act: Act) -> None:
    if act.mood is Mood.FORBID:
        raise Unclear("condition", f"what is not wanted: {act.text}")
    _replace_last(folded, lambda intent: replace(intent, otherwise=(*intent.otherwise, act)))


def _pay_otherwise(folded: Folded, method: Method) -> None:
    """Another way to pay where the one that was named is not possible."""
    if folded.method is not None:
        folded.method = replace(folded.method, otherwise=method)
        return

    def change(intent: Intent) -> Intent:
        if intent.act.method is None:
            raise Unclear("payment", "what is to be paid otherwise is not clear")
        return replace(intent, act=replace(intent.act, method=replace(intent.act.method, otherwise=method)))

    _replace_last(folded, change)


def _second_wish(folded: Folded, more: More) -> None:
    _replace_last(folded, lambda intent: replace(intent, act=_wished_otherwise(intent.act, more)))


def _wished_otherwise(act: Act, more: More) -> Act:
    fitting = [part for part in act.parts if _concerns(part, more)]
    if act.verb not in _SWAPS or len(fitting) != 1 or fitting[0].wish.instead is not None:
        raise Unclear("condition", "what is wanted otherwise is not clear")
    part = fitting[0]
    changed = Part(part.things, replace(part.wish, instead=more.wish))
    return replace(act, parts=tuple(changed if one is part else one for one in act.parts))


def _confirm(folded: Folded, confirmed: Confirmed) -> None:
    """What the customer says when asked to confirm changes what is wanted before anything is done."""
    if confirmed.drops_all:
        folded.steps = [step for step in folded.steps if isinstance(step, Story)]
    for one in confirmed.body:
        if isinstance(one, Act) and confirmed.is_only:
            _keep_only(folded, one)
        else:
            _fold(folded, one)


def _keep_only(folded: Folded, act: Act) -> None:
    """Of all requests only that one stays, with the wish that was said for its things."""
    ids = {one for part in act.parts for thing in part.things for one in thing.product_ids}
    kept: list[Intent] = []
    for step in folded.steps:
        if isinstance(step, Intent) and (step.act.verb is act.verb or {step.act.verb, act.verb} <= _SWAPS):
            parts = tuple(_only(part, ids) for part in step.act.parts)
            parts = tuple(part for part in parts if part.things)
            kept += [replace(step, act=replace(step.act, parts=parts))] if parts else []
    if not kept or not ids:
        raise Unclear("condition", "what alone is wanted was not asked for before")
    folded.steps = [*(step for step in folded.steps if isinstance(step, Story)), *kept]


def _only(part: Part, ids: set[str]) -> Part:
    things: tuple[Thing, ...] = tuple(thing for thing in part.things if thing.product_ids & ids)
    return Part(things, part.wish)
