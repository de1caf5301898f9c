"""The pieces that generated conversations are made of, read from the texts beside this module."""

from functools import cache
from importlib.resources import files

from playbooks.samples.conversations.grammar import Grammar

_FILES = ("matters.txt", "manners.txt", "foreign.txt")
_NONE = "-"


@cache
def phrases() -> Grammar:
    """All rules: what a matter is about as `REASON.part`, manners by their name, other languages as `CODE.part`."""
    rules: dict[str, list[str]] = {}
    for name in _FILES:
        for line in files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):
                text = line.strip()
                rules[next(reversed(rules))].append("" if text == _NONE else text)
            elif line and not line.startswith("#"):
                rules[line] = []
    return Grammar(rules)
