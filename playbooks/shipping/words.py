"""Words by which customers ask for changes of orders: the values of `shipping/words.yaml` and their parser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from orchestrator.core.errors import GuideError, Place
from playbooks.yaml_values import YamlValue, read_yaml

_FILE = Path(__file__).parent / "words.yaml"
_CLAUSE_ENDS = r"(?=$|[,;()\u2014\u2013:'] |(?:and|but|because|since|as|due|so|then|also|if|that) )"
_PIECE = re.compile(r"[()\[\]|]|[^\s()\[\]|]+")
_ANY_WORD = r"[^\s,.:;()]+ "


@dataclass(frozen=True, slots=True)
class Measure:
    """What a comparative or a superlative speaks of: options, in order of preference, and whether more is meant."""

    options: tuple[str, ...]
    is_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language; patterns are compiled, for words that each end in a space."""

    verbs: Mapping[str, tuple[str, ...]]
    danger: frozenset[str]
    leads: Mapping[str, tuple[re.Pattern[str], ...]]
    reasons: Mapping[str, tuple[str, ...]]
    harmless: tuple[re.Pattern[str], ...]
    never: tuple[re.Pattern[str], ...]
    story: tuple[re.Pattern[str], ...]
    because: tuple[re.Pattern[str], ...]
    questions: tuple[re.Pattern[str], ...]
    interrogatives: tuple[re.Pattern[str], ...]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    vocabularies: Mapping[str, frozenset[str]]
    names: Mapping[str, tuple[str, ...]]
    values: Mapping[str, tuple[str, ...]]
    units: Mapping[str, tuple[str, ...]]
    scales: tuple[tuple[str, ...], ...]
    options: Mapping[str, tuple[str, ...]]
    comparatives: Mapping[str, Measure]
    superlatives: Mapping[str, Measure]
    payments: Mapping[str, tuple[str, ...]]
    brands: Mapping[str, tuple[str, ...]]
    cities: Mapping[str, str]
    states: Mapping[str, str]


@cache
def load_words(path: Path = _FILE) -> Words:
    """The words of a file, the shipped ones by default; GuideError with file, line and field."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GuideError(f"cannot be read: {error}; name another file", place=Place(str(path))) from error
    return parse_words(text, file=str(path))


def parse_words(text: str, *, file: str) -> Words:
    """The words of a YAML text; GuideError with file, line and field where a part is unknown, missing or no pattern."""
    names = tuple(one.name for one in fields(Words))
    root = read_yaml(text, place=Place(file)).mapping(known=names, required=names)
    danger = frozenset(root["danger"].texts())
    return Words(
        verbs=_lists(root["verbs"]),
        danger=danger,
        leads={name: _patterns(item, danger) for name, item in root["leads"].mapping().items()},
        reasons=_lists(root["reasons"]),
        harmless=_patterns(root["harmless"], danger, is_whole=True),
        never=_patterns(root["never"], danger, is_whole=True),
        story=_patterns(root["story"], danger),
        because=_patterns(root["because"], danger),
        questions=_patterns(root["questions"], danger),
        interrogatives=_patterns(root["interrogatives"], danger),
        phrases={name: _longest_first(found) for name, found in _lists(root["phrases"]).items()},
        vocabularies={name: frozenset(found) for name, found in _lists(root["vocabularies"]).items()},
        names=_lists(root["names"]),
        values=_lists(root["values"]),
        units=_lists(root["units"]),
        scales=tuple(item.texts() for item in root["scales"].items()),
        options=_lists(root["options"]),
        comparatives={name: _measure(item) for name, item in root["comparatives"].mapping().items()},
        superlatives={name: _measure(item) for name, item in root["superlatives"].mapping().items()},
        payments=_lists(root["payments"]),
        brands=_lists(root["brands"]),
        cities=_texts(root["cities"]),
        states=_texts(root["states"]),
    )


def _texts(value: YamlValue) -> Mapping[str, str]:
    return {name: item.text() for name, item in value.mapping().items()}


def _lists(value: YamlValue) -> Mapping[str, tuple[str, ...]]:
    return {name: item.texts() for name, item in value.mapping().items()}


def _longest_first(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Phrases as words, so that no phrase is taken where a longer one follows."""
    return tuple(sorted((tuple(one.split()) for one in phrases), key=len, reverse=True))


def _measure(value: YamlValue) -> Measure:
    found = value.mapping(known=("up", "down"))
    if len(found) != 1:
        raise value.error("give either up or down with a list of options")
    direction, options = next(iter(found.items()))
    return Measure(options.texts(), is_up=direction == "up")


def _patterns(value: YamlValue, danger: frozenset[str], *, is_whole: bool = False) -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(item, danger, is_whole=is_whole) for item in value.items())


def _pattern(value: YamlValue, danger: frozenset[str], *, is_whole: bool) -> re.Pattern[str]:
    """A pattern as a regular expression over words that each end in a space; repetition is bounded to ten words."""
    barred = f"(?!(?:{'|'.join(sorted(map(re.escape, danger)))}) |#)"
    pieces = []
    for piece in _PIECE.findall(value.text()):
        match piece:
            case "(" | "[":
                pieces.append("(?:")
            case ")":
                pieces.append(")")
            case "]":
                pieces.append(")?")
            case "|":
                pieces.append("|")
            case "*":
                pieces.append(f"(?:{barred}{_ANY_WORD})")
            case "**":
                pieces.append(f"(?:{barred}{_ANY_WORD}){{0,10}}")
            case word:
                pieces.append(f"(?:{re.escape(word)} )")
    try:
        return re.compile("".join(pieces) + (_CLAUSE_ENDS if is_whole else ""))
    except re.error as error:
        raise value.error(f"not a pattern: {error}; close each ( and [") from None
