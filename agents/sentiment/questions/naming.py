"""By what conversations can be narrowed: the reasons, products, queues and channels that are stored."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from agents.sentiment.questions.words import content_words, stem, stems, take
from orchestrator.core.conversations.insights import Filter, Group, Name

_FIELDS = {Group.REASON: "reasons", Group.PRODUCT: "products", Group.QUEUE: "queues", Group.CHANNEL: "channels"}
_NOUNS = {Group.QUEUE: r"queue|team|department", Group.CHANNEL: "channel", Group.PRODUCT: "product"}
_MOST_TOLD = 8


@dataclass(frozen=True, slots=True)
class Names:
    """The values there are.

    Attributes:
        known: As stored, the most frequent first.
        topics: What a contact reason is called and belongs to, by its id.
        conversations: How many are stored.
    """

    known: tuple[Name, ...] = ()
    topics: Mapping[str, str] = field(default_factory=dict)
    conversations: int = 0

    @classmethod
    def of(cls, names: Iterable[Name], topics: Mapping[str, str]) -> "Names":
        """From what a store tells."""
        listed = tuple(names)
        total = sum(one.conversations for one in listed if one.group is Group.NONE)
        return cls(tuple(one for one in listed if one.group is not Group.NONE), topics, total)

    def words(self, name: Name) -> frozenset[str]:
        """The stems by which a value may be called."""
        return stems((name.value, self.topics.get(name.value, "")))

    def told(self) -> str:
        """What can be named, the most frequent of each, as a clause."""
        listed = []
        for group, plural in _FIELDS.items():
            values = [one.value.replace("_", " ") for one in self.known if one.group is group]
            if values:
                more = ", ..." if len(values) > _MOST_TOLD else ""
                listed.append(f"{plural} {', '.join(values[:_MOST_TOLD])}{more}")
        return f"there are {'; '.join(listed)}" if listed else "nothing stored has a reason, product, queue or channel"


def take_names(text: str, names: Names, narrowed: Filter, *, compound: bool) -> tuple[Filter, str]:
    """What a text narrows to, and the text without those words.

    Args:
        text: What is left of the message.
        names: What there is.
        narrowed: What was narrowed to already.
        compound: Only what is called as a queue, channel or product (`the billing queue`), or by all words of a value
            of two and more; else what single words name: all reasons of that word, else the other values.
    """
    if compound:
        for name in names.known:
            narrowed, text = _take_whole(text, name, narrowed)
        return narrowed, text
    for word in content_words(text):
        found = _called(word, names)
        if found:
            for name in found:
                narrowed = _with(narrowed, name)
            text = re.sub(rf"(?<![\w'-]){re.escape(word)}(?![\w'-])", " ", text, flags=re.IGNORECASE)
    return narrowed, text


def _take_whole(text: str, name: Name, narrowed: Filter) -> tuple[Filter, str]:
    plain = r"[\s_-]+".join(re.escape(part) for part in re.split(r"[\s_-]+", name.value) if part)
    if not plain:
        return narrowed, text
    noun = _NOUNS.get(name.group)
    patterns = [rf"{plain}\s+(?:{noun})s?", rf"(?:{noun})\s+{plain}"] if noun else []
    patterns += [plain] if re.search(r"[\s_-]", name.value) else []
    for pattern in patterns:
        said, rest = take(text, pattern)
        if said:
            return _with(narrowed, name), rest
    return narrowed, text


def _called(word: str, names: Names) -> list[Name]:
    """The values that one word names: those of the first kind that has any."""
    wanted = stem(word)
    for group in (Group.QUEUE, Group.CHANNEL, Group.PRODUCT):
        exact = [one for one in names.known if one.group is group and one.value.lower() == word]
        if exact and group is not Group.QUEUE:
            return exact
    for group in _FIELDS:
        found = [one for one in names.known if one.group is group and wanted in names.words(one)]
        if found:
            return found
    return []


def _with(narrowed: Filter, name: Name) -> Filter:
    kept = getattr(narrowed, _FIELDS[name.group])
    return narrowed if name.value in kept else replace(narrowed, **{_FIELDS[name.group]: (*kept, name.value)})
