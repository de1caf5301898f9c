"""Whether the customer was passed on to somebody else, and whether it was not the first time that they asked."""

from collections.abc import Iterable
from typing import NamedTuple

from agents.sentiment.scoring.reading import Found, Reading
from orchestrator.core.conversations.conversation import Speaker
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped

_WORDS_OF_ANOTHER = 8
# how much a cue says by itself; several are joined as independent ones
_TRANSFER = {
    "transfer:done": 0.9,
    "transfer:promised": 0.75,
    "transfer:offered": 0.25,
    "transfer:event": 0.9,
}
_REPEATED = {"repeat:certain": 0.92, "repeat:likely": 0.75, "repeat:possible": 0.4}
_ANOTHER_AGENT = 0.9
_NOT_TRANSFERRED, _FIRST_TIME = "transfer:refused", "repeat:first"
# what is left where nothing is said of it, and where it is denied
_UNSAID, _DENIED = 0.03, 0.01
_SAID_BY_AGENT = 0.8


class Contact(NamedTuple):
    """Two probabilities, 0 to 1; None where they cannot be told. A cue's share is a judgement, not fitted to data."""

    transferred: float | None
    repeated_contact: float | None
    evidence: tuple[Evidence, ...]
    skipped: tuple[Skipped, ...]


def read_contact(reading: Reading) -> Contact:
    """How the contact went, of a conversation read with `talk_phrases`."""
    evidence: list[Evidence] = []
    skipped: list[Skipped] = []
    transferred = repeated = None
    if reading.agent or reading.found("transfer:done"):
        transferred = _transferred(reading, evidence)
    else:
        skipped.append(Skipped("transferred", ReasonCode.NO_AGENT_TURNS))
    if reading.customer:
        repeated = _repeated(reading, evidence)
    else:
        skipped.append(Skipped("repeated_contact", ReasonCode.NO_CUSTOMER_TURNS))
    return Contact(transferred, repeated, tuple(_outermost(evidence)), tuple(skipped))


def _transferred(reading: Reading, evidence: list[Evidence]) -> float:
    refused = reading.found(_NOT_TRANSFERRED)
    left = 1 - _UNSAID
    for label, share in _TRANSFER.items():
        said = reading.found(label)
        if label == "transfer:event":
            said = [found for found in said if found.turn.turn.speaker is Speaker.SYSTEM]
        said = [found for found in said if not _within(found, refused)]
        if said:
            left *= 1 - share
            evidence += [found.evidence("transferred") for found in said]
    another = _another_agent(reading)
    if another is not None:
        left *= 1 - _ANOTHER_AGENT
        evidence.append(another)
    return round(1 - left, 3)


def _another_agent(reading: Reading) -> Evidence | None:
    """The first words of a second person who speaks for the company."""
    first = ""
    for turn in reading.agent:
        name = turn.turn.participant_id
        if turn.turn.speaker is not Speaker.AGENT or not name or not turn.words:
            continue
        if first and name != first:
            last = min(len(turn.words), _WORDS_OF_ANOTHER) - 1
            return Evidence("transferred", turn.index, *turn.place(0, last))
        first = name
    return None


def _repeated(reading: Reading, evidence: list[Evidence]) -> float:
    denied = reading.by_customer(_FIRST_TIME)
    if denied:
        evidence += [found.evidence("repeated_contact") for found in denied]
        return _DENIED
    left = 1 - _UNSAID
    said = [(share, reading.by_customer(label)) for label, share in _REPEATED.items()]
    said.append((_SAID_BY_AGENT, reading.by_agent("repeat:agent")))
    for share, found in said:
        if found:
            left *= 1 - share
            evidence += [one.evidence("repeated_contact") for one in found]
    return round(1 - left, 3)


def _within(found: Found, others: Iterable[Found]) -> bool:
    """Whether a cue overlaps one of others, in the same turn."""
    return any(other.turn is found.turn and other.first <= found.last and other.last >= found.first for other in others)


def _outermost(evidence: Iterable[Evidence]) -> list[Evidence]:
    """In order, without spans inside of others of the same feature."""
    kept: list[Evidence] = []
    for one in sorted(evidence, key=lambda span: (span.feature, span.turn, span.start, -span.end)):
        last = kept[-1] if kept else None
        if last is None or (last.feature, last.turn) != (one.feature, one.turn) or one.end > last.end:
            kept.append(one)
    return kept
