"""Reads lists of contact reasons, as YAML that people change (format: docs/contact-reasons.md)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.errors import Place
from playbooks.scorecard import read_id, read_text
from playbooks.yaml_values import YamlValue, nearest_names, read_yaml

RETAIL = Path(__file__).with_name("contact_reasons") / "retail.yaml"
"""The list that is used where none is configured."""
_TOP = ("id", "title", "lists", "reasons")
_REASON = ("id", "title", "group", "weight", "phrases", "words", "not")
_PHRASE = ("phrase", "weight")
_WEIGHT = 2.0
_MOST_WEIGHT = 10
_MOST_FORMS = 2000
_NAMED = re.compile(r"<([^<>]*)>")
_PART = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]|[^()\[\]]+")


@dataclass(frozen=True, slots=True)
class ReasonList:
    """The contact reasons of one business."""

    id: str
    title: str
    reasons: tuple[ContactReason, ...]


def load_reasons(path: Path) -> ReasonList:
    """The reasons of a file.

    Raises:
        InputError: The file cannot be read.
        GuideError: What is wrong in it, with line and field.
    """
    return parse_reasons(read_text(path), file=str(path))


def parse_reasons(text: str, *, file: str) -> ReasonList:
    """The reasons of a YAML text; GuideError with line and field."""
    root = read_yaml(text, place=Place(file, 1))
    entries = root.mapping(known=_TOP, required=("id", "reasons"))
    lists = _lists(entries.get("lists"))
    seen: set[str] = set()
    reasons = tuple(_reason(value, lists, seen) for value in entries["reasons"].items())
    name = read_id(entries["id"])
    return ReasonList(name, entries["title"].text() if "title" in entries else name, reasons)


def _lists(value: YamlValue | None) -> Mapping[str, str]:
    """Each list as the inside of a choice: `a|b|c`."""
    if value is None:
        return {}
    return {name: "|".join(_plain(item) for item in words.items()) for name, words in value.mapping().items()}


def _plain(value: YamlValue) -> str:
    text = value.text().lower()
    if re.search(r"[()\[\]<>|~]", text):
        raise value.error(f"{text!r} is no plain word; a list holds words without ( ) [ ] < > | ~")
    return text


def _reason(value: YamlValue, lists: Mapping[str, str], seen: set[str]) -> ContactReason:
    entries = value.mapping(known=_REASON, required=("id", "title", "phrases"))
    name = read_id(entries["id"])
    if name in seen:
        raise entries["id"].error(f"the reason {name!r} is there twice; keep one")
    seen.add(name)
    usual = _weight(entries["weight"]) if "weight" in entries else _WEIGHT
    words = entries["words"].mapping() if "words" in entries else {}
    return ContactReason(
        id=name,
        title=entries["title"].text(),
        group=entries["group"].text() if "group" in entries else "",
        phrases=dict(_weighted(item, lists, usual) for item in entries["phrases"].items()),
        words={_word(word, weight): _weight(weight) for word, weight in words.items()},
        excluded=tuple(_phrase(item, lists) for item in entries["not"].items()) if "not" in entries else (),
    )


def _weighted(value: YamlValue, lists: Mapping[str, str], usual: float) -> tuple[str, float]:
    """`a phrase`, or `{phrase: ..., weight: ...}`."""
    if not isinstance(value.value, dict):
        return _phrase(value, lists), usual
    entries = value.mapping(known=_PHRASE, required=_PHRASE)
    return _phrase(entries["phrase"], lists), _weight(entries["weight"])


def _phrase(value: YamlValue, lists: Mapping[str, str]) -> str:
    written = value.text().lower()
    text = _spelled_out(value, written, lists)
    parts = _PART.findall(text)
    if "".join(parts) != text:
        raise value.error(f"the brackets of {written!r} do not fit; write (a|b) or [a], one not inside another")
    if re.search(r"[^\s][(\[]|[)\]][^\s]", text):
        raise value.error(f"a choice of {written!r} touches a word; leave a space between them")
    forms = 1
    for part in parts:
        forms *= part.count("|") + 1 + part.startswith("[") if part[0] in "([" else 1
        if part[0] not in "([" and "|" in part:
            raise value.error(f"{written!r} has | outside of brackets; write (a|b)")
    if forms > _MOST_FORMS:
        raise value.error(f"{written!r} stands for {forms:,d} phrases, more than {_MOST_FORMS:,d}; split it")
    words = text.split()
    if words[0] == "~" or words[-1] == "~":
        raise value.error(f"{written!r} begins or ends with ~; a gap stands between two words")
    return text


def _spelled_out(value: YamlValue, text: str, lists: Mapping[str, str]) -> str:
    """The phrase with its lists written out, in brackets where they stand in none."""

    def words(found: re.Match[str]) -> str:
        if found[1] not in lists:
            raise value.error(f"there is no list {found[1]!r}{nearest_names(found[1], lists)}")
        before = text[: found.start()]
        inside = before.count("(") + before.count("[") > before.count(")") + before.count("]")
        return lists[found[1]] if inside else f"({lists[found[1]]})"

    return _NAMED.sub(words, text)


def _word(word: str, value: YamlValue) -> str:
    if len(word.split()) != 1 or re.search(r"[()\[\]<>|~]", word):
        raise value.error(f"{word!r} is not one word; put it under `phrases`")
    return word.lower()


def _weight(value: YamlValue) -> float:
    weight = value.number()
    if not 0 < weight <= _MOST_WEIGHT:
        raise value.error(f"the weight {weight:g} is not above 0 and at most {_MOST_WEIGHT}")
    return weight
