"""Writes placeholders in place of personal data."""

from collections.abc import Callable, Collection, Sequence

from orchestrator.core.personal_data.finding import find_personal
from orchestrator.core.personal_data.spans import DEFAULT_KINDS, Kind, Span, placeholder

Replace = Callable[[Kind, str], str]


def redact(
    text: str, *, kinds: Collection[Kind] = DEFAULT_KINDS, replace: Replace = placeholder, earlier: str = ""
) -> str:
    """The text with `[email]`, `[phone]` and the like in place of personal data; redacted twice is the same as once."""
    return redact_spans(text, find_personal(text, kinds=kinds, earlier=earlier), replace=replace)


def redact_spans(
    text: str, spans: Sequence[Span], *, start: int = 0, end: int | None = None, replace: Replace = placeholder
) -> str:
    """A part of a text, with what was found in the whole text replaced.

    Args:
        text: The whole.
        spans: Of the whole text, as `find_personal` returns them.
        start: Of the part, in code points; what begins before it and reaches into it is replaced as a whole.
        end: Of the part, None for the text's end; the same.
        replace: Makes what stands in place of the original.
    """
    if not spans:
        return text[start:end]
    stop = len(text) if end is None else end
    parts = []
    done = start
    for kind, first, last in spans:
        if last > start and first < stop:
            parts += [text[done:first] if first > done else "", replace(kind, text[first:last])]
            done = max(done, last)
    return "".join([*parts, text[done:stop] if stop > done else ""])
