"""Finds tracking numbers inside a message: only those that a check digit or unmistakable letters prove.

A check digit alone proves little of a short number: every seventh phone number is a waybill of DHL. So a number without
unmistakable letters counts where it is long, or where the message speaks of a parcel; the shortest need `tracking`,
`waybill` or their carrier's name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.shipment.numbers.forms import BY_LENGTH, LONGEST
from agents.shipment.numbers.recognition import Recognition, recognise

MOST_CHARACTERS = 10_000
"""Of a message; what follows is not read."""
_MOST_GROUPS = 40
_LONG = 18
_SHORT = 11
_GROUP = re.compile(r"[0-9A-Za-z]+")
_GAPS = frozenset(("", " ", "  ", "-", "\u00a0", "\u202f", "\u2011", "\u2013"))
_LONG_LETTERS = 4
_SHIPPING = re.compile(
    r"track|parcel|packag|shipment|shipp(?:ed|ing)|deliver|courier|carrier|waybill|\bawb\b|label|where(?: is|'s)"
    r"|\bups\b|fedex|usps|\bdhl\b|\bdpd\b|purolator|canada post|on\s?trac|old dominion|odfl"
    r"|sendung|paket|liefer|colis|suivi|livraison|paquete|env[ií]o|pacco|spedizione",
    re.IGNORECASE,
)
_TRACKING = re.compile(r"track|waybill|\bawb\b|\bdhl\b|old dominion|odfl|sendungsnummer|suivi", re.IGNORECASE)
_SIGN = re.compile(r"[+$#\u20ac\u00a3][0-9]{0,3}$")
_OTHER_NUMBER = re.compile(
    r"\b(?:order|item|product|phone|call|tel|mobile|fax|card|account|invoice|customer|member)\b", re.IGNORECASE
)
_NEAR = 24
_PHONE = re.compile(r"[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}")


@dataclass(frozen=True, slots=True)
class _Groups:
    """Neighbouring groups of a message, written together or with one gap between them."""

    start: int
    end: int
    last: int


def find_numbers(text: str) -> tuple[Recognition, ...]:
    """The numbers of a message in their order, each once."""
    text = text[:MOST_CHARACTERS]
    groups = list(_GROUP.finditer(text))
    found: dict[str, Recognition] = {}
    position = 0
    while position < len(groups):
        taken = _number_at(text, groups, position)
        if taken is None:
            position += 1
            continue
        recognition, last = taken
        found.setdefault(recognition.number, recognition)
        position = last + 1
    return tuple(found.values())


def _number_at(text: str, groups: list[re.Match[str]], first: int) -> tuple[Recognition, int] | None:
    """The number that begins with this group, and its last group: the group alone, else the longest that is proved."""
    best: tuple[Recognition, int] | None = None
    for span in _spans(text, groups, first):
        recognition = recognise(text[span.start : span.end])
        if recognition.candidates and _proved(text, span, recognition):
            best = _only_proved(recognition), span.last
            if span.last == first:
                return best
    return best


def _spans(text: str, groups: list[re.Match[str]], first: int) -> Iterator[_Groups]:
    """The group, then with each that follows it, while they can be parts of one number."""
    size, digits, start = 0, False, groups[first].start()
    if text[start - 1 : start].isalnum():
        return  # joined to a letter of another script: part of a word
    for last in range(first, min(first + _MOST_GROUPS, len(groups))):
        group = groups[last]
        if last > first and not _joins(text, groups[last - 1], group):
            return
        size += len(group[0])
        if size > LONGEST:
            return
        digits = digits or any(map(str.isdigit, group[0]))
        if digits and size in BY_LENGTH and not text[group.end() : group.end() + 1].isalnum():
            yield _Groups(start, group.end(), last)


def _joins(text: str, before: re.Match[str], group: re.Match[str]) -> bool:
    """Whether two groups can belong to one number: one gap between them, and no ordinary word."""
    if text[before.end() : group.start()] not in _GAPS:
        return False
    return all(not (part.isalpha() and len(part) > _LONG_LETTERS) for part in (before[0], group[0]))


def _only_proved(recognition: Recognition) -> Recognition:
    """Without the candidates that nothing proves."""
    kept = tuple(one for one in recognition.candidates if one.checked or one.distinct)
    return Recognition(number=recognition.number, candidates=kept, near=recognition.near)


def _proved(text: str, span: _Groups, recognition: Recognition) -> bool:
    """Whether a check digit or its letters make it a tracking number here."""
    if not any(one.checked or one.distinct for one in recognition.candidates):
        return False
    number = recognition.number
    if any(one.distinct for one in recognition.candidates) or len(number) >= _LONG:
        return True
    if text[span.start].islower() and not text[span.start + 1].isalnum():
        return False  # the article of "a 1234567890", not the letter of a waybill
    if _is_other(text[max(0, span.start - _NEAR) : span.start]):
        return False
    if len(number) <= _SHORT:
        return bool(_TRACKING.search(text)) and not _PHONE.fullmatch(text[span.start : span.end])
    return bool(_SHIPPING.search(text))


def _is_other(before: str) -> bool:
    """Whether what stands before a number says that it is of an order, a phone or a card: the word nearest to it."""
    if _SIGN.search(before.rstrip(" :.(")):
        return True
    nearest = [
        max((match.end() for match in words.finditer(before)), default=0) for words in (_OTHER_NUMBER, _SHIPPING)
    ]
    return nearest[0] > nearest[1]
