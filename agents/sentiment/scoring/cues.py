"""What customers and agents say that tells how a conversation goes: phrases with a name, read from the package."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from agents.sentiment.scoring.lexicon import read_lines

SAY = "say"
"""The name of sections that speak for their words only, and are no cue."""


class Cue(NamedTuple):
    """What a phrase means.

    Attributes:
        who: Whose word it must be: customer, agent, any.
        name: `thanks`, `refusal`, ...
        valence: What it says of the speaker's mood in place of its words, -3 to 3; None where they speak themselves.
    """

    who: str
    name: str
    valence: float | None


class CueBook(NamedTuple):
    """The phrases, each with its label, and what the labels mean."""

    phrases: tuple[tuple[str, str], ...]
    cues: Mapping[str, Cue]


def load_cues() -> CueBook:
    """The shipped phrases; ValueError where one name has two valences."""
    phrases: list[tuple[str, str]] = []
    cues: dict[str, Cue] = {}
    for phrase, cue in _entries(read_lines("cues.txt")):
        label = f"cue:{cue.who}.{cue.name}" if cue.name != SAY else f"cue:{cue.who}.{cue.name}{cue.valence:+}"
        if cues.setdefault(label, cue) != cue:
            raise ValueError(f"cues.txt gives {label!r} two valences; leave one of the two, or name a section {SAY!r}")
        phrases.append((phrase, label))
    return CueBook(tuple(phrases), cues)


def _entries(lines: list[str]) -> Iterator[tuple[str, Cue]]:
    choices: dict[str, str] = {}
    cue: Cue | None = None
    for line in lines:
        if line.startswith("$ "):
            name, _, options = line[2:].partition(" ")
            choices[f"${name}"] = f"({options})"
        elif line.startswith("@ "):
            who, name, *valence = line[2:].split()
            cue = Cue(who, name, float(valence[0]) if valence else None)
        elif cue is not None:
            phrase = line
            for name, options in choices.items():
                phrase = phrase.replace(name, options)
            yield phrase, cue
