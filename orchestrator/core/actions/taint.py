"""Which values of a proposed action come from free text, so that a person must look at it in every mode.

Free text is what anybody may have written: a message, an alert's payload, and the columns of logs that hold sentences
or whatever an application put there. The rule errs to the safe side: what a query that reads such a column gives counts
as its words, even where the value stood in another column. Three things are clean nevertheless:

- numbers, booleans and times, which carry no instruction and no name;
- a text that is, whole, a name that the inventory knows: a service's, or a resource's;
- what a query gives that reads no free-text column, and what the guide's author wrote.

A branch that was taken because of what free text said taints the action as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

FREE_TEXT = frozenset(
    {
        "additionalcontext",
        "details",
        "description",
        "exception",
        "innermostmessage",
        "logentry",
        "logmessage",
        "log_s",
        "message",
        "msg_s",
        "outermessage",
        "properties",
        "rawdata",
        "rendereddescription",
        "resultdescription",
        "syslogmessage",
        "useragent_s",
    }
)
"""Names of columns, folded, in which anybody may have written anything."""


def free_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the columns that hold free text, sorted."""
    return tuple(sorted({name for name in names if name.casefold() in FREE_TEXT}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a value comes from.

    Attributes:
        steps: The free-text columns that its steps' queries read, by step; a step that reads none is left out.
        words: What else it was taken from that people or alerts wrote, such as `the message`.
    """

    steps: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...] = ()

    def reasons(self) -> Iterator[str]:
        """Each place of free text, in words."""
        for step, columns in self.steps.items():
            yield f"step {step!r} reads the free text of {', '.join(columns)}"
        yield from self.words

    def joined(self, other: "Origin") -> "Origin":
        """What is behind either."""
        return Origin(steps={**self.steps, **other.steps}, words=tuple(dict.fromkeys((*self.words, *other.words))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An argument with its value and where that comes from."""

    name: str
    value: object
    origin: Origin


def taints(arguments: Iterable[Given], *, chosen_by: Origin, known: Collection[str]) -> tuple[str, ...]:
    """Why free text had a hand in an action, in sentences; empty where it had none.

    Args:
        arguments: What the action is called with.
        chosen_by: What the branch that proposes it was chosen by.
        known: Names that the inventory knows, as they are written there.
    """
    names = frozenset(known)
    found = [
        f"argument {given.name!r}: the inventory does not know {text!r}, and {reason}"
        for given in arguments
        for text in _texts(given.value)
        if text not in names
        for reason in given.origin.reasons()
    ]
    chosen = (f"the branch was chosen by what free text says: {reason}" for reason in chosen_by.reasons())
    return tuple(dict.fromkeys(chain(found, chosen)))


def _texts(value: object) -> Iterator[str]:
    """The texts in a value, at any depth; what is no text carries no words."""
    match value:
        case None | bool() | int() | float() | datetime() | timedelta():
            return
        case Mapping():
            for name, item in value.items():
                yield str(name)
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case _:
            yield str(value)
