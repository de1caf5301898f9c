"""Sentences about an incident: none without a receipt, by which its source can be looked up in the record."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.core.errors import ClaimError
from orchestrator.core.report import Json


@dataclass(frozen=True, slots=True)
class Sentence:
    """What code says of the record, and the ids of what it rests on.

    An id names its source: `run:R`, `claim:R#C2`, `evidence:R#E3`, `alert:FINGERPRINT`, `incident:INC-1`,
    `event:INC-1/4`, `note:INC-1/2`, `mark:INC-1/1`, `action:A-3`, `action:A-3/2`, `handoff:H-5`.

    Raises:
        ClaimError: There is no receipt, or no text.
    """

    text: str
    receipts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.receipts or not all(self.receipts):
            raise ClaimError(f"the sentence {self.text!r} has no receipt")
        if not self.text.strip():
            raise ClaimError(f"a sentence without text rests on {', '.join(self.receipts)}")

    def document(self) -> Json:
        """As JSON."""
        return {"text": self.text, "receipts": list(self.receipts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Sentences under a heading; `key` is the heading's name in JSON."""

    key: str
    heading: str
    sentences: tuple[Sentence, ...]

    def document(self) -> Json:
        """As JSON."""
        return {
            "key": self.key,
            "heading": self.heading,
            "sentences": [sentence.document() for sentence in self.sentences],
        }


def one_line(text: object, *, limit: int = 300) -> str:
    """A text of a stranger on one line, cut at a word."""
    found = " ".join(str(text or "").split())
    return found if len(found) <= limit else f"{found[:limit].rsplit(' ', 1)[0]} …"


def stopped(text: object, *, limit: int = 300) -> str:
    """The same as a sentence that ends."""
    found = one_line(text, limit=limit)
    return found if not found or found[-1] in ".!?…" else f"{found}."


def listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last
