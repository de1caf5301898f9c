"""Puts statements together: which wish belongs to which request, and what is wanted instead of it."""

from dataclasses import replace

from agents.shipment.requests.alternatives import check_subject, pay_otherwise, second_act, second_wish
from agents.shipment.requests.intents import SWAPS, Folded, Intent, concerns, go, optional, replace_last, wished
from agents.shipment.requests.phrases import (
    Act,
    Confirmed,
    Go,
    Guard,
    Keep,
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
    Which,
)
from agents.shipment.requests.verdicts import Unclear


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
            folded.mistaken |= statement.product_ids
        case Paying():
            _pay(folded, statement)
        case Confirmed():
            _confirm(folded, statement)
        case OnlyOne() | Keep() | Which():
            _bound(folded, statement)
        case More() | Go() | Guard() | Otherwise():
            _qualify(folded, statement)


def _choose(folded: Folded, which: Which) -> None:
    """Says which item was meant by those of a product that are spoken of."""
    for index, step in enumerate(folded.steps):
        if isinstance(step, Intent):
            parts = tuple(
                Part(tuple(_more_exact(thing, which) for thing in part.things), part.wish) for part in step.act.parts
            )
            folded.steps[index] = replace(step, act=replace(step.act, parts=parts))


def _more_exact(thing: Thing, which: Which) -> Thing:
    return replace(thing, pairs=(*thing.pairs, *which.pairs)) if thing.product_ids & which.product_ids else thing


def _bound(folded: Folded, statement: OnlyOne | Keep | Which) -> None:
    """Holds what bounds every request of the message."""
    match statement:
        case OnlyOne():
            folded.only_one = statement
        case Keep():
            folded.kept += statement.things
        case Which():
            _choose(folded, statement)


def _qualify(folded: Folded, statement: More | Go | Guard | Otherwise) -> None:
    """Adds to the last request what is said of it afterwards."""
    match statement:
        case More():
            _more(folded, statement)
        case Go():
            replace_last(folded, go)
        case Guard():
            _nothing(folded)
        case Otherwise():
            _otherwise(folded, statement)


def _nothing(folded: Folded) -> None:
    """`Do nothing` after what was only asked makes it a question; after a request it is in doubt."""
    intents = [step for step in folded.steps if isinstance(step, Intent)]
    if not intents or intents[-1].act.mood is not Mood.WONDER:
        raise Unclear("condition", "whether the request still holds is not clear")
    folded.steps.remove(intents[-1])
    folded.questions.append(Question(text=intents[-1].act.text))


def _more(folded: Folded, more: More) -> None:
    if more.is_instead and not _is_of_last(folded, more):
        parts = (Part((Thing(is_pronoun=True),), more.wish),)
        folded.steps.append(Intent(act=Act(verb=Verb.CHANGE, parts=parts)))
    elif any(isinstance(step, Intent) for step in folded.steps):
        replace_last(folded, lambda intent: replace(intent, act=wished(intent.act, more)))
    else:
        folded.waiting.append(more)


def _is_of_last(folded: Folded, more: More) -> bool:
    """Whether there is a request, and what is described may be of it."""
    intents = [step for step in folded.steps if isinstance(step, Intent)]
    if not intents:
        return False
    act = intents[-1].act
    return act.verb in SWAPS and any(concerns(part, more) for part in act.parts)


def _add(folded: Folded, act: Act) -> None:
    if act.mood is Mood.FORBID:
        raise Unclear("condition", f"what is not wanted: {act.text}")
    _check_only(folded, act)
    act = _without_kept(folded, act)
    if act.verb in SWAPS and not act.parts:
        folded.steps.append(Story(orders=act.orders))
        folded.announced = True
        return
    _restate(folded, act)
    if act.verb in SWAPS:
        for more in folded.waiting:
            act = wished(act, more)
        folded.waiting = []
    folded.steps.append(Intent(act=act))


def _without_kept(folded: Folded, act: Act) -> Act:
    """`Return the rest` leaves out what was said to be kept."""
    if not any("rest" in thing.hints for part in act.parts for thing in part.things):
        return act
    if not folded.kept:
        raise Unclear("items", "what the rest is, is not said")
    parts = tuple(
        Part(
            tuple(
                replace(thing, hints=thing.hints - {"rest"}, excluding=tuple(folded.kept))
                if "rest" in thing.hints
                else thing
                for thing in part.things
            ),
            part.wish,
        )
        for part in act.parts
    )
    return replace(act, parts=parts)


def _check_only(folded: Folded, act: Act) -> None:
    """`Only` is in doubt where more of the kind was asked for before."""
    ids = {one for part in act.parts for thing in part.things for one in thing.product_ids}
    for step in folded.steps:
        if act.is_only and isinstance(step, Intent) and step.act.verb is act.verb:
            before = {one for part in step.act.parts for thing in part.things for one in thing.product_ids}
            if before != ids:
                raise Unclear("condition", "whether what was asked for before still holds is not clear")


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
    if act.verb not in SWAPS or any(part.wish.is_empty for part in act.parts):
        return
    ids = [thing.product_ids for part in act.parts for thing in part.things]
    for step in list(folded.steps):
        if isinstance(step, Intent) and step.act.verb in SWAPS and not step.otherwise:
            if not all(part.wish.is_empty for part in step.act.parts):
                continue
            parts = tuple(
                Part(tuple(thing for thing in part.things if thing.product_ids not in ids), part.wish)
                for part in step.act.parts
            )
            parts = tuple(part for part in parts if part.things)
            index = folded.steps.index(step)
            folded.steps[index : index + 1] = [replace(step, act=replace(step.act, parts=parts))] if parts else []


def _pay(folded: Folded, paying: Paying) -> None:
    known = folded.pending_method if paying.is_pending_only else folded.method
    if known not in {None, paying.method}:
        raise Unclear("payment", "two ways to pay are named")
    if paying.is_pending_only:
        folded.pending_method = paying.method
    else:
        folded.method = paying.method


def _otherwise(folded: Folded, otherwise: Otherwise) -> None:
    """A second choice of the last request: another article, another way to pay, or another act."""
    check_subject(folded, otherwise)
    if sum(isinstance(one, Act) for one in otherwise.body) > 1:
        raise Unclear("condition", "more than one thing is wanted otherwise")
    for one in otherwise.body:
        match one:
            case More():
                second_wish(folded, one)
            case Act():
                second_act(folded, one)
            case Paying() if not one.is_pending_only:
                pay_otherwise(folded, one.method)
            case Guard():
                replace_last(folded, optional)
            case Reason() | Question():
                _fold(folded, one)
            case _:
                raise Unclear("condition", "what is wanted otherwise is not clear")


def _confirm(folded: Folded, confirmed: Confirmed) -> None:
    """What the customer says when asked to confirm changes what is wanted before anything is done."""
    if confirmed.drops_all:
        folded.steps = [step for step in folded.steps if isinstance(step, Story)]
    for one in confirmed.body:
        if isinstance(one, Act) and (confirmed.is_only or one.is_only):
            _keep_only(folded, one)
        else:
            _fold(folded, one)


def _keep_only(folded: Folded, act: Act) -> None:
    """Of all requests only that one stays, with the wish that was said for its things."""
    ids = {one for part in act.parts for thing in part.things for one in thing.product_ids}
    kept: list[Intent] = []
    for step in folded.steps:
        if isinstance(step, Intent) and (step.act.verb is act.verb or {step.act.verb, act.verb} <= SWAPS):
            parts = tuple(_only(part, ids) for part in step.act.parts)
            parts = tuple(part for part in parts if part.things)
            kept += [replace(step, act=replace(step.act, parts=parts))] if parts else []
    others = [step for step in folded.steps if isinstance(step, Intent)]
    if (
        not kept
        or not ids
        or any(step.act.verb not in {act.verb, *(SWAPS if act.verb in SWAPS else ())} for step in others)
    ):
        raise Unclear("condition", "what alone is wanted was not asked for before")
    folded.steps = [*(step for step in folded.steps if isinstance(step, Story)), *kept]


def _only(part: Part, ids: set[str]) -> Part:
    things: tuple[Thing, ...] = tuple(thing for thing in part.things if thing.product_ids & ids)
    return Part(things, part.wish)
