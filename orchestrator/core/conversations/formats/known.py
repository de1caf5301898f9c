"""The forms that are known, by name, and which of them a document has."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from orchestrator.core.conversations.formats import azure_language, contact_lens, genesys_cloud, google_insights
from orchestrator.core.conversations.formats.foreign import Json

OURS = "switchboard"
"""The name of our own form, under which nothing is converted."""


class Format(NamedTuple):
    """A form of conversations.

    Attributes:
        fits: Whether a JSON document has it.
        convert: Our conversations of a document; its second argument is an id for one that has none. ValueError names
            the field that does not fit.
    """

    name: str
    fits: Callable[[object], bool]
    convert: Callable[[object, str], list[Json]]


FORMATS: Mapping[str, Format] = {
    module.NAME: Format(module.NAME, module.fits, module.convert)
    for module in (azure_language, contact_lens, genesys_cloud, google_insights)
}


def find_format(document: object) -> Format | None:
    """The form of a document; None for ours, or one that is not known."""
    return next((one for one in FORMATS.values() if one.fits(document)), None)


def format_named(name: str) -> Format | None:
    """The form of a name, None for ours; ValueError tells those that there are."""
    if name == OURS:
        return None
    if name not in FORMATS:
        raise ValueError(f"there is no form {name!r}; there are {', '.join((OURS, *FORMATS))}")
    return FORMATS[name]
