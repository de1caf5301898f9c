"""One draw with a probability."""

from random import Random


def chance(rng: Random, share: float) -> bool:
    """True in `share` of draws."""
    return rng.random() < share
