"""Reads what shall become what: items with the articles wanted in their place, or options with their new values."""

from dataclasses import replace

from agents.shipment.requests.conditions import is_refused_so
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.phrases import Act, OrderPhrase, Part, Thing, Verb, Wish
from agents.shipment.requests.pointing import joint, read_thing, read_things
from agents.shipment.requests.valuing import read_value
from agents.shipment.requests.wishing import read_target, read_wish


def read_option_change(cursor: Cursor, verb: Verb) -> Act | None:
    """`the size of the shirt to L`: an option, its item, and the value that it shall have."""
    start = cursor.position
    cursor.word("the")
    for ahead in range(1, 6):
        if cursor.at(ahead).text != "of":
            continue
        probe = Cursor(cursor.sentence, cursor.scene, topic=cursor.topic, start=cursor.position + ahead + 1)
        thing = read_thing(probe, takes_with=False)
        ids = products_of(cursor, (thing,)) if thing else frozenset()
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


def read_swap(cursor: Cursor, verb: Verb) -> Act | None:
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
        wish = _or_else(cursor, products_of(cursor, things), _target(cursor, products_of(cursor, things)))
        thing = things[-1]
        if wish is not None and (more := read_thing_order(cursor)) and thing.order is None:
            things = (*things[:-1], replace(thing, order=more))
        parts.append(Part(things, wish or Wish()))
    if not parts and cursor.said("swapping_some"):
        order = read_thing_order(cursor)
        return Act(verb=verb, orders=(order,) if order else ())
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


def _or_else(cursor: Cursor, ids: frozenset[str], wish: Wish | None) -> Wish | None:
    """`, or to a blue one if black is not available`, after a wish."""
    start = cursor.position
    cursor.word(",")
    if wish is not None and cursor.word("or"):
        cursor.word("to", "for", "else")
        more = read_wish(cursor, ids)
        if more is not None and is_refused_so(cursor):
            return replace(wish, instead=more)
    cursor.position = start
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


def products_of(cursor: Cursor, things: tuple[Thing, ...]) -> frozenset[str]:
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
