"""Reads comparatives and superlatives: of which option, or of the price, and in which direction."""

from collections.abc import Mapping

from agents.shipment.requests.cursor import Cursor
from playbooks.shipping.words import Measure


def measured(cursor: Cursor, ids: frozenset[str], known: Mapping[str, Measure]) -> tuple[tuple[str, ...], bool] | None:
    """The options, and whether more is meant; None, with the cursor moved or not, where none of these words follows."""
    for phrase in sorted(known, key=len, reverse=True):
        if not cursor.phrase(phrase):
            continue
        measure = known[phrase]
        if "price" in measure.options:
            return ("price",), measure.is_up
        found = measured_options(cursor, ids, measure)
        return None if found is None else (found, measure.is_up)
    return None


def measured_options(cursor: Cursor, ids: frozenset[str], measure: Measure) -> tuple[str, ...] | None:
    """The one option of these products that the measure can be of; None where there is none, or more than one."""
    has = {
        option
        for product in ids
        for option in cursor.scene.catalogue.options_of(product).all
        if option.lower() in measure.options and cursor.scene.catalogue.options_of(product).scale(option)
    }
    return tuple(has) if len(has) == 1 else None
