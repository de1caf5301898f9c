"""What is said of the course of a talk: phrases with their labels, read from the package."""

from agents.sentiment.scoring.lexicon import read_lines


def talk_phrases() -> tuple[tuple[str, str], ...]:
    """The phrases of `talk_cues.txt`, for the phrase table: of reasons, times, contact and summary."""
    phrases: list[tuple[str, str]] = []
    choices: dict[str, str] = {}
    label = ""
    for line in read_lines("talk_cues.txt"):
        if line.startswith("$ "):
            name, _, options = line[2:].partition(" ")
            choices[f"${name}"] = f"({options})"
        elif line.startswith("@ "):
            label = line[2:]
        else:
            phrases.append((_written_out(line, choices), label))
    return tuple(phrases)


def _written_out(phrase: str, choices: dict[str, str]) -> str:
    if "$" in phrase:
        # the longer name first: one may begin with another
        for name in sorted(choices, key=len, reverse=True):
            phrase = phrase.replace(name, choices[name])
    return phrase
