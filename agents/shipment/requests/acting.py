"""Reads a request: its verb, what it is done to, what is wanted in its place, how it is paid."""

from dataclasses import replace
from decimal import Decimal

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.paying import read_by, read_method, skip_purpose
from agents.shipment.requests.phrases import Act, Mood, OrderPhrase, Part, Place, Thing, Verb, Wish
from agents.shipment.requests.placing import read_place
from agents.shipment.requests.pointing import joint, read_order, read_thing, read_things
from agents.shipment.requests.wishing import read_target, read_value, read_wish

_MOODS = {"want": Mood.WANT, "ask": Mood.WANT, "wonder": Mood.WONDER, "forbid": Mood.FORBID}
_PROFILE = {"default", "user", "profile", "account", "home"}
_PAYMENT = ("payment", "payment method", "method of payment", "payment option", "payment type", "form of payment")


_PARTICIPLES = {
    "returned": Verb.RETURN,
    "refunded": Verb.RETURN,
    "exchanged": Verb.EXCHANGE,
    "swapped": Verb.EXCHANGE,
    "replaced": Verb.EXCHANGE,
    "changed": Verb.CHANGE,
    "modified": Verb.CHANGE,
    "switched": Verb.CHANGE,
    "updated": Verb.CHANGE,
}


def read_act(cursor: Cursor, mood: Mood | None = None) -> Act | None:
    """A request from its `you want to` on; `mood` is that of the clause before; None, unmoved, where there is none."""
    start = cursor.position
    said = read_mood(cursor)
    cursor.skip(cursor.known("acting_adverbs"))
    act = _never(cursor) or _applied(cursor) or _corrected(cursor) or _passive(cursor, said)
    if act is None and (verb := _verb(cursor)):
        act = _objects(cursor, verb)
    if act is None:
        cursor.position = start
        return None
    act = _manner(cursor, act)
    return replace(
        act, mood=said or mood or Mood.WANT, span=cursor.span(start), text=cursor.sentence.text(start, cursor.position)
    )


def read_mood(cursor: Cursor) -> Mood | None:
    """`you want to`, `please`, `check if you can`, `do not`; None where the verb stands alone."""
    start = cursor.position
    best, mood = start, None
    for name, patterns in cursor.scene.words.leads.items():
        cursor.position = start
        if cursor.pattern(patterns) and cursor.position > best:
            best, mood = cursor.position, _MOODS[name]
    cursor.position = best
    return mood


def _verb(cursor: Cursor) -> Verb | None:
    said = [(phrase, name) for name, phrases in cursor.scene.words.verbs.items() for phrase in phrases]
    for phrase, name in sorted(said, key=lambda one: -len(one[0])):
        if cursor.phrase(phrase):
            return Verb(name)
    return None


def _passive(cursor: Cursor, said: Mood | None) -> Act | None:
    """`you want the lamp to be replaced by a black one`."""
    if said is not None or not cursor.said("acting_passive"):
        return None
    start = cursor.position
    things = read_things(cursor)
    if not things:
        cursor.position = start
        return _order_passive(cursor)
    to_be = cursor.phrase("to be", "be")
    verb = _PARTICIPLES.get(cursor.at().text)
    if verb is None:
        wish = read_wish(cursor, _products(cursor, things)) if to_be else None
        return None if wish is None else Act(verb=Verb.CHANGE, parts=(Part(things, wish),))
    cursor.position += 1
    if verb not in {Verb.CHANGE, Verb.EXCHANGE}:
        return Act(verb=verb, parts=(Part(things),))
    wish = read_target(cursor, _products(cursor, things))
    return None if wish is None else Act(verb=verb, parts=(Part(things, wish),))


def _order_passive(cursor: Cursor) -> Act | None:
    """`your orders to be sent to 2 Main Street, ...`, `your order cancelled`."""
    order = read_order(cursor)
    if order is None:
        return None
    cursor.phrase("to be", "be")
    if cursor.word("cancelled", "canceled"):
        return Act(verb=Verb.CANCEL, orders=(order,))
    if cursor.word("sent", "shipped", "delivered", "redirected") and cursor.word("to") and (place := read_place(cursor)):
        return Act(verb=Verb.READDRESS, orders=(order,), place=place)
    return None


def _never(cursor: Cursor) -> Act | None:
    if cursor.phrase(
        "refund each order to the other order payment method", "refund each order to the other payment method"
    ):
        return Act(verb=Verb.CROSS)
    return Act(verb=Verb.NEVER) if cursor.pattern(cursor.scene.words.never) else None


def _applied(cursor: Cursor) -> Act | None:
    """`apply the gift card to the order`, `pay for the order with PayPal`."""
    start = cursor.position
    if cursor.word("apply") and (method := read_method(cursor)) and cursor.word("to", "on", "towards"):
        order = read_order(cursor)
        if order is not None:
            return Act(verb=Verb.REPAY, orders=(order,), method=method)
    cursor.position = start
    if cursor.phrase("pay for") and (order := read_order(cursor)) and cursor.word("with", "using", "by", "via"):
        method = read_method(cursor)
        if method is not None:
            start = cursor.position
            if not (cursor.phrase("instead of", "rather than") and read_method(cursor)):
                cursor.position = start
            return Act(verb=Verb.REPAY, orders=(order,), method=method)
    cursor.position = start
    return None


def _corrected(cursor: Cursor) -> Act | None:
    """`correct all order addresses and your user address`: to the address that the customer states."""
    start = cursor.position
    cursor.word("potentially", "possibly", "maybe")
    if not cursor.word("correct", "fix", "update", "change"):
        return None
    orders: tuple[OrderPhrase, ...] = ()
    profile = False
    while True:
        before = cursor.position
        if (orders or profile) and not joint(cursor):
            break
        every = bool(cursor.word("all", "both"))
        cursor.word("of")
        cursor.word("the", "your")
        if every and cursor.said("acting_corrected"):
            orders = (*orders, OrderPhrase(is_every=True, hints=frozenset({"pending"})))
        elif not every and cursor.said("acting_corrected_2"):
            profile = True
        else:
            cursor.position = before
            break
    if cursor.at(0).text in {"to", "with"} or not (orders or profile):
        cursor.position = start
        return None
    return Act(verb=Verb.READDRESS, orders=orders, place=Place(is_stated=True), is_profile=profile)


def _objects(cursor: Cursor, verb: Verb) -> Act | None:
    match verb:
        case Verb.RETURN:
            return _returned(cursor)
        case Verb.CANCEL:
            return _cancelled(cursor)
        case _:
            return (
                _readdressed(cursor)
                or _repaid(cursor)
                or _in_order(cursor)
                or _option_changed(cursor, verb)
                or _swapped(cursor, verb)
            )


def _returned(cursor: Cursor) -> Act | None:
    start = cursor.position
    things = read_things(cursor)
    if not things and (order := read_order(cursor)):
        things = (Thing(is_every=True, order=order),)
    if not things:
        cursor.position = start
        return None
    act = Act(verb=Verb.RETURN, parts=(Part(things),))
    start = cursor.position
    cursor.word(",")
    if cursor.said("acting_returned"):
        ids = things[-1].product_ids
        wish = read_wish(cursor, ids) if ids else None
        if wish is not None and len(things) == 1:
            return Act(verb=Verb.CHANGE, parts=(Part(things, wish),))
    cursor.position = start
    return act


def _cancelled(cursor: Cursor) -> Act | None:
    orders: list[OrderPhrase] = []
    while True:
        start = cursor.position
        if orders and not joint(cursor):
            break
        order = read_order(cursor)
        if order is None:
            cursor.position = start
            break
        orders.append(order)
    if orders:
        return Act(verb=Verb.CANCEL, orders=tuple(orders))
    things = read_things(cursor)
    return Act(verb=Verb.CANCEL, parts=(Part(things),)) if things else None


def _readdressed(cursor: Cursor) -> Act | None:
    """`the address of order 1 to 2 Main Street ...`, `your LA order to your NYC address`."""
    start = cursor.position
    cursor.word("the", "your", "my")
    noun = cursor.said("acting_address")
    if noun:
        orders, profile = _addressed(cursor, noun)
        orders, profile = _also_addressed(cursor, orders, is_profile=profile)
        if cursor.word("to", "with", "into") and (place := read_place(cursor)):
            orders, profile = _also_addressed(cursor, orders, is_profile=profile)
            return Act(verb=Verb.READDRESS, orders=orders, place=place, is_profile=profile)
        cursor.position = start
        return None
    cursor.position = start
    order = read_order(cursor)
    if order is not None and cursor.said("acting_readdressed"):
        place = read_place(cursor)
        if place is not None:
            return Act(verb=Verb.READDRESS, orders=(order,), place=place)
    cursor.position = start
    return None


def _also_addressed(
    cursor: Cursor, orders: tuple[OrderPhrase, ...], *, is_profile: bool
) -> tuple[tuple[OrderPhrase, ...], bool]:
    """`and also the address of order 1`, `and your default address too`: more of whose address it is."""
    while True:
        start = cursor.position
        if joint(cursor) and (cursor.word("the", "your") or True):
            noun = cursor.said("acting_address")
            more, also = _addressed(cursor, noun) if noun else ((), False)
            if noun and (more or also) and (cursor.at().text not in {"to", "with"} or not orders):
                cursor.word("too", "also")
                orders, is_profile = (*orders, *more), is_profile or also
                continue
            if noun and (more or also):
                orders, is_profile = (*orders, *more), is_profile or also
                return orders, is_profile
        cursor.position = start
        return orders, is_profile


def _addressed(cursor: Cursor, noun: str) -> tuple[tuple[OrderPhrase, ...], bool]:
    """Whose address it is: orders, and whether the customer's own."""
    profile = bool(_PROFILE & set(noun.split(" ")))
    start = cursor.position
    if not cursor.word("of", "for", "on", "in"):
        return (() if profile else (OrderPhrase(hints=frozenset({"same"})),)), profile
    if cursor.phrase("your account", "your profile", "your user profile"):
        return (), True
    order = read_order(cursor) or (OrderPhrase(hints=frozenset({"same"})) if cursor.word("it") else None)
    if order is None:
        cursor.position = start
        return (), profile
    return (order,), profile


def _repaid(cursor: Cursor) -> Act | None:
    """`the payment method of order 1 to PayPal`."""
    start = cursor.position
    cursor.word("the", "your")
    if cursor.phrase(*sorted(_PAYMENT, key=len, reverse=True)):
        order: OrderPhrase | None = OrderPhrase(hints=frozenset({"same"}))
        if cursor.word("of", "for", "on"):
            order = read_order(cursor)
        if order is not None and cursor.word("from"):
            read_method(cursor)
        if order is not None and cursor.word("to", "into"):
            method = read_method(cursor)
            if method is not None:
                return Act(verb=Verb.REPAY, orders=(order,), method=method)
    cursor.position = start
    return None


def _in_order(cursor: Cursor) -> Act | None:
    """`modify order 1 to change the lamp to a black one`."""
    start = cursor.position
    order = read_order(cursor)
    if order is not None and cursor.word("to", "by", "and") and (verb := _verb(cursor)):
        act = _objects(cursor, verb)
        if act is not None and act.parts:
            parts = tuple(
                replace(
                    part, things=tuple(thing if thing.order else replace(thing, order=order) for thing in part.things)
                )
                for part in act.parts
            )
            return replace(act, parts=parts)
    cursor.position = start
    return None


def _option_changed(cursor: Cursor, verb: Verb) -> Act | None:
    """`the size of the shirt to L`: an option, its item, and the value that it shall have."""
    start = cursor.position
    cursor.word("the")
    for ahead in range(1, 6):
        if cursor.at(ahead).text != "of":
            continue
        probe = Cursor(cursor.sentence, cursor.scene, topic=cursor.topic, start=cursor.position + ahead + 1)
        thing = read_thing(probe, takes_with=False)
        ids = _products(cursor, (thing,)) if thing else frozenset()
        options = _named_options(cursor, ids, until=cursor.position + ahead)
        if thing is None or not options:
            break
        if probe.word("from"):
            read_value(probe, ids)
        wish = read_target(probe, ids)
        if wish is None or not _says(wish, options):
            break
        cursor.position, cursor.topic = probe.position, ids
        wish = _more_options(cursor, ids, _only_of(wish, options))
        return Act(verb=verb, parts=(Part((thing,), wish),))
    cursor.position = start
    return None


def _more_options(cursor: Cursor, ids: frozenset[str], wish: Wish) -> Wish:
    """`and the material to leather`, after an option of the same item."""
    while True:
        start = cursor.position
        if joint(cursor) and (cursor.word("the", "its", "your") or True):
            option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
            if option is not None:
                cursor.position = option[0]
                more = read_target(cursor, ids)
                if more is not None and all({name for name, _ in pairs} & option[1] for pairs in more.pairs):
                    more = _only_of(more, option[1])
                    wish = replace(wish, pairs=(*wish.pairs, *more.pairs))
                    if more == Wish(pairs=more.pairs):
                        continue
        cursor.position = start
        return wish


def _only_of(wish: Wish, options: frozenset[str]) -> Wish:
    """The wish with each value read as one of these options, where it can be one."""
    return replace(
        wish, pairs=tuple(frozenset(pair for pair in said if pair[0] in options) or said for said in wish.pairs)
    )


def _says(wish: Wish, options: frozenset[str]) -> bool:
    """Whether the first value is one of these options, and each further one is of them or of one option only."""
    said = [{option for option, _ in pairs} for pairs in wish.pairs]
    return bool(said) and bool(said[0] & options) and all(one & options or len(one) == 1 for one in said)


def _named_options(cursor: Cursor, ids: frozenset[str], *, until: int) -> frozenset[str]:
    """The options that are named up to a position; empty where anything else stands there."""
    position, found = cursor.position, frozenset[str]()
    while position < until:
        option = cursor.scene.catalogue.option_at(cursor.sentence, position, ids)
        if option is not None:
            position, names = option
            found |= names
        elif cursor.sentence.tokens[position].text in {"and", ",", "the"}:
            position += 1
        else:
            return frozenset()
    return found if position == until else frozenset()


def _swapped(cursor: Cursor, verb: Verb) -> Act | None:
    """Things and what each shall become; things without a wish share the next one."""
    start = cursor.position
    parts: list[Part] = []
    while True:
        before = cursor.position
        if parts and not joint(cursor):
            break
        things = read_things(cursor, takes_with=False)
        if not things or (parts and things[0].is_pronoun):
            cursor.position = before
            break
        wish = _target(cursor, _products(cursor, things))
        thing = things[-1]
        if wish is not None and (more := read_thing_order(cursor)) and thing.order is None:
            things = (*things[:-1], replace(thing, order=more))
        parts.append(Part(things, wish or Wish()))
    if not parts and cursor.topic and (wish := read_target(cursor, cursor.topic)):
        return Act(verb=verb, parts=(Part((Thing(is_pronoun=True),), wish),))
    if not parts and _bare(cursor):
        return Act(verb=verb, parts=(Part((Thing(is_pronoun=True),)),))
    if not parts:
        cursor.position = start
        return None
    return Act(verb=verb, parts=_shared(parts))


def _target(cursor: Cursor, ids: frozenset[str]) -> Wish | None:
    """The wish after an item: `size to L`, `from red to blue`, `for a red one`."""
    start = cursor.position
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    if option is not None:
        cursor.position = option[0]
    if cursor.word("from"):
        read_value(cursor, ids)
    wish = read_target(cursor, ids)
    if wish is None or (
        option is not None and not all({name for name, _ in pairs} & option[1] for pairs in wish.pairs)
    ):
        cursor.position = start
        return None
    if option is not None:
        wish = _only_of(wish, option[1])
    return wish


def _bare(cursor: Cursor) -> bool:
    return cursor.is_done or cursor.at().text in {",", "because", "since", "and"}


def read_thing_order(cursor: Cursor) -> OrderPhrase | None:
    """`in order 1` after a wish."""
    start = cursor.position
    if cursor.word("in", "from", "on") and (order := read_order(cursor)):
        return order
    cursor.position = start
    return None


def _shared(parts: list[Part]) -> tuple[Part, ...]:
    """Parts without a wish take the wish of the next that has one."""
    shared: list[Part] = []
    waiting: tuple[Thing, ...] = ()
    for part in parts:
        if part.wish.is_empty and part is not parts[-1]:
            waiting = (*waiting, *part.things)
            continue
        shared.append(Part((*waiting, *part.things), part.wish))
        waiting = ()
    return tuple(shared)


def _products(cursor: Cursor, things: tuple[Thing, ...]) -> frozenset[str]:
    """The products that a wish for these things may describe."""
    found: set[str] = set()
    for thing in things:
        if thing.product_ids:
            found |= thing.product_ids
        elif thing.is_pronoun and cursor.topic:
            found |= cursor.topic
        else:
            items = [item for order in cursor.scene.orders for item in order.items]
            found |= {item.product_id for item in items if thing.item_id in {"", item.item_id, item.product_id}}
    return frozenset(one for one in found if one in cursor.scene.catalogue.products)


def _budget(cursor: Cursor) -> Decimal | None:
    """`and bring the cost down to $900`."""
    start = cursor.position
    cursor.word("and", "to")
    if cursor.word("bring", "get", "reduce", "lower"):
        cursor.word("the", "it")
        cursor.word("cost", "total", "price", "sum")
        cursor.word("down")
        if cursor.word("to", "below", "under") and cursor.at().kind == "money":
            cursor.position += 1
            return Decimal(cursor.at(-1).text.lstrip("$").replace(",", ""))
    cursor.position = start
    return None


def _manner(cursor: Cursor, act: Act) -> Act:
    """The act with its way to pay, its order, its `if possible`."""
    while True:
        method = None if act.method else read_by(cursor)
        if method is not None:
            act = replace(act, method=method)
        elif act.budget is None and (budget := _budget(cursor)) is not None:
            act = replace(act, budget=budget)
        elif cursor.said("acting_how"):
            act = replace(
                act, is_optional=act.is_optional or (cursor.at(-1).text == "possible" and cursor.at(-2).text == "if")
            )
        elif act.verb is Verb.RETURN and cursor.phrase("for"):
            cursor.position -= 1
            before = cursor.position
            skip_purpose(cursor)
            if cursor.position == before:
                return act
        else:
            return act


def read_elided(cursor: Cursor, mood: Mood | None) -> Act | None:
    """`the watch for a silver one`, after a clause whose verb still holds."""
    start = cursor.position
    things = read_things(cursor, takes_with=False) if mood is not None else ()
    wish = read_target(cursor, _products(cursor, things)) if things and not things[0].is_pronoun else None
    if wish is None or mood is None:
        cursor.position = start
        return None
    act = Act(verb=Verb.CHANGE, mood=mood, parts=(Part(things, wish),))
    return replace(act, span=cursor.span(start), text=cursor.sentence.text(start, cursor.position))
