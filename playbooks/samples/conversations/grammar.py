"""Texts drawn from pieces: `[one|other|]` chooses, `{rule}` stands for a drawn text of that rule or a given slot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

Rules = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Grammar:
    """Rules by name, each with the texts that it may become."""

    rules: Rules

    def say(self, rng: Random, rule: str, slots: Mapping[str, str]) -> str:
        """A text of a rule, blanks tidied; KeyError where a rule or slot is missing."""
        return _tidy(self._rule(rng, rule, slots))

    def _rule(self, rng: Random, rule: str, slots: Mapping[str, str]) -> str:
        if rule in slots:
            return slots[rule]
        chosen = rng.choice(self.rules[rule])
        return "".join(self._expand(rng, iter(chosen), slots, ends=""))

    def _expand(self, rng: Random, signs: Iterator[str], slots: Mapping[str, str], *, ends: str) -> list[str]:
        """The text up to a closing sign; within brackets one of the texts between the bars."""
        ways: list[list[str]] = [[]]
        for sign in signs:
            if sign == "[":
                ways[-1] += self._expand(rng, signs, slots, ends="]")
            elif sign == "{":
                ways[-1].append(self._rule(rng, "".join(_until(signs, "}")), slots))
            elif sign == ends:
                return rng.choice(ways)
            elif sign == "|" and ends:
                ways.append([])
            else:
                ways[-1].append(sign)
        return ways[0]


def _until(signs: Iterator[str], end: str) -> Iterator[str]:
    for sign in signs:
        if sign == end:
            return
        yield sign


def _tidy(text: str) -> str:
    """Single blanks, none before a stop, a capital at the start."""
    words = " ".join(text.split())
    for stop in ",.?!":
        words = words.replace(f" {stop}", stop)
    return words[:1].upper() + words[1:]
