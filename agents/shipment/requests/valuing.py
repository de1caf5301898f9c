"""Reads a value of an option, and the own name of what is spoken of."""

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.phrases import Pair


def own_name(cursor: Cursor, ids: frozenset[str]) -> bool:
    """Takes the name of one of these products; whether it stood there."""
    product = cursor.scene.catalogue.product_at(cursor.sentence, cursor.position)
    if product and product[1] & ids:
        cursor.position = product[0]
        return True
    return False


def read_value(cursor: Cursor, ids: frozenset[str]) -> frozenset[Pair] | None:
    """A value, with the name of its option before or after it where that stands there."""
    start = cursor.position
    option = cursor.scene.catalogue.option_at(cursor.sentence, cursor.position, ids)
    named: frozenset[str] = frozenset()
    direct = next(cursor.scene.catalogue.values_at(cursor.sentence, cursor.position, ids), None)
    if option is not None and (direct is None or direct[0] < option[0]):
        cursor.position, named = option
        if not cursor.said("wishing_modal"):
            cursor.word("of", "to", "is", "as", "in", ":", "being")
        cursor.word("a", "an", "the")
    for end, pairs in cursor.scene.catalogue.values_at(cursor.sentence, cursor.position, ids):
        kept = frozenset(pair for pair in pairs if not named or pair[0] in named)
        if not kept:
            continue
        cursor.position = end
        if cursor.phrase("in color", "in colour", "in size", "in length"):
            return kept
        after = cursor.scene.catalogue.option_at(cursor.sentence, end, ids)
        if after and not named:
            narrowed = frozenset(pair for pair in kept if pair[0] in after[1])
            if narrowed:
                cursor.position, kept = after[0], narrowed
        elif not named and cursor.at().text in {"color", "size", "material", "type"} and len({o for o, _ in kept}) == 1:
            cursor.position += 1
        return kept
    cursor.position = start
    return None


def is_fact(cursor: Cursor) -> bool:
    """Whether each item that is spoken of has the value that stands here: `the shoes are white`, of white shoes."""
    items = [item for order in cursor.scene.orders for item in order.items if item.product_id in cursor.topic]
    pairs = [
        pair
        for _, found in cursor.scene.catalogue.values_at(cursor.sentence, cursor.position, cursor.topic)
        for pair in found
    ]
    return bool(items) and all(any(item.options.get(name) == value for name, value in pairs) for item in items)
