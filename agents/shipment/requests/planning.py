"""Makes requests exact: one change for each order and kind, each within the policy, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from agents.shipment.requests.carrying import carried
from agents.shipment.requests.choosing import choose
from agents.shipment.requests.cursor import Scene
from agents.shipment.requests.finding import find_method, find_orders, find_place, one_order
from agents.shipment.requests.intents import Folded, Intent
from agents.shipment.requests.memory import Line, Memory, orders_of
from agents.shipment.requests.phrases import Act, Mood, OrderPhrase, Part, Question, Story, Thing, Verb
from agents.shipment.requests.resolving import find_lines, matches
from agents.shipment.requests.settling import Piece, Returned, Swapped, covers, only_one, settle
from agents.shipment.requests.verdicts import Impossible, Unclear
from agents.shipment.requests.wanted import (
    Asked,
    Cancel,
    ChangeCustomerAddress,
    Declined,
    ModifyAddress,
    ModifyPayment,
    Understood,
    Wanted,
)
from orchestrator.core.orders.order import Order, OrderItem, OrderStatus, PaymentKind, PaymentMethod
from orchestrator.core.shipping.address import Address


@dataclass(slots=True)
class Plan:
    """What the requests come to, piece by piece, in the order of the text."""

    pieces: list[Piece] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    wondered: str = ""
    """What was asked for as a question: it may be meant as a request."""


def plan(folded: Folded, scene: Scene) -> Understood:
    """The exact changes; Unclear where any request is not exactly one."""
    memory, made = Memory(), Plan()
    stated = {step.address for step in folded.steps if isinstance(step, Story) and step.address is not None}
    memory.address = stated.pop() if len(stated) == 1 else None
    for step in folded.steps:
        if isinstance(step, Story):
            _remember(step, scene, memory)
        else:
            _planned(step, folded, scene, memory, made)
    made.asked += [_asked(one, scene, memory) for one in folded.questions]
    _check_kept(folded.kept, made.pieces)
    writes = settle(only_one(made.pieces, folded.only_one), scene)
    if made.wondered and writes:
        raise Unclear("condition", f"whether it is wanted is not said: {made.wondered}")
    if made.declined and writes:
        raise Unclear("condition", f"not possible: {made.declined[0].reason}")
    if not (writes or made.asked or made.declined):
        raise Unclear("action", "nothing is asked for")
    return Understood(wanted=writes, questions=tuple(made.asked), declined=tuple(made.declined))


def _check_kept(kept: Sequence[Thing], pieces: Sequence[Piece]) -> None:
    """What the customer wants to keep is not among what is returned or replaced."""
    touched = [one.line for one in pieces if isinstance(one, Returned | Swapped)]
    for thing in kept:
        if not thing.product_ids:
            raise Unclear("items", "what is to be kept is not clear")
        if any(matches(thing, line) for line in touched):
            raise Unclear("items", "what is to be kept is also to be returned or replaced")


def _asked(question: Question, scene: Scene, memory: Memory) -> Asked:
    """The question, with its order where it is about one."""
    found = find_orders(question.order, scene, memory) if question.order is not None else ()
    return Asked(text=question.text, order_id=found[0].id if len(found) == 1 else "")


def _remember(story: Story, scene: Scene, memory: Memory) -> None:
    if story.kin is not None:
        memory.kin[story.kin[0]] = story.kin[1]
    for phrase in story.orders:
        if phrase.is_tentative and not {one.id for one in scene.orders} & set(phrase.ids):
            continue
        found = find_orders(phrase, scene, memory)
        if phrase.ids:
            memory.named = found
        if phrase.ids or len(found) == 1:
            memory.orders = found
    things = tuple(thing for thing in story.things if thing.product_ids)
    for thing in things:
        memory.hints[thing.product_ids] = thing.hints & {"pending", "delivered", "fresh"}
    memory.things = things or memory.things
    if story.is_new_home:
        memory.address = _new_home(things, scene)
    memory.has_items = memory.has_items or bool(things)


def _new_home(things: Sequence[Thing], scene: Scene) -> Address:
    """The one address to which orders of these things were sent."""
    ids = {one for thing in things for one in thing.product_ids}
    found = {order.address.place for order in scene.orders if any(item.product_id in ids for item in order.items)}
    if len(found) != 1:
        raise Unclear("address", f"{len(found)} addresses may be the new one", choices=tuple(sorted(map(str, found))))
    return found.pop()


def _planned(intent: Intent, folded: Folded, scene: Scene, memory: Memory, made: Plan) -> None:
    """Adds the first of the request and its alternatives that is possible."""
    choices: tuple[Act, ...] = (intent.act, *intent.otherwise)
    if intent.act.mood is Mood.WONDER and not intent.otherwise:
        made.wondered = made.wondered or intent.act.text
        made.asked.append(Asked(text=intent.act.text))
        return
    reasons: list[str] = []
    for act in choices:
        try:
            found = _exact(act, folded, scene, memory)
        except Impossible as no:
            reasons.append(no.reason)
            continue
        made.pieces += found
        return
    if not intent.act.is_optional:
        made.declined.append(Declined(text=intent.act.text, reason=reasons[0]))


def _exact(act: Act, folded: Folded, scene: Scene, memory: Memory) -> list[Piece]:
    found: Sequence[Piece]
    match act.verb:
        case Verb.RETURN:
            found = _returned(act, folded, scene, memory)
        case Verb.EXCHANGE | Verb.CHANGE:
            found = _swapped(act, folded, scene, memory)
        case Verb.CANCEL:
            found = _cancelled(act, folded, scene, memory)
        case Verb.READDRESS:
            found = _readdressed(act, scene, memory)
        case Verb.REPAY:
            found = _repaid(act, scene, memory)
        case Verb.CROSS | Verb.NEVER:
            found = _refused(act, scene)
        case Verb.TRACK | Verb.SHIP | Verb.VOID | Verb.LOST | Verb.DAMAGED:
            found = carried(act, scene, memory)
    return list(found)


def _refused(act: Act, scene: Scene) -> list[Piece]:
    if act.verb is Verb.CROSS and any(one.kind is PaymentKind.GIFT_CARD for one in scene.customer.payment_methods):
        raise Unclear("payment", "which refund goes to which payment method is not clear")
    raise Impossible(f"the policy does not allow it: {act.text}")


def _returned(act: Act, folded: Folded, scene: Scene, memory: Memory) -> Sequence[Returned]:
    lines = _lines(act, scene, memory)
    return [Returned(line, act.method or folded.method) for line in lines]


def _lines(act: Act, scene: Scene, memory: Memory) -> tuple[Line, ...]:
    found: list[Line] = []
    for part in act.parts:
        for thing in part.things:
            lines = find_lines(thing, act.verb, scene, memory)
            memory.orders = orders_of(lines) if lines else memory.orders
            found += [line for line in lines if line not in found]
    memory.lines = tuple(found)
    return tuple(found)


def _swapped(act: Act, folded: Folded, scene: Scene, memory: Memory) -> Sequence[Swapped]:
    found: list[Swapped] = []
    for part in act.parts:
        for thing in part.things:
            lines = find_lines(thing, act.verb, scene, memory)
            like = None
            if part.wish.like is not None:
                like = _model(part, lines, scene, memory)
            memory.orders, memory.lines = orders_of(lines) or memory.orders, lines
            for line in lines:
                if act.needs_pending and not line.order.is_pending:
                    raise Impossible(f"order {line.order.id} is {line.order.status}")
                found += _swap(part, line, act, folded, scene, like=like, many=thing.is_every)
    memory.lines = tuple(one.line for one in found)
    if not found:
        raise Impossible("nothing is left to change")
    _check_budget(act, found)
    return found


def _check_budget(act: Act, found: Sequence[Swapped]) -> None:
    if act.budget is None:
        return
    orders = orders_of([one.line for one in found])
    total = sum((order.total for order in orders), Decimal(0))
    total += sum((one.variant.price - one.line.item.price for one in found), Decimal(0))
    if total > act.budget:
        raise Impossible(f"it would cost {total}, more than {act.budget}")


def _swap(
    part: Part, line: Line, act: Act, folded: Folded, scene: Scene, *, like: OrderItem | None, many: bool
) -> list[Swapped]:
    method = act.method or (folded.pending_method if line.order.is_pending else None) or folded.method
    try:
        return [Swapped(line, choose(part.wish, line.item, scene.catalogue, like=like), method)]
    except Impossible:
        if many and part.wish.extremes and not part.wish.pairs:
            return []  # of all items, one that is already the cheapest stays
        raise


def _model(part: Part, lines: Sequence[Line], scene: Scene, memory: Memory) -> OrderItem:
    """The item that the new article shall equal: another one of the customer's."""
    like = part.wish.like
    assert like is not None
    shown = [
        line
        for order in (find_orders(like.order, scene, memory) if like.order else scene.orders)
        for line in (Line(order, index) for index in range(len(order.items)))
        if line not in lines
        and line.item.product_id in like.product_ids
        and all(any(line.item.options.get(option) == value for option, value in pairs) for pairs in like.pairs)
        and ("delivered" not in like.hints or order.status == "delivered")
        and (not like.hints & {"pending", "fresh"} or order.is_pending)
    ]
    options = {tuple(sorted(line.item.options.items())) for line in shown}
    if len(options) != 1:
        raise Unclear(
            "option", f"{len(options)} items may be the model", choices=tuple(line.item.item_id for line in shown)
        )
    return shown[0].item


def _cancelled_lines(act: Act, scene: Scene, memory: Memory) -> list[Line]:
    """The lines that are to be cancelled; where they are all that an order holds, it is the order."""
    found: list[Line] = []
    for part in act.parts:
        for thing in part.things:
            if thing.is_pronoun and not (memory.lines or memory.things):
                continue
            memory.lines = find_lines(thing, act.verb, scene, memory)
            memory.orders = orders_of(memory.lines)
            found += memory.lines
    return found


def _cancelled(act: Act, folded: Folded, scene: Scene, memory: Memory) -> Sequence[Wanted]:
    if act.parts and (
        not act.parts[0].things[0].is_pronoun or memory.lines or memory.things or act.parts[0].things[0].count
    ):
        lines = _cancelled_lines(act, scene, memory)
        holding = orders_of(tuple(lines))
        whole = {Line(order, index) for order in holding for index in range(len(order.items))}
        if not lines or set(lines) != whole or act.is_optional or any(part.wish.is_strict for part in act.parts):
            raise Impossible("an order is cancelled whole; single items of it are not")
        act = replace(act, parts=(), orders=(OrderPhrase(ids=tuple(order.id for order in holding)),))
    orders = [order for phrase in act.orders for order in one_order(phrase, act.verb, scene, memory)]
    if act.parts:
        known = memory.orders or scene.orders
        orders = [order for order in known if order.status == OrderStatus.PENDING]
        if len(orders) != 1:
            raise Unclear("order", f"{len(orders)} orders may be meant")
    reason = act.reason or folded.reason
    for order in orders:
        if folded.mistaken and not any(item.product_id in folded.mistaken for item in order.items):
            raise Unclear("reason", f"the reason is said of other items than those of {order.id}")
    if not reason:
        raise Unclear(
            "reason",
            "why it is cancelled is not said",
            question="Do you no longer need it, or was it ordered by mistake?",
            choices=("no longer needed", "ordered by mistake"),
        )
    memory.orders = tuple(orders)
    return [Cancel(order_id=order.id, reason=reason) for order in orders]


def _readdressed(act: Act, scene: Scene, memory: Memory) -> Sequence[Wanted]:
    assert act.place is not None
    chosen: tuple[Order, ...] = ()
    for phrase in act.orders:
        if phrase == OrderPhrase(hints=frozenset({"same"})) and not memory.orders:
            raise Unclear("order", "the address of which order is not said", question="Which order do you mean?")
        memory.orders = one_order(phrase, act.verb, scene, memory)
        chosen = (*chosen, *(one for one in memory.orders if one not in chosen))
    memory.orders = chosen or memory.orders
    if act.place.unit:
        if act.is_profile or len(chosen) != 1:
            raise Unclear("address", "whose unit it is is not clear")
        address = replace(chosen[0].address.place, address_line2=act.place.unit)
    else:
        address = find_place(act.place, scene, memory)
    found: list[Wanted] = [
        ModifyAddress(order_id=one.id, address=address) for one in chosen if one.address.place != address.place
    ]
    if chosen and not found:
        raise Impossible("the order already goes there")
    if act.is_profile and scene.customer.address.place != address.place:
        found.append(ChangeCustomerAddress(address=address))
    return found


def _repaid(act: Act, scene: Scene, memory: Memory) -> Sequence[Wanted]:
    found: list[Wanted] = []
    for phrase in act.orders:
        for order in one_order(phrase, act.verb, scene, memory):
            method = find_method(act.method, order, scene.customer)
            if method.id == order.paid_by:
                raise Impossible(f"order {order.id} is already paid by that method")
            _check_balance(method, order.total)
            memory.orders = (order,)
            found.append(ModifyPayment(order_id=order.id, payment_method_id=method.id))
    return found


def _check_balance(method: PaymentMethod, amount: Decimal) -> None:
    if not covers(method, amount):
        raise Impossible(f"the gift card {method.id} holds less than {amount}")
