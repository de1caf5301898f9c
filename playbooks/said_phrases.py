"""Reads lists of phrases, and which of them a condition names, for scorecards and compliance rules."""

import re
from collections.abc import Mapping
from itertools import chain

from orchestrator.core.conversations.conditions import SHARED_LISTS, Phrases
from playbooks.yaml_values import YamlValue, nearest_names

NAME = re.compile(r"[a-z][a-z0-9_]*")
_MOST_FORMS = 2000
_SHARED = "conduct."
_WORD = re.compile(r"[^\W_]+(?:['.\-][^\W_]+)*|[^\w\s]|[!?]+|\.{2,}")
_PART = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]|[^()\[\]]+")


class SaidLists:
    """The lists of phrases of one file, by their names, and those that stand in the conditions themselves.

    Args:
        prefix: Of the labels in the scorer's phrase table, such as `scorecard:support_chat`.
        value: The file's `phrases`, each name with its phrases.
    """

    def __init__(self, prefix: str, value: YamlValue | None) -> None:
        self._prefix = prefix
        self._places = value.mapping() if value is not None else {}
        self._named = {name: _list(name, item) for name, item in self._places.items()}
        self._inline: list[Phrases] = []
        self._used: set[str] = set()

    def labels(self, value: YamlValue) -> tuple[str, ...]:
        """The labels of what a condition says: names of lists, and phrases of two or more words."""
        names: list[str] = []
        phrases: list[str] = []
        for item in value.items():
            text = item.text()
            if text.startswith(_SHARED) and text in SHARED_LISTS:
                names.append(text.replace(".", ":", 1))
            elif text in self._named:
                self._used.add(text)
                names.append(f"{self._prefix}.{text}")
            elif len(text.split()) > 1 or "(" in text:
                phrases.append(read_phrase(item))
            else:
                known = (*self._named, *SHARED_LISTS)
                raise item.error(
                    f"there is no list {text!r}{nearest_names(text, known, listed=False)}; "
                    "put it under `phrases`, a phrase of one word too"
                )
        if phrases:
            names.append(f"{self._prefix}.{len(self._inline) + 1}")
            self._inline.append(Phrases(label=names[-1], phrases=tuple(phrases)))
        if not names:
            raise value.error("the list is empty; write names of lists, or phrases")
        return tuple(names)

    def used(self) -> tuple[Phrases, ...]:
        """The lists that conditions name, with their labels."""
        named = (
            Phrases(label=f"{self._prefix}.{name}", phrases=phrases)
            for name, phrases in self._named.items()
            if name in self._used
        )
        return tuple(chain(named, self._inline))

    def unused(self) -> Mapping[str, YamlValue]:
        """The lists that no condition names."""
        return {name: value for name, value in self._places.items() if name not in self._used}


def _list(name: str, value: YamlValue) -> tuple[str, ...]:
    if not NAME.fullmatch(name):
        raise value.error(f"the name {name!r} is not snake_case: use small letters, digits and underscores")
    found = tuple(read_phrase(item) for item in value.items())
    if not found:
        raise value.error("the list is empty; write phrases")
    return found


def read_phrase(value: YamlValue) -> str:
    """A phrase in small letters; `(a|b)` is a choice, `[a]` may be missing, `~` is a gap of up to three words."""
    text = value.text().lower().replace("’", "'")  # noqa: RUF001 - the typographic apostrophe is what is replaced
    parts = _PART.findall(text)
    if "".join(parts) != text:
        raise value.error(f"the brackets of {text!r} do not fit; write (a|b) or [a], one not inside another")
    forms = 1
    for part in parts:
        if part[0] in "([":
            forms *= part.count("|") + 1 + part.startswith("[")
        elif "|" in part:
            raise value.error(f"{text!r} has | outside of brackets; write (a|b)")
    if forms > _MOST_FORMS:
        raise value.error(f"{text!r} stands for {forms:,d} phrases, more than {_MOST_FORMS:,d}; split it")
    words = [word for word in text.split() if not (word[0] == "[" and word[-1] == "]")]
    if not words or words[0] == "~" or words[-1] == "~":
        raise value.error(f"{text!r} begins or ends with ~, or may be empty; a gap stands between two words")
    for word in re.split(r"[\s()\[\]|]+", text):
        if word and not _WORD.fullmatch(word):
            raise value.error(f"{word!r} is never one word of a conversation; put spaces between it and its marks")
    return text
