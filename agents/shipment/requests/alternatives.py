"""Ties second choices to the request that they are for."""

from dataclasses import replace

from agents.shipment.requests.intents import SWAPS, Folded, Intent, concerns, replace_last
from agents.shipment.requests.phrases import Act, Method, Mood, More, Otherwise, Part
from agents.shipment.requests.verdicts import Unclear


def check_subject(folded: Folded, otherwise: Otherwise) -> None:
    """A condition on some product is one on the last request only if that is about this product, and no other."""
    intents = [step for step in folded.steps if isinstance(step, Intent)]
    if not otherwise.product_ids or not intents:
        return
    things = [thing for part in intents[-1].act.parts for thing in part.things if thing.product_ids]
    concerned = [thing for thing in things if thing.product_ids & otherwise.product_ids]
    has_act = any(isinstance(one, Act) and not one.is_only for one in otherwise.body)
    if (things and not concerned) or (has_act and len(concerned) != len(things)):
        raise Unclear("condition", "which request the condition is on is not clear")


def second_act(folded: Folded, act: Act) -> None:
    """Adds an act that is wanted where the last one is not possible."""
    if act.mood is Mood.FORBID:
        raise Unclear("condition", f"what is not wanted: {act.text}")
    replace_last(
        folded,
        lambda intent: replace(
            intent, act=_strict(intent.act), otherwise=(*intent.otherwise, _with_wishes(act, intent.act))
        ),
    )


def _with_wishes(act: Act, before: Act) -> Act:
    """An act on some of the things of the one before, with the wishes that were said for them."""
    if act.verb not in SWAPS or before.verb not in SWAPS or not all(part.wish.is_empty for part in act.parts):
        return act
    ids = [thing.product_ids for part in act.parts for thing in part.things]
    parts = tuple(
        Part(tuple(thing for thing in part.things if thing.product_ids in ids), part.wish) for part in before.parts
    )
    kept = tuple(part for part in parts if part.things)
    return replace(act, parts=kept) if sum(len(part.things) for part in kept) == len(ids) else act


def _strict(act: Act) -> Act:
    """The act with no freedom in options that were not named."""
    return replace(act, parts=tuple(Part(part.things, replace(part.wish, is_strict=True)) for part in act.parts))


def pay_otherwise(folded: Folded, method: Method) -> None:
    """Another way to pay where the one that was named is not possible."""
    if folded.method is not None:
        folded.method = replace(folded.method, otherwise=method)
        return

    def change(intent: Intent) -> Intent:
        if intent.act.method is None:
            raise Unclear("payment", "what is to be paid otherwise is not clear")
        return replace(intent, act=replace(intent.act, method=replace(intent.act.method, otherwise=method)))

    replace_last(folded, change)


def second_wish(folded: Folded, more: More) -> None:
    """Adds another article that will do where the one that was described cannot be had."""
    replace_last(folded, lambda intent: replace(intent, act=_wished_otherwise(intent.act, more)))


def _wished_otherwise(act: Act, more: More) -> Act:
    fitting = [part for part in act.parts if concerns(part, more)]
    if act.verb not in SWAPS or len(fitting) != 1 or fitting[0].wish.instead is not None:
        raise Unclear("condition", "what is wanted otherwise is not clear")
    part = fitting[0]
    changed = Part(part.things, replace(part.wish, instead=more.wish))
    return replace(act, parts=tuple(changed if one is part else one for one in act.parts))
