"""Where one clause ends and another begins."""

from collections.abc import Callable

from agents.shipment.requests.cursor import Cursor

SEPARATORS = frozenset(
    {
        ",",
        ";",
        "and",
        "but",
        "(",
        ")",
        "also",
        "lastly",
        "finally",
        "first",
        "then",
        "next",
        "additionally",
        "so",
        "well",
        "oh",
        "ok",
        "okay",
        ":",
        "besides",
        "secondly",
        "firstly",
        "furthermore",
        "moreover",
        "afterwards",
        "plus",
        "anyway",
        "second",
        "while",
        "\u2014",
        "\u2013",
        "'",
        "however",
        "therefore",
        "hence",
        "thus",
    }
)

Follows = Callable[[Cursor], bool]
