"""Reads the lists of phrases that matter for conduct (conduct.txt) for the phrase table."""

import pkgutil
import re
from collections.abc import Iterator

_FILE = "conduct.txt"
_SHORT = re.compile(r"\{([^{}]+)\}")
_ASKS = "asks_"
UNNUMBERED = frozenset({"name", "address", "billing_address", "delivery_address"})
"""What an agent asks for that is not answered with digits or an `@`."""


def conduct_phrases() -> Iterator[tuple[str, str]]:
    """The phrases with their labels: `conduct:<list>`, and `asks:<thing>` for what an agent may ask for."""
    for name, phrase in _lines():
        yield phrase, f"asks:{name.removeprefix(_ASKS)}" if name.startswith(_ASKS) else f"conduct:{name}"


def _lines() -> Iterator[tuple[str, str]]:
    """Pairs of a list's name and a phrase of it, short forms written out."""
    data = pkgutil.get_data("agents.sentiment.scoring", _FILE)
    assert data is not None  # the file lies in this package, in an archive too
    short: dict[str, str] = {}
    name = ""
    for line in data.decode().splitlines():
        if not line or line[0] == "#":
            continue
        if " = " in line:
            key, _, value = line.partition(" = ")
            short[key] = value
        elif line[-1] == ":":
            name = line[:-1]
        else:
            yield name, _SHORT.sub(lambda found: short[found[1]], line)
