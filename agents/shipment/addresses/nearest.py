"""Finds the region whose name a misspelt word is nearest to."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from agents.shipment.addresses.countries import fold
from agents.shipment.addresses.regions import Region

_ALIKE = 0.84
_SHORTEST = 4


def nearest_region(text: str, regions: Iterable[Region]) -> Region | None:
    """The one region that a text may misspell; None where none or several are as near. Codes are never misspelt."""
    word = fold(text)
    if len(word) < _SHORTEST:
        return None
    likeness = [(max(SequenceMatcher(None, word, name).ratio() for name in one.names), one) for one in regions]
    near = sorted((pair for pair in likeness if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return near[0][1]
