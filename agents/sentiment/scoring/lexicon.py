"""What single words say of a speaker's mood, read from the package's own list."""

import pkgutil
from collections.abc import Iterator, Mapping
from typing import NamedTuple

# what an agent says of the customer's matter ("your problem", "the delay") or by way of manners is not how the agent
# feels: mild words count little, strong ones wholly
_MILD = 2.0
_AGENT_NEGATIVE = 0.2
_AGENT_POSITIVE = 0.6


class Lexicon(NamedTuple):
    """What words weigh.

    Attributes:
        customer: Valences, -3 to 3, of a customer's words; `agent`: of an agent's.
        negators: Words that turn those after them.
        boosters: Factors of words that make the next one stronger or weaker.
        lasting: Factors of units of time, for somebody who waits.
    """

    customer: Mapping[str, float]
    agent: Mapping[str, float]
    negators: frozenset[str]
    boosters: Mapping[str, float]
    lasting: Mapping[str, float]


def load_lexicon() -> Lexicon:
    """The shipped words; ValueError where the list names a word twice."""
    valences: dict[str, float] = {}
    for word, valence in _entries(read_lines("lexicon.txt")):
        if word in valences:
            raise ValueError(f"lexicon.txt names {word!r} twice; leave one of the two")
        valences[word] = valence
    shifters = _shifters()
    return Lexicon(
        customer=valences,
        agent={word: _of_agent(valence) for word, valence in valences.items()},
        negators=frozenset(shifters["negators"]),
        boosters=shifters["boosters"],
        lasting=shifters["lasting"],
    )


def read_lines(name: str) -> list[str]:
    """The lines of one of the package's data files, without comments; also out of a zip archive."""
    data = pkgutil.get_data("agents.sentiment.scoring", name)
    assert data is not None  # it lies beside this module
    lines = (line.strip() for line in data.decode("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _entries(lines: list[str]) -> Iterator[tuple[str, float]]:
    for line in lines:
        valence, *entries = line.split()
        for entry in entries:
            for word in _forms(entry):
                yield word, float(valence)


def _shifters() -> dict[str, dict[str, float]]:
    shifters: dict[str, dict[str, float]] = {}
    kind: dict[str, float] = {}
    for line in read_lines("shifters.txt"):
        first, *words = line.split()
        if first == "@":
            kind = shifters.setdefault(words[0], {})
        else:
            kind |= dict.fromkeys(words, float(first))
    return shifters


def _forms(entry: str) -> Iterator[str]:
    stem, _, endings = entry.partition("/")
    if not stem[:1].isalpha() or not endings:
        yield entry
        return
    for ending in endings.split(","):
        yield stem if ending == "-" else stem + ending


def _of_agent(valence: float) -> float:
    if valence > 0:
        return valence * _AGENT_POSITIVE
    return valence if valence < -_MILD else valence * _AGENT_NEGATIVE
